"""Find the place a family typed: a city in any spelling, or a postcode.

The gazetteer is an SQLite file made by `tools/build_places.py`, committed compressed and
unpacked on first use. Cities are numbered by population, so the lowest number is the largest.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import sqlite3
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from portal.places import spelling
from portal.places.distance import distance_km
from portal.places.normalise import (
    Postcode,
    display_postcode,
    find_postcode,
    key,
    partial_postcode,
    with_leading_zero,
    words,
)

COMMITTED = Path(__file__).parent / "data" / "places.sqlite.xz"
SUGGESTIONS = 5
CONTRADICTION_KM = 50.0  # farther from the city named beside it, a postcode is not believed
SHORTEST_PREFIX = 2

Precision = Literal["city", "postcode", "postcode_prefix", "country"]


@dataclass(frozen=True)
class Place:
    """A point in degrees, and how exactly it answers what was typed."""

    name: str
    lat: float
    lon: float
    precision: Precision
    country: str  # ISO 3166 alpha-2
    region: str = ""  # tells namesakes apart; empty where not known

    @property
    def label(self) -> str:
        """‘Neustadt, Bayern’. `Gazetteer.find` understands it again."""
        return f"{self.name}, {self.region}" if self.region else self.name


class UnknownPlace(LookupError):  # noqa: N818 - it is an answer, not a fault
    """No place is meant clearly. `suggestions`: up to five, the likeliest first."""

    def __init__(self, suggestions: tuple[Place, ...] = ()) -> None:
        super().__init__("This place is not in the gazetteer.")
        self.suggestions = suggestions


class UnknownCountry(LookupError):  # noqa: N818
    """Not the ISO 3166 alpha-2 code of a country."""


@dataclass(frozen=True)
class _City:
    number: int
    place: Place
    population: int


class Gazetteer:
    """Read-only look-ups; may be shared by threads."""

    def __init__(self, file: Path) -> None:
        self._uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
        self._local = threading.local()

    @classmethod
    def open(cls, data_dir: Path, committed: Path = COMMITTED) -> Gazetteer:
        """Unpack the committed file into `data_dir` unless it is there, and open it.

        Several processes may do so at once. A changed committed file is unpacked anew.
        Raises OSError if `data_dir` cannot be written.
        """
        packed = committed.read_bytes()
        file = data_dir / f"places-{hashlib.sha256(packed).hexdigest()[:16]}.sqlite"
        if not file.exists():
            _write_atomically(file, lzma.decompress(packed))
        return cls(file)

    def countries(self) -> tuple[str, ...]:
        """Codes of the countries whose places are known one by one, sorted."""
        rows = self._rows("SELECT code FROM countries WHERE detailed ORDER BY code")
        return tuple(code for (code,) in rows)

    def find(self, country: str, text: str) -> Place:
        """The place meant by `text` in a country (architecture.md, ‘Choosing the hospital’).

        Without text, or in a country outside the gazetteer: the capital, precision `country`.
        Otherwise in this order: a name as written, a postcode, a name within the text, a name
        with one clear typing error. Raises UnknownPlace with suggestions when none is clear,
        UnknownCountry for a wrong code, and nothing else.
        """
        country = country.upper()
        capital, detailed = self._capital(country)
        text_words = words(text)
        if not text_words or not detailed:
            return capital
        if cities := self._named(country, text_words):
            return cities[0].place
        postcode = find_postcode(country, text_words)
        if postcode and (point := self._postcode(country, postcode.code)):
            return self._believed(point, postcode)
        rest = postcode.rest if postcode else text_words
        if rest and (city := self._meant(country, rest)):
            return city.place
        if point := self._by_prefix(country, postcode, text_words):
            return point
        raise UnknownPlace(self._suggestions(country, rest))

    def namesakes(self, country: str, text: str) -> tuple[Place, ...]:
        """Other places of exactly this name in the country, largest first, up to five."""
        cities = self._named(country.upper(), words(text))
        return _different(city.place for city in cities)[1 : SUGGESTIONS + 1]

    # Names

    def _named(self, country: str, name: tuple[str, ...]) -> list[_City]:
        """Cities of this name, largest first; the name may end in a region or the country."""
        if cities := self._exact(country, "".join(name)):
            return cities
        for cut in range(len(name) - 1, 0, -1):
            cities = self._exact(country, "".join(name[:cut]))
            tail = "".join(name[cut:])
            if inside := [city for city in cities if key(city.place.region) == tail]:
                return inside
            if cities and any(c.place.precision == "country" for c in self._exact(country, tail)):
                return cities
        return []

    def _exact(self, country: str, name: str) -> list[_City]:
        for spelt in spelling.variants(name):
            rows = self._rows(
                f"SELECT {_CITY} FROM names JOIN cities USING (city) JOIN regions USING (region)"  # noqa: S608
                " WHERE names.country = ? AND name_key = ? ORDER BY city",
                country,
                spelt,
            )
            if rows:
                return [_city(row) for row in rows]
        return []

    def _meant(self, country: str, name: tuple[str, ...]) -> _City | None:
        """One city only: with words around it (‘near Lyon’), or with one clear typing error."""
        wanted = tuple(word for word in name if not word.isdigit())
        kept = spelling.without_fillers(wanted)
        if kept != name and (cities := self._named(country, kept)):
            return cities[0]
        if city := self._clear_typo(country, "".join(kept)):
            return city
        for length in range(len(kept) - 1, 0, -1):
            parts = [kept[i : i + length] for i in range(len(kept) - length + 1)]
            found = [c[0] for p in parts if spelling.telling(p) and (c := self._named(country, p))]
            found = [city for city in found if city.place.precision != "country"]
            if found:
                return found[0] if len({city.number for city in found}) == 1 else None
        return None

    def _clear_typo(self, country: str, name: str) -> _City | None:
        close = self._close(country, name, limit=1)
        if len(name) < spelling.SHORTEST_CORRECTED or not close:
            return None
        best, *rivals = sorted(close, key=lambda city: city.number)
        clear = all(rival.population * 10 < best.population for rival in rivals)
        return best if clear else None

    def _close(self, country: str, name: str, limit: int) -> list[_City]:
        """Cities with a name at most `limit` typing errors away, closest and largest first."""
        rows = self._rows(
            "SELECT group_concat(name_key, char(10)) FROM names"
            " WHERE country = ? AND length(name_key) BETWEEN ? AND ?",
            country,
            len(name) - limit,
            len(name) + limit,
        )
        errors: dict[int, int] = {}
        close: dict[int, _City] = {}
        for found, count in spelling.within(name, (rows[0][0] or "").split("\n"), limit):
            for city in self._exact(country, found):
                close[city.number] = city
                errors[city.number] = min(count, errors.get(city.number, count))
        return sorted(close.values(), key=lambda city: (errors[city.number], city.number))

    def _suggestions(self, country: str, name: tuple[str, ...]) -> tuple[Place, ...]:
        kept = spelling.without_fillers(name)
        typed = "".join(kept)
        parts = [city for part in kept if spelling.telling((part,)) for city in
                 self._exact(country, part)[:2]] if len(kept) > 1 else []
        close = self._close(country, typed, spelling.errors_allowed(typed))
        begun = self._beginning(country, typed)
        return _different(city.place for city in (*parts, *close, *begun))[:SUGGESTIONS]

    def _beginning(self, country: str, typed: str) -> list[_City]:
        if len(typed) < spelling.SHORTEST_BEGINNING:
            return []
        rows = self._rows(
            f"SELECT DISTINCT {_CITY} FROM names JOIN cities USING (city)"  # noqa: S608
            " JOIN regions USING (region)"
            " WHERE names.country = ? AND name_key > ? AND name_key < ? ORDER BY city LIMIT ?",
            country,
            typed,
            typed + chr(0x10FFFF),
            SUGGESTIONS,
        )
        return [_city(row) for row in rows]

    # Postcodes

    def _postcode(self, country: str, code: str) -> Place | None:
        rows = self._rows(f"{_POSTCODES} AND code = ?", country, code)
        return _postcode_place(rows[0], country, "postcode") if rows else None

    def _believed(self, point: Place, postcode: Postcode) -> Place:
        """The point, unless the city named beside it is elsewhere: then ask which is right."""
        if not postcode.whole:
            point = _with_precision(point, "postcode_prefix")
        cities = [
            city.place
            for city in self._named(point.country, postcode.rest)
            if city.place.precision == "city"
        ]
        near = [city for city in cities if _apart_km(city, point) <= CONTRADICTION_KM]
        if cities and not near:
            raise UnknownPlace((point, cities[0]))
        return point

    def _by_prefix(
        self, country: str, postcode: Postcode | None, text_words: tuple[str, ...]
    ) -> Place | None:
        """The middle of the codes that begin like this one, by the longest beginning known."""
        code = postcode.code if postcode else partial_postcode(country, text_words)
        if not code:
            return None
        if point := self._postcode(country, with_leading_zero(country, code)):
            return point
        for length in range(len(code), SHORTEST_PREFIX - 1, -1):
            rows = self._rows(
                f"{_POSTCODES} AND code BETWEEN ? AND ?", country, code[:length], code[:length] + "~"
            )
            if rows:
                return _postcode_place(_middle(rows), country, "postcode_prefix")
        return None

    # The file

    def _capital(self, country: str) -> tuple[Place, bool]:
        rows = self._rows(
            f"SELECT detailed, {_CITY} FROM countries JOIN cities USING (city)"  # noqa: S608
            " JOIN regions USING (region) WHERE code = ?",
            country,
        )
        if not rows:
            raise UnknownCountry(country)
        return _city(rows[0][1:]).place, bool(rows[0][0])

    def _rows(self, query: str, *values: str | int) -> list[tuple[_Value, ...]]:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = sqlite3.connect(self._uri, uri=True)
        return connection.execute(query, values).fetchall()
