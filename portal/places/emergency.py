"""The number to call in an emergency, by country.

Source: libphonenumber’s short numbers (the phonenumbers package). It lists those of police and
fire too and does not say which is which, so this table names what to call for an ambulance where
112 is not the first choice, and the library must know each number that we show.
"""

from __future__ import annotations

from phonenumbers import is_emergency_number

_EVERYWHERE_IN_EUROPE = "112"
# Countries where people know another number for an ambulance, or where 112 is not answered.
_OWN: dict[str, tuple[str, ...]] = {
    "AU": ("000",),
    "CA": ("911",),
    "GB": ("999", "112"),
    "IE": ("112", "999"),
    "IL": ("101",),
    "NO": ("113", "112"),
    "NZ": ("111",),
    "US": ("911",),
}


def emergency_numbers(country: str) -> tuple[str, ...]:
    """Numbers to call from `country` (ISO alpha-2), the usual one first; empty if not known."""
    wanted = _OWN.get(country, (_EVERYWHERE_IN_EUROPE,))
    return tuple(number for number in wanted if _known(number, country))


def _known(number: str, country: str) -> bool:
    return bool(is_emergency_number(number, country))
