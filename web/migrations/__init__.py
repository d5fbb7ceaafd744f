"""How does the database get from one version's tables to the next? Alembic's environment and its revisions."""
