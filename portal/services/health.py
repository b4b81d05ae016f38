"""How the portal is: what waits, what is stuck, who is at work. Counts and ages, never content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.services.parts import Parts
from portal.store import figures, signs, signups

# A worker gives a sign of life every few seconds.
SILENT_AFTER = timedelta(minutes=2)
STUCK_STATES = ("parked", "failed", "unknown")
MANY_SIGNUPS = "many_signups"


@dataclass(frozen=True)
class Health:
    """`oldest_due` is how long the longest-waiting due row waits already; None if none does."""

    oldest_due: timedelta | None
    worker_seen: datetime | None
    by_state: dict[str, int]
    requests_by_state: dict[str, int]
    signups_in_an_hour: int = 0

    def worker_at_work(self, now: datetime) -> bool:
        return self.worker_seen is not None and now - self.worker_seen < SILENT_AFTER


def health(parts: Parts, *, now: datetime) -> Health:
    """Raises StoreError: the database does not answer."""
    with parts.store.read() as db:
        due = figures.oldest_due(db, now)
        return Health(
            oldest_due=None if due is None else now - due,
            worker_seen=signs.latest_worker(db),
            by_state=figures.deliveries_by_state(db),
            requests_by_state=figures.requests_by_state(db),
            signups_in_an_hour=signups.confirmations_since(db, now - timedelta(hours=1)),
        )


def troubles(parts: Parts, found: Health) -> dict[str, str]:
    """What an operator must hear of: a name and a sentence each."""
    after = timedelta(minutes=parts.config.portal.alarm.after_minutes)
    named = {}
    if found.oldest_due is not None and found.oldest_due >= after:
        minutes = int(found.oldest_due / timedelta(minutes=1))
        named["waiting"] = f"The oldest mail has been due for {minutes} minutes."
    for state in STUCK_STATES:
        if count := found.by_state.get(state, 0):
            named[state] = f"{count} mails are {state}. See: flask deliveries list --state {state}"
    most = parts.config.portal.limits.confirmations_per_hour
    if found.signups_in_an_hour > most:
        named[MANY_SIGNUPS] = f"More than {most} sign-ups for news in an hour. They go out slowly."
    return named
