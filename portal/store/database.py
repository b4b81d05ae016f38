"""The database: SQLite by default, PostgreSQL beyond one machine; the same code for both."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

BUSY_SECONDS = 5


class StoreError(Exception):
    """The database did not take or give what was asked; nothing half-done stays behind."""


class AlreadyThereError(StoreError):
    """A unique value exists already; nothing was written."""


@dataclass
class Store:
    """Short transactions: `with store.write() as db:` commits at its end, or not at all."""

    engine: Engine
    # SQLite lets one writer in at a time; waiting here is fair, its busy handler sleeps.
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, url: str) -> Store:
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=not _is_sqlite(url),
            connect_args={} if _is_sqlite(url) else _impatient(),
        )
        if _is_sqlite(url):
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        return cls(engine)

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, on disk when it ends. Raises StoreError: nothing was written."""
        turn = self._turn if self.is_sqlite else contextlib.nullcontext()
        try:
            with turn, self.engine.connect() as db:
                db = db.execution_options(writes=True)
                with db.begin():
                    yield db
        except IntegrityError as problem:
            raise AlreadyThereError("A unique value exists already.") from problem
        except SQLAlchemyError as problem:
            raise StoreError(type(problem).__name__) from problem

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Raises StoreError: the database does not answer."""
        try:
            with self.engine.connect() as db, db.begin():
                yield db
        except SQLAlchemyError as problem:
            raise StoreError(type(problem).__name__) from problem

    def check(self) -> None:
        """Raises StoreError unless the tables are there."""
        with self.read() as db:
            db.execute(text("SELECT 1 FROM requests LIMIT 1"))

    def scrub(self) -> None:
        """Take deleted text out of SQLite’s side file too (reliability brief, finding 3)."""
        if self.is_sqlite:
            with self._turn, self.engine.connect() as db:
                db.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"


def _is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def _impatient() -> dict[str, Any]:
    """PostgreSQL waits for a lock, or for a server that vanished, for ever unless told (F23)."""
    return {
        "connect_timeout": BUSY_SECONDS,
        "tcp_user_timeout": BUSY_SECONDS * 2000,
        "options": f"-c lock_timeout={BUSY_SECONDS}s",
    }


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # We begin transactions ourselves, so that a writer takes its lock at the start.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",  # an accepted message survives a power cut
        "secure_delete=ON",  # deleted text is overwritten
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
