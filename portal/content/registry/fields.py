"""Values of a JSON record, taken one by one; a wrong kind names its place in a sentence."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import Any, NoReturn

LARGEST = 20_000_000  # bytes; the largest records with results have about half of it
LONGEST_TEXT = 2_000  # characters of one name or title
_KINDS = {
    dict: "a group of fields", list: "a list", str: "a text", bool: "true or false",
    type(None): "nothing",
}  # fmt: skip


class RecordError(Exception):
    """The record cannot be used; the text says why, for the person who imports."""


@dataclass(frozen=True)
class Fields:
    """A group of fields of the record, and where it stands. A `null` counts as absent."""

    values: dict[str, Any]
    place: str = ""

    def part(self, name: str) -> Fields:
        """The group of this name; an empty one if it is absent."""
        return Fields(self._get(name, dict) or {}, self._at(name))

    def needed(self, name: str) -> Fields:
        if self._get(name, dict) is None:
            raise RecordError(
                f"The record has no “{self._at(name)}”. Download the whole record again, as JSON."
            )
        return self.part(name)

    def parts(self, name: str) -> list[Fields]:
        given: list[Any] = self._get(name, list) or []
        found = []
        for number, item in enumerate(given):
            place = f"{self._at(name)}[{number}]"
            if not isinstance(item, dict):
                _wrong(place, item, dict)
            found.append(Fields(item, place))
        return found

    def text(self, name: str) -> str:
        """Without control characters and repeated spaces; empty if absent."""
        return _clean(self._get(name, str) or "", self._at(name))

    def texts(self, name: str) -> tuple[str, ...]:
        found = []
        for number, item in enumerate(self._get(name, list) or []):
            place = f"{self._at(name)}[{number}]"
            if not isinstance(item, str):
                _wrong(place, item, str)
            found.append(_clean(item, place))
        return tuple(text for text in found if text)

    def number(self, name: str) -> float | None:
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            _wrong(self._at(name), value, "a number")
        if abs(value) > 10**15:
            raise RecordError(f"“{self._at(name)}” is no number that can be meant.")
        return float(value)

    def _get(self, name: str, kind: type) -> Any:
        value = self.values.get(name)
        if value is not None and not isinstance(value, kind):
            _wrong(self._at(name), value, kind)
        return value

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name


def read_json(raw: bytes) -> Fields:
    """The outermost group. Raises RecordError: too large, not UTF-8, not JSON, not an object."""
    if len(raw) > LARGEST:
        raise RecordError(f"The file is larger than {LARGEST // 1_000_000} MB. No record is.")
    if b"\0" in raw:
        raise RecordError("The file holds NUL characters. It is no JSON text.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RecordError("The file is not UTF-8. Download it again, as JSON.") from None
    try:
        value = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        said = f"The file is not JSON (line {error.lineno}: {error.msg})."
        raise RecordError(f"{said} Download it again, as JSON.") from None
    except (ValueError, RecursionError):
        raise RecordError("The file is JSON of a kind that no record has.") from None
    if not isinstance(value, dict):
        raise RecordError("The file is JSON, but not the record of one study.")
    return Fields(value)


def clean(text: str) -> str:
    """One line that can stand in a file and on a page: no control, direction or half characters."""
    kept = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in _UNSEEN).split())


_UNSEEN = frozenset({"Cf", "Cs", "Co", "Cn"})


def _clean(text: str, place: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise RecordError(f"“{place}” has {len(text):,} characters. No such text is that long.")
    return clean(text)


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _wrong(place: str, value: Any, wanted: type | str) -> NoReturn:
    is_ = next((said for kind, said in _KINDS.items() if isinstance(value, kind)), "a number")
    should = wanted if isinstance(wanted, str) else _KINDS[wanted]
    raise RecordError(f"“{place}” is {is_}, where a record has {should}.")
