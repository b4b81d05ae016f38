"""Which hospitals a family is shown: the nearest that accepts messages, and what else there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from portal.content.model import Config, Site, Study
from portal.places.choose import RankedSite, choose, in_order_of_distance
from portal.places.place import Place

WHY = Literal["nearest", "nearest_in_country", "speaks_language", "chosen", "central"]
ALTERNATIVES = 2


@dataclass(frozen=True)
class Offer:
    """`first` is preselected; `others` are the next two; `rest` are all further accepting ones."""

    first: RankedSite[Site] | None
    why: WHY
    others: tuple[RankedSite[Site], ...]
    rest: tuple[RankedSite[Site], ...]
    not_accepting: tuple[RankedSite[Site], ...]

    @property
    def choices(self) -> tuple[RankedSite[Site], ...]:
        return (*((self.first,) if self.first else ()), *self.others, *self.rest)

    @property
    def in_order_of_distance(self) -> bool:
        """Of the others that the family sees at once; `why` speaks of the first."""
        return in_order_of_distance(self.others)


def offer(config: Config, study: Study, place: Place, language: str, chosen: str = "") -> Offer:
    """Hospitals for a family at `place` who speak `language`.

    A hospital that the family chose itself comes first if it accepts messages; otherwise the
    rule of architecture, ‘Choosing the hospital’.
    """
    routing = config.portal.routing
    ranking = choose(
        study.sites,
        place,
        language,
        border_km=routing.border_km,
        language_km=routing.language_km,
        accepts=lambda site: site.accepting,
    )
    mine = next((ranked for ranked in ranking.accepting if ranked.site.id == chosen), None)
    first = mine or next(iter(ranking.accepting), None)
    others = tuple(ranked for ranked in ranking.accepting if ranked is not first)
    return Offer(
        first=first,
        why="chosen" if mine else (ranking.reason or "central"),
        others=others[:ALTERNATIVES],
        rest=others[ALTERNATIVES:],
        not_accepting=ranking.not_accepting,
    )


def place_of(site: Site) -> Place:
    """Around a hospital, for a family that named a hospital and no place."""
    return Place(site.city, site.lat, site.lon, "city", site.country, "")
