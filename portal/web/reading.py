"""The pages that are only read."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from portal import languages
from portal.collation import initial, sort_key
from portal.content.model import GlossaryTerm, Study
from portal.spoken import endonyms
from portal.web import catalogue_view
from portal.web.addresses import offered
from portal.web.linked_data import medical_trial
from portal.web.page_cache import keep
from portal.web.state import complete_study, portal

bp = Blueprint("reading", __name__)


@bp.get("/<lang>/")
def home() -> Response:
    config = portal().config
    study = config.complete_studies[0] if len(config.complete_studies) == 1 else None
    others = [one for one in config.studies if not one.complete]
    values = {"study": study, "studies": config.studies, "others": others, "days": _days()}
    if request.query_string:  # not the page that is kept for everybody
        asked = _asked_language(request.args.get("asked", ""))
        return make_response(render_template("pages/home.html", asked=asked, **values))
    return page("home.html", **values)


def _asked_language(code: str) -> str:
    """Name of a language that the browser wanted and the site does not have; else empty."""
    return "" if code in offered() or code not in endonyms() else languages.language_name(code)


@bp.get("/<lang>/studies/<slug>/")
def overview(slug: str) -> Response:
    study = find_study(slug)
    return page(
        "overview.html",
        study=study,
        parts=parts_of(study),
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

    def name(term: GlossaryTerm) -> str:
        return languages.gettext(term.term)

    ordered = sorted(terms, key=lambda term: sort_key(name(term)))
    return [(key, list(group)) for key, group in groupby(ordered, lambda t: initial(name(t)))]


def parts_of(study: Study) -> list[tuple[str, str]]:
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
