"""The gazetteer's file: unpacked once, then read. `tools/build_places.py` writes its schema."""

from __future__ import annotations

import contextlib
import hashlib
import lzma
import os
import sqlite3
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.places.place import Place

SCALE = 100_000  # coordinates are whole numbers of 1/100,000 degree

_CITY = """
    SELECT city, name, cities.lat, cities.lon, country, region_name, population
    FROM cities JOIN regions USING (region)
"""
_POSTCODE = """
    SELECT code, name, coalesce(postcodes.lat, cities.lat),
        coalesce(postcodes.lon, cities.lon), region_name
    FROM postcodes JOIN cities USING (city) JOIN regions USING (region)
    WHERE postcodes.country = ?
"""


@dataclass(frozen=True)
class City:
    """Numbers follow population: 1 is the largest city. Whole countries come last."""

    number: int
    place: Place
    population: int


@dataclass(frozen=True)
class PostcodePoint:
    code: str
    city: str
    lat: float
    lon: float
    region: str


def unpack(committed: Path, folder: Path) -> Path:
    """The unpacked file, named after the content of the committed one.

    Several processes may unpack at once; each sees a whole file or none. Raises OSError if the
    folder cannot be written.
    """
    packed = committed.read_bytes()
    file = folder / f"places-{hashlib.sha256(packed).hexdigest()[:16]}.sqlite"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write_whole(file, lzma.decompress(packed))
    return file


def _write_whole(file: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".places-")
    try:
        with os.fdopen(handle, "wb") as part:
            part.write(content)
            os.fchmod(part.fileno(), 0o644)  # the worker may run as another user
            part.flush()
            os.fsync(part.fileno())
        Path(name).replace(file)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise


class Tables:
    """Named reads. One read-only connection per thread."""

    def __init__(self, file: Path) -> None:
        self._uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
        self._local = threading.local()

    def detailed_countries(self) -> tuple[str, ...]:
        return tuple(code for (code,) in self._rows("SELECT code FROM countries WHERE detailed"))

    def capital(self, country: str) -> tuple[Place, bool] | None:
        """The capital, and whether the places of the country are known; None for no country."""
        query = "SELECT city, detailed FROM countries WHERE code = ?"
        for number, detailed in self._rows(query, country):
            (row,) = self._rows(f"{_CITY} WHERE city = ?", number)
            return _city(row).place, bool(detailed)
        return None

    def named(self, country: str, name_key: str, limit: int = 100) -> list[City]:
        """Cities with this spelling, largest first."""
        inside = "SELECT city FROM names WHERE country = ? AND name_key = ?"
        query = f"{_CITY} WHERE city IN ({inside}) ORDER BY city LIMIT ?"
        return [_city(row) for row in self._rows(query, country, name_key, limit)]

    def village(self, country: str, name_key: str) -> list[City]:
        """The town whose postcode a village has that is no city itself."""
        inside = "SELECT city FROM villages WHERE country = ? AND name_key = ?"
        return [
            _city(row) for row in self._rows(f"{_CITY} WHERE city IN ({inside})", country, name_key)
        ]

    def beginning_with(self, country: str, start: str, limit: int) -> list[City]:
        """Cities with a spelling that begins so, largest first."""
        inside = "SELECT city FROM names WHERE country = ? AND name_key BETWEEN ? AND ?"
        query = f"{_CITY} WHERE city IN ({inside}) ORDER BY city LIMIT ?"
        rows = self._rows(query, country, start, start + chr(0x10FFFF), limit)
        return [_city(row) for row in rows]

    def spellings(self, country: str, shortest: int, longest: int) -> list[str]:
        """All spellings of these lengths in a country."""
        # One string per query: ten times faster than as many rows.
        query = (
            "SELECT group_concat(name_key, ' ') FROM names"
            " WHERE country = ? AND length(name_key) BETWEEN ? AND ?"
        )
        ((line,),) = self._rows(query, country, shortest, longest)
        return line.split(" ") if line else []

    def postcode(self, country: str, code: str) -> PostcodePoint | None:
        rows = self._rows(f"{_POSTCODE} AND code = ?", country, code)
        return _postcode(rows[0]) if rows else None

    def postcodes_from(self, country: str, start: str) -> list[PostcodePoint]:
        """All postcodes that begin so."""
        rows = self._rows(f"{_POSTCODE} AND code BETWEEN ? AND ?", country, start, f"{start}~")
        return [_postcode(row) for row in rows]

    def _rows(self, query: str, *values: str | int) -> list[tuple[Any, ...]]:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = sqlite3.connect(self._uri, uri=True)
        return connection.execute(query, values).fetchall()


def _city(row: tuple[Any, ...]) -> City:
    number, name, lat, lon, country, region, population = row
    precision: Any = "country" if population is None else "city"
    place = Place(name, lat / SCALE, lon / SCALE, precision, country, region)
    return City(number, place, population or 0)


def _postcode(row: tuple[Any, ...]) -> PostcodePoint:
    code, city, lat, lon, region = row
    return PostcodePoint(code, city, lat / SCALE, lon / SCALE, region)
