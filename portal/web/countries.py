"""Countries to choose from, in the words and the order of the reader’s language."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from babel import Locale

from portal import languages
from portal.collation import sort_key
from portal.content.model import Study
from portal.places.gazetteer import Gazetteer
from portal.places.place import UnknownCountry
from portal.web.state import portal

Choices = list[tuple[str, str]]


def country_choices(study: Study) -> tuple[Choices, Choices]:
    """(with a hospital of this study, all others), each as (code, name).

    A family may live anywhere; the countries of the hospitals stand first, since most do there.
    """
    known = known_countries(portal().gazetteer)
    near = {site.country for site in study.sites}
    return by_name(near), by_name(known - near)


def by_name(codes: Iterable[str]) -> Choices:
    named = [(code, languages.territory_name(code)) for code in codes]
    return sorted(named, key=lambda item: sort_key(item[1]))


def is_country(code: str) -> bool:
    return code in known_countries(portal().gazetteer)


@lru_cache(maxsize=2)
def known_countries(gazetteer: Gazetteer) -> frozenset[str]:
    """Codes that have a name and a capital."""
    # CLDR also names regions of the world, by number.
    codes = {code for code in map(str, Locale.parse("en").territories) if code.isalpha()}
    return frozenset(code for code in codes if _has_capital(gazetteer, code))


def _has_capital(gazetteer: Gazetteer, code: str) -> bool:
    try:
        gazetteer.find(code, "")
    except UnknownCountry:
        return False
    return True
