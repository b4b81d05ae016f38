"""Named reads and writes of shared notes. Callers hold the transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from portal.store.tables import shared_notes

DAYS = (1, 7, 14, 30)
# In base64 it fits, with the other fields, into the 64 KiB of a form.
BYTES_AT_MOST = 48_000
# All that goes when a link ends.
_CONTENT = ("ciphertext", "salt", "proof_hash", "end_hash", "locked_until")


@dataclass(frozen=True)
class SealedNotes:
    """What a browser made: nobody without the passcode can open it."""

    ciphertext: bytes
    salt: bytes
    proof_hash: bytes
    days: int


@dataclass(frozen=True)
class SharedNotes:
    """A row whose link still works."""

    id: str
    created_at: datetime
    ends_at: datetime
    ciphertext: bytes
    salt: bytes
    proof_hash: bytes
    end_hash: bytes
    tries: int = 0
    locked_until: datetime | None = None


def add(db: Connection, notes: SharedNotes) -> None:
    db.execute(insert(shared_notes).values(**vars(notes)))


def find(db: Connection, link_id: str, now: datetime, *, hold: bool = False) -> SharedNotes | None:
    """The row, with `hold` kept from others until the transaction ends; None once it has ended.

    Raises LookupError: there never was one, or it ended so long ago that it is forgotten.
    """
    wanted = select(shared_notes).where(shared_notes.c.id == link_id)
    # SQLite holds the whole database from the start of a write; elsewhere the row is locked.
    row = db.execute(wanted.with_for_update() if hold else wanted).one_or_none()
    if row is None:
        raise LookupError
    return None if row.ciphertext is None or row.ends_at <= now else _from_row(row)


def count_wrong(db: Connection, link_id: str, tries: int, locked_until: datetime | None) -> None:
    """Write down how many wrong tries there were, and until when no other is looked at."""
    db.execute(
        update(shared_notes)
        .where(shared_notes.c.id == link_id)
        .values(tries=tries, locked_until=locked_until)
    )


def end(db: Connection, link_id: str) -> None:
    """Take the content away; the bare row stays to answer 410."""
    db.execute(
        update(shared_notes)
        .where(shared_notes.c.id == link_id)
        .values(**dict.fromkeys(_CONTENT, None))
    )


def end_past(db: Connection, now: datetime) -> int:
    """End every link whose time is over; how many."""
    over = shared_notes.c.ciphertext.is_not(None) & (shared_notes.c.ends_at <= now)
    return db.execute(
        update(shared_notes).where(over).values(**dict.fromkeys(_CONTENT, None))
    ).rowcount


def forget_before(db: Connection, moment: datetime) -> int:
    return db.execute(delete(shared_notes).where(shared_notes.c.ends_at < moment)).rowcount


def _from_row(row: Row[Any]) -> SharedNotes:
    return SharedNotes(**row._mapping)
