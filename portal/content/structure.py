"""Marked values → the frozen dataclasses of `model.py`, naming every mistake at once.

cattrs does the work; the hooks here refuse what YAML and spreadsheets quietly change
(`no` becomes false, `6.10` becomes 6.1, a single text where a list belongs).
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from cattrs import ClassValidationError, Converter, ForbiddenExtraKeysError, IterableValidationError
from cattrs.errors import AttributeValidationNote, IterableValidationNote
from cattrs.gen import make_dict_structure_fn

from portal.content.model import Problem, Text
from portal.content.yaml_lines import Path_

T = TypeVar("T")
Locate = Callable[[Path_], tuple[str, int]]
_SHAPES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class WrongValueError(Exception):
    """A value of the wrong kind: what is wrong, and what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message, self.advice = message, advice


def structure(raw: Any, cls: type[T], locate: Locate) -> tuple[T | None, list[Problem]]:
    """The value as `cls`, or None and every mistake in it."""
    return _structure(yaml_converter(), raw, cls, locate)


def structure_cells(
    cells: Mapping[str, Text | list[str]],
    cls: type[T],
    locate: Locate,
    *,
    may_be_blank: Collection[str] = (),
) -> tuple[T | None, list[Problem]]:
    """A row of a spreadsheet as `cls`; an empty cell counts as not given."""
    given = {name: cell for name, cell in cells.items() if cell or name in may_be_blank}
    return _structure(cell_converter(), given, cls, locate)


def _structure(
    converter: Converter, raw: Any, cls: type[T], locate: Locate
) -> tuple[T | None, list[Problem]]:
    try:
        return converter.structure(raw, cls), []
    except (ClassValidationError, IterableValidationError, WrongValueError) as error:
        return None, list(_problems(error, (), locate))


# --- hooks ------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def yaml_converter() -> Converter:
    converter = _converter()
    converter.register_structure_hook(Text, lambda value, _: _of(value, Text, "a text", _QUOTE))
    converter.register_structure_hook(str, lambda value, _: str(_of(value, str, "a text", _QUOTE)))
    converter.register_structure_hook(bool, lambda value, _: _of(value, bool, *_BOOL))
    converter.register_structure_hook(int, lambda value, _: _number(value, int))
    converter.register_structure_hook(float, lambda value, _: float(_number(value, int, float)))
    converter.register_structure_hook(date, lambda value, _: _day(value))
    return converter


@lru_cache(maxsize=1)
def cell_converter() -> Converter:
    converter = _converter()
    converter.register_structure_hook(Text, lambda value, _: value)
    converter.register_structure_hook(str, lambda value, _: str(value))
    converter.register_structure_hook(int, lambda value, _: _parsed(value, int))
    converter.register_structure_hook(float, lambda value, _: _parsed(value, float))
    converter.register_structure_hook(date, lambda value, _: _parsed_day(value))
    return converter


_QUOTE = "Put it in quotes, because YAML reads it as something else."
_BOOL = ("true or false", "Write true or false.")
_DAY = "Write it as year-month-day, like 2026-11-22."


def _converter() -> Converter:
    converter = Converter(detailed_validation=True, forbid_extra_keys=True)
    converter.register_structure_hook_factory(
        dataclasses.is_dataclass, lambda cls: _class_hook(cls, converter)
    )
    converter.register_structure_hook_factory(
        lambda cls: _origin(cls) is tuple, lambda cls: _tuple_hook(cls, converter)
    )
    converter.register_structure_hook_factory(lambda cls: _origin(cls) is Literal, _choice_hook)
    return converter


def _origin(cls: Any) -> Any:
    return get_origin(cls)


def _class_hook(cls: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    inner = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True)
    drop = _droppable(cls)

    def hook(value: Any, kind: Any) -> Any:
        if isinstance(value, Text) and getattr(cls, "short_form", False):
            return cls(*(value for _ in dataclasses.fields(cls)))
        if not isinstance(value, dict):
            names = ", ".join(f.name for f in dataclasses.fields(cls))
            raise WrongValueError(
                "One entry with keys is expected here.", f"Write it with these keys: {names}."
            )
        return inner({k: v for k, v in value.items() if v is not None or k not in drop}, kind)

    return hook


