"""Change single values of a YAML file and leave every other line, comment and order as it is.

PyYAML says where each value stands; only those characters are replaced. At the end the new text
is read back: it must hold exactly the wanted values, or nothing is changed.
docs/decisions/registry-import.md says why no library is used for this.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from portal.content.yaml_lines import Path_

WIDTH = 98
Scalar = str | int | date | None
Value = Scalar | Sequence[str] | Sequence[Mapping[str, Scalar]] | Mapping[str, Scalar]


class EditError(Exception):
    """The file has a form that cannot be edited safely; the text names the key."""


class YamlEditor:
    """Collects changes to one text; `result` gives the new text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        # The Python loader: its marks count characters.
        self.root = yaml.compose(text, Loader=yaml.SafeLoader)
        self.wanted = values(self.root)
        self._edits: list[tuple[int, int, str]] = []

    def set(self, path: Path_, value: Value) -> None:
        """The value at `path`; a last key that is not there yet is added to its group."""
        parent = self._node(path[:-1])
        name = ".".join(map(str, path))
        if not isinstance(parent, MappingNode):
            raise EditError(f"“{name}” cannot be changed here.")
        _put(self.wanted, path, value)
        for key, old in parent.value:
            if key.value == path[-1]:
                self._replace(key, old, value, name, flow=bool(parent.flow_style))
                return
        if parent.flow_style or not parent.value:
            raise EditError(f"“{name}” cannot be added here: write the group with one key a line.")
        indent = parent.value[0][0].start_mark.column
        lines = block(str(path[-1]), value, indent)
        self._insert_after(parent.value[-1][1], parent.value[-1][0], lines)

    def append(self, path: Path_, value: Mapping[str, Scalar]) -> None:
        """One more entry at the end of a list."""
        node = self._node(path)
        if not isinstance(node, SequenceNode) or node.flow_style or not node.value:
            raise EditError(f"“{'.'.join(map(str, path))}” is no list with one entry a line.")
        here = self.wanted
        for step in path:
            here = here[step]
        here.append(dict(value))
        self._insert_after(node.value[-1], node, _entry(value, node.start_mark.column))

    def result(self) -> str:
        """Raises EditError if the new text would not say exactly what is wanted."""
        text = self.text
        edits = sorted(enumerate(self._edits), key=lambda edit: (edit[1][0], edit[0]))
        for _, (start, end, new) in reversed(edits):
            text = text[:start] + new.replace("\n", self.newline) + text[end:]
        try:
            same = values(yaml.compose(text, Loader=yaml.SafeLoader)) == self.wanted
        except (yaml.YAMLError, RecursionError):
            same = False
        if not same:
            raise EditError("The file cannot be edited line by line.")
        return text

    def _node(self, path: Path_) -> Node:
        node: Any = self.root
        for step in path:
            if isinstance(node, MappingNode):
                node = next((value for key, value in node.value if key.value == step), None)
            elif isinstance(node, SequenceNode) and isinstance(step, int):
                node = node.value[step]
            else:
                node = None
        if node is None:
            raise EditError(f"“{'.'.join(map(str, path))}” is not in the file.")
        found: Node = node
        return found

    def _replace(self, key: Node, old: Node, value: Value, name: str, *, flow: bool) -> None:
        colon = re.compile(r"\s*:").match(self.text, key.end_mark.index)
        if colon is None or (flow and not isinstance(value, str | int | date | None)):
            raise EditError(f"“{name}” cannot be changed here.")
        start, end = colon.end(), max(colon.end(), self._end(old))
        if flow:
            self._edits.append((start, end, f" {_flow(value)}"))
        elif isinstance(old, SequenceNode) and old.value and not old.flow_style and _list(value):
            self._replace_items(old, list(_list(value)))
        else:
            new = block(str(key.value), value, key.start_mark.column).split(":", 1)[1].rstrip("\n")
            self._edits.append(self._with_comment(start, end, new))

    def _replace_items(self, old: SequenceNode, items: list[Any]) -> None:
        """Items that stay keep their lines, with the comments in and below them."""
        starts = [self._line_start(item.start_mark.index) for item in old.value]
        first, last = starts[0], self._line_end(self._end(old))
        pieces = zip(starts, [*starts[1:], last], strict=True)
        kept = [
            (values(item), self.text[a:b]) for item, (a, b) in zip(old.value, pieces, strict=True)
        ]
        lines = ""
        for item in items:
            same = next((pair for pair in kept if pair[0] == item), None)
            if same:
                kept.remove(same)
            lines += same[1] if same else _item(item, old.start_mark.column)
            lines += "" if lines.endswith("\n") else "\n"
        self._edits.append((first, last, lines.replace("\r\n", "\n")))

    def _with_comment(self, start: int, end: int, new: str) -> tuple[int, int, str]:
        """A comment beside the old value stands beside the new one, on the line of the key."""
        stop = self._line_end(end)
        beside = self.text[end:stop].rstrip("\r\n")
        above = re.compile(r"[ \t]*(?:[>|]\S*)?([ \t]+#[^\r\n]*)\r?\n").match(self.text, start, end)
        comment = above[1] if above else beside
        if "#" not in comment or ("\n" not in new and not above):
            return start, end, new
        head, line_end, below = new.partition("\n")
        return start, end if above else end + len(beside), head + comment + line_end + below

    def _line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        """After the line break."""
        return self.text.find("\n", at) + 1 or len(self.text)

    def _insert_after(self, last: Node, before: Node, lines: str) -> None:
        at = max(self._end(last), before.start_mark.index)
        line_end = self.text.find("\n", at)
        if line_end < 0:
            self._edits.append((len(self.text), len(self.text), "\n" + lines))
        else:
            self._edits.append((line_end + 1, line_end + 1, lines))

    def _end(self, node: Node) -> int:
        """Where the last character of a value stands; blocks end before comments that follow."""
        if isinstance(node, CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            pair = last if isinstance(last, tuple) else (last,)
            return max(self._end(each) for each in pair)
        start, end = int(node.start_mark.index), int(node.end_mark.index)
        if isinstance(node, ScalarNode) and node.style in {"|", ">"}:
            return start + len(self.text[start:end].rstrip())
        return end


def values(node: Node | None) -> Any:
    """Plain values as `yaml_lines` reads them: keys are always texts, also `on` and `no`."""
    if isinstance(node, MappingNode):
        return {str(key.value): values(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [values(item) for item in node.value]
    try:
        return SafeConstructor().construct_object(node) if node else None
    except ValueError:  # looks like a date and is none
        return node.value if node else None


def block(key: str, value: Value, indent: int = 0) -> str:
    """`key: value` in the way the files of this project are written, with its line end."""
    pad = " " * indent
    if isinstance(value, Mapping):
        inner = "".join(block(name, each, indent + 2) for name, each in value.items())
        return f"{pad}{key}:\n{inner}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        if not value:
            return f"{pad}{key}: []\n"
        return f"{pad}{key}:\n" + "".join(_item(each, indent + 2) for each in value)
    return f"{pad}{key}:{_scalar(value, indent + 2, indent + len(key))}\n"


def _item(value: str | Mapping[str, Scalar], indent: int) -> str:
    if isinstance(value, Mapping):
        return _entry(value, indent)
    return f"{' ' * indent}-{_scalar(value, indent + 2, indent)}\n"


def _entry(value: Mapping[str, Scalar], indent: int) -> str:
    lines = "".join(block(name, each, indent + 2) for name, each in value.items())
    return f"{' ' * indent}- {lines[indent + 2 :]}"


def _scalar(value: Scalar, indent: int, before: int) -> str:
    """‘ value’, or ‘ >-’ and the words below it if they do not fit on the line."""
    if value is None:
        return ""
    written = yaml.safe_dump([value], allow_unicode=True, width=10**9)[2:-1]
    # A folded text is read as written only if each line break in it is one space.
    if not isinstance(value, str) or before + len(written) <= WIDTH or "  " in value:
        return f" {written}"
    pad = " " * indent
    lines = textwrap.wrap(value, WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return " >-\n" + "\n".join(pad + line for line in lines)


def _list(value: Value) -> Sequence[Any]:
    """The items; nothing if it is no list."""
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _flow(value: Any) -> str:
    return str(
        yaml.safe_dump([value], allow_unicode=True, width=10**9, default_flow_style=True)[1:-2]
    )


def _put(here: Any, path: Path_, value: Value) -> None:
    for step in path[:-1]:
        here = here[step]
    plain: Any = value
    if isinstance(value, Sequence) and not isinstance(value, str):
        plain = [dict(each) if isinstance(each, Mapping) else each for each in value]
    elif isinstance(value, Mapping):
        plain = dict(value)
    here[path[-1]] = plain
