"""The facts of a study for search engines: schema.org `MedicalTrial` as JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from flask import url_for
from markupsafe import Markup

from portal import languages
from portal.content.model import Study
from portal.content.word_links import plain
from portal.web.state import portal

# schema.org/MedicalStudyStatus; a status that is not known is left out.
_STATUS = {
    "open": "https://schema.org/Recruiting",
    "opening": "https://schema.org/NotYetRecruiting",
    "paused": "https://schema.org/Suspended",
    "closed": "https://schema.org/ActiveNotRecruiting",
}


def medical_trial(study: Study) -> Markup:
    """A data block for <head>; it says nothing that the page does not say."""
    return _script(_facts(study))


def _facts(study: Study) -> dict[str, Any]:
    details = study.details
    facts = {
        "@context": "https://schema.org",
        "@type": "MedicalTrial",
        "name": study.name,
        "alternateName": study.registry_title,
        "description": _words(study.title),
        "url": portal().settings.base_url + url_for("reading.overview", slug=study.slug),
        "identifier": [study.nct, *details.other_ids],
        "sameAs": details.registry_url,
        "status": _STATUS.get(study.status.code, ""),
        "phase": _words(details.phase),
        "healthCondition": [
            {"@type": "MedicalCondition", "name": _words(name)} for name in details.conditions
        ],
        "sponsor": {"@type": "Organization", "name": details.sponsor} if details.sponsor else None,
    }
    return {name: value for name, value in facts.items() if value}


def _words(text: str) -> str:
    return plain(languages.gettext(text))


def _script(data: dict[str, Any]) -> Markup:
    """The one place that writes a script element. `<` cannot occur in it, so nothing can end it."""
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    safe = written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(f'<script type="application/ld+json">{safe}</script>')  # noqa: S704
