"""Words that were not translated: what a page says exactly as the English one says it.

Two looks. A piece of text that also stands on an English page must be a name, or a word that the
catalogue gives the same in both languages. And no piece may hold a word that only English has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from babel import Locale

from portal.content.load import load_config
from portal.spoken import endonyms
from tests.support.dom import INLINE, SILENT, Node
from tests.support.page_audit import Page
from tests.support.paths import ROOT

# Proper names and terms of registries that stand in no list of the configuration.
NAMES = frozenset(
    line.strip()
    for line in (ROOT / "tests" / "support" / "proper_names.txt").read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("#")
)
# Words that none of the other languages has.
ONLY_ENGLISH = re.compile(
    r"\b(the|this|that|your|you|with|which|they|their|please|has|been)\b", re.IGNORECASE
)
READ_ALOUD = ("aria-label", "alt", "title", "placeholder", "label")
# Addresses, references, and what the families of the tests type (tests/support/canaries.py).
_ADDRESS = re.compile(
    r"\S+@\S+|https?://\S+|\b[A-Z0-9]{4}-[A-Z0-9]{4}\b|(\w)\1{19,}"
    r"|Our son \w+ is ill|We asked: “what now\?” & <why>|Zoë\w+ O’\w+-Şahin|Tigrinya \w+"
)
_NUMBERS = re.compile(r"[\d\[\]().:–]+")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_SAME_WORDS_AT_MOST = 3


def leftovers(page: Page, english: frozenset[str]) -> list[str]:
    """English words on a page in another language; `english`: all pieces of the English pages."""
    code = page.tree.one("html")["lang"]
    if code == "en":
        return []
    return [piece for piece in pieces(page.tree) if is_left_over(piece, code, english)]


def is_left_over(piece: str, language: str, english: frozenset[str]) -> bool:
    bare = without_names(piece, language)
    if not _LETTERS.search(bare):
        return False
    if ONLY_ENGLISH.search(bare):
        return True
    plain = _squeezed(_NUMBERS.sub(" ", bare)).casefold()
    return piece in english and plain not in _same(language)


def pieces(tree: Node) -> list[str]:
    """What is read, in pieces as the page has them; not what is marked as another language."""
    return [piece for piece in _pieces(tree, tree) if piece]


def _pieces(node: Node, tree: Node) -> Iterator[str]:
    if node.tag in (SILENT - {"head", "title"}) or _elsewhere(node, tree):
        return
    for name in READ_ALOUD:
        yield _squeezed(node.get(name))
    if node.tag == "meta" and node.get("name", node.get("property")) in _META:
        yield _squeezed(node.get("content"))
    words: list[str] = []
    for child in node.children:
        if isinstance(child, str):
            words.append(child)
        elif child.tag in INLINE and not _elsewhere(child, tree):
            words.append(_inline(child))
        else:
            yield _squeezed("".join(words))
            words = []
            yield from _pieces(child, tree)
    yield _squeezed("".join(words))


_META = frozenset({"description", "og:title", "og:description", "og:site_name"})


def _inline(node: Node) -> str:
    return "".join(c if isinstance(c, str) else _inline(c) for c in node.children)


def _elsewhere(node: Node, tree: Node) -> bool:
    """In a language of its own, such as the list of languages or the result in English."""
    return bool(node.get("lang")) and node.tag != "html"


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def without_names(piece: str, language: str) -> str:
    if piece in _whole_names(language) or piece in NAMES:
        return ""
    piece = _ADDRESS.sub(" ", piece)
    for name in (*_names(), *_countries(language)):
        piece = piece.replace(name, " ")
    return piece


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    """Names from the configuration and the list, the longest first."""
    config = load_config(ROOT / "config")
    found = {name for name in NAMES if not name.islower()}
    for study in config.studies:
        known = study.details
        found |= {study.name, study.nct, study.registry_title, known.sponsor, known.registry_name}
        found |= {*study.genes, *known.registry_conditions, *known.other_ids}
        for site in study.sites:
            found |= {site.institution, site.city, site.department, site.contact_name}
        found |= {study.central.email} if study.central else set()
    for change in config.catalogue.changes:
        found |= {*change.names_on_reports}
    found |= {listed.name for listed in config.catalogue.studies}
    return tuple(sorted(filter(None, found), key=len, reverse=True))


@lru_cache(maxsize=32)
def _countries(language: str) -> tuple[str, ...]:
    """Countries that have the same name here as in English."""
    english, here = Locale.parse("en").territories, Locale.parse(language).territories
    return tuple(str(name) for code, name in here.items() if english.get(code) == name)


@lru_cache(maxsize=32)
def _whole_names(language: str) -> frozenset[str]:
    """What an option of a list may say: countries, languages and months as CLDR has them."""
    locale = Locale.parse(language)
    months = {str(name) for form in locale.months["format"].values() for name in form.values()}
    named = {
        str(name) for table in (locale.territories, locale.languages) for name in table.values()
    }
    return frozenset({*named, *months, *endonyms().values()})


@lru_cache(maxsize=32)
def _same(language: str) -> frozenset[str]:
    """Texts that the catalogue gives the same in both languages: a few words, no sentence."""
    from portal.cli.catalogues import Tree, read, texts_of

    found: set[str] = set()
    if language not in Tree(ROOT).languages:  # the made-up one of a test
        return frozenset()
    for message in texts_of(read(Tree(ROOT).po(language), language)):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        found |= {
            one.casefold()
            for one in set(ids) & set(said)
            if len(one.split()) <= _SAME_WORDS_AT_MOST
        }
    return frozenset(found)
