"""Tell the operator of trouble, by a way that is not the mail server (reliability brief, F39)."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from datetime import datetime, timedelta
from http.client import HTTPException

import structlog
from sqlalchemy import Connection

from portal.content.model import Alarm
from portal.services.health import MANY_SIGNUPS, STUCK_STATES, health, troubles
from portal.services.parts import Parts
from portal.store import figures, signs

log = structlog.get_logger()
SECONDS = 20
AGAIN_AFTER = timedelta(days=1)
_PREFIX = "alarm/"


def raise_alarms(parts: Parts, *, now: datetime) -> list[str]:
    """Each trouble once, again if more mails fall into it, and after a day; what was told.

    One worker tells it: the sign is written before, in its own transaction, and taken back if
    nobody could be told.
    """
    named = troubles(parts, health(parts, now=now))
    due = {}
    with parts.store.write() as db:
        for name in ("waiting", MANY_SIGNUPS, *STUCK_STATES):
            if name not in named:
                signs.take_back(db, _PREFIX + name)
            elif _is_due(db, parts, name, now):
                signs.give(db, _PREFIX + name, now)
                due[name] = named[name]
    told = []
    for name, sentence in due.items():
        if tell(parts.config.portal.alarm, sentence):
            told.append(sentence)
            continue
        with parts.store.write() as db:
            signs.take_back(db, _PREFIX + name)
    return told


def _is_due(db: Connection, parts: Parts, name: str, now: datetime) -> bool:
    before = signs.seen(db, _PREFIX + name)
    if before is None or now - before >= AGAIN_AFTER:
        return True
    pause = timedelta(minutes=parts.config.portal.alarm.after_minutes)
    more = name in STUCK_STATES and figures.fell_into(db, name, before)
    return bool(more) and now - before >= pause


def tell(alarm: Alarm, sentence: str) -> bool:
    """Run the command, call the webhook, and always write a log line; True unless one failed."""
    log.error("alarm", text=sentence)
    try:
        if alarm.command:
            subprocess.run([*alarm.command, sentence], timeout=SECONDS, check=True)  # noqa: S603
        if alarm.webhook:
            body = json.dumps({"text": sentence}).encode()
            headers = {"Content-Type": "application/json"}
            asked = urllib.request.Request(alarm.webhook, body, headers)  # noqa: S310
            urllib.request.urlopen(asked, timeout=SECONDS).close()  # noqa: S310
    except (OSError, HTTPException, subprocess.SubprocessError, ValueError) as problem:
        log.error("alarm_not_told", problem=type(problem).__name__)
        return False
    return True
