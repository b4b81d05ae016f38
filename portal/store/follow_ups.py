"""Named reads and writes of what falls due about a request. Callers hold the transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from portal.store.records import FollowUp, FollowUpKind
from portal.store.tables import follow_ups


def add(db: Connection, request_id: str, due: Iterable[tuple[FollowUpKind, datetime]]) -> None:
    rows = [{"request_id": request_id, "kind": kind, "due_at": at} for kind, at in due]
    if rows:
        db.execute(insert(follow_ups), rows)


def take_next(db: Connection, now: datetime) -> FollowUp | None:
    """The one that is due longest, ended in this transaction: what follows belongs into it too."""
    due = (
        select(follow_ups)
        .where(follow_ups.c.ended_at.is_(None), follow_ups.c.due_at <= now)
        .order_by(follow_ups.c.due_at, follow_ups.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = db.execute(due).one_or_none()
    if row is None:
        return None
    db.execute(update(follow_ups).where(follow_ups.c.id == row.id).values(ended_at=now))
    return FollowUp(row.id, row.request_id, row.kind, row.due_at)


def end_all(
    db: Connection, request_id: str, now: datetime, kinds: Iterable[FollowUpKind] | None = None
) -> None:
    """What was still to come for this request is not due any more."""
    waiting = update(follow_ups).where(
        follow_ups.c.request_id == request_id, follow_ups.c.ended_at.is_(None)
    )
    if kinds is not None:
        waiting = waiting.where(follow_ups.c.kind.in_(list(kinds)))
    db.execute(waiting.values(ended_at=now))


def of_request(db: Connection, request_id: str) -> list[FollowUp]:
    """Those still to come, soonest first."""
    wanted = (
        select(follow_ups)
        .where(follow_ups.c.request_id == request_id, follow_ups.c.ended_at.is_(None))
        .order_by(follow_ups.c.due_at)
    )
    return [FollowUp(row.id, row.request_id, row.kind, row.due_at) for row in db.execute(wanted)]
