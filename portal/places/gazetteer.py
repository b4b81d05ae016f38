"""Find the place a family typed: a city in any spelling, or a postcode."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

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
from portal.places.place import Place, Precision, UnknownCountry, UnknownPlace
from portal.places.tables import City, PostcodePoint, Tables, unpack

COMMITTED = Path(__file__).parent / "data" / "places.sqlite.xz"
SUGGESTIONS = 5
CONTRADICTION_KM = 50.0  # farther from the city named beside it, a postcode is not believed
SHORTEST_PREFIX = 2
MOST_WORDS = 8  # of a sentence in which a name is looked for
CLEARLY_LARGER = 10  # times the people of any other place that is one error away
SMALLEST_CORRECTED = 5_000  # people; a village is suggested, not taken
SHORT_NAME = 4  # letters; one error often makes another name
SMALLEST_CORRECTED_SHORT = 100_000  # people; ‘Wein’ is Vienna
SAME_TOWN_KM = 15.0  # places of one name nearer than this are parts of one town


class Gazetteer:
    """Read-only look-ups; may be shared by threads."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @classmethod
    def open(cls, data_dir: Path, committed: Path = COMMITTED) -> Gazetteer:
        """Unpack the committed file into `data_dir` unless it is there, and open it.

        Several processes may do so at once. A changed committed file is unpacked anew.
        Raises OSError if `data_dir` cannot be written.
        """
        return cls(Tables(unpack(committed, data_dir)))

    def countries(self) -> tuple[str, ...]:
        """ISO codes of the countries whose places are known one by one."""
        return self._tables.detailed_countries()

    def find(self, country: str, text: str) -> Place:
        """The place meant by `text` in a country (architecture.md, ‘Choosing the hospital’).

        Without text, or in a country outside the gazetteer: the capital, precision `country`.
        Otherwise the first of: a name as written, a whole postcode, a name with words around
        it or one clear typing error, the beginning of a postcode. Among namesakes the largest.
        Raises UnknownPlace with suggestions if none is clear, UnknownCountry for a code that
        is no country's, and nothing else.
        """
        country = country.upper()
        answer = self._tables.capital(country)
        if answer is None:
            raise UnknownCountry(country)
        capital, detailed = answer
        text_words = words(text)
        if not text_words or not detailed:
            return capital
        return self._find(country, text_words)

    def namesakes(self, country: str, text: str) -> tuple[Place, ...]:
        """The other places of exactly this name in the country, largest first, up to five."""
        cities = self._named(country.upper(), words(text))
        others = [c for c in cities if _apart_km(c.place, cities[0].place) > SAME_TOWN_KM]
        return _different(others)[:SUGGESTIONS]

    def named(self, country: str, text: str) -> tuple[Place, ...]:
        """Every place of exactly this name, largest first; none is guessed.

        A region may follow the name. Empty in a country whose places are not known one by one.
        """
        cities = self._named(country.upper(), words(text)) if text else []
        return tuple(city.place for city in cities if not _is_country(city))

    def at_postcode(self, country: str, text: str) -> Place | None:
        """Where a postcode is: precision `postcode`, or `postcode_prefix` by its beginning."""
        country, typed = country.upper(), words(text)
        if not (postcode := find_postcode(country, typed)):
            return None
        if point := self._tables.postcode(country, postcode.code):
            return _at_postcode(country, point, "postcode")
        return self._by_prefix(country, postcode, typed)

    def _find(self, country: str, text_words: tuple[str, ...]) -> Place:
        if cities := self._named(country, text_words):
            return cities[0].place
        postcode = find_postcode(country, text_words)
        if postcode and (point := self._tables.postcode(country, postcode.code)):
            return self._believed(country, point, postcode)
        rest = postcode.rest if postcode else text_words
        name = spelling.without_fillers([word for word in rest if not word.isdigit()])
        close = self._close(country, "".join(name))
        if city := self._within(country, name, rest) or _clearly_meant("".join(name), close):
            return city.place
        if place := self._by_prefix(country, postcode, text_words):
            return place
        raise UnknownPlace(self._suggestions(country, name, close))

    # Names

    def _named(self, country: str, name: Sequence[str]) -> list[City]:
        """Cities of this name, largest first; a region or the country may follow the name.

        A village that is no city of the gazetteer gives the town of its postcode.
        """
        if cities := self._spelt(country, name) or self._tables.village(country, "".join(name)):
            return cities
        for cut in range(min(len(name), MOST_WORDS) - 1, 0, -1):
            head = name[:cut]
            if cities := self._spelt(country, head) or self._tables.village(country, "".join(head)):
                tail = "".join(name[cut:])
                inside = [city for city in cities if key(city.place.region) == tail]
                inside.sort(key=lambda city: key(city.place.name) != "".join(head))
                if inside or any(map(_is_country, self._spelt(country, name[cut:]))):
                    return inside or cities
        return []

    def _spelt(self, country: str, name: Sequence[str]) -> list[City]:
        for variant in spelling.variants("".join(name)):
            if cities := self._tables.named(country, variant):
                return cities
        return []

    def _within(self, country: str, name: Sequence[str], rest: Sequence[str]) -> City | None:
        """The one city named by the longest part of a sentence that names any: ‘near Lyon’."""
        if tuple(name) != tuple(rest) and (cities := self._named(country, name)):
            return cities[0]
        name = name[:MOST_WORDS]
        for length in range(len(name) - 1, 0, -1):
            found = [
                city
                for part in _parts(name, length)
                for city in self._spelt(country, part)[:1]
                if not _is_country(city)
            ]
            if found:
                return found[0] if len(set(found)) == 1 else None
        return None

    def _close(self, country: str, typed: str) -> list[tuple[int, City]]:
        """Cities with a similar name and their typing errors: fewest, then largest, first."""
        limit = spelling.errors_allowed(typed)
        if not limit or len(typed) > spelling.LONGEST_COMPARED:
            return []
        spellings = self._tables.spellings(country, len(typed) - limit, len(typed) + limit)
        errors: dict[City, int] = {}
        for similar, count in spelling.closest(typed, spellings, limit):
            for city in self._tables.named(country, similar, SUGGESTIONS):
                errors[city] = min(count, errors.get(city, count))
        ranked = sorted(errors.items(), key=lambda pair: (pair[1], pair[0].number))
        return [(count, city) for city, count in ranked]

    def _suggestions(
        self, country: str, name: Sequence[str], close: list[tuple[int, City]]
    ) -> tuple[Place, ...]:
        typed = "".join(name)
        parts = [
            city for part in _parts(name[:MOST_WORDS], 1) for city in self._spelt(country, part)[:1]
        ]
        begun: list[City] = []
        if len(typed) >= spelling.SHORTEST_BEGINNING:
            begun = self._tables.beginning_with(country, typed, SUGGESTIONS)
        return _different([*parts, *(city for _, city in close), *begun])[:SUGGESTIONS]

    # Postcodes

    def _believed(self, country: str, point: PostcodePoint, postcode: Postcode) -> Place:
        """The point, unless the city named beside it is elsewhere: then ask which is right."""
        place = _at_postcode(country, point, "postcode" if postcode.whole else "postcode_prefix")
        cities = [c.place for c in self._named(country, postcode.rest) if not _is_country(c)]
        if cities and all(_apart_km(city, place) > CONTRADICTION_KM for city in cities):
            raise UnknownPlace((place, cities[0]))
        return place

    def _by_prefix(
        self, country: str, postcode: Postcode | None, text_words: tuple[str, ...]
    ) -> Place | None:
        """The middle of the codes that share the longest known beginning with this one."""
        code = postcode.code if postcode else partial_postcode(country, text_words)
        if not code:
            return None
        if point := self._tables.postcode(country, with_leading_zero(country, code)):
            return _at_postcode(country, point, "postcode")
        for length in range(len(code), SHORTEST_PREFIX - 1, -1):
            if points := self._tables.postcodes_from(country, code[:length]):
                middle = _middle(points)
                return Place(
                    middle.city, middle.lat, middle.lon, "postcode_prefix", country, middle.region
                )
        return None


