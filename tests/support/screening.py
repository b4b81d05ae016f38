"""The pre-screener as a family walks through it: by `data-question`, in no language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from babel import Locale

from tests.support.dom import Form, read_form
from tests.support.flows import study_path
from tests.support.page_audit import Page
from tests.support.visitor import Visitor

Plain = Mapping[str, Any]
MOST_QUESTIONS = 24
ALL_GOOD: Plain = {
    "who": "parent",
    "illness": "all",
    "status": "relapse",
    "age_now": "7_12",
    "age_dx": "1_17",
    "ras": "yes",
    "sample": "relapse",
    "trametinib": "no",
    "transplant": "none",
    "recent": ["none"],
    "health": ["none"],
    "daily": "good",
}


def fields_of(question: str, plain: Plain) -> list[tuple[str, str]]:
    """What the form of one question posts for an answer in its plain form."""
    given = plain[question]
    values = [str(value) for value in (given if isinstance(given, list) else [given])]
    day = plain.get(f"{question}_last") if values == ["stopped"] else None
    if values[0][:4].isdigit() and "-" in values[0]:
        values, day = ["date"], values[0]
    fields = [("answer", value) for value in values]
    if day is not None:
        year, month, *rest = str(day).split("-")
        fields += [("answer_year", year), ("answer_month", month)]
        fields += [("answer_day", rest[0] if rest else "")]
    return fields


def typed_here(field: str, value: str, language: str) -> str:
    """A part of a date in the words and digits of a language."""
    if field not in {"answer_day", "answer_month", "answer_year"} or not value:
        return value
    locale = Locale.parse(language)
    if field == "answer_month":
        return str(locale.months["stand-alone"]["wide"][int(value)])
    zero = {"arab": "٠"}.get(locale.default_numbering_system, "0")
    return "".join(chr(ord(zero) + int(digit)) for digit in str(int(value)))


def question_form(page: Page) -> Form:
    return read_form(page.main.one("form", data_question=True))


def asked(page: Page) -> str:
    """The code of the question on this page."""
    return question_form(page).node["data-question"]


@dataclass
class Walk:
    """One family, one study, one browser."""

    visitor: Visitor
    language: str = "en"
    # Dates as people of the language type them: months by name, digits of their own.
    by_name: bool = False
    numbers: dict[str, int] = field(default_factory=dict)  # position of each question asked

    def address(self, rest: str | int = "") -> str:
        return study_path(self.language, f"check/{rest}".rstrip("/"))

    def open(self, rest: str | int = "") -> Page:
        return self.visitor.get(self.address(rest))

    def answer(self, page: Page, plain: Plain) -> Page:
        """Answer the question of this page; the page that follows."""
        form = question_form(page)
        code = form.node["data-question"]
        self.numbers[code] = int(form.action.rpartition("/")[2])
        hidden = [(n, v) for n, v in form.fields if not n.startswith("answer")]
        fields = fields_of(code, plain)
        if self.by_name:
            fields = [(name, typed_here(name, value, self.language)) for name, value in fields]
        sent = self.visitor.post(form.action, [*hidden, *fields])
        assert sent.status == 303, f"{code}: {sent.status} {sent.main.text[:300]}"
        return self.visitor.follow(sent)

    def through(self, plain: Plain) -> Page:
        """Answer as long as there is a question and an answer for it; the page after that."""
        page = self.open(1)
        for _ in range(MOST_QUESTIONS + 1):
            if page.name == "check-result" and not set(plain) <= set(self.numbers) | _days(plain):
                page = self.visitor.follow(
                    self.visitor.post(self.address("result"), [("action", "carry_on")])
                )
            if page.name != "check-question" or asked(page) not in plain:
                return page
            page = self.answer(page, plain)
        raise AssertionError(f"more than {MOST_QUESTIONS} questions")

    def to_result(self, plain: Plain) -> Page:
        page = self.through(plain)
        return page if page.name == "check-result" else self.open("result")


def _days(plain: Plain) -> set[str]:
    """Names that are no question of their own: the day beside ‘it stopped’."""
    return {f"{name}_last" for name, value in plain.items() if value == "stopped"}


def judged(page: Page) -> dict[str, dict[str, str | None]]:
    """Criteria with status and date, as the hooks of a result page tell them."""
    return {
        node["data-criterion"]: {
            "status": node["data-status"],
            "clear_from": node["data-clear-from"] or None,
        }
        for node in page.main.all(data_criterion=True)
    }


def sample_answers(today: date) -> dict[str, Plain]:
    """Answers for each outcome; `long-` has many questions and many kinds of items."""
    ago = {days: (today - timedelta(days=days)).isoformat() for days in (3, 10)}
    small = {**ALL_GOOD, "age_now": "1_5", "weight": "10plus"}
    many = {
        "recent": ["chemo", "radio", "cell", "antibody", "surgery"],
        "chemo_kind": "any_other",
        "chemo_last": ago[3],
        "radio_why": "treat",
        "radio_last": ago[10],
        "cell_last": ago[10],
        "antibody_last": ago[10],
        "surgery_last": "ongoing",
    }
    return {
        "looks_possible": ALL_GOOD,
        "needs_time": {
            **small,
            "recent": ["chemo"],
            "chemo_kind": "any_other",
            "chemo_last": ago[3],
        },
        "long-needs_time": {**small, **many},
        "ask_team": {**ALL_GOOD, "ras": "unknown", "health": ["gut", "infection"], "daily": "bed"},
        "probably_not": {**ALL_GOOD, "trametinib": "yes"},
        "long-probably_not": {"who": "self", "illness": "other"},
    }
