"""Template filters: from catalogue and config to safe HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial

from flask import Flask
from markupsafe import Markup, escape

from portal import languages
from portal.content.screener_model import GivenDay
from portal.content.word_links import WORD_LINK
from portal.places.emergency import emergency_numbers
from portal.spoken import to_speak
from portal.web.state import portal

# Latin words, codes and lists of them, such as ‘Máxima’, ‘CTCAE 5.0’ or ‘KRAS, NRAS’, keep their
# order inside Arabic and Hebrew. Letters as in Unicode’s blocks Latin-1 to Latin Extended-B.
_LETTER = "A-Za-zÀ-ÖØ-öø-ɏ"
_WORD = rf"[{_LETTER}0-9](?:[{_LETTER}0-9.+/_-]*[{_LETTER}0-9])?"
_LATIN = re.compile(rf"((?=[{_LETTER}]){_WORD}(?:,? {_WORD})*)")

_SHORT = len("HEM-iSMART-D")


def install(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        languages.gettext, languages.ngettext, newstyle=True, pgettext=languages.pgettext
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    filters: dict[str, Callable[..., object]] = {
        "t": languages.gettext,
        "rich": rich,
        "date": languages.format_date,
        "given_day": given_day,
        "moment": languages.format_time,
        "country": languages.territory_name,
        "language_name": languages.language_name,
        "list": list,
        "and_list": languages.format_list,
        "or_list": partial(languages.format_list, style="or"),
        "emergency_numbers": emergency_numbers,
        "number": languages.format_number,
        "codes": isolate_codes,
        "old": is_old,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals["to_speak"] = to_speak


def rich(text: str, **values: object) -> Markup:
    """A config text in the reader’s language: escaped, glossary words linked, codes isolated.

    `values` fill `{name}` placeholders. This is the one place that makes markup from words.
    """
    from flask import url_for

    words = languages.gettext(text)
    for name, value in values.items():
        words = words.replace("{" + name + "}", str(value))
    parts: list[Markup] = []
    end = 0
    for match in WORD_LINK.finditer(words):
        parts.append(isolate_codes(words[end : match.start()]))
        address = f"{url_for('reading.words', slug=_study_slug())}#{match[2]}"
        parts.append(
            Markup('<a class="word" href="{}">{}</a>').format(address, isolate_codes(match[1]))
        )
        end = match.end()
    parts.append(isolate_codes(words[end:]))
    return Markup("").join(parts)


def given_day(day: GivenDay) -> str:
    """A day as a family gave it: ‘20 November 2026’, or ‘November 2026’."""
    if day.day is None:
        return languages.format_month(date(day.year, day.month, 1))
    return languages.format_date(date(day.year, day.month, day.day))


def isolate_codes(text: str) -> Markup:
    """Escaped text with Latin codes in `<bdi>` where the page runs from right to left."""
    if languages.describe(languages.current()).direction == "ltr":
        return escape(text)
    parts = _LATIN.split(text)
    # split() with one group gives text, code, text, code, …
    wrapped = (_isolated(part) if place % 2 else escape(part) for place, part in enumerate(parts))
    return Markup("").join(wrapped)


def _isolated(words: str) -> Markup:
    """A short name does not break at its hyphen, which would stand on the wrong side of the eye."""
    short = "-" in words and " " not in words and len(words) <= _SHORT
    one = Markup(' class="one"') if short else ""
    return Markup('<bdi dir="ltr"{}>{}</bdi>').format(one, words)


def is_old(day: date | None) -> bool:
    """Older than the days in portal.toml: pages then say how old a status is."""
    if day is None:
        return False
    return (portal().now().date() - day).days > portal().config.portal.routing.stale_days


def _study_slug() -> str:
    from flask import request

    """The study whose words page a glossary link leads to: short entries have none."""
    slug = (request.view_args or {}).get("slug")
    complete = [study.slug for study in portal().config.complete_studies]
    return slug if slug in complete else complete[0]
