"""Retention: what is past its time goes, physically (privacy rules P8, P10).

Content of a request: gone `request_days_after_last_step` after the last hand-over or step by
staff, and `request_days_at_most` after it was written in any case; never while a mail is still
on its way. Form keys: gone after `key_hours`. Sign-ups that nobody has confirmed: gone after
`keep_unconfirmed_days`. What counts mails to an address: after 30 days. Shared notes: gone at the
end their owner chose; the bare row answers “ended” for `_SAY_ENDED` more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from portal.services.parts import Parts
from portal.store import deliveries, mail_limits, requests, shared_notes, signups, site_checks

# A used link says so for a little longer than it works (privacy rule P8).
_USED_LINKS = timedelta(hours=23)
_SAY_ENDED = timedelta(days=90)


@dataclass(frozen=True)
class Purged:
    requests: int
    form_keys: int
    signups: int  # that nobody has confirmed, and links that were used
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
        site_checks.forget_mails(db, now - timedelta(days=retention.request_days_at_most))
        keys = requests.forget_keys_before(db, now - timedelta(hours=retention.key_hours))
        signups_gone = _purge_signups(db, parts, now)
        ended = shared_notes.end_past(db, now)
        shared_notes.forget_before(db, now - _SAY_ENDED)
    if due or keys or signups_gone or ended:
        parts.store.scrub()
    return Purged(len(due), keys, signups_gone, ended)


def _purge_signups(db: Connection, parts: Parts, now: datetime) -> int:
    updates = parts.config.portal.updates
    link_ended = now - timedelta(hours=updates.confirm_hours)
    mail_limits.forget_before(db, now - mail_limits.KEPT)
    deliveries.drop_ended(db, now - mail_limits.KEPT)
    return signups.drop_confirmations(
        db,
        written_before=now - timedelta(days=updates.keep_unconfirmed_days),
        used_before=link_ended - _USED_LINKS,
    )
