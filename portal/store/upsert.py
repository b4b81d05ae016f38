"""INSERT … ON CONFLICT, which both databases know and SQLAlchemy offers for each apart."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or(db: Connection, table: Table) -> Any:
    """An insert that can say what happens if the row is there already."""
    insert = sqlite.insert if db.dialect.name == "sqlite" else postgresql.insert
    return insert(table)
