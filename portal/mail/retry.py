"""When to try again (reliability brief, R9: 2 tries in the first hour, 10 in a day, 5 days)."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

GIVE_UP_AFTER = timedelta(days=5)
UNKNOWN_GAP = timedelta(minutes=10)
UNREACHABLE_GAP = timedelta(seconds=20)
_GAPS_IN_MINUTES = (1, 5, 15, 30, 60, 90, 120, 180, 220)
_JITTER = 0.08


def next_try(attempts: int, first: datetime, now: datetime) -> datetime | None:
    """When the next try is due after `attempts` failed ones; None once five days are over."""
    if now - first >= GIVE_UP_AFTER:
        return None
    minutes = _GAPS_IN_MINUTES[min(attempts, len(_GAPS_IN_MINUTES)) - 1]
    return now + timedelta(minutes=_spread(minutes))


def soon(gap: timedelta, now: datetime) -> datetime:
    return now + timedelta(seconds=_spread(gap.total_seconds()))


def _spread(figure: float) -> float:
    return figure * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - spreads load, hides nothing