def _clearly_meant(typed: str, close: list[tuple[int, City]]) -> City | None:
    """The only city one error away, or the one far larger than all others one error away."""
    one_error = [city for errors, city in close if errors <= 1]
    if not one_error or len(typed) < SHORT_NAME:
        return None
    best = min(one_error, key=lambda city: city.number)
    smallest = SMALLEST_CORRECTED_SHORT if len(typed) == SHORT_NAME else SMALLEST_CORRECTED
    rivals = [city for city in one_error if _apart_km(city.place, best.place) > SAME_TOWN_KM]
    clear = all(rival.population * CLEARLY_LARGER < best.population for rival in rivals)
    return best if clear and best.population >= smallest else None


def _is_country(city: City) -> bool:
    return city.place.precision == "country"


def _parts(name: Sequence[str], length: int) -> list[Sequence[str]]:
    parts = [name[start : start + length] for start in range(len(name) - length + 1)]
    return [part for part in parts if spelling.telling(part)]


def _different(cities: Iterable[City]) -> tuple[Place, ...]:
    """Without repeated labels and without whole countries, in the given order."""
    places = {city.place.label: city.place for city in reversed(list(cities))}
    return tuple(place for place in reversed(places.values()) if place.precision != "country")


def _middle(points: Sequence[PostcodePoint]) -> PostcodePoint:
    lat = statistics.median(point.lat for point in points)
    lon = statistics.median(point.lon for point in points)
    return min(points, key=lambda point: distance_km(lat, lon, point.lat, point.lon))


def _at_postcode(country: str, point: PostcodePoint, precision: Precision) -> Place:
    name = f"{display_postcode(country, point.code)} {point.city}"
    return Place(name, point.lat, point.lon, precision, country, point.region)


def _apart_km(one: Place, other: Place) -> float:
    return distance_km(one.lat, one.lon, other.lat, other.lon)
