"""Bring the tables up to date. Imports Alembic, so the web process never imports this."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from portal.store.database import Store

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(store: Store) -> None:
    """All pending steps in one transaction. Raises what the database raises; nothing half-done."""
    with store.engine.connect().execution_options(writes=True) as db, db.begin():
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = db
        command.upgrade(config, "head")


def write_revision(store: Store, message: str) -> None:
    """Draft a migration from the difference between tables.py and the database."""
    with store.engine.connect().execution_options(writes=True) as db, db.begin():
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = db
        command.revision(config, message, autogenerate=True)
