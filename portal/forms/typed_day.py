"""A day as people type it: three fields in the order of their language, months also by name.

Hundreds of people typed month names where a service wanted numbers (content brief, A2.11).
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from babel import Locale, localedata

from portal import languages
from portal.collation import letters_only
from portal.content.screener_model import GivenDay
from portal.screener.dates import given_day

_SHORTEST_START = 3
_CENTURY = 2000
# Letters that people write one for the other.
_SAME = str.maketrans({"ة": "ه", "ى": "ي"})


class DayMissingError(ValueError):
    """The month or the year is not there."""


class NotADayError(ValueError):
    """Something that is no number, and no month of this language."""


def read_typed(day: str, month: str, year: str, today: date) -> GivenDay:
    """The day that was typed; without a day, the month alone.

    Raises DayMissingError, NotADayError, and DayError of portal.screener.dates.
    """
    parts = [letters_only(part) for part in (day, month, year)]
    if not parts[1] or not parts[2]:
        raise DayMissingError
    found_month = _number(parts[1]) or month_number(month)
    found_year = _number(parts[2])
    found_day = _number(parts[0]) if parts[0] else None
    if not found_month or not found_year or (parts[0] and not found_day):
        raise NotADayError
    if found_year < 100:  # ‘26’ can only be 2026: no answer lies before 2000
        found_year += _CENTURY
    return given_day(found_year, found_month, found_day, today)


def field_order() -> str:
    """The letters d, m and y in the order in which the reader’s language writes a date."""
    if languages.current() == languages.SOURCE:
        return "dmy"
    pattern = Locale.parse(languages.current()).date_formats["long"].pattern
    places = {letter: re.search(letter, pattern, re.IGNORECASE) for letter in "dmy"}
    return "".join(sorted(places, key=lambda x: found.start() if (found := places[x]) else 0))


def month_number(typed: str) -> int | None:
    """‘nov’, ‘november’, ‘تشرين الثاني’: in the reader’s language, else in English."""
    wanted = _key(typed)
    if not wanted:
        return None
    code = languages.current()
    for names in (_names(code), _names(languages.SOURCE), _names_elsewhere(code)):
        if found := _month_in(names, wanted):
            return found
    return None


def _month_in(names: dict[str, int], wanted: str) -> int | None:
    """The month of this name, or of the one month that begins so."""
    if wanted in names:
        return names[wanted]
    if len(wanted) < _SHORTEST_START:
        return None
    begun = {month for name, month in names.items() if name.startswith(wanted)}
    return begun.pop() if len(begun) == 1 else None


@lru_cache(maxsize=64)
def _names(locale: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for form in Locale.parse(locale).months.values():
        for width in ("wide", "abbreviated"):
            found |= {_key(name): month for month, name in form[width].items()}
    return found


@lru_cache(maxsize=64)
def _names_elsewhere(code: str) -> dict[str, int]:
    """The same language in other countries: in Syria or Morocco November has other names.

    Only asked for words that nothing else knows, since it reads dozens of files. English has the
    same names everywhere.
    """
    if code == languages.SOURCE:
        return {}
    others = [name for name in localedata.locale_identifiers() if name.split("_")[0] == code]
    found: dict[str, int] = {}
    two_meanings: set[str] = set()
    for name in others:
        for word, month in _names(name).items():
            if found.setdefault(word, month) != month:
                two_meanings.add(word)
    return {word: month for word, month in found.items() if word not in two_meanings}


def _key(name: str) -> str:
    return letters_only(name).translate(_SAME)


def _number(text: str) -> int | None:
    """Digits of any script."""
    return int(text) if text.isdecimal() and len(text) <= 4 else None
