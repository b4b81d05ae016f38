"""Tell the operator of trouble, by a way that is not the mail server (reliability brief, F39)."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from datetime import datetime, timedelta

import structlog

from portal.content.model import Alarm
from portal.services.health import health, troubles
from portal.services.parts import Parts
from portal.store import signs

log = structlog.get_logger()
SECONDS = 20
AGAIN_AFTER = timedelta(days=1)
_PREFIX = "alarm/"


def raise_alarms(parts: Parts, *, now: datetime) -> list[str]:
    """Each trouble once, and again after a day if it lasts; what was told.

    One worker tells it: the sign is written before, in its own transaction.
    """
    named = troubles(parts, health(parts, now=now))
    told = []
    with parts.store.write() as db:
        for name in ("waiting", "parked", "failed", "unknown"):
            if name not in named:
                signs.take_back(db, _PREFIX + name)
                continue
            before = signs.seen(db, _PREFIX + name)
            if before is None or now - before >= AGAIN_AFTER:
                signs.give(db, _PREFIX + name, now)
                told.append(named[name])
    for sentence in told:
        tell(parts.config.portal.alarm, sentence)
    return told


def tell(alarm: Alarm, sentence: str) -> None:
    """Run the command, call the webhook, and always write a log line; never raises."""
    log.error("alarm", text=sentence)
    try:
        if alarm.command:
            subprocess.run([*alarm.command, sentence], timeout=SECONDS, check=True)  # noqa: S603
        if alarm.webhook:
            body = json.dumps({"text": sentence}).encode()
            headers = {"Content-Type": "application/json"}
            asked = urllib.request.Request(alarm.webhook, body, headers)  # noqa: S310
            urllib.request.urlopen(asked, timeout=SECONDS).close()  # noqa: S310
    except (OSError, subprocess.SubprocessError, ValueError) as problem:
        log.error("alarm_not_told", problem=type(problem).__name__)
