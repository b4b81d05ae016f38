"""A catalogue that marks what is missing and what nobody has reviewed, wherever it is shown.

Marks are characters of the private use area, which stay in place through templates and
placeholders; `portal.pack.tidy` turns them into markup.
"""

from __future__ import annotations

from gettext import NullTranslations, c2py

from babel.messages.catalog import Message

from portal.cli.catalogues import PortalCatalog, Tree, texts_of
from portal.cli.reviews import changed
from portal.languages import SOURCE

MISSING, UNREVIEWED, END = "\ue000", "\ue001", "\ue002"


class Marked(NullTranslations):
    """The words of a `.po` file, read as it is: nothing needs to be complete or compiled."""

    def __init__(self, tree: Tree, catalog: PortalCatalog) -> None:
        super().__init__()
        since = {_key(message) for message in changed(tree, catalog)}
        self.texts = {_key(message): message for message in texts_of(catalog)}
        self.changed = frozenset(since)
        self.language = catalog.language or SOURCE
        self.which = c2py(catalog.plural_expr)
        self.catalog = catalog

    def info(self) -> dict[str, str]:
        return {
            "x-review-status": self.catalog.review,
            "x-changed-since-review": str(len(self.changed)),
        }

    def gettext(self, message: str) -> str:
        return self._said(("", message), message, 0)

    def pgettext(self, context: str, message: str) -> str:
        return self._said((context, message), message, 0)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._said(("", msgid1), msgid1 if n == 1 else msgid2, self.which(n))

    def _said(self, key: tuple[str, str], english: str, form: int) -> str:
        words = self.words(key, form) or english
        state = self.state(key)
        return f"{state}{words}{END}" if state else words

    def words(self, key: tuple[str, str], form: int = 0) -> str:
        """The translation; empty if there is none. English needs none."""
        found = self.texts.get(key)
        if found is None or found.fuzzy or self.language == SOURCE:
            return ""
        forms = found.string if isinstance(found.string, list | tuple) else (found.string,)
        return str(forms[form] or "") if form < len(forms) else ""

    def state(self, key: tuple[str, str]) -> str:
        """MISSING, UNREVIEWED or empty."""
        if self.language != SOURCE and not self.words(key):
            return MISSING
        return UNREVIEWED if key in self.changed else ""


def _key(message: Message) -> tuple[str, str]:
    first = message.id[0] if isinstance(message.id, list | tuple) else message.id
    return message.context or "", first
