"""Erase a request: content and waiting mails go, the link then answers ‘gone’."""

from __future__ import annotations

from datetime import datetime

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
