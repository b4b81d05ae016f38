"""Erase a request: content and waiting mails go, the link then answers ‘gone’."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.services.parts import Parts
from portal.store import requests


def erase(parts: Parts, reference: str, *, now: datetime) -> bool:
    """True if there was such a request. The form’s key stays, so re-posting cannot revive it."""
    with parts.store.write() as db:
        request = requests.find_by_reference(db, parts.keys, reference)
        if request is None:
            return False
        requests.erase(db, request.id, now)
    parts.store.scrub()
    return True


def forget_form_keys(parts: Parts, *, now: datetime) -> int:
    """Drop once-only keys older than `[retention] key_hours`; how many went."""
    hours = parts.config.portal.retention.key_hours
    with parts.store.write() as db:
        return requests.forget_keys_before(db, now - timedelta(hours=hours))
