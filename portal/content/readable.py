"""A file's value as far as it can be read, so that one mistake does not hide the next.

`structure` names every value of the wrong form. Rules that join values (codes, conditions) still
need something to look at: here, what is missing or wrong becomes an empty value of its kind.
"""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from portal.content.text import Text

T = TypeVar("T")


def readable(raw: Any, cls: type[T]) -> T:
    """`raw` as `cls`; positions in lists stay as they are in the file."""
    value: T = _value(raw, cls)
    return value


def _value(raw: Any, kind: Any) -> Any:
    inner = [each for each in get_args(kind) if each is not type(None)]
    if type(None) in get_args(kind):
        return None if raw is None else _value(raw, inner[0] if len(inner) == 1 else str)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _entry(raw, kind)
    if get_origin(kind) is tuple:
        return tuple(_value(item, inner[0]) for item in raw) if isinstance(raw, list) else ()
    return _scalar(raw, kind)


def _entry(raw: Any, cls: Any) -> Any:
    if getattr(cls, "short_form", False) and isinstance(raw, str):
        return cls(*(raw for _ in dataclasses.fields(cls)))
    given = raw if isinstance(raw, dict) else {}
    types = get_type_hints(cls)
    return cls(**{f.name: _field(given, f, types[f.name]) for f in dataclasses.fields(cls)})


def _field(given: dict[str, Any], field: dataclasses.Field[Any], kind: Any) -> Any:
    if given.get(field.name) is None and field.default is not dataclasses.MISSING:
        return field.default
    return _value(given.get(field.name), kind)


def _scalar(raw: Any, kind: Any) -> Any:
    if kind is bool:
        return raw is True
    if kind is int:
        return raw if type(raw) is int else 0
    if isinstance(raw, bool):  # `yes` without quotes
        raw = "yes" if raw else "no"
    text = "" if raw is None or isinstance(raw, dict | list) else raw
    return text if isinstance(text, str) else Text(str(text))
