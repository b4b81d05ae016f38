"""Named reads and writes of deliveries: claim under a lease, mark, list."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update

from portal.store.records import Contact, Delivery, DeliveryState, Recipient
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
            contact=delivery.contact,
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


def count_since(db: Connection, request_id: str, mails: Sequence[str], since: datetime) -> int:
    """How many mails of these kinds were queued for a request since then."""
    wanted = (
        select(func.count())
        .where(deliveries.c.request_id == request_id, deliveries.c.mail.in_(list(mails)))
        .where(deliveries.c.created_at >= since)
    )
    return db.execute(wanted).scalar_one()


def any_handed_over(db: Connection, request_id: str) -> bool:
    """Has any mail system of a hospital, or of the central desk, taken this request?"""
    wanted = select(deliveries.c.id).where(
        deliveries.c.request_id == request_id,
        deliveries.c.recipient == "site",
        deliveries.c.handed_over_at.is_not(None),
    )
    return db.execute(wanted.limit(1)).first() is not None


def contacts_reached(db: Connection, request_id: str) -> list[Contact]:
    """Which mailboxes have this request, or may have it: first, second, central."""
    wanted = select(deliveries.c.contact).where(
        deliveries.c.request_id == request_id,
        deliveries.c.recipient == "site",
        or_(
            deliveries.c.handed_over_at.is_not(None),
            deliveries.c.state.in_(("sending", "unknown")),
        ),
    )
    return sorted(set(db.execute(wanted).scalars()))


def drop_waiting(
    db: Connection,
    request_id: str,
    recipient: Recipient,
    mails: Sequence[str] | None = None,
) -> None:
    """Mails that nobody has taken yet are not wanted any more: all, or those of these kinds.

    Also those a worker holds: if it is dead, nobody sends them again; else its mark is void.
    """
    unwanted = delete(deliveries).where(
        deliveries.c.request_id == request_id,
        deliveries.c.recipient == recipient,
        deliveries.c.state.in_((*_WAITING, "sending", "parked")),
    )
    db.execute(unwanted.where(deliveries.c.mail.in_(mails)) if mails else unwanted)


def send_again(db: Connection, request_id: str, now: datetime) -> int:
    """Parked and failed mails are due at once; how many."""
    return db.execute(
        update(deliveries)
        .where(deliveries.c.request_id == request_id, deliveries.c.state.in_(("parked", "failed")))
        .values(state="accepted", due_at=now, created_at=now, attempts=0)
    ).rowcount


def find(db: Connection, delivery_id: str) -> Delivery | None:
    row = db.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one_or_none()
    return None if row is None else _from_row(row)


def bounced(
    db: Connection, delivery: Delivery, state: DeliveryState, now: datetime, reply: int | None
) -> bool:
    """A mail system sent back what it had taken; False if that was known already."""
    changed = db.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery.id, deliveries.c.state != state)
        .values(
            state=state,
            due_at=None,
            handed_over_at=None,
            last_outcome="bounced",
            last_reply=reply,
        )
    ).rowcount
    if changed:
        db.execute(
            insert(attempts).values(
                delivery_id=delivery.id, at=now, step="bounce", reply=reply, outcome="bounced"
            )
        )
    return bool(changed)


def attempts_of(db: Connection, delivery_id: str) -> Sequence[Row[Any]]:
    wanted = select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.id)
    return db.execute(wanted).all()


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
