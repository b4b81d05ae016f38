"""Named reads and writes of deliveries: claim under a lease, mark, list."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, or_, select, update

from portal.store.records import Delivery, DeliveryState
from portal.store.tables import attempts, deliveries

# Longer than all time-outs of one attempt together: a worker that is still alive has ended.
LEASE = timedelta(minutes=10)
_WAITING = ("accepted", "retry", "unknown")


def add(db: Connection, delivery: Delivery) -> None:
    db.execute(
        insert(deliveries).values(
            id=delivery.id,
            request_id=delivery.request_id,
            recipient=delivery.recipient,
            mail=delivery.mail,
            state=delivery.state,
            due_at=delivery.due_at,
            attempts=delivery.attempts,
            message_id=delivery.message_id,
            created_at=delivery.created_at,
        )
    )


def claim_next(db: Connection, now: datetime) -> Delivery | None:
    """Take the delivery that is due longest, for ten minutes, for this caller alone.

    A lease that ran out counts as due: its worker is gone (reliability brief, F3).
    """
    waiting = and_(deliveries.c.state.in_(_WAITING), deliveries.c.due_at <= now)
    lost = and_(deliveries.c.state == "sending", deliveries.c.lease_until <= now)
    due = (
        select(deliveries)
        .where(or_(waiting, lost))
        .order_by(deliveries.c.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = db.execute(due).one_or_none()
    if row is None:
        return None
    lease = secrets.token_hex(16)
    db.execute(
        update(deliveries)
        .where(deliveries.c.id == row.id)
        .values(state="sending", lease=lease, lease_until=now + LEASE)
    )
    return _from_row(row, lease)


def mark(
    db: Connection,
    delivery: Delivery,
    *,
    state: DeliveryState,
    now: datetime,
    due_at: datetime | None,
    step: str,
    outcome: str,
    reply: int | None,
    sent_to: str | None,
    counted: bool = True,
) -> bool:
    """Write how an attempt ended; False if the lease was lost to another worker meanwhile."""
    changed = db.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery.id, deliveries.c.lease == delivery.lease)
        .values(
            state=state,
            due_at=due_at,
            lease=None,
            lease_until=None,
            attempts=delivery.attempts + (1 if counted else 0),
            handed_over_at=now if state == "handed_over" else None,
            sent_to=sent_to,
            last_outcome=outcome,
            last_reply=reply,
        )
    ).rowcount
    if changed:
        db.execute(
            insert(attempts).values(
                delivery_id=delivery.id, at=now, step=step, reply=reply, outcome=outcome
            )
        )
    return bool(changed)


def of_request(db: Connection, request_id: str) -> list[Delivery]:
    """The site’s first."""
    wanted = (
        select(deliveries)
        .where(deliveries.c.request_id == request_id)
        .order_by(deliveries.c.recipient.desc(), deliveries.c.created_at)
    )
    return [_from_row(row) for row in db.execute(wanted)]


def every(db: Connection, state: str | None = None) -> Sequence[Row[Any]]:
    wanted = select(deliveries).order_by(deliveries.c.created_at)
    return db.execute(wanted.where(deliveries.c.state == state) if state else wanted).all()


def _from_row(row: Row[Any], lease: str | None = None) -> Delivery:
    names = Delivery.__dataclass_fields__
    values = {name: value for name, value in row._mapping.items() if name in names}
    return Delivery(**{**values, "lease": lease})
