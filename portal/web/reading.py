"""The pages that are only read."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from portal import languages
from portal.content.model import GlossaryTerm, Study
from portal.web import catalogue_view
from portal.web.linked_data import medical_trial
from portal.web.page_cache import keep
from portal.web.state import complete_study, portal

bp = Blueprint("reading", __name__)


@bp.get("/<lang>/")
def home() -> Response:
    config = portal().config
    study = config.complete_studies[0] if len(config.complete_studies) == 1 else None
    others = [one for one in config.studies if not one.complete]
    return page("home.html", study=study, studies=config.studies, others=others, days=_days())


@bp.get("/<lang>/studies/<slug>/")
def overview(slug: str) -> Response:
    study = find_study(slug)
    return page(
        "overview.html",
        study=study,
        parts=_parts_of(study),
        days=_days(),
        data=medical_trial(study),
    )


@bp.get("/<lang>/studies/<slug>/questions")
def questions(slug: str) -> Response:
    return page("questions.html", study=complete_study(slug), days=_days())


@bp.get("/<lang>/studies/<slug>/rules")
def rules(slug: str) -> Response:
    return page("rules.html", study=complete_study(slug))


@bp.get("/<lang>/studies/<slug>/words")
def words(slug: str) -> Response:
    study = complete_study(slug)
    letters = by_letter(portal().config.glossary)
    return page("words.html", study=study, letters=letters)


@bp.get("/<lang>/studies/<slug>/for-doctors")
def for_doctors(slug: str) -> Response:
    return page("for-doctors.html", study=complete_study(slug))


@bp.get("/<lang>/other-studies")
def other_studies() -> Response:
    return catalogue_view.shown(catalogue_view.asked(request.args))


@bp.post("/<lang>/other-studies")
def choose_studies() -> ResponseReturnValue:
    return catalogue_view.chosen(request.form)


@bp.get("/<lang>/privacy")
def privacy() -> Response:
    config = portal().config.portal
    return page(
        "privacy.html",
        retention=config.retention,
        updates=config.updates,
        public=portal().settings.public,
    )


@bp.get("/<lang>/accessibility")
def accessibility() -> Response:
    return page("accessibility.html")


def page(template: str, **values: object) -> Response:
    """The same for everybody, so it may be kept."""
    return keep(make_response(render_template(f"pages/{template}", **values)))


def find_study(slug: str) -> Study:
    """The study of this folder name. A registry number is no address: it answers 404."""
    study = next((one for one in portal().config.studies if one.slug == slug), None)
    return study or abort(404)


def by_letter(terms: Iterable[GlossaryTerm]) -> list[tuple[str, list[GlossaryTerm]]]:
    """The glossary from A to Z of the reader's language."""

    def key(term: GlossaryTerm) -> str:
        return languages.sort_key(languages.gettext(term.term))

    ordered = sorted(terms, key=key)
    return [(letter, list(group)) for letter, group in groupby(ordered, lambda t: _first(key(t)))]


def _first(key: str) -> str:
    return key[:1].upper()


def _parts_of(study: Study) -> list[tuple[str, str]]:
    """The parts of the overview, in the order of the page, for ‘On this page’."""
    sections = [(part.id, languages.gettext(part.heading)) for part in study.overview]
    _ = languages.gettext
    return [
        ("in-short", _("Who it is for, in short")),
        *sections,
        ("after-you-write", _("What happens after you write")),
        ("study-details", _("Study details")),
    ]


def _days() -> int:
    return portal().config.portal.answering.tell_family_after
