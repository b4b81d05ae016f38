"""Take out of a typed value what no person typed on purpose."""

from __future__ import annotations

import re
import unicodedata

# Zero-width and direction marks come along when an address is copied from a chat or a PDF.
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")


def one_line(value: str | None) -> str:
    """One line of text: every kind of line break and control becomes a space."""
    if not value:
        return ""
    plain = "".join(" " if _breaks(letter) else letter for letter in value)
    return " ".join(plain.split())


def many_lines(value: str | None) -> str:
    """Text as typed, with every line end as one newline."""
    return (value or "").replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def mail_address(value: str | None) -> str:
    """A pasted address without ‘mailto:’, spaces and invisible marks."""
    plain = _INVISIBLE.sub("", one_line(value)).removeprefix("mailto:")
    return plain.replace(" ", "")


def phone_number(value: str | None) -> str:
    """A pasted number without ‘tel:’ and invisible marks, with plain digits."""
    plain = _INVISIBLE.sub("", one_line(value)).removeprefix("tel:")
    return "".join(_digit(letter) for letter in plain)


def _breaks(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Zl", "Zp"}


def _digit(letter: str) -> str:
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter
