"""The only markup inside a `Text`: `[plain words](word:term-id)`, and the filler `{days}`."""

from __future__ import annotations

import re

# `{days}` is filled with `tell_family_after` of portal.toml when a page is made.
FILLERS = frozenset({"{days}"})
WORD_LINK = re.compile(r"\[([^\[\]]+)\]\(word:([a-z0-9][a-z0-9-]*)\)")
_FILLER = re.compile(r"\{[^{}]*\}|%\([^)]*\)[a-z]")
_LEFTOVER = re.compile(r"\]\(|\(word:|</?[a-zA-Z]")


def term_ids(text: str) -> tuple[str, ...]:
    """Glossary terms a text links, in order."""
    return tuple(term for _, term in WORD_LINK.findall(text))


def plain(text: str) -> str:
    """The wording alone, for titles, mails and descriptions."""
    return WORD_LINK.sub(r"\1", text)


def fillers(text: str) -> tuple[str, ...]:
    return tuple(_FILLER.findall(text))


def broken_markup(text: str) -> str:
    """The first piece that looks like markup and is none of ours; empty if all is well."""
    found = _LEFTOVER.search(WORD_LINK.sub(r"\1", text))
    return found.group() if found else ""
