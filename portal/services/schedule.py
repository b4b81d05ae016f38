"""What falls due if nobody answers: written with the request, ended by the first press."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from portal.clock import after_working_days
from portal.content.model import Study
from portal.services.parts import Parts
from portal.store import follow_ups
from portal.store.records import FollowUpKind, StoredRequest


def schedule(
    db: Connection, parts: Parts, request: StoredRequest, study: Study, now: datetime
) -> None:
    """Reminder, second contact and central desk in the hospital’s working days; late in minutes."""
    answering = parts.config.portal.answering
    site = study.site(request.site)
    country = site.country if site else "NL"
    zone = ZoneInfo(site.timezone if site else study.timezone)
    days: dict[FollowUpKind, int] = {
        "remind": answering.remind_after,
        "second_contact": answering.second_contact_after,
        "central_desk": answering.tell_family_after,
    }
    late: tuple[FollowUpKind, datetime] = (
        "late",
        now + timedelta(minutes=answering.late_after_minutes),
    )
    due = [(kind, after_working_days(now, count, country, zone)) for kind, count in days.items()]
    follow_ups.add(db, request.id, [late, *due])
