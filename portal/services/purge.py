"""Retention: what is past its time goes, physically (privacy rules P8, P10).

Content of a request: gone `request_days_after_last_step` after the last hand-over or step by
staff, and `request_days_at_most` after it was written in any case; never while a mail is still
on its way. Form keys: gone after `key_hours`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.services.parts import Parts
from portal.store import deliveries, requests


@dataclass(frozen=True)
class Purged:
    requests: int
    form_keys: int


def purge(parts: Parts, *, now: datetime) -> Purged:
    """Take away all that is due; how much went."""
    retention = parts.config.portal.retention
    with parts.store.write() as db:
        due = requests.past_retention(
            db,
            last_step_before=now - timedelta(days=retention.request_days_after_last_step),
            written_before=now - timedelta(days=retention.request_days_at_most),
        )
        for request_id in due:
            requests.erase(db, request_id, now)
        deliveries.forget_about_hospitals(db, now - timedelta(days=retention.request_days_at_most))
        keys = requests.forget_keys_before(db, now - timedelta(hours=retention.key_hours))
    if due or keys:
        parts.store.scrub()
    return Purged(len(due), keys)
