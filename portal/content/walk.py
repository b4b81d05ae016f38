"""Every value that a file holds, found by the types of `model.py` and not by a list of keys.

`leaves` reads a file's marked values even where parts of it are wrong, so that one mistake
does not hide the next; `texts` reads the finished dataclasses, for the translators.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints

from portal.content.model import Text
from portal.content.yaml_lines import Path_


@dataclass(frozen=True)
class Leaf:
    """One text, date or number, or an empty list; `required` if the model has no default."""

    path: Path_
    value: Any
    kind: Any
    required: bool

    @property
    def name(self) -> str:
        return next((step for step in reversed(self.path) if isinstance(step, str)), "")


def leaves(raw: Any, kind: Any, path: Path_ = (), *, required: bool = True) -> Iterator[Leaf]:
    """All leaves of `raw`, as far as it has the form of `kind`."""
    kind = _without_none(kind)
    if getattr(kind, "short_form", False) and isinstance(raw, str):
        kind = Text  # one text for all its fields
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and isinstance(raw, dict):
        for name, (inner, needed) in _fields(kind).items():
            if name in raw:
                yield from leaves(raw[name], inner, (*path, name), required=needed)
    elif get_origin(kind) is tuple and isinstance(raw, list) and raw:
        for index, item in enumerate(raw):
            yield from leaves(item, get_args(kind)[0], (*path, index))
    elif raw is not None and not isinstance(raw, dict):
        yield Leaf(path, raw, kind, required)


def texts(value: Any) -> Iterator[Text]:
    """Every wording that a translator must see, in the order of the model."""
    if isinstance(value, Text):
        if value.strip():
            yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name))


@lru_cache(maxsize=64)
def _fields(cls: Any) -> dict[str, tuple[Any, bool]]:
    """Type of each field, and whether it must be given."""
    types = get_type_hints(cls)
    missing = dataclasses.MISSING
    return {
        field.name: (types[field.name], field.default is field.default_factory is missing)
        for field in dataclasses.fields(cls)
    }


@lru_cache(maxsize=1024)
def _without_none(kind: Any) -> Any:
    """`X | None` as X."""
    inner = [each for each in get_args(kind) if each is not type(None)]
    return inner[0] if type(None) in get_args(kind) else kind
