"""What a reviewer has read, text by text, so that a later change cannot hide behind an old review.

`translations/<language>/reviewed.txt` holds one mark for each text as it was signed: a hash of the
English words and their translation. A text whose mark is not there is new or has changed; while
there is one, the language counts as `draft` again (docs/translate.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from babel.messages.catalog import Message

from portal.cli.catalogues import PortalCatalog, Tree, texts_of

_HEAD = "# Texts as they were reviewed, one mark each. `flask languages review` writes this file.\n"
_MARK_LENGTH = 16


def mark(message: Message) -> str:
    """Changes with the English words, with their translation, and with nothing else."""
    parts = [message.context or "", *_forms(message.id), "", *_forms(message.string)]
    return sha256("\0".join(parts).encode()).hexdigest()[:_MARK_LENGTH]


def changed(tree: Tree, catalog: PortalCatalog) -> list[Message]:
    """Texts that nobody has reviewed as they stand; for a draft that is no question."""
    if not catalog.review or catalog.review.startswith("draft"):
        return []
    known = _reviewed(tree, catalog.language or "")
    return [message for message in texts_of(catalog) if mark(message) not in known]


def sign(tree: Tree, catalog: PortalCatalog) -> None:
    """Every text as it stands now has been reviewed."""
    marks = sorted({mark(message) for message in texts_of(catalog)})
    path = tree.reviewed(catalog.language or "")
    path.write_text(_HEAD + "".join(f"{one}\n" for one in marks), encoding="ascii")


def _reviewed(tree: Tree, language: str) -> frozenset[str]:
    path = tree.reviewed(language)
    if not path.exists():
        return frozenset()
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if not line.startswith("#"))


def _forms(string: object) -> Iterable[str]:
    return [str(one) for one in string] if isinstance(string, list | tuple) else [str(string or "")]
