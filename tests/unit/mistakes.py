"""A mistake that a study office can make, and what the check must say about it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.unit.config_copy import D

STUDY, QUESTIONS, SITES, BOXES = (
    D + name for name in ("study.yaml", "questions.yaml", "sites.csv", "mailboxes.csv")
)
UTRECHT = "nl-utrecht-maxima"


@dataclass(frozen=True)
class Mistake:
    """Replace `old` by `new`; the problem is `below` lines under it and says `said`, `advice`."""

    file: str
    old: str
    new: str
    said: str
    advice: str = r"\w"
    below: int = 0
    at: str = ""  # another file that shows the problem, whatever the line
