"""The catalogue page: what a reader chose, and the studies that fit it.

Country and age group may stand in an address. The change on a report is health data, so it
comes by POST only and stands in no address (content brief, A5.7).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal import languages
from portal.content import catalogue
from portal.content.catalogue import ANOTHER, NOT_KNOWN, Entry, Found, Wanted
from portal.content.catalogue_model import Change
from portal.languages import N_
from portal.web.countries import by_name, is_country, known_countries
from portal.web.page_cache import keep
from portal.web.state import portal

AGE_WORDS: Mapping[str, str] = {
    "0_5": N_("0 to 5 years"),
    "6_12": N_("6 to 12 years"),
    "13_17": N_("13 to 17 years"),
    "18_20": N_("18 to 20 years"),
    "adult": N_("21 years or older"),
}


@dataclass(frozen=True)
class Signpost:
    """What we can say about one change: `group` is None if it is not one of ours."""

    group: Change | None
    looked_for_by: tuple[Entry, ...] = ()
    not_known: bool = False


def shown(wanted: Wanted) -> Response:
    """The page; without a choice it is the same for everybody and may be kept."""
    every = catalogue.entries(portal().config)
    found = catalogue.find(every, wanted)
    html = render_template(
        "pages/other-studies.html",
        wanted=wanted,
        found=found,
        signpost=_signpost(wanted, every),
        list_heading=_list_heading(found, wanted),
        countries_first=by_name(_named(every)),
        countries_rest=by_name(known_countries(portal().gazetteer) - _named(every)),
        age_words=AGE_WORDS,
        changes=portal().config.catalogue.changes,
    )
    answer = make_response(html)
    return answer if wanted.anything else keep(answer)


def asked(fields: Mapping[str, str]) -> Wanted:
    """Country and age group as chosen; a code that is none counts as not chosen."""
    country = fields.get("country", "").strip().upper()
    age_group = fields.get("age_group", "")
    return Wanted(
        country if is_country(country) else "",
        age_group if age_group in catalogue.AGE_GROUPS else "",
    )


def chosen(fields: Mapping[str, str]) -> ResponseReturnValue:
    """The posted form. Without a change the choice gets an address of its own, to come back to."""
    wanted = asked(fields)
    change = fields.get("change", "")
    if change not in {ANOTHER, NOT_KNOWN} and not _group(change):
        address = url_for(
            "reading.other_studies",
            country=wanted.country or None,
            age_group=wanted.age_group or None,
        )
        return redirect(f"{address}#list", 303)
    return shown(Wanted(wanted.country, wanted.age_group, change))


def _group(change: str) -> Change | None:
    return catalogue.change_of(portal().config.catalogue, change)


def _signpost(wanted: Wanted, every: tuple[Entry, ...]) -> Signpost | None:
    if not wanted.change:
        return None
    return Signpost(
        _group(wanted.change),
        catalogue.look_for(every, wanted.change),
        not_known=wanted.change == NOT_KNOWN,
    )


def _named(every: tuple[Entry, ...]) -> frozenset[str]:
    return frozenset(country for entry in every for country in entry.countries)


def _list_heading(found: Found, wanted: Wanted) -> str:
    if not wanted.anything or wanted == Wanted(change=NOT_KNOWN):
        return languages.gettext("All studies in this list")
    if found.fitting:
        return languages.gettext("Studies that fit what you chose")
    return ""
