"""A place as the gazetteer answers, and the two ways in which it has no answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Precision = Literal["city", "postcode", "postcode_prefix", "country"]


@dataclass(frozen=True)
class Place:
    """A point in degrees, and how exactly it answers what was typed.

    `postcode`: the whole code that was typed. `postcode_prefix`: only its beginning, as with
    ‘1012 AB’, of which the first four digits are kept. `country`: the capital stands in.
    """

    name: str
    lat: float
    lon: float
    precision: Precision
    country: str  # ISO 3166 alpha-2
    region: str = ""  # tells namesakes apart; empty where not known

    @property
    def label(self) -> str:
        """‘Neustadt, Bayern’. `Gazetteer.find` understands it."""
        tells_apart = self.region and self.region != self.name
        return f"{self.name}, {self.region}" if tells_apart else self.name


class UnknownPlace(LookupError):  # noqa: N818 - an answer to a family, not a fault
    """No place is clearly meant. `suggestions`: up to five, the likeliest first."""

    def __init__(self, suggestions: tuple[Place, ...] = ()) -> None:
        super().__init__("No place in the gazetteer is clearly meant.")
        self.suggestions = suggestions


class UnknownCountry(LookupError):  # noqa: N818
    """The code is not the ISO 3166 alpha-2 code of a country."""