def _droppable(cls: Any) -> frozenset[str]:
    """Keys for which `key:` with nothing after it means: not given."""
    types = get_type_hints(cls)
    return frozenset(
        field.name
        for field in dataclasses.fields(cls)
        if type(None) not in get_args(types[field.name])
    )


def _tuple_hook(cls: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    item_type = get_args(cls)[0]

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, list):
            raise WrongValueError("A list is expected here.", "Start each item with “- ”.")
        good, bad = [], []
        for index, item in enumerate(value):
            try:
                good.append(converter.structure(item, item_type))
            except Exception as error:
                error.add_note(IterableValidationNote(f"item {index}", index, item_type))
                bad.append(error)
        if bad:
            raise IterableValidationError("items are wrong", bad, cls)
        return tuple(good)

    return hook


def _choice_hook(cls: Any) -> Callable[[Any, Any], Any]:
    allowed = get_args(cls)

    def hook(value: Any, _: Any) -> Any:
        if value not in allowed:
            raise WrongValueError(f"“{value}” is not known here.", f"Write {_one_of(allowed)}.")
        return next(option for option in allowed if option == value)

    return hook


def _of(value: Any, kind: type, shape: str, advice: str) -> Any:
    if not isinstance(value, kind):
        raise WrongValueError(f"“{_shown(value)}” is not {shape}.", advice)
    return value


def _number(value: Any, *kinds: type) -> Any:
    if isinstance(value, bool) or not isinstance(value, kinds):
        shape = _SHAPES[kinds[-1]]
        raise WrongValueError(f"“{_shown(value)}” is not {shape}.", "Write it without quotes.")
    return value


def _day(value: Any) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise WrongValueError(f"“{_shown(value)}” is not a day that exists.", _DAY)
    return value


def _parsed(value: Text, kind: type[T]) -> T:
    try:
        return kind(value)  # type: ignore[call-arg]
    except ValueError:
        advice = "Use digits, with a point before decimals."
        raise WrongValueError(f"“{value}” is not {_SHAPES[kind]}.", advice) from None


def _parsed_day(value: Text) -> date:
    try:
        if _ISO_DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise WrongValueError(f"“{value}” is not a day that exists.", _DAY)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return "a list or entry"
    return str(value)[:60]


def _one_of(options: Iterable[Any]) -> str:
    return "one of: " + ", ".join(str(option) for option in options)


# --- from cattrs' errors to problems ------------------------------------------------------


def _problems(error: Exception, path: Path_, locate: Locate) -> Iterator[Problem]:
    if isinstance(error, ClassValidationError | IterableValidationError):
        for inner in error.exceptions:
            yield from _problems(inner, path + _step(inner), locate)
    elif isinstance(error, ForbiddenExtraKeysError):
        for key in sorted(error.extra_fields):
            file, line = locate((*path, key))
            yield Problem(file, line, f"“{key}” is not known here.", _similar(key, error.cl))
    else:
        file, line = locate(path)
        yield Problem(file, line, *_said(error, path))


def _step(error: BaseException) -> Path_:
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return (note.name,)
        if isinstance(note, IterableValidationNote):
            return (note.index,)
    return ()


def _said(error: Exception, path: Path_) -> tuple[str, str]:
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    if isinstance(error, WrongValueError):
        return (f"{name}: {error.message}" if name else error.message), error.advice
    if isinstance(error, KeyError):
        return f"“{name}” is missing.", f"Add “{name}” here; docs/add-a-study.md shows an example."
    return f"{name}: this value cannot be read.", "Compare it with docs/add-a-study.md."


def _similar(key: str, cls: Any) -> str:
    names = [f.name for f in dataclasses.fields(cls)]
    close = difflib.get_close_matches(key, names, n=1)
    if close:
        return f"Did you mean “{close[0]}”?"
    return f"Remove it, or use {_one_of(names)}."
