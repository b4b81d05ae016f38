"""Make two spellings of one place equal, and read a postcode as people type it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST_TEXT = 200  # characters read; no place name is longer, and a pasted page stays cheap

# Letters that Unicode does not decompose, and Arabic letters that keyboards interchange.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "ħ": "h",
        "ک": "ك",
        "ی": "ي",
        "ى": "ي",
        "ہ": "ه",
        "ە": "ه",
        "ھ": "ه",
        "ة": "ه",
        "ۃ": "ه",
        "ٱ": "ا",
        "ـ": None,
    }
)
_SAINTS = frozenset({"saint", "sainte", "sankt", "sint", "st", "ste"})


def words(text: str) -> tuple[str, ...]:
    """Words without case, accents and punctuation; digits of every script become 0-9.

    Reads the first 200 characters. ‘Saint’, ‘Sankt’, ‘Sint’ and ‘Ste’ all become ‘st’.
    """
    plain = unicodedata.normalize("NFKD", text[:LONGEST_TEXT]).casefold()
    plain = unicodedata.normalize("NFKD", plain.translate(_LETTERS))
    letters = unicodedata.normalize("NFC", "".join(map(_plain_character, plain)))
    return tuple("st" if word in _SAINTS else word for word in letters.split())


def key(text: str) -> str:
    """The form in which names are compared: the words without the spaces between them."""
    return "".join(words(text))


def _plain_character(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else " "
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if unicodedata.combining(character) or category in {"Cf", "Cs"}:
        return ""  # accents, vowel points, direction marks
    return character if category[0] in "LMN" else " "


@dataclass(frozen=True)
class Postcode:
    """`code` as the gazetteer keeps it; `whole` is False if more was typed than is kept.

    `rest` are the other words of the text, such as the city.
    """

    code: str
    whole: bool
    rest: tuple[str, ...]


# Digits of a postcode, and after how many of them people write a space or hyphen.
_DIGITS = {
    **dict.fromkeys(("AT", "AU", "BE", "BG", "CH", "CY", "DK", "GE", "HU", "LI", "LU", "LV"), 4),
    **dict.fromkeys(("MD", "MK", "NL", "NO", "PT", "SI", "TN"), 4),
    **dict.fromkeys(("AX", "BA", "CZ", "DE", "DZ", "EE", "EG", "ES", "FI", "FR", "GR"), 5),
    **dict.fromkeys(("HR", "IL", "IT", "LT", "MA", "MC", "ME", "PL", "RS", "SE", "SK"), 5),
    **dict.fromkeys(("SM", "TR", "UA", "US", "VA", "XK"), 5),
    **dict.fromkeys(("BY", "RO", "RU"), 6),
    **dict.fromkeys(("AD", "FO", "IS"), 3),
}
# What may follow the part that is kept: Dutch letters, the second half in Portugal and the US.
_TAILS = {"NL": " ?[a-z]{2}", "PT": " ?[0-9]{3}", "US": " ?[0-9]{4}", "IL": "[0-9]{2}"}
_LETTER_CODES = {
    "GB": re.compile(r"\b([a-z]{1,2}[0-9][a-z0-9]?)(?: ?([0-9][a-z]{2}))?\b"),
    "IE": re.compile(r"\b([a-z][0-9][0-9w])(?: ?([a-z0-9]{4}))?\b"),
    "CA": re.compile(r"\b([a-z][0-9][a-z])(?: ?([0-9][a-z][0-9]))?\b"),
}
for _alias in ("GG", "IM", "JE"):
    _LETTER_CODES[_alias] = _LETTER_CODES["GB"]
# ‘D-80331’, ‘S-171 76’: the letters of the country's vehicles or of its code.
_VEHICLES = {
    code: code[0].lower()
    for code in ("AT", "BE", "DE", "FI", "FR", "HU", "IT", "LU", "NO", "PT", "SE")
} | {"ES": "e"}


def find_postcode(country: str, text_words: tuple[str, ...]) -> Postcode | None:
    """The postcode among words, or None. The words come from `words`.

    >>> find_postcode("NL", words("1012ab Amsterdam"))
    Postcode(code='1012', whole=False, rest=('amsterdam',))
    """
    line = " ".join(text_words)
    if letters := _LETTER_CODES.get(country):
        match = letters.search(line)
    elif country in _DIGITS:
        match = _digit_pattern(country).search(line)
    else:
        return None
    if match is None:
        return None
    rest = (line[: match.start()] + " " + line[match.end() :]).split()
    code = match[1].replace(" ", "").upper()
    return Postcode(code, whole=not match[2], rest=tuple(rest))


def partial_postcode(country: str, text_words: tuple[str, ...]) -> str | None:
    """The first digits of a postcode typed alone (two at least), or one without its zero."""
    typed = "".join(text_words)
    longest = _DIGITS.get(country, 0)
    if typed.isascii() and typed.isdigit() and 2 <= len(typed) < longest:
        return typed
    return None


def has_postcodes(country: str) -> bool:
    """Is the form of this country's postcodes known here?"""
    return country in _DIGITS or country in _LETTER_CODES


def without_country(country: str, typed: str) -> str:
    """‘DK-2100’ and ‘D-80331’ without the letters of the country."""
    letters = "|".join(sorted({country.lower(), _VEHICLES.get(country, country.lower())}))
    return re.sub(rf"^(?:{letters})[ -]*(?=[0-9])", "", typed.strip(), flags=re.IGNORECASE)


def with_leading_zero(country: str, typed: str) -> str:
    """‘1067’ for 01067 Dresden: what a spreadsheet leaves of a postcode."""
    return typed.zfill(_DIGITS.get(country, 0))


_SPACED = {"CZ": (3, " "), "GR": (3, " "), "PL": (2, "-"), "SE": (3, " "), "SK": (3, " ")}


def display_postcode(country: str, code: str) -> str:
    """A postcode as its country writes it: 171 76, 00-950."""
    if country not in _SPACED or len(code) != 5:
        return code
    position, mark = _SPACED[country]
    return code[:position] + mark + code[position:]


def _digit_pattern(country: str) -> re.Pattern[str]:
    count = _DIGITS[country]
    split = "|".join(
        f"[0-9]{{{left}}} [0-9]{{{count - left}}}" for left in range(2, count - 1)
    )  # ‘171 76’, ‘69 373’
    digits = f"[0-9]{{{count}}}" + (f"|{split}" if split else "")
    prefixes = {country.lower(), _VEHICLES.get(country, country.lower())}
    tail = _TAILS.get(country, "(?!)")
    return re.compile(rf"(?:\b(?:{'|'.join(sorted(prefixes))}) ?|\b)({digits})({tail})?\b")
