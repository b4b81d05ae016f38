"""Every value inside the dataclasses of `model.py`, with the path it had in its file."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.content.model import Text
from portal.content.yaml_lines import Path_


@dataclass(frozen=True)
class Leaf:
    """One text, date, number or empty list; `required` if the model gives it no default."""

    path: Path_
    value: Any
    required: bool

    @property
    def name(self) -> str:
        return next((step for step in reversed(self.path) if isinstance(step, str)), "")


def leaves(value: Any, path: Path_ = (), *, required: bool = True) -> Iterator[Leaf]:
    """All leaves below `value`, in the order of the model."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            needed = field.default is field.default_factory is dataclasses.MISSING
            yield from leaves(getattr(value, field.name), (*path, field.name), required=needed)
    elif isinstance(value, tuple) and value:
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    elif value is not None:
        yield Leaf(path, value, required)


def texts(value: Any) -> Iterator[Text]:
    """Every wording that a translator must see."""
    for leaf in leaves(value):
        if isinstance(leaf.value, Text) and leaf.value.strip():
            yield leaf.value
