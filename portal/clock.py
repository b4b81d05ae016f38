"""The one clock. Everything below the web layer and the worker takes `now` as an argument."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from holidays import HolidayBase


@dataclass(frozen=True)
class Clock:
    """Real time, or a time that tests drive (`PORTAL_NOW`, `PORTAL_CLOCK_RATE`)."""

    start: datetime | None = None
    rate: float = 1.0
    anchor: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """The instant, in UTC."""
        if self.start is None and self.rate == 1.0:
            return datetime.now(UTC)
        elapsed = time.monotonic() - self.anchor
        return self._started + timedelta(seconds=elapsed * self.rate)

    @property
    def _started(self) -> datetime:
        return self.start or datetime.now(UTC)


# A message that comes at night or on a day off counts from the next morning.
OPENS, CLOSES = time_of_day(9), time_of_day(17)


def after_working_days(moment: datetime, days: int, country: str, zone: ZoneInfo) -> datetime:
    """The instant `days` working days after `moment`, at the same hour of a hospital’s day.

    Working days are those of the hospital’s country, hours (9 to 17) those of its zone; what
    comes outside them counts from the next opening. Summer time moves the instant, never the
    hour on the wall.
    """
    local = _in_hours(moment.astimezone(zone), country)
    day = _calendar(country).get_nth_working_day(local.date(), days)
    return datetime.combine(day, local.time(), tzinfo=zone).astimezone(UTC)


def _in_hours(local: datetime, country: str) -> datetime:
    calendar = _calendar(country)
    if calendar.is_working_day(local.date()) and local.time() < CLOSES:
        return local if local.time() >= OPENS else _opening(local.date(), local)
    day = calendar.get_nth_working_day(local.date(), 1)
    return _opening(day, local)


def _opening(day: date, like: datetime) -> datetime:
    return datetime.combine(day, OPENS, tzinfo=like.tzinfo)


@lru_cache(maxsize=64)
def _calendar(country: str) -> HolidayBase:
    """Holidays and weekend of a country; Monday to Friday where none are known."""
    import holidays

    try:
        return holidays.country_holidays(country)
    except NotImplementedError:
        return holidays.HolidayBase()
