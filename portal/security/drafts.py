"""Drafts: a filled form on its way through the check page, sealed, nothing stored."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.security.keys import Keys, KeysError

# The once-only keys are kept 48 hours; a draft must not outlive the memory of its key.
LIFETIME = timedelta(hours=47)


class DraftError(Exception):
    """Not a draft of ours, or changed on its way."""


@dataclass(frozen=True)
class Draft:
    """The typed values, the once-only key of this sending, and when the page was made."""

    values: dict[str, Any]
    key: str
    made_at: datetime

    def expired(self, now: datetime) -> bool:
        return now - self.made_at > LIFETIME


def new_draft(values: dict[str, Any], now: datetime) -> Draft:
    return Draft(values, secrets.token_urlsafe(16), now)


def seal(keys: Keys, purpose: str, draft: Draft) -> str:
    content = {"values": draft.values, "key": draft.key, "made_at": draft.made_at.isoformat()}
    return keys.seal(json.dumps(content, ensure_ascii=False), purpose)


def unseal(keys: Keys, purpose: str, sealed: str) -> Draft:
    """Raises DraftError."""
    try:
        content = json.loads(keys.unseal(sealed, purpose))
    except KeysError as problem:
        raise DraftError from problem
    return Draft(content["values"], content["key"], datetime.fromisoformat(content["made_at"]))
