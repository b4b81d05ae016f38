"""A CSV file of which single rows change; all other rows stay as they are, byte for byte."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass
class CsvRow:
    """Cells without the spaces around them, and the row as it stands in the file."""

    cells: dict[str, str]
    raw: str


@dataclass
class CsvText:
    """Rows with cells, in the order of the file; blank lines are kept where they are."""

    columns: tuple[str, ...]
    parts: list[CsvRow | str] = field(default_factory=list)
    newline: str = "\n"

    @property
    def rows(self) -> list[CsvRow]:
        return [part for part in self.parts if isinstance(part, CsvRow)]

    @classmethod
    def read(cls, text: str) -> CsvText:
        """A text that `read_csv` of yaml_lines accepts."""
        lines = list(io.StringIO(text, newline=""))
        reader = csv.reader(iter(lines), strict=True)
        made, done = cls((), newline="\r\n" if "\r\n" in text else "\n"), 0
        for cells in reader:
            raw, done = "".join(lines[done : reader.line_num]), reader.line_num
            if not cells or not made.columns:
                made.columns = made.columns or tuple(cell.strip() for cell in cells)
                made.parts.append(raw)
            else:
                named = zip(made.columns, (cell.strip() for cell in cells), strict=True)
                made.parts.append(CsvRow(dict(named), raw))
        return made

    @classmethod
    def new(cls, columns: Sequence[str]) -> CsvText:
        return cls(tuple(columns), [",".join(columns) + "\n"])

    def update(self, row: CsvRow, cells: Mapping[str, str]) -> None:
        """Raw text stays if no cell changes."""
        changed = {name: cell for name, cell in cells.items() if row.cells[name] != cell}
        if changed:
            row.cells.update(changed)
            row.raw = self._line(row.cells)

    def add(self, cells: Mapping[str, str]) -> CsvRow:
        last = self.parts[-1]
        if not (text := last.raw if isinstance(last, CsvRow) else last).endswith("\n"):
            self.parts[-1] = text + self.newline
        whole = {name: cells.get(name, "") for name in self.columns}
        row = CsvRow(whole, self._line(whole))
        self.parts.append(row)
        return row

    def render(self) -> str:
        return "".join(part.raw if isinstance(part, CsvRow) else part for part in self.parts)

    def _line(self, cells: Mapping[str, str]) -> str:
        out = io.StringIO()
        csv.writer(out, lineterminator=self.newline).writerow(cells[c] for c in self.columns)
        return out.getvalue()
