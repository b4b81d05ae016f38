"""Days in a second: the clock jumps from one thing that is due to the next, to the second."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select

from portal.mail.content import OutgoingMail
from portal.mail.replies import Outcome
from portal.services.deliver import deliver_next
from portal.services.follow_up import follow_up_next
from portal.services.parts import Parts
from portal.store.tables import deliveries, follow_ups
from tests.support.samples import SetClock

HandOver = Callable[[OutgoingMail, datetime], Outcome]


def taken(_mail: OutgoingMail, _now: datetime) -> Outcome:
    """A mail server that is well."""
    return Outcome("end", "handed_over", 250)


def work(parts: Parts, hand_over: HandOver = taken) -> None:
    """All that is due now, as the worker does it."""
    while follow_up_next(parts) or deliver_next(parts, hand_over) is not None:
        pass


def next_due(parts: Parts) -> datetime | None:
    """When something falls due next."""
    mail = select(func.min(deliveries.c.due_at))
    step = select(func.min(follow_ups.c.due_at)).where(follow_ups.c.ended_at.is_(None))
    with parts.store.read() as db:
        found = [db.execute(wanted).scalar_one() for wanted in (mail, step)]
    return min((moment for moment in found if moment is not None), default=None)


def drive(parts: Parts, clock: SetClock, end: datetime, hand_over: HandOver = taken) -> None:
    """Do everything that falls due until `end`, each at its time."""
    work(parts, hand_over)
    while (due := next_due(parts)) is not None and due <= end:
        clock.move_to(max(due, clock.now()))
        work(parts, hand_over)
    clock.move_to(end)
