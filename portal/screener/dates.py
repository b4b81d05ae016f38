"""Date arithmetic of the waits, exact to the day (content brief B7).

All days are calendar dates; `today` is the date in the study's zone and always an argument.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Literal

from portal.content.screener_model import GivenDay, Span, Wait

EARLIEST_YEAR = 2000
_WRITTEN = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?")
DayReason = Literal["not_a_day", "in_the_future", "too_early"]


class DayError(ValueError):
    """A day that cannot be an answer; `reason` says why."""

    def __init__(self, reason: DayReason) -> None:
        super().__init__(reason)
        self.reason: DayReason = reason


def given_day(year: int, month: int, day: int | None, today: date) -> GivenDay:
    """A day, or a month alone, on which something has happened.

    Raises DayError: it does not exist, lies after today, or before the year 2000.
    """
    try:
        first = date(year, month, day or 1)
    except (ValueError, OverflowError):
        raise DayError("not_a_day") from None
    if day == 0:
        raise DayError("not_a_day")
    if first > today:
        raise DayError("in_the_future")
    if year < EARLIEST_YEAR:
        raise DayError("too_early")
    return GivenDay(year, month, day)


def read_day(text: str, today: date) -> GivenDay:
    """`YYYY-MM-DD` or `YYYY-MM`. Raises DayError."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise DayError("not_a_day")
    year, month, day = found.groups()
    return given_day(int(year), int(month), int(day) if day else None, today)


def last_possible(given: GivenDay, today: date) -> date:
    """The day itself; of a month alone its last day, but not later than today."""
    if given.day is not None:
        return date(given.year, given.month, given.day)
    last = date(given.year, given.month, monthrange(given.year, given.month)[1])
    return min(last, today)


def clear_from(last: date, wait: Wait) -> date:
    """The first day on which the wait is over.

    ‘At least 7 days must have elapsed’ is satisfied on the 7th day itself; ‘within 21 days’
    counts the 21st day as still inside, so the first clear day is one later.
    """
    over = after(last, wait.length)
    return over if wait.kind == "elapsed" else over + timedelta(days=1)


def after(day: date, span: Span) -> date:
    return _months(day, span.months) + timedelta(days=span.days)


def before(day: date, span: Span) -> date:
    """{since} in the words of a question."""
    return _months(day, -span.months) - timedelta(days=span.days)


def _months(day: date, months: int) -> date:
    """Same day number, or the last day of a month that has none (Regulation 1182/71, art. 3)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
