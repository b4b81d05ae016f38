"""Languages: the reader's language of the moment, its words, and how it writes dates and names.

One place knows catalogues. Everything else calls `gettext` and friends, which read the
catalogue of the language that `in_language` has set for the running piece of work.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Literal, cast

from babel import Locale, UnknownLocaleError, dates, lists, numbers

SOURCE = "en"
TRANSLATIONS = Path(__file__).parent.parent / "translations"
ALIASES = {"no": "nb"}
# What a browser may call a language that we offer under another code: Nynorsk readers read
# Bokmål, and old Android phones say ‘iw’ for Hebrew.
_ASKED_AS = {**ALIASES, "nn": "nb", "iw": "he"}
REVIEW_STATES = ("draft", "reviewed", "approved")

# Between a day and a time of day; CLDR joins these without a word.
_OCLOCK = {"da": "kl.", "fi": "klo", "nb": "kl.", "sv": "kl."}
_SOUND_I = re.compile(r"h?[ií](?![aeo])", re.IGNORECASE)
_SOUND_O = re.compile(r"h?[oó]", re.IGNORECASE)
NO_CATALOGUE = NullTranslations()
_language: ContextVar[str] = ContextVar("language", default=SOURCE)
_instead: dict[str, NullTranslations] = {}
_catalogue: ContextVar[NullTranslations] = ContextVar("catalogue", default=NO_CATALOGUE)


@dataclass(frozen=True)
class Language:
    """One language as its readers know it."""

    code: str
    endonym: str
    direction: Literal["ltr", "rtl"]


@dataclass(frozen=True)
class Review:
    """Who has read a catalogue and when (`X-Review-Status: draft; role; 2026-11-22`).

    `changed`: texts that are new or other since then; with any of them `state` is `draft`.
    """

    state: str
    role: str
    on: str
    changed: int = 0


@lru_cache(maxsize=64)
def describe(code: str) -> Language:
    """Name and direction of a language, from CLDR, so that nobody keeps a second table."""
    locale = Locale.parse(code)
    name = locale.get_language_name(code) or code
    # Sentence position is a list: most languages capitalise there, and CLDR gives lower case.
    direction: Literal["ltr", "rtl"] = "rtl" if locale.text_direction == "rtl" else "ltr"
    return Language(code, name[:1].upper() + name[1:], direction)


def catalogue(code: str) -> NullTranslations:
    """The catalogue of a language. Raises LookupError: it is not compiled."""
    return _instead.get(code) or _compiled(code)


@contextlib.contextmanager
def with_catalogues(instead: Mapping[str, NullTranslations]) -> Iterator[None]:
    """Inside, these speak in place of the compiled ones: for whoever checks the words."""
    _instead.update(instead)
    try:
        yield
    finally:
        for code in instead:
            del _instead[code]


@lru_cache(maxsize=64)
def _compiled(code: str) -> NullTranslations:
    """From its file; the source language may do without one."""
    path = TRANSLATIONS / code / "LC_MESSAGES" / "messages.mo"
    if not path.exists():
        if code == SOURCE:
            return NullTranslations()
        raise LookupError(f"{path.name} for “{code}” is missing. Run make catalogues.")
    with path.open("rb") as file:
        return GNUTranslations(file)


def review(code: str) -> Review:
    """Review status of a catalogue; one that says nothing counts as a draft."""
    header = catalogue(code).info()
    parts = [part.strip() for part in header.get("x-review-status", "").split(";")] + ["", ""]
    state = parts[0] if parts[0] in REVIEW_STATES else "draft"
    changed = int(header.get("x-changed-since-review", "0"))
    return Review("draft" if changed else state, parts[1], parts[2], changed)


def current() -> str:
    return _language.get()


@contextlib.contextmanager
def in_language(code: str) -> Iterator[None]:
    """Everything inside speaks this language: words, dates, numbers and names."""
    language, words = _language.set(code), _catalogue.set(catalogue(code))
    try:
        yield
    finally:
        _language.reset(language)
        _catalogue.reset(words)


def speak(code: str) -> None:
    """Set the language for the rest of this context (one web request)."""
    _language.set(code)
    _catalogue.set(catalogue(code))


def gettext(message: str) -> str:
    # The empty message id is the catalogue's header, never a text.
    return _catalogue.get().gettext(message) if message else ""


def ngettext(singular: str, plural: str, number: int) -> str:
    return _catalogue.get().ngettext(singular, plural, number)


def pgettext(context: str, message: str) -> str:
    return _catalogue.get().pgettext(context, message)


def negotiate(header: str, offered: Sequence[str]) -> str | None:
    """The first offered language a browser asks for (RFC 9110, 12.5.4); None if none fits."""
    for wanted in _by_quality(header):
        code = _asked(wanted)
        if code in offered:
            return code
    return None


def asked_for(header: str) -> str | None:
    """The language a browser asks for first, offered or not; None if it names no known one."""
    known = Locale.parse(SOURCE).languages
    return next((code for tag in _by_quality(header) if (code := _asked(tag)) in known), None)


def _asked(tag: str) -> str:
    """‘de-at’ → de; what we call it ourselves."""
    primary = tag.split("-")[0]
    return _ASKED_AS.get(primary, primary)


def _by_quality(header: str) -> list[str]:
    ranked: list[tuple[float, int, str]] = []
    for position, item in enumerate(header[:1000].split(",")):
        tag, _, parameter = item.strip().partition(";")
        quality = 1.0
        if parameter.strip().lower().startswith("q="):
            try:
                quality = float(parameter.strip()[2:])
            except ValueError:
                quality = 0.0
        if tag and quality > 0:
            ranked.append((-quality, position, tag.strip().lower().replace("_", "-")))
    return [tag for _, _, tag in sorted(ranked)]


def _locale() -> Locale:
    return _locale_of(current())


@lru_cache(maxsize=64)
def _locale_of(code: str) -> Locale:
    return Locale.parse(code)


def format_date(day: date) -> str:
    """‘14 March 2026’ in the order and words of the language."""
    if current() == SOURCE:
        return dates.format_date(day, "d MMMM y", locale="en_GB")
    written = dates.format_date(day, "long", locale=_locale())
    # French says ‘1er’ for the first of a month only; CLDR’s pattern does not know.
    return written.replace("1 ", "1er ", 1) if current() == "fr" and day.day == 1 else written


def format_month(day: date) -> str:
    """‘March 2026’: a month whose day is not known."""
    return dates.format_skeleton("yMMMM", day, locale=_locale())


def format_time(moment: datetime, zone: tzinfo) -> str:
    """Day and time of day in the reader’s zone, joined as the language joins them."""
    there = moment.astimezone(zone)
    clock = dates.format_skeleton("Hm", there, zone, locale=_locale())
    word = _OCLOCK.get(current())
    joined = f"{{1}} {word} {{0}}" if word else str(dates.get_datetime_format(locale=_locale()))
    return joined.replace("{1}", format_date(there.date())).replace("{0}", clock).replace("'", "")


def format_number(number: float) -> str:
    return numbers.format_decimal(number, locale=_locale(), decimal_quantization=True)


def format_list(items: Iterable[str], style: Literal["standard", "or"] = "standard") -> str:
    names = list(items)
    joined = lists.format_list(names, style, locale=_locale())
    return _spanish(joined, names[-1], style) if current() == "es" and len(names) > 1 else joined


def _spanish(joined: str, last: str, style: str) -> str:
    """‘e’ for ‘y’ before the sound i, ‘u’ for ‘o’ before the sound o; CLDR’s lists do not know."""
    word, other, sound = ("o", "u", _SOUND_O) if style == "or" else ("y", "e", _SOUND_I)
    if not sound.match(last):
        return joined
    return f"{joined.removesuffix(f' {word} {last}')} {other} {last}"


def territory_name(country: str) -> str:
    return str(_locale().territories.get(country.upper(), country))


def language_name(code: str) -> str:
    """Name of a language in the reader's language: ‘Dutch’ for nl."""
    return str(_locale().languages.get(ALIASES.get(code, code), code))


def is_language(code: str) -> bool:
    try:
        Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return False
    return True


class LaterWords:
    """Words marked now and said later, in the language of the reader who sees them."""

    def __init__(self, message: str, values: dict[str, object]) -> None:
        self.message, self.values = message, values

    def __str__(self) -> str:
        words = gettext(self.message)
        return words % self.values if self.values else words


def N_(message: str, **values: object) -> str:  # noqa: N802 - the usual mark for extractors
    """A text for a form field or an error; becomes words when it is shown."""
    return cast(str, LaterWords(message, values))
