"""How do people reach it? Routes, templates, settings, migrations, command line."""
