"""Facts about a request, in order, for the family’s timeline."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from portal.store.records import Event, EventKind
from portal.store.tables import events


def add(
    db: Connection, request_id: str, kind: EventKind, now: datetime, site: str | None = None
) -> None:
    db.execute(insert(events).values(request_id=request_id, at=now, kind=kind, site=site))


def of_request(db: Connection, request_id: str) -> list[Event]:
    wanted = select(events).where(events.c.request_id == request_id).order_by(events.c.id)
    return [Event(row.at, row.kind, row.site) for row in db.execute(wanted)]
