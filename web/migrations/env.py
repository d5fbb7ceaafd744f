"""Alembic's environment: runs a revision step on the connection it is handed, with the tables of all rooms."""

from alembic import context

from web.migrations.run import configure_options

connection = context.config.attributes["connection"]
context.configure(connection=connection, **configure_options())
with context.begin_transaction():
    context.run_migrations()
