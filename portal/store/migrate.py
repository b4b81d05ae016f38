"""Bring the tables up to date. Imports Alembic, so the web process never imports this."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from portal.store.database import Store

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(store: Store, revision: str = "head") -> None:
    """All pending steps in one transaction. Raises what the database raises; nothing half-done."""
    with _tables_may_be_rebuilt(store) as db, db.begin():
        command.upgrade(_config(db), revision)


def write_revision(store: Store, message: str) -> None:
    """Draft a migration from the difference between tables.py and the database."""
    with store.engine.connect().execution_options(writes=True) as db, db.begin():
        command.revision(_config(db), message, autogenerate=True)


def _config(db: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = db
    return config


@contextlib.contextmanager
def _tables_may_be_rebuilt(store: Store) -> Iterator[Connection]:
    """SQLite changes a column by making the table anew; dropping the old one must not cascade.

    Source: SQLite’s ‘ALTER TABLE’ page, section 7; the pragma works only outside a transaction.
    """
    with store.engine.connect().execution_options(writes=True) as db:
        if store.is_sqlite:
            db.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        try:
            yield db
        finally:
            if store.is_sqlite:
                db.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
