"""`flask nearest`: the hospitals for a place, nearest first. Works with an empty environment."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any, NoReturn

import click

from portal.cli.gazetteer import open_gazetteer
from portal.content.load import ConfigError, load_config
from portal.content.model import Config, Site
from portal.places.choose import RankedSite, choose
from portal.places.place import Place, UnknownCountry, UnknownPlace
from portal.settings import config_folder

LIMIT = 3
MOST = 1_000


@click.command()
@click.argument("study")
@click.option("--country", required=True, metavar="CC", help="ISO 3166 code of the country.")
@click.option("--place", default="", metavar="TEXT", help="City or postcode; empty: the capital.")
@click.option("--language", default="", metavar="LL", help="The family's language.")
@click.option("--limit", default=LIMIT, show_default=True, metavar="N", help="How many accept.")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
def nearest(
    study: str, country: str, place: str, language: str, limit: int, *, as_json: bool
) -> None:
    """Hospitals of STUDY (folder name or NCT number) for a place, in the order offered."""
    if not 1 <= limit <= MOST:
        _refuse(f"--limit must be a whole number from 1 to {MOST}.", as_json)
    try:
        config = load_config(config_folder(os.environ))
    except ConfigError as error:
        _refuse(str(error), as_json)
    found_study = config.study(study)
    if found_study is None:
        known = ", ".join(one.slug for one in config.studies)
        _refuse(f"There is no study “{study}”. Studies: {known}.", as_json)
    try:
        found = open_gazetteer().find(country, place)
    except UnknownCountry:
        _refuse(f"“{country}” is not the two-letter code of a country.", as_json)
    except UnknownPlace as unknown:
        _refuse(
            f"“{place}” was not found in {country.upper()}.",
            as_json,
            [suggestion.label for suggestion in unknown.suggestions],
        )
    answer = _answer(config, found_study.sites, found, language, limit)
    click.echo(json.dumps(answer, ensure_ascii=False) if as_json else _readable(answer))


def _answer(
    config: Config, sites: Iterable[Site], place: Place, language: str, limit: int
) -> dict[str, Any]:
    routing = config.portal.routing
    choice = choose(
        sites, place, language, border_km=routing.border_km, language_km=routing.language_km
    )
    return {
        "place": {
            "name": place.name,
            "lat": place.lat,
            "lon": place.lon,
            "precision": place.precision,
        },
        "sites": [_site(ranked) for ranked in choice.accepting[:limit]],
        "not_accepting": [_site(ranked) for ranked in choice.not_accepting],
    }


def _site(ranked: RankedSite[Site]) -> dict[str, Any]:
    return {
        "id": ranked.site.id,
        "km": round(ranked.km, 3),
        "effective_km": round(ranked.effective_km, 3),
        "status": ranked.site.status,
        "languages": list(ranked.site.languages),
    }


def _readable(answer: dict[str, Any]) -> str:
    place = answer["place"]
    lines = [f"{place['name']} ({place['precision']})"]
    for site in (*answer["sites"], *answer["not_accepting"]):
        languages = ", ".join(site["languages"])
        lines.append(f"{site['km']:8.1f} km  {site['id']}  {site['status']}  {languages}")
    return "\n".join(lines)


def _refuse(sentence: str, as_json: bool, suggestions: Iterable[str] | None = None) -> NoReturn:
    """Exit 2. With --json an unknown place still prints JSON; every refusal says why in words."""
    if as_json and suggestions is not None:
        answer = {"error": sentence, "suggestions": list(suggestions)}
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        also = f" Perhaps: {'; '.join(suggestions)}." if suggestions else ""
        click.echo(sentence + also, err=True)
    raise SystemExit(2)
