"""What must hold on every page, whatever a test came for (style anchors, habit 15).

`audit(page)` returns sentences; an empty list means that nothing is wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from babel import Locale

from portal.languages import gettext, in_language
from tests.support.dom import Form, Node, parse, read_form

# Doctors get the registry’s own wording; the word list explains what stands in families’ letters.
MAY_SAY_ELIGIBLE = frozenset({"for-doctors", "words"})
# Addresses that pages may link to (never load from): registries and the credit for place data.
LINKED_HOSTS = frozenset({"clinicaltrials.gov", "www.geonames.org", "creativecommons.org"})
LOADED = {"img": "src", "script": "src", "source": "src", "iframe": "src", "form": "action"}
LOADED_RELATIONS = frozenset({"stylesheet", "icon", "manifest", "preload", "apple-touch-icon"})
TYPED = ("input", "select", "textarea")
UNTYPED = frozenset({"hidden", "submit", "button", "image", "reset"})
PERSONAL = frozenset({"first_name", "last_name", "email", "phone"})
LANGUAGE = re.compile(r"/([a-z]{2,3}(?:-[A-Za-z]{2,4})?)(?:/|$)")


@dataclass
class Page:
    """One answer, as a visitor got it."""

    status: int
    url: str
    headers: list[tuple[str, str]]
    text: str = ""
    size: int = 0  # bytes of the body as sent, compressed or not

    def header(self, name: str) -> str:
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def is_html(self) -> bool:
        return self.header("Content-Type").startswith("text/html")

    @property
    def tree(self) -> Node:
        if not hasattr(self, "_tree"):
            self._tree = parse(self.text)
        return self._tree

    @property
    def main(self) -> Node:
        return self.tree.one("main")

    @property
    def name(self) -> str:
        """`data-page`: which page this is, in no language."""
        return self.main.get("data-page")

    @property
    def title(self) -> str:
        titles = [node for node in self.tree.all("title") if not node.inside("svg")]
        return titles[0].text if titles else ""

    @property
    def location(self) -> str:
        return self.header("Location")

    def form(self, ends: str = "", method: str = "post") -> Form:
        """The one form in the page’s main part whose address ends so."""
        forms = [read_form(node) for node in self.main.all("form")]
        found = [f for f in forms if f.action.split("?")[0].endswith(ends) and f.method == method]
        assert len(found) == 1, f"{len(found)} {method} forms to …{ends} on {self.url}, not 1"
        return found[0]


def audit(page: Page, offered: tuple[str, ...]) -> list[str]:
    """Nothing to say about an answer that only leads elsewhere: nobody reads it."""
    if page.location:
        return []
    return [
        f"{page.status} {page.url}: {said}" for check in CHECKS for said in check(page, offered)
    ]


def _language(page: Page, offered: tuple[str, ...]) -> Iterator[str]:
    html = page.tree.one("html")
    lang, direction = html.get("lang"), html.get("dir")
    if lang not in offered:
        yield f"<html lang> is ‘{lang}’, which is not offered"
        return
    found = LANGUAGE.match(urlsplit(page.url).path)
    if found and found[1] in offered and found[1] != lang:
        yield f"<html lang> is ‘{lang}’ at an address of ‘{found[1]}’"
    right = Locale.parse(lang).text_direction
    if direction != right:
        yield f"<html dir> is ‘{direction}’, not ‘{right}’"


def _outline(page: Page, _offered: tuple[str, ...]) -> Iterator[str]:
    for tag in ("h1", "main", "title"):
        found = [node for node in page.tree.all(tag) if not node.inside("svg")]
        if len(found) != 1:
            yield f"{len(found)} <{tag}>, not 1"
    if not page.tree.all("main", data_page=True):
        yield "<main> has no data-page"
    if not page.tree.all("meta", name="viewport"):
        yield "no viewport for phones"
    before = 0
    for heading in page.tree.all("h1", "h2", "h3", "h4", "h5", "h6"):
        level = int(heading.tag[1])
        if level > before + 1 and before:
            yield f"<{heading.tag}> ‘{heading.text}’ skips a level after <h{before}>"
        before = level


def _ids(page: Page, _offered: tuple[str, ...]) -> Iterator[str]:
    count = Counter(node["id"] for node in page.tree.all(id=True))
    yield from (f"id ‘{name}’ stands {times} times" for name, times in count.items() if times > 1)
    for node in page.tree.walk:
        for name in ("aria-describedby", "aria-labelledby", "aria-controls", "for"):
            for target in node.get(name).split():
                if target not in count:
                    yield f"{name}=‘{target}’ leads nowhere"
        if node.tag == "a" and node.get("href").startswith("#") and node["href"][1:] not in count:
            yield f"link to ‘{node['href']}’ leads nowhere"


def _labels(page: Page, _offered: tuple[str, ...]) -> Iterator[str]:
    labelled = {label["for"] for label in page.tree.all("label", **{"for": True}) if label.text}
    for control in page.tree.all(*TYPED):
        if control.get("type") in UNTYPED:
            continue
        name = control.get("name") or control.get("id")
        named = control.get("aria-label") or control.get("aria-labelledby")
        if control.get("id") not in labelled and not named and not control.inside("label"):
            yield f"field ‘{name}’ has no label"
        if name in PERSONAL and control.get("spellcheck") != "false":
            yield f"field ‘{name}’ is sent to spell checkers: spellcheck=false is missing"
    for button in page.tree.all("button"):
        if not button.text and not button.get("aria-label"):
            yield "a button has no words"
    for group in page.tree.all("fieldset"):
        if not [n for n in group.children if isinstance(n, Node) and n.tag == "legend"]:
            yield "a fieldset has no legend"


def _forms(page: Page, _offered: tuple[str, ...]) -> Iterator[str]:
    for form in page.tree.all("form"):
        if not form.get("action"):
            yield "a form does not say where it goes"
        if form.get("method").lower() not in {"get", "post"}:
            yield "a form does not say its method"


def _errors(page: Page, offered: tuple[str, ...]) -> Iterator[str]:
    summaries = page.tree.all("div", "section", role="alert")
    refused = page.status == 422
    title, language = page.title, page.tree.one("html").get("lang")
    start = _error_word(language) if language in offered else ""
    if start and title.startswith(start) is not refused:
        yield f"the title is ‘{title}’ with status {page.status}; ‘{start}’ is for refused forms"
    if len(summaries) != (1 if refused else 0):
        yield f"{len(summaries)} error summaries with status {page.status}"
    if not refused or not summaries:
        return
    if not summaries[0].all("a"):
        yield "the error summary links to no field"
    marked = [n for n in page.main.walk if "err" in n.get("class").split()]
    if page.main.all("form", method="post") and not marked:
        yield "no field is marked as wrong"
    first = next((n for n in page.main.walk if n.tag in {"h1", "p"} or n is summaries[0]), None)
    if first is not summaries[0]:
        yield "the error summary is not first in <main>"


def _error_word(language: str) -> str:
    """‘Error: ’ as the title begins with it after a refused form (A2.9)."""
    with in_language(language):
        # As titles are read here: a narrow space is a space.
        return " ".join(gettext("Error: %(title)s").partition("%(title)s")[0].split())


def _code_in_page(page: Page, _offered: tuple[str, ...]) -> Iterator[str]:
    for node in page.tree.walk:
        if node.tag == "style" or "style" in node.attrs:
            yield f"style inside the page, at <{node.tag}>"
        # A data block is not run, and no policy stops it.
        is_data = node.get("type") == "application/ld+json"
        if node.tag == "script" and not node.get("src") and not is_data:
            yield "script inside the page"
        for name in node.attrs:
            if name.startswith("on"):
                yield f"handler {name} at <{node.tag}>"


def _addresses(page: Page, _offered: tuple[str, ...]) -> Iterator[str]:
    own = urlsplit(page.url).netloc
    for node in page.tree.walk:
        for address, loads in _leads_to(node):
            parts = urlsplit(urljoin(page.url, address))
            if parts.scheme in {"mailto", "tel"} and not loads:
                continue
            if parts.scheme not in {"http", "https"}:
                yield f"<{node.tag}> leads to {parts.scheme}:"
            elif parts.netloc != own and (loads or parts.netloc not in LINKED_HOSTS):
                yield f"<{node.tag}> leads to another host: {parts.netloc}"


def _leads_to(node: Node) -> Iterator[tuple[str, bool]]:
    """Addresses of a node, and whether the browser asks there by itself."""
    if node.tag == "a" and node.get("href"):
        yield node["href"], False
    elif node.tag == "link" and node.get("rel"):
        yield node.get("href"), bool(LOADED_RELATIONS & set(node["rel"].split()))
    elif node.tag in LOADED and node.get(LOADED[node.tag]):
        yield node[LOADED[node.tag]], True
    for part in node.get("srcset").split(","):
        if part.strip():
            yield part.split()[0], True


def _words(page: Page, _offered: tuple[str, ...]) -> Iterator[str]:
    # A1.3: families read ‘eligible’ as a verdict.
    if page.name not in MAY_SAY_ELIGIBLE and "eligib" in page.tree.text.lower():
        yield "‘eligible’ in words that families read"
    for sign in ("None,", "{{", "}}", "%(", "<Text", "[", "lazy_gettext"):
        if sign in page.title:
            yield f"the title shows ‘{sign}’"


CHECKS: tuple[Callable[[Page, tuple[str, ...]], Iterator[str]], ...] = (
    _language, _outline, _ids, _labels, _forms, _errors, _code_in_page, _addresses, _words,
)  # fmt: skip
