"""Find a hospital: by country and place, or all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from portal import languages
from portal.collation import sort_key
from portal.content.live import goes_to_central
from portal.content.model import Site, Study
from portal.places.choose import Choice, RankedSite, choose, in_order_of_distance
from portal.places.place import Place, UnknownPlace
from portal.web.countries import country_choices, is_country
from portal.web.page_cache import keep
from portal.web.state import complete_study, portal

bp = Blueprint("hospitals", __name__)

NEAREST_SHOWN = 3
LONGEST_PLACE = 200
Groups = list[tuple[str, list[Site]]]


@dataclass(frozen=True)
class Question:
    """What the visitor asked, as typed. `country` is empty when none or no real one was chosen."""

    country: str
    place: str

    @property
    def asked(self) -> bool:
        return bool(self.country or self.place)


@dataclass(frozen=True)
class Answer:
    """What the page shows. Without `near`, all hospitals stand there by country."""

    here: Place | None = None
    near: tuple[RankedSite[Site], ...] = ()
    away: tuple[RankedSite[Site], ...] = ()  # hospitals that take no messages now
    reason: str = ""
    in_country: int = 0  # accepting hospitals in the chosen country
    suggestions: tuple[Place, ...] = ()
    namesakes: tuple[Place, ...] = ()  # other places of this name in the country
    unknown_place: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def in_order_of_distance(self) -> bool:
        """Of those after the first; `reason` speaks of that one."""
        return in_order_of_distance(self.near[1:])

    @property
    def place(self) -> str:
        """The place in a sentence; its region only where another place has its name."""
        if self.here is None:
            return ""
        return self.here.label if self.namesakes else self.here.name


@bp.get("/<lang>/studies/<slug>/hospitals")
def find(slug: str) -> ResponseReturnValue:
    study = complete_study(slug)
    question = read_question()
    answer = look_up(study, question)
    first, rest = country_choices(study)
    html = render_template(
        "pages/hospitals.html",
        study=study,
        question=question,
        answer=answer,
        countries_first=first,
        countries_rest=rest,
        groups=by_country([site for site in study.sites if accepts(study, site)]),
        closed_groups=by_country([site for site in study.sites if not accepts(study, site)]),
        to_central=to_central,
        accepts=accepts,
    )
    if answer.errors:
        return html, 422
    return html if question.asked else keep(make_response(html))


def read_question() -> Question:
    country = request.args.get("country", "").strip().upper()
    place = " ".join(request.args.get("place", "").split())[:LONGEST_PLACE]
    return Question(country if is_country(country) else "", place)


def look_up(study: Study, question: Question) -> Answer:
    if not question.country:
        missing = languages.gettext("Choose a country. Then we can look for your town.")
        return Answer(errors={"country": missing} if question.place else {})
    try:
        here = portal().gazetteer.find(question.country, question.place)
    except UnknownPlace as unknown:
        return Answer(unknown_place=True, suggestions=unknown.suggestions)
    return _answer(study, question, here)


def _answer(study: Study, question: Question, here: Place) -> Answer:
    choice = _choose(study, here)
    at_home = [item for item in choice.accepting if item.site.country == question.country]
    if here.precision == "country" and at_home:
        near = tuple(sorted(at_home, key=lambda item: sort_key(item.site.city)))
    else:
        near = choice.accepting[:NEAREST_SHOWN]
    away = [item for item in choice.not_accepting if item.site.country == question.country]
    return Answer(
        here=here,
        near=near,
        away=tuple(away),
        reason=choice.reason or "",
        in_country=len(at_home),
        namesakes=_namesakes(question, here),
    )


def _namesakes(question: Question, here: Place) -> tuple[Place, ...]:
    """Other towns that the family may mean; none for a postcode."""
    if here.precision != "city":
        return ()
    return portal().gazetteer.namesakes(question.country, question.place)


def _choose(study: Study, here: Place) -> Choice[Site]:
    routing = portal().config.portal.routing
    return choose(
        study.sites,
        here,
        languages.current(),
        border_km=routing.border_km,
        language_km=routing.language_km,
        accepts=lambda site: accepts(study, site),
    )


def accepts(study: Study, site: Site) -> bool:
    return study.accepts_messages and site.accepting


def to_central(site: Site) -> bool:
    """Would a message for it reach the study’s central office instead?"""
    return goes_to_central(site, public=portal().settings.public)


def by_country(sites: list[Site]) -> Groups:
    """(country, hospitals by city), in the order of the reader’s language."""

    def key(site: Site) -> tuple[tuple[int, ...], tuple[int, ...], str]:
        name = sort_key(languages.territory_name(site.country))
        return name, sort_key(site.city), site.id

    ordered = sorted(sites, key=key)
    return [(country, list(group)) for country, group in groupby(ordered, lambda s: s.country)]
