"""What stands around the text of every page: languages, the study it is about, where to go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for

from portal import languages
from portal.collation import sort_key
from portal.content.model import Study
from portal.content.word_links import plain
from portal.languages import Language
from portal.web.addresses import asset, in_other_language, offered
from portal.web.state import portal

CONTACT = "contact.contact"
CHECK = "check.start"
# Pages that anyone may find: they get `hreflang`, a link preview and a line in the sitemap.
ABOUT_ALL = (
    "reading.home",
    "reading.other_studies",
    "updates.page",
    "reading.privacy",
    "reading.accessibility",
)
ABOUT_ANY_STUDY = ("reading.overview",)
ABOUT_COMPLETE_STUDY = (
    "reading.questions",
    "reading.rules",
    "reading.words",
    "reading.for_doctors",
    "hospitals.find",
    CONTACT,
)
LISTED = frozenset((*ABOUT_ALL, *ABOUT_ANY_STUDY, *ABOUT_COMPLETE_STUDY))


@dataclass(frozen=True)
class LanguageLink:
    language: Language
    address: str
    current: bool


@dataclass(frozen=True)
class PageLink:
    words: str
    address: str
    current: bool = False


def install(app: Flask) -> None:
    app.context_processor(frame)
    app.jinja_env.filters["initials"] = initials
    app.jinja_env.filters["in_order"] = lambda names: sorted(names, key=sort_key)
    # Macros see globals, not the names of the page that calls them.
    app.jinja_env.globals["contact_address"] = contact_address
    app.jinja_env.globals["check_address"] = check_address
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.filters["plain"] = lambda text: plain(languages.gettext(text))


def frame() -> dict[str, Any]:
    """The names that layout.html uses."""
    study = site_study()
    return {
        "language": languages.describe(languages.current()),
        "language_links": language_links(),
        "review": languages.review(languages.current()),
        "here": study_here(),
        "site_study": study,
        "site_links": site_links(study),
        "foot_links": foot_links(study),
        "home_address": portal().settings.base_url + url_for("reading.home"),
        "alternates": alternates(),
        "canonical": portal().settings.base_url + request.path,
    }


def language_links() -> list[LanguageLink]:
    """The same page in each language, in the order of the configuration."""
    now = languages.current()
    return [
        LanguageLink(languages.describe(code), in_other_language(code), code == now)
        for code in offered()
    ]


def alternates() -> list[tuple[str, str]]:
    """(language, full address) of a listed page; empty on pages that nobody should find."""
    if request.endpoint not in LISTED or request.query_string or not _exists():
        return []
    base = portal().settings.base_url
    found = [(code, base + in_other_language(code)) for code in offered()]
    return [*found, ("x-default", base + in_other_language(languages.SOURCE))]


def study_here() -> Study | None:
    """The study of this address; on pages about none, the one that the portal is for."""
    return _named() or next(iter(portal().config.complete_studies), None)


def site_study() -> Study | None:
    """The complete study that header and foot lead to; a short entry has no pages of its own."""
    named = _named()
    return named if named and named.complete else next(iter(portal().config.complete_studies), None)


def _named() -> Study | None:
    slug = (request.view_args or {}).get("slug")
    return next((study for study in portal().config.studies if study.slug == slug), None)


def _exists() -> bool:
    """False on the 404 of a study that is unknown, or too short for this page."""
    if request.endpoint in ABOUT_ALL:
        return True
    study = _named()
    return study is not None and (study.complete or request.endpoint in ABOUT_ANY_STUDY)


def site_links(study: Study | None) -> list[PageLink]:
    _ = languages.gettext
    links = [_link(_("Home"), "reading.home")]
    if study:
        links.append(_link(_("Questions"), "reading.questions", slug=study.slug))
        if address := check_address(study):
            links.append(PageLink(_("Check"), address, request.blueprint == "check"))
        links.append(_link(_("Hospitals"), "hospitals.find", slug=study.slug))
    return [*links, _link(_("Notes"), "notes.mine")]


def foot_links(study: Study | None) -> Sequence[PageLink]:
    _ = languages.gettext
    links = []
    if study:
        links += [
            _link(_("What the words mean"), "reading.words", slug=study.slug),
            _link(_("For doctors"), "reading.for_doctors", slug=study.slug),
        ]
    privacy = url_for("reading.privacy")
    return [
        *links,
        _link(_("Other studies"), "reading.other_studies"),
        _link(_("News by e-mail"), "updates.page"),
        _link(_("Privacy"), "reading.privacy"),
        PageLink(_("Cookies"), f"{privacy}#cookies"),
        _link(_("Accessibility"), "reading.accessibility"),
    ]


def _link(words: str, endpoint: str, **values: Any) -> PageLink:
    return PageLink(words, url_for(endpoint, **values), request.endpoint == endpoint)


def contact_address(slug: str, site: str | None = None) -> str:
    """Where a family writes to a hospital; empty until that page exists."""
    if CONTACT not in current_app.view_functions:
        return ""
    return url_for(CONTACT, slug=slug, site=site)


def check_address(study: Study) -> str:
    """Where a family sees if the study may be possible; empty where that cannot be asked now."""
    if study.screener is None or not study.accepts_messages:
        return ""
    return url_for(CHECK, slug=study.slug)


def initials(name: str) -> str:
    """‘Dr. Sofie de Wit’ → SW, ‘Équipe de l’étude’ → ÉÉ. One letter where letters join."""
    words = [word for word in name.split() if not word.endswith(".")] or name.split()
    words = [word.rpartition("’")[2] or word for word in words]
    letters = [word[0] for word in words if word[0].isalpha()]
    if not letters:
        return ""
    if len(letters) == 1 or letters[0].upper() == letters[0].lower():
        return letters[0].upper()
    return (letters[0] + letters[-1]).upper()
