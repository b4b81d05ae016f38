"""A page as a small tree: enough to ask what a reader, a screen reader or a form would get."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
INLINE = frozenset({"a", "abbr", "b", "bdi", "code", "em", "i", "span", "strong"})
SILENT = frozenset({"script", "style", "template", "noscript", "head", "title"})


@dataclass
class Node:
    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)
    parent: Node | None = field(default=None, repr=False)

    def __getitem__(self, name: str) -> str:
        return self.attrs[name]

    def get(self, name: str, default: str = "") -> str:
        return self.attrs.get(name, default)

    @cached_property
    def walk(self) -> list[Node]:
        """This node and all below it, in the order of the page; a parsed page does not change."""
        found, waiting = [], [self]
        while waiting:
            node = waiting.pop()
            found.append(node)
            waiting += (one for one in reversed(node.children) if isinstance(one, Node))
        return found

    def all(self, *tags: str, **attrs: str | bool) -> list[Node]:
        """Nodes by tag and attribute; `True` = there with any value. `data_site` is `data-site`."""
        wanted = {name.replace("_", "-"): value for name, value in attrs.items()}
        return [n for n in self.walk if (not tags or n.tag in tags) and n.matches(wanted)]

    def one(self, *tags: str, **attrs: str | bool) -> Node:
        found = self.all(*tags, **attrs)
        assert len(found) == 1, f"{len(found)} of {tags} {attrs} on this page, not 1"
        return found[0]

    def matches(self, wanted: dict[str, str | bool]) -> bool:
        return all(
            (name in self.attrs) is value
            if isinstance(value, bool)
            else self.attrs.get(name) == value
            for name, value in wanted.items()
        )

    def inside(self, *tags: str) -> Node | None:
        """The nearest node around this one with such a tag."""
        node = self.parent
        while node and node.tag not in tags:
            node = node.parent
        return node

    @property
    def text(self) -> str:
        """Words as shown, white space squeezed."""
        return " ".join("".join(self._pieces()).split())

    @property
    def raw_text(self) -> str:
        """Words with their line breaks, as in a text box."""
        return "".join(self._pieces())

    def _pieces(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in SILENT:
                space = "" if child.tag in INLINE else " "
                yield space
                yield from child._pieces()
                yield space


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("#page")
        self.at = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, parent=self.at)
        self.at.children.append(node)
        if tag not in VOID:
            self.at = node

    def handle_endtag(self, tag: str) -> None:
        node: Node | None = self.at
        while node and node.tag != tag:
            node = node.parent
        if node and node.parent:
            self.at = node.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def parse(html: str) -> Node:
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


@dataclass
class Form:
    """A form as a browser would send it."""

    action: str
    method: str
    fields: list[tuple[str, str]]
    node: Node

    def filled(self, **changes: str | None) -> list[tuple[str, str]]:
        """The fields with some changed; `None` leaves one out (an empty checkbox)."""
        kept = [(name, value) for name, value in self.fields if name not in changes]
        return kept + [(name, value) for name, value in changes.items() if value is not None]

    def __getitem__(self, name: str) -> str:
        return dict(self.fields).get(name, "")


def read_form(node: Node) -> Form:
    fields = [pair for control in node.walk if (pair := _sent(control))]
    return Form(node.get("action"), node.get("method", "get").lower(), fields, node)


def _sent(control: Node) -> tuple[str, str] | None:
    """Name and value that a browser sends for a control nobody touched."""
    name = control.get("name")
    if not name or "disabled" in control.attrs:
        return None
    if control.tag == "textarea":
        # A line break right after <textarea> is not part of its value (HTML, ‘textarea’).
        return name, control.raw_text.replace("\r\n", "\n").removeprefix("\n")
    if control.tag == "select":
        options = control.all("option")
        chosen = [o for o in options if "selected" in o.attrs] or options[:1]
        return (name, chosen[0].get("value", chosen[0].text)) if chosen else None
    if control.tag != "input" or control.get("type") in {"submit", "button", "image", "reset"}:
        return None
    if control.get("type") in {"radio", "checkbox"} and "checked" not in control.attrs:
        return None
    return name, control.get("value", "on" if control.get("type") == "checkbox" else "")
