"""A made-up language: English with an accent on every letter, and 40 % longer.

What is not translated stands out, and what has too little room runs over.
"""

from __future__ import annotations

import re
from math import ceil
from pathlib import Path

import polib

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MARKED = "áƀćďéƒğħíĵķłɱńóþɋŕšťúṽŵẋýžÁɃĆĎÉƑĞĦÍĴĶŁḾŃÓÞɊŔŠŤÚṼŴẊÝŽ"
_ACCENTS = str.maketrans(_PLAIN, _MARKED)
# Placeholders, tags and where a link to a word leads stay as they are.
_KEPT = re.compile(r"(%\(\w+\)[sd]|\{\w+\}|<[^>]+>|\]\(word:[a-z0-9-]+\))")
_WORD = re.compile(r"[A-Za-z]+")
LONGER = 0.4


def pseudo(text: str) -> str:
    parts = _KEPT.split(text)
    return "".join(part if place % 2 else _words(part) for place, part in enumerate(parts))


def _words(text: str) -> str:
    return _WORD.sub(lambda found: _longer(found[0]).translate(_ACCENTS), text)


def _longer(word: str) -> str:
    """The last letters once more."""
    return word + word[-ceil(LONGER * len(word)) :]


def translate(po: Path) -> None:
    file = polib.pofile(str(po), wrapwidth=0)
    for entry in file:
        if entry.msgid_plural:
            for form in entry.msgstr_plural:
                entry.msgstr_plural[form] = pseudo(entry.msgid_plural)
        else:
            entry.msgstr = pseudo(entry.msgid)
    file.save(str(po))
