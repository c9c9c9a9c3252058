"""Alembic's entry: runs the steps on the connection that `formcheck.store.migrate` has opened."""

from alembic import context

from formcheck.store import tables_people, tables_review, tables_sets  # noqa: F401 - their tables must be known
from formcheck.store.columns import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
