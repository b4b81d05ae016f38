"""Counts and ages over all rows, for the operator; nothing about a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from portal.store.records import Lane
from portal.store.tables import attempts, deliveries, events, follow_ups, requests


def oldest_due(db: Connection, now: datetime) -> datetime | None:
    """When the mail or follow-up that waits longest fell due; bulk mail waits for its pace."""
    mail = select(func.min(deliveries.c.created_at)).where(
        deliveries.c.lane < Lane.BULK,
        deliveries.c.due_at.is_not(None),
        deliveries.c.created_at <= now,
    )
    step = select(func.min(follow_ups.c.due_at)).where(
        follow_ups.c.ended_at.is_(None), follow_ups.c.due_at <= now
    )
    found = [db.execute(wanted).scalar_one() for wanted in (mail, step)]
    return min((moment for moment in found if moment is not None), default=None)


def deliveries_by_state(db: Connection) -> dict[str, int]:
    counted = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    return {row[0]: row[1] for row in db.execute(counted)}


def requests_by_state(db: Connection) -> dict[str, int]:
    counted = select(requests.c.state, func.count()).group_by(requests.c.state)
    return {row[0]: row[1] for row in db.execute(counted)}


def fell_into(db: Connection, state: str, since: datetime) -> int:
    """Mails in this state with a try after that moment."""
    counted = (
        select(func.count(attempts.c.delivery_id.distinct()))
        .join(deliveries, deliveries.c.id == attempts.c.delivery_id)
        .where(deliveries.c.state == state, attempts.c.at > since)
    )
    return db.execute(counted).scalar_one()


def attempts_by_outcome(db: Connection) -> dict[str, int]:
    counted = select(attempts.c.outcome, func.count()).group_by(attempts.c.outcome)
    return {row[0]: row[1] for row in db.execute(counted)}


def written_between(db: Connection, start: datetime, end: datetime) -> Sequence[Any]:
    """Per request: language, when written, first hand-over, first acknowledgement."""
    handed = (
        select(deliveries.c.request_id, func.min(deliveries.c.handed_over_at).label("at"))
        .where(deliveries.c.recipient == "site")
        .group_by(deliveries.c.request_id)
        .subquery()
    )
    pressed = (
        select(events.c.request_id, func.min(events.c.at).label("at"))
        .where(events.c.kind.in_(("acknowledged", "spoken")))
        .group_by(events.c.request_id)
        .subquery()
    )
    wanted = (
        select(
            requests.c.language,
            requests.c.study,
            requests.c.site,
            requests.c.created_at,
            handed.c.at.label("handed_over_at"),
            pressed.c.at.label("answered_at"),
        )
        .outerjoin(handed, handed.c.request_id == requests.c.id)
        .outerjoin(pressed, pressed.c.request_id == requests.c.id)
        .where(requests.c.created_at >= start, requests.c.created_at < end)
        .order_by(requests.c.created_at)
    )
    return db.execute(wanted).all()
