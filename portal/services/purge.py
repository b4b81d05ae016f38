"""Retention: what is past its time goes, physically (privacy rules P8, P10).

Content of a request: gone `request_days_after_last_step` after the last hand-over or step by
staff, and `request_days_at_most` after it was written in any case; never while a mail is still
on its way. Form keys: gone after `key_hours`. Shared notes: gone at the end their owner chose;
the bare row answers “ended” for `_SAY_ENDED` more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.services.parts import Parts
from portal.store import requests, shared_notes

_SAY_ENDED = timedelta(days=90)


@dataclass(frozen=True)
class Purged:
    requests: int
    form_keys: int
    shared_notes: int


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
        keys = requests.forget_keys_before(db, now - timedelta(hours=retention.key_hours))
        ended = shared_notes.end_past(db, now)
        shared_notes.forget_before(db, now - _SAY_ENDED)
    if due or keys or ended:
        parts.store.scrub()
    return Purged(len(due), keys, ended)
