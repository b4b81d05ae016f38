"""The order of words in a list, as the reader’s language has it.

Python sorts by code point, and a general table (such as pyuca’s) has no language: it puts the
Swedish ‘Österrike’ under O. ICU knows better, but needs a library of the system. What our
languages need of it are five alphabets; source: CLDR, collation rules of each.
"""

from __future__ import annotations

import unicodedata

from portal import languages

_LATIN = "abcdefghijklmnopqrstuvwxyz"
# Letters that are letters of their own, not a base letter with an accent.
_ALPHABETS = {
    "da": f"{_LATIN}æøå",
    "nb": f"{_LATIN}æøå",
    "sv": f"{_LATIN}åäö",
    "fi": f"{_LATIN}åäö",
    "es": _LATIN.replace("n", "nñ"),
}
# Letters of neighbours, put where these alphabets have their like.
_LIKE = {
    "da": {"ä": "æ", "ö": "ø", "ü": "y"},
    "nb": {"ä": "æ", "ö": "ø", "ü": "y"},
    "sv": {"æ": "ä", "ø": "ö", "ü": "y"},
    "fi": {"æ": "ä", "ø": "ö", "ü": "y"},
}
# Letters that Unicode does not take apart into a base and an accent.
_BASE = {"æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}


def sort_key(text: str) -> tuple[int, ...]:
    """For `sorted`: small and capital letters alike, accents and signs do not count."""
    return tuple(_place(letter) for letter in _letters(text))


def initial(text: str) -> str:
    """The letter under which a word stands in a list."""
    return next(iter(_letters(text)), "").upper()


def letters_only(text: str) -> str:
    """Small letters and digits without accents: what is left to compare of a typed word."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def _letters(text: str) -> str:
    """Letters of the language’s alphabet; all others by their base letter."""
    code = languages.current()
    own, like = _ALPHABETS.get(code, _LATIN), _LIKE.get(code, {})
    found = []
    for letter in unicodedata.normalize("NFC", text.casefold()):
        known = like.get(letter, letter)
        found.append(known if known in own else letters_only(_BASE.get(known, known)))
    return "".join(found)


def _place(letter: str) -> int:
    """Digits before letters, other scripts after them."""
    alphabet = _ALPHABETS.get(languages.current(), _LATIN)
    return (
        1000 + alphabet.index(letter)
        if letter in alphabet
        else ord(letter) + 2000 * (not letter.isdigit())
    )
