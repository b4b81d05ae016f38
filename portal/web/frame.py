"""What stands around the text of every page: languages, the study it is about, its notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request

from portal import languages
from portal.content.model import Study
from portal.languages import Language
from portal.web.addresses import asset, in_other_language, offered
from portal.web.state import portal


@dataclass(frozen=True)
class LanguageLink:
    language: Language
    address: str
    current: bool


def install(app: Flask) -> None:
    app.context_processor(frame)
    app.jinja_env.filters["initials"] = initials


def frame() -> dict[str, Any]:
    """The names that layout.html uses."""
    return {
        "asset": asset,
        "language": languages.describe(languages.current()),
        "language_links": language_links(),
        "review": languages.review(languages.current()),
        "here": study_here(),
        "has_page": has_page,
    }


def language_links() -> list[LanguageLink]:
    """The same page in each language, in the order of the configuration."""
    now = languages.current()
    return [
        LanguageLink(languages.describe(code), in_other_language(code), code == now)
        for code in offered()
    ]


def study_here() -> Study | None:
    """The study of this address; on pages about none, the one that the portal is for."""
    config = portal().config
    slug = (request.view_args or {}).get("slug")
    named = next((study for study in config.studies if study.slug == slug), None)
    return named or next(iter(config.complete_studies), None)


def has_page(endpoint: str) -> bool:
    """False for pages of a later version, so that no link leads nowhere."""
    from flask import current_app

    return endpoint in current_app.view_functions


def initials(name: str) -> str:
    """‘Sofie de Wit’ → SW. One letter where letters join, so that they stay apart."""
    letters = [word[0] for word in name.split() if word[0].isalpha()]
    if not letters:
        return ""
    if len(letters) == 1 or letters[0].upper() == letters[0].lower():
        return letters[0].upper()
    return (letters[0] + letters[-1]).upper()
