"""The result: one of four outcomes, what led to it, and until when waits last (B3, B8)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from portal.content.screener_model import (
    Answers,
    AskedCriterion,
    Outcome,
    OutcomeCode,
    Screener,
    ScreenerNote,
    Status,
    TeamCheck,
)
from portal.content.text import Text, WordSet
from portal.screener.path import ended_early, path, reader_of
from portal.screener.rules import (
    UNKNOWN,
    Clear,
    Finding,
    Verdict,
    chosen,
    findings,
    lateness,
    verdicts,
)


@dataclass(frozen=True)
class Reason:
    """A sentence for the family; {date} in it stands for `date`."""

    question: str
    status: Status
    text: Text
    date: date | None
    at_latest: bool


@dataclass(frozen=True)
class Item:
    """One criterion on the result page."""

    criterion: AskedCriterion
    status: Status
    clear_from: Clear
    at_latest: bool
    reasons: tuple[Reason, ...]  # the deciding one first


@dataclass(frozen=True)
class Result:
    outcome: Outcome
    reader: WordSet
    items: tuple[Item, ...]  # criteria that a given answer decided, in the order of the file
    clear_from: Clear  # the latest of all waits; `unknown` if one has no date
    latest_known_date: date | None  # the latest wait that has a date: ‘not before …’
    at_latest: bool  # that date is an upper bound
    early_end: bool  # a question on the path is open
    can_carry_on: bool  # it is open because a fixed ‘no’ led here
    notes: tuple[ScreenerNote, ...]
    show_other_parts: bool
    ask_for_change: (
        bool  # the change in the cells is what does not fit: another part may look for it
    )

    def with_status(self, status: Status) -> tuple[Item, ...]:
        """Items of one status; waits with the latest date first, those without a date last."""
        items = [item for item in self.items if item.status == status]
        if status == "not_now":
            items.sort(key=_by_date)
        return tuple(items)

    @property
    def to_ask(self) -> tuple[Item, ...]:
        return self.with_status("ask")

    @property
    def to_wait(self) -> tuple[Item, ...]:
        return self.with_status("not_now")

    @property
    def not_fitting(self) -> tuple[Item, ...]:
        return self.with_status("not_met")

    @property
    def fitting(self) -> tuple[Item, ...]:
        return self.with_status("met")


def result(screener: Screener, answers: Answers, today: date) -> Result:
    """What the answers given so far come to; works at any point of the path."""
    reader = reader_of(screener, answers)
    order = [criterion.code for criterion in screener.criteria]
    judged = verdicts(findings(screener, answers, today), order)
    waits = [verdict for verdict in judged.values() if verdict.status == "not_now"]
    left_early = any(step.answer is None for step in path(screener, answers))
    code = outcome_code({verdict.status for verdict in judged.values()}, left_early=left_early)
    latest, at_latest = _latest(waits)
    return Result(
        outcome=screener.outcome(code),
        reader=reader,
        items=tuple(
            _item(criterion, judged[criterion.code], reader)
            for criterion in screener.criteria
            if criterion.code in judged
        ),
        clear_from=UNKNOWN if any(wait.clear_from == UNKNOWN for wait in waits) else latest,
        latest_known_date=latest,
        at_latest=at_latest,
        early_end=left_early,
        can_carry_on=ended_early(screener, answers),
        notes=_notes(screener, answers),
        show_other_parts=code == "probably_not" and _others_may_fit(screener, judged),
        ask_for_change=code == "probably_not" and _change_is_the_reason(screener, judged),
    )


def outcome_code(statuses: Collection[Status], *, left_early: bool) -> OutcomeCode:
    """B3: the first rule that applies. A path left early is never a ‘yes’ and never a ‘no’."""
    if "not_met" in statuses:
        return "probably_not"
    if "ask" in statuses or left_early:
        return "ask_team"
    return "needs_time" if "not_now" in statuses else "looks_possible"


def team_checks(screener: Screener, reader: WordSet) -> tuple[tuple[TeamCheck, Text], ...]:
    """‘The study team will check’: the same list on every result, worded for the reader (B6)."""
    return tuple((check, check.lay.for_(reader)) for check in screener.team.items)


def _latest(waits: list[Verdict]) -> tuple[date | None, bool]:
    """The latest dated wait, and whether it is an upper bound; an exact equal day is certain."""
    dated = [wait for wait in waits if wait.clear_from != UNKNOWN]
    last = max(dated, key=lambda wait: lateness(wait.clear_from, wait.at_latest), default=None)
    if last is None or not isinstance(last.clear_from, date):
        return None, False
    return last.clear_from, last.at_latest


def _by_date(item: Item) -> tuple[bool, int]:
    known = isinstance(item.clear_from, date)
    return not known, -item.clear_from.toordinal() if isinstance(item.clear_from, date) else 0


def _item(criterion: AskedCriterion, verdict: Verdict, reader: WordSet) -> Item:
    reasons = tuple(dict.fromkeys(_reason(finding, reader) for finding in verdict.findings))
    return Item(criterion, verdict.status, verdict.clear_from, verdict.at_latest, reasons)


def _reason(finding: Finding, reader: WordSet) -> Reason:
    day = finding.clear_from if isinstance(finding.clear_from, date) else None
    text = finding.words.for_(reader)
    return Reason(finding.question, finding.status, text, day, finding.at_latest)


def _notes(screener: Screener, answers: Answers) -> tuple[ScreenerNote, ...]:
    ticked = (o for question in screener.questions for o in chosen(question, answers))
    codes = {note for option in ticked for note in option.notes}
    return tuple(note for note in screener.notes if note.code in codes)


def _others_may_fit(screener: Screener, judged: dict[str, Verdict]) -> bool:
    """B8: not where age or illness is the reason, because the same limits hold there."""
    others = screener.other_parts
    if others is None:
        return False
    return _reasons(judged).isdisjoint(others.not_if)


def _change_is_the_reason(screener: Screener, judged: dict[str, Verdict]) -> bool:
    others = screener.other_parts
    if others is None or not _others_may_fit(screener, judged):
        return False
    return not _reasons(judged).isdisjoint(others.signpost_if)


def _reasons(judged: dict[str, Verdict]) -> set[str]:
    return {code for code, verdict in judged.items() if verdict.status == "not_met"}
