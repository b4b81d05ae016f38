"""Signs of life, and of trouble already told: a name and a time each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from portal.store.tables import signs
from portal.store.upsert import insert_or

WORKER = "worker/"


def give(db: Connection, name: str, now: datetime) -> None:
    """Say that `name` is there now."""
    known = db.execute(update(signs).where(signs.c.name == name).values(at=now)).rowcount
    if not known:
        db.execute(insert(signs).values(name=name, at=now))


def begin(db: Connection, name: str, at: datetime) -> bool:
    """The first sign of this name; False if another process has just given it."""
    first = insert_or(db, signs).values(name=name, at=at).on_conflict_do_nothing()
    return bool(db.execute(first).rowcount)


def move(db: Connection, name: str, before: datetime, after: datetime) -> bool:
    """From `before` to `after`; False if another process has moved it meanwhile."""
    moved = update(signs).where(signs.c.name == name, signs.c.at == before)
    return bool(db.execute(moved.values(at=after)).rowcount)


def seen(db: Connection, name: str) -> datetime | None:
    return db.execute(select(signs.c.at).where(signs.c.name == name)).scalar_one_or_none()


def latest_worker(db: Connection) -> datetime | None:
    """When any worker was last at work."""
    wanted = select(func.max(signs.c.at)).where(signs.c.name.startswith(WORKER))
    return db.execute(wanted).scalar_one_or_none()


def take_back(db: Connection, name: str) -> bool:
    """Forget a sign; False if there was none."""
    return bool(db.execute(delete(signs).where(signs.c.name == name)).rowcount)
