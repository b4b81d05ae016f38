"""Is a hospital where the registry says? Points and postcodes against the gazetteer.

Five of 33 points of the sister study's record are 128–363 km off, so more than 25 km from its
city a point is not believed (architecture, ‘Unconfirmed hospitals’).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from portal.content.registry.match import Hospital
from portal.content.registry.record import Location, Point
from portal.content.registry.sites_table import Placed
from portal.places.distance import distance_km
from portal.places.gazetteer import CONTRADICTION_KM, Gazetteer
from portal.places.normalise import (
    display_postcode,
    find_postcode,
    has_postcodes,
    with_leading_zero,
    without_country,
    words,
)
from portal.places.place import Place

MOST_KM = 25.0
PREFIX_KM = 100.0  # a point known by the beginning of its postcode only: the worst is 112 km off


@dataclass
class Checks:
    """The gazetteer, and what it found odd; the same question is asked once."""

    gazetteer: Gazetteer
    odd: list[str]
    unchecked: list[str]

    def hospital(self, location: Location, country: str) -> Hospital:
        """With its postcode as the country writes it, or a warning that it is odd."""
        text = location.postcode
        if not text or not has_postcodes(country):
            return Hospital(location, country, text)
        found = find_postcode(country, words(text))
        if found is None:
            self._odd_postcode(location, country)
            return Hospital(location, country, text, odd_postcode=True)
        if found.whole:
            tidy = display_postcode(country, found.code)
            letters = country in {"GB", "IE", "CA"}  # ‘NE1’ alone; else digits only
            return Hospital(location, country, text if letters else tidy)
        return Hospital(location, country, without_country(country, text))

    def _odd_postcode(self, location: Location, country: str) -> None:
        perhaps = with_leading_zero(country, location.postcode)
        place = self.gazetteer.at_postcode(country, perhaps)
        hint = f" Perhaps {perhaps} {place.name.partition(' ')[2]}?" if place else ""
        said = f"“{location.postcode}” is no postcode of this country."
        self.odd.append(f"{location.label}: {said}{hint} It stays as written.")

    def placed(self, hospital: Hospital, kept: Point | None) -> Placed | None:
        """The hospital with its point; `kept` is that of its row. None: nobody knows where."""
        location = hospital.location
        expected, fits = self._expected(hospital)
        hospital = hospital if fits else replace(hospital, odd_postcode=True)
        if expected is None:
            point = kept or location.point
            if point and location.point:
                self.unchecked.append(location.label)
            return Placed(hospital, point) if point else None
        limit = PREFIX_KM if expected.precision == "postcode_prefix" else MOST_KM
        there = Point(round(expected.lat, 5), round(expected.lon, 5))
        given = location.point
        if given and (km := _km(given, there)) > limit:
            self.odd.append(
                f"{location.label}: the registry’s point {given} is {km:.0f} km from "
                f"{expected.label}. The point of {expected.name} is used."
            )
            given = None
        if kept and (km := _km(kept, there)) > limit:
            self.odd.append(
                f"{location.label}: the point {kept} of your row is {km:.0f} km from "
                f"{expected.label}. It is replaced."
            )
            kept = None
        return Placed(hospital, kept or given or there, expected.region)

    def _expected(self, hospital: Hospital) -> tuple[Place | None, bool]:
        """Where its city is, and whether its postcode fits.

        Among namesakes the one of its postcode, else the one of its point, else the largest.
        """
        location, country = hospital.location, hospital.country
        city, state = hospital.city, location.state
        named = self.gazetteer.named(country, f"{city}, {state}") if state else ()
        named = named or self.gazetteer.named(country, city)
        post = self.gazetteer.at_postcode(country, hospital.postcode) if hospital.postcode else None
        if not named or post is None:
            return _nearest(named, location.point, MOST_KM) or post, True
        best = min(named, key=lambda place: _apart(place, post))
        far = PREFIX_KM if post.precision == "postcode_prefix" else CONTRADICTION_KM
        if (km := _apart(best, post)) <= far:
            return best, True
        self.odd.append(
            f"{location.label}: the postcode {location.postcode} belongs to "
            f"{post.name.partition(' ')[2] or post.name}, {km:.0f} km away. It stays as written."
        )
        return _nearest(named, location.point, MOST_KM), False


def _nearest(places: tuple[Place, ...], point: Point | None, limit: float) -> Place | None:
    """The first place, or one of the same name that has the point."""
    near = [
        place
        for place in places
        if point and distance_km(place.lat, place.lon, point.lat, point.lon) <= limit
    ]
    return next(iter(near or places), None)


def _apart(one: Place, other: Place) -> float:
    return distance_km(one.lat, one.lon, other.lat, other.lon)


def _km(one: Point, other: Point) -> float:
    return distance_km(one.lat, one.lon, other.lat, other.lon)
