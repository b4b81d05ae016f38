"""Named reads and writes of deliveries: claim under a lease, mark, list.

`due_at` alone says whether something is to be done: it is None once a mail has ended, and the
end of the lease while a worker holds it. So a claim reads one entry of one index.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from portal.store import signs
from portal.store.records import About, Contact, Delivery, DeliveryState, Lane, Recipient
from portal.store.tables import ABOUT, attempts, deliveries

# Longer than all time-outs of one attempt together: a worker that is still alive has ended.
LEASE = timedelta(minutes=10)
# A worker that looked away for a moment may catch up this much of the pace.
_CATCH_UP = timedelta(seconds=1)
_PACE = "pace/bulk"
_WAITING = ("accepted", "retry", "unknown")


def add(db: Connection, *added: Delivery) -> None:
    if added:
        db.execute(insert(deliveries), [_to_row(delivery) for delivery in added])


def claim_next(db: Connection, now: datetime, bulk_a_minute: int) -> Delivery | None:
    """Take the delivery that is due longest, for ten minutes, for this caller alone.

    Lane by lane; of the last one at most `bulk_a_minute` in any minute, over all workers. A
    lease that ran out counts as due: its worker is gone (reliability brief, F3).
    """
    for lane in (Lane.URGENT, Lane.SOON, Lane.BULK):
        row = _longest_due(db, lane, now)
        if row is None:
            continue
        if lane == Lane.BULK and not _in_pace(db, now, bulk_a_minute):
            return None
        lease = secrets.token_hex(16)
        db.execute(
            update(deliveries)
            .where(deliveries.c.id == row.id)
            .values(state="sending", lease=lease, due_at=now + LEASE)
        )
        return _from_row(row, lease)
    return None


def _longest_due(db: Connection, lane: int, now: datetime) -> Row[Any] | None:
    due = (
        select(deliveries)
        .where(deliveries.c.lane == lane, deliveries.c.due_at <= now)
        .order_by(deliveries.c.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return db.execute(due).one_or_none()


def _in_pace(db: Connection, now: datetime, a_minute: int) -> bool:
    """Take one place in the bulk lane’s pace; False if the next one is still to come.

    One row says when the next mail may go. What may be caught up is part of the minute, so no
    minute ever sees more than `a_minute`.
    """
    gap = (timedelta(minutes=1) + _CATCH_UP) / a_minute
    free_from = signs.seen(db, _PACE)
    if free_from is None:
        return signs.begin(db, _PACE, now + gap)
    following = max(free_from, now - _CATCH_UP) + gap
    return free_from <= now and signs.move(db, _PACE, free_from, following)


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


def send_parked_again(db: Connection, now: datetime) -> int:
    """Every parked mail is due at once, of whatever it is about; how many."""
    parked = update(deliveries).where(deliveries.c.state == "parked")
    return db.execute(
        parked.values(state="accepted", due_at=now, created_at=now, attempts=0)
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


def first_try(db: Connection, delivery: Delivery) -> datetime | None:
    """When somebody’s server was asked first since it was queued; a pause of ours is no try."""
    wanted = select(func.min(attempts.c.at)).where(
        attempts.c.delivery_id == delivery.id,
        attempts.c.step != "build",
        attempts.c.at >= delivery.created_at,
    )
    found: datetime | None = db.execute(wanted).scalar_one()
    return found


def erase(db: Connection, delivery_id: str) -> None:
    db.execute(delete(deliveries).where(deliveries.c.id == delivery_id))


def drop(db: Connection, delivery: Delivery) -> None:
    """A mail that has nothing to say any more, if this caller still holds it."""
    held = deliveries.c.id == delivery.id, deliveries.c.lease == delivery.lease
    db.execute(delete(deliveries).where(*held))


def drop_ended(db: Connection, before: datetime) -> int:
    """Mails about sign-ups that went out before then."""
    old = deliveries.c.due_at.is_(None), deliveries.c.created_at < before
    return db.execute(delete(deliveries).where(deliveries.c.signup_id.is_not(None), *old)).rowcount


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
    return Delivery(**{**values, "about": _about(row), "lease": lease})


def _about(row: Row[Any]) -> About:
    return next(
        About(kind, found)
        for kind, column in ABOUT.items()
        if (found := getattr(row, column)) is not None
    )


def _to_row(delivery: Delivery) -> dict[str, Any]:
    names = deliveries.c.keys()
    values = {name: value for name, value in vars(delivery).items() if name in names}
    return {**values, ABOUT[delivery.about.kind]: delivery.about.id}
