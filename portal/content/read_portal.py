"""`portal.toml` → `PortalConfig`, and `glossary.yaml` → its terms."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from portal.content import checks
from portal.content.model import GlossaryTerm, PortalConfig, Problem
from portal.content.structure import structure
from portal.content.yaml_lines import (
    Map,
    Path_,
    Seq,
    UnreadableError,
    read_text,
    read_yaml,
    relative,
)
from portal.languages import SOURCE

_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")


def read_portal(path: Path, config_dir: Path) -> tuple[PortalConfig | None, list[Problem]]:
    """Settings of the portal, or None and every mistake."""
    name = relative(path, config_dir)
    try:
        text = read_text(path, name)
        raw = tomllib.loads(text)
    except UnreadableError as error:
        return None, [error.problem]
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        line = int(at.group(1)) if at else text.count("\n") + 1
        said = f"This is not valid TOML: {_AT_LINE.sub('', str(error)).strip()}."
        return None, [Problem(name, line, said, "Check quotes, brackets and commas.")]

    def at_path(path: Path_) -> tuple[str, int]:
        return name, toml_line(text, path)

    portal, problems = structure(_plain(raw), PortalConfig, at_path)
    if portal is not None:
        problems += (Problem(*at_path(p), said, advice) for p, said, advice in _wrong(portal))
    return portal, problems


def toml_line(text: str, path: Path_) -> int:
    """Line of `section.key`; of the section if the key is not there; else 1."""
    section, found = "", 1
    wanted = [step for step in path if isinstance(step, str)]
    for number, line in enumerate(text.splitlines(), start=1):
        head = re.match(r"\s*\[([^\[\]]+)\]", line)
        if head:
            section = head.group(1).strip()
            found = number if wanted[:1] == [section] else found
        key = re.match(r"\s*([A-Za-z0-9_-]+)\s*=", line)
        if key and [*([section] if section else []), key.group(1)] == wanted:
            return number
    return found


def _plain(raw: Any) -> Any:
    """TOML tables as the values that `structure` takes."""
    if isinstance(raw, dict):
        built = Map({key: _plain(value) for key, value in raw.items()})
        built.line, built.lines = 1, {}
        return built
    return Seq(raw) if isinstance(raw, list) else raw


def _wrong(portal: PortalConfig) -> Iterator[tuple[Path_, str, str]]:
    yield from _wrong_languages(portal)
    for name in ("border_km", "language_km"):
        if not 0 <= getattr(portal.routing, name) <= 40_000:
            yield ("routing", name), f"{name} is not a distance.", "Write kilometres, 0 or more."
    yield from _wrong_confirming(portal)
    low = [(("routing", "stale_days"), portal.routing.stale_days)]
    for section in ("answering", "retention", "limits", "updates", "confirming"):
        low += (((section, key), n) for key, n in _numbers(getattr(portal, section)))
    for path, number in low:
        if number < 1:
            yield path, f"{path[-1]} is less than 1.", "Write a whole number of 1 or more."


def _numbers(section: object) -> list[tuple[str, int]]:
    return [(key, value) for key, value in vars(section).items() if isinstance(value, int)]


def _wrong_confirming(portal: PortalConfig) -> Iterator[tuple[Path_, str, str]]:
    """A hospital that answers the reminder at once must never be shown as old."""
    days = portal.confirming.ask_every_days + portal.confirming.remind_after_days
    if days >= portal.routing.stale_days:
        said = f"A hospital would be reminded after {days} days, but its answer is old before that."
        advice = "Ask more often, or raise stale_days under [routing]."
        yield ("confirming", "ask_every_days"), said, advice


def _wrong_languages(portal: PortalConfig) -> Iterator[tuple[Path_, str, str]]:
    offered, path = portal.languages.offered, ("languages", "offered")
    for code in (*offered, *portal.languages.allow_unreviewed):
        if code not in checks.languages():
            yield path, f"“{code}” is no language code.", "Write two small letters, like nl."
    if len(set(offered)) != len(offered):
        yield path, "A language is offered twice.", "Name each language once."
    if SOURCE not in offered:
        yield path, "English is not offered.", 'Add "en": all texts are written in it first.'
    for code in portal.languages.allow_unreviewed:
        if code not in offered:
            place = ("languages", "allow_unreviewed")
            yield place, f"“{code}” is not offered.", "Name it in “offered” too, or remove it."


def read_glossary(
    path: Path, config_dir: Path
) -> tuple[tuple[GlossaryTerm, ...] | None, list[Problem]]:
    """Words explained (None: not readable), and every mistake of the file."""
    name = relative(path, config_dir)
    try:
        document = read_yaml(path, name)
    except UnreadableError as error:
        return None, [error.problem]
    kind = tuple[GlossaryTerm, ...]
    terms, problems = structure(document.value, kind, lambda at: (name, document.line(at)))
    raw = document.value if isinstance(document.value, list) else []
    known = [str(item.get("id")) for item in raw if isinstance(item, dict)]
    problems += document.problems
    problems += checks.wording(document, kind, terms=known, explains_words=True)
    problems += checks.ids(document, kind)
    return terms, problems
