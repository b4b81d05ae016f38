"""Languages that people speak, by the names that they give them, far beyond the offered ones.

`endonyms.tsv` holds CLDR’s names. Asking Babel for them would keep 190 locales in memory, tens of
megabytes in each web process; a test compares the two.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from babel import Locale

from portal.collation import letters_only
from portal.languages import ALIASES, SOURCE, current, language_name

_FILE = Path(__file__).with_name("endonyms.tsv")


@lru_cache(maxsize=1)
def endonyms() -> dict[str, str]:
    """Code → own name, of every living language that has both in CLDR."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def in_readers_words(typed: str, reads: str) -> str:
    """A language that a family wrote, as whoever reads now calls it: ‘Tigrinya (ትግርኛ)’.

    Understood are its own name, its name in `reads` (the language of the family’s page) and in
    English. What is not understood stays as it was written. Source of names: CLDR.
    """
    code = _code_of(typed, reads)
    if code is None:
        return typed
    name = language_name(code)
    return name if letters_only(name) == letters_only(typed) else f"{name} (\u2068{typed}\u2069)"


def _code_of(typed: str, reads: str) -> str | None:
    wanted = letters_only(typed)
    if not wanted:
        return None
    for names in (endonyms(), *(_names_in(code) for code in dict.fromkeys((reads, SOURCE)))):
        for code, name in names.items():
            if letters_only(name) == wanted:
                return code
    return None


def _names_in(reads: str) -> dict[str, str]:
    named = Locale.parse(ALIASES.get(reads, reads)).languages
    return {str(code): str(name) for code, name in named.items() if "_" not in str(code)}


def to_speak(speak: str, other: str, reads: str) -> str:
    """Which language to speak with a family: what they wrote, else what they chose."""
    return in_readers_words(other, reads) if other else language_name(speak or current())
