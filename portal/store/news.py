"""Named reads and writes of news and announcements. Callers hold the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from portal.store.records import Announcement, News
from portal.store.tables import announcements, deliveries, news, told_facts


def facts(db: Connection, study: str) -> dict[str, str]:
    """Status by site as told last; the study’s own under the empty name."""
    wanted = select(told_facts.c.site, told_facts.c.status).where(told_facts.c.study == study)
    return {row.site: row.status for row in db.execute(wanted)}


def keep_facts(db: Connection, study: str, now_told: Mapping[str, str]) -> None:
    db.execute(delete(told_facts).where(told_facts.c.study == study))
    rows = [{"study": study, "site": site, "status": code} for site, code in now_told.items()]
    db.execute(insert(told_facts), rows)


def add(db: Connection, items: Iterable[News]) -> tuple[int, int]:
    """Write them; the first and the last number."""
    numbers = [_add_one(db, item) for item in items]
    return numbers[0], numbers[-1]


def _add_one(db: Connection, item: News) -> int:
    values = {name: value for name, value in vars(item).items() if name != "id"}
    made: int = db.execute(insert(news).values(**values).returning(news.c.id)).scalar_one()
    return made


def latest(db: Connection, *, by: datetime | None = None) -> int:
    """The number of the newest; of the newest that was written by then."""
    wanted = select(func.coalesce(func.max(news.c.id), 0))
    found: int = db.execute(wanted if by is None else wanted.where(news.c.at <= by)).scalar_one()
    return found


def between(db: Connection, after: int, *, until_moment: datetime) -> list[News]:
    """News with a higher number that were written by then, in order."""
    wanted = select(news).where(news.c.id > after, news.c.at <= until_moment).order_by(news.c.id)
    return [News(**row._mapping) for row in db.execute(wanted)]


def of_announcement(db: Connection, run: Announcement) -> list[News]:
    wanted = select(news).where(news.c.id.between(run.news_from, run.news_until))
    return [News(**row._mapping) for row in db.execute(wanted.order_by(news.c.id))]


def begin(db: Connection, study: str, now: datetime, first: int, last: int) -> None:
    db.execute(
        insert(announcements).values(
            study=study, at=now, news_from=first, news_until=last, after="", written=0
        )
    )


def unfinished(db: Connection, study: str) -> Announcement | None:
    """The run to go on with, held so that a second process does not write the same rows."""
    wanted = (
        select(announcements)
        .where(announcements.c.study == study, announcements.c.finished_at.is_(None))
        .order_by(announcements.c.id)
        .limit(1)
        .with_for_update()
    )
    row = db.execute(wanted).one_or_none()
    if row is None:
        return None
    names = Announcement.__dataclass_fields__
    return Announcement(**{k: v for k, v in row._mapping.items() if k in names})


def move_on(db: Connection, run: Announcement, after: str, written: int) -> None:
    moved = update(announcements).where(announcements.c.id == run.id)
    db.execute(moved.values(after=after, written=run.written + written))


def finish(db: Connection, run: Announcement, now: datetime) -> None:
    db.execute(update(announcements).where(announcements.c.id == run.id).values(finished_at=now))


def digests_of(db: Connection, first: str, last: str) -> dict[str, list[Any]]:
    """Unfinished digests of the sign-ups from `first` to `last`, by sign-up."""
    wanted = (
        select(deliveries.c.id, deliveries.c.signup_id, deliveries.c.state, deliveries.c.attempts)
        .where(deliveries.c.signup_id.between(first, last), deliveries.c.due_at.is_not(None))
        .with_for_update()
    )
    found: dict[str, list[Any]] = {}
    for row in db.execute(wanted):
        found.setdefault(row.signup_id, []).append(row)
    return found


def renew(db: Connection, delivery_ids: Sequence[str], now: datetime) -> None:
    """Digests that nobody has tried yet: they tell what is news until now."""
    if delivery_ids:
        untried = update(deliveries).where(
            deliveries.c.id.in_(delivery_ids), deliveries.c.created_at < now
        )
        db.execute(untried.values(created_at=now))
