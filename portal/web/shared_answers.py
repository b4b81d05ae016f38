"""Answers that a family chose to send, as the hospital reads them."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from portal import languages
from portal.content.model import Study
from portal.languages import Language
from portal.store.records import StoredRequest
from portal.web.result_view import in_words, result_view
from portal.web.sitting import shared


@dataclass(frozen=True)
class Said:
    language: Language
    words: Markup


def for_hospital(study: Study, request: StoredRequest) -> list[Said]:
    """In the hospital’s language and, if it is another one, as the family read it.

    English comes between them where the hospital’s words are a draft: a clinician acts on them.
    """
    sitting = shared(study, request.answers, request.created_at)
    if sitting is None:
        return []
    view = result_view(sitting)
    codes = [languages.current()]
    if languages.review(codes[0]).state != "approved":
        codes.append(languages.SOURCE)
    codes.append(request.language)
    return [
        Said(
            languages.describe(code),
            in_words(code, "components/shared.html", "shared_answers", view),
        )
        for code in dict.fromkeys(codes)
    ]
