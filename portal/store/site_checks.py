"""Named reads and writes of the monthly question to each hospital: asked, reminded, answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from portal.content.site_answers import SiteAnswer
from portal.store.records import DeliveryState, SiteCheck
from portal.store.tables import deliveries, site_checks


def hospital(study: str, site: str) -> str:
    """How a hospital is named where it has no row: `study/site`."""
    return f"{study}/{site}"


def add(db: Connection, check: SiteCheck) -> None:
    """Raises AlreadyThereError (at the end of the transaction): another process was faster."""
    db.execute(
        insert(site_checks).values(
            id=check.id, hospital=check.hospital, due_at=check.due_at, asked_at=check.asked_at
        )
    )


def ask_again(db: Connection, before: SiteCheck, *, new_id: str, now: datetime) -> bool:
    """A new question with a link of its own; False if another process has asked meanwhile."""
    asked = update(site_checks).where(site_checks.c.id == before.id)
    changed = db.execute(asked.values(id=new_id, asked_at=now, reminded_at=None, due_at=None))
    return bool(changed.rowcount)


def remind(db: Connection, check: SiteCheck, now: datetime) -> bool:
    """False if somebody has answered, or another process has reminded, meanwhile."""
    waiting = update(site_checks).where(
        site_checks.c.id == check.id,
        site_checks.c.reminded_at.is_(None),
        site_checks.c.answered_id.is_distinct_from(check.id),
    )
    return bool(db.execute(waiting.values(reminded_at=now)).rowcount)


def answer(db: Connection, check_id: str, said: SiteAnswer, now: datetime) -> bool:
    """Keep the answer, in place of the one before; False if a newer question has replaced it."""
    changed = db.execute(
        update(site_checks)
        .where(site_checks.c.id == check_id)
        .values(
            answered_at=now,
            answered_id=check_id,
            status=said.status,
            languages=";".join(said.languages),
            mailbox=said.mailbox,
            mailbox_right=said.mailbox_right,
            confirmed_by=said.confirmed_by,
        )
    )
    return bool(changed.rowcount)


def find(db: Connection, check_id: str) -> SiteCheck | None:
    row = db.execute(select(site_checks).where(site_checks.c.id == check_id)).one_or_none()
    return None if row is None else _from_row(row)


def of_hospital(db: Connection, name: str) -> SiteCheck | None:
    row = db.execute(select(site_checks).where(site_checks.c.hospital == name)).one_or_none()
    return None if row is None else _from_row(row)


def every(db: Connection) -> Mapping[str, SiteCheck]:
    """By `study/site`."""
    return {row.hospital: _from_row(row) for row in db.execute(select(site_checks))}


def drop_mails(db: Connection, name: str) -> None:
    """Questions to a hospital (`study/site`) that nobody has taken yet are not wanted any more."""
    db.execute(
        delete(deliveries).where(
            deliveries.c.hospital == name,
            deliveries.c.state.in_(("accepted", "retry", "unknown", "sending", "parked")),
        )
    )


def last_mails(db: Connection) -> dict[str, DeliveryState]:
    """State of the newest mail about each hospital itself, by `study/site`."""
    wanted = (
        select(deliveries.c.hospital, deliveries.c.state)
        .where(deliveries.c.hospital.is_not(None))
        .order_by(deliveries.c.created_at)
    )
    return {row.hospital: row.state for row in db.execute(wanted)}


def forget_mails(db: Connection, before: datetime) -> int:
    """Mails about hospitals that ended before then; how many."""
    old = delete(deliveries).where(
        deliveries.c.hospital.is_not(None),
        deliveries.c.due_at.is_(None),
        deliveries.c.created_at < before,
    )
    return db.execute(old).rowcount


def _from_row(row: Row[Any]) -> SiteCheck:
    study, site = row.hospital.split("/", 1)
    said = None
    if row.answered_at is not None:
        said = SiteAnswer(
            study=study,
            site=site,
            on=row.answered_at.date(),
            status=row.status,
            languages=tuple(filter(None, row.languages.split(";"))),
            mailbox=row.mailbox,
            mailbox_right=row.mailbox_right,
            confirmed_by=row.confirmed_by,
        )
    return SiteCheck(
        id=row.id,
        hospital=row.hospital,
        due_at=row.due_at,
        asked_at=row.asked_at,
        reminded_at=row.reminded_at,
        answered_at=row.answered_at,
        answered=row.answered_id == row.id,
        answer=said,
    )
