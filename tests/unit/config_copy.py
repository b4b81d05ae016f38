"""A copy of config/ that a test may break, and where it broke it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from portal.content.load import check
from portal.content.model import Problem
from tests.support.paths import ROOT

TODAY = date(2026, 11, 22)
D = "studies/hem-ismart-d/"


@dataclass(frozen=True)
class ConfigCopy:
    root: Path

    @classmethod
    def make(cls, folder: Path) -> ConfigCopy:
        shutil.copytree(ROOT / "config", folder / "config")
        return cls(folder / "config")

    def path(self, file: str) -> Path:
        return self.root / file

    def text(self, file: str) -> str:
        return self.path(file).read_text(encoding="utf-8")

    def write(self, file: str, text: str) -> None:
        self.path(file).write_text(text, encoding="utf-8")

    def edit(self, file: str, old: str, new: str) -> int:
        """Replace the first `old`; the line on which it began."""
        text = self.text(file)
        assert old in text, f"{old!r} is no longer in {file}"
        self.write(file, text.replace(old, new, 1))
        return text[: text.index(old)].count("\n") + 1

    def problems(self) -> tuple[Problem, ...]:
        return check(self.root, today=TODAY)
