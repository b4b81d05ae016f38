"""Which hospital comes first for a family (architecture.md, ‘Choosing the hospital’)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, Literal, Protocol, TypeVar

from portal.places.distance import distance_km
from portal.places.place import Place

ACCEPTING = frozenset({"open", "unconfirmed"})
NORWEGIAN = frozenset({"no", "nb", "nn"})

Reason = Literal["nearest", "nearest_in_country", "speaks_language"]


class Hospital(Protocol):
    """What the ranking needs of a site."""

    @property
    def id(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...
    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def status(self) -> str: ...


AnyHospital = TypeVar("AnyHospital", bound=Hospital)


@dataclass(frozen=True)
class RankedSite(Generic[AnyHospital]):
    """A hospital, its distance, and the kilometres that border and language add to it."""

    site: AnyHospital
    km: float
    border_km: float
    language_km: float

    @property
    def effective_km(self) -> float:
        return self.km + self.border_km + self.language_km


@dataclass(frozen=True)
class Choice(Generic[AnyHospital]):
    """The hospitals in order. `reason` tells why the first accepting one stands there."""

    accepting: tuple[RankedSite[AnyHospital], ...]
    not_accepting: tuple[RankedSite[AnyHospital], ...]
    reason: Reason | None


def rank_sites(
    sites: Iterable[AnyHospital],
    place: Place,
    language: str,
    *,
    border_km: float,
    language_km: float,
) -> tuple[RankedSite[AnyHospital], ...]:
    """All hospitals by effective kilometres, then id.

    effective_km = km + border_km (other country) + language_km (none of its languages is
    the family's). An empty language adds nothing. `no`, `nb` and `nn` are one language.
    """

    def judge(site: AnyHospital) -> RankedSite[AnyHospital]:
        km = distance_km(place.lat, place.lon, site.lat, site.lon)
        same_country = site.country.upper() == place.country
        speaks = not language or not _spoken(language).isdisjoint(site.languages)
        return RankedSite(
            site, km, 0.0 if same_country else border_km, 0.0 if speaks else language_km
        )

    return tuple(
        sorted(map(judge, sites), key=lambda ranked: (ranked.effective_km, ranked.site.id))
    )


def choose(
    sites: Iterable[AnyHospital],
    place: Place,
    language: str,
    *,
    border_km: float,
    language_km: float,
    accepts: Callable[[AnyHospital], bool] = lambda site: site.status in ACCEPTING,
) -> Choice[AnyHospital]:
    """Rank the hospitals, those that accept apart from those that do not."""
    ranked = rank_sites(sites, place, language, border_km=border_km, language_km=language_km)
    accepting = tuple(item for item in ranked if accepts(item.site))
    others = tuple(item for item in ranked if not accepts(item.site))
    return Choice(accepting, others, first_reason(accepting))


def first_reason(ranked: Sequence[RankedSite[AnyHospital]]) -> Reason | None:
    """Why the first stands there; None without hospitals.

    `nearest`: none is closer. `nearest_in_country`: one abroad is closer, none at home is.
    `speaks_language`: a closer one does not work in the family's language.
    """
    if not ranked:
        return None
    first = ranked[0]
    closest = min(ranked, key=lambda item: item.km)
    if first.km <= closest.km:
        return "nearest"
    nearest_at_home = min((item.km for item in ranked if not item.border_km), default=0.0)
    if closest.border_km > first.border_km and first.km <= nearest_at_home:
        return "nearest_in_country"
    return "speaks_language"


def in_order_of_distance(ranked: Sequence[RankedSite[AnyHospital]]) -> bool:
    """Whether nobody stands before one that is nearer; if not, the page says why it may be so."""
    return all(before.km <= after.km for before, after in pairwise(ranked))


def _spoken(language: str) -> frozenset[str]:
    primary = language.lower().replace("_", "-").split("-")[0]
    return NORWEGIAN if primary in NORWEGIAN else frozenset({primary})
