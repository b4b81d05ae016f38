"""Waits are exact to the day (content brief B7)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.content.screener_model import GivenDay, Span, Wait
from portal.screener.answers import read_answers
from portal.screener.dates import (
    DayError,
    DayReason,
    after,
    before,
    clear_from,
    given_day,
    last_possible,
    read_day,
)
from portal.screener.outcome import Result, result
from tests.unit.screener_walks import TODAY, screener

TEN_YEARS = [date(2023, 1, 1) + timedelta(days=n) for n in range(3653)]  # 2024, 2028, 2032 leap
ONE_DAY = timedelta(days=1)
FULL: dict[str, object] = {
    "who": "parent", "illness": "all", "status": "relapse", "age_now": "7_12", "age_dx": "1_17",
    "ras": "yes", "sample": "relapse", "trametinib": "no", "transplant": "none",
    "recent": ["none"], "health": ["none"], "daily": "good",
}  # fmt: skip


def outcome_of(today: date = TODAY, **changed: object) -> Result:
    return result(screener(), read_answers(screener(), {**FULL, **changed}, today), today)


def status_of(code: str, today: date = TODAY, **changed: object) -> tuple[str, object, bool]:
    item = next(item for item in outcome_of(today, **changed).items if item.criterion.code == code)
    return item.status, item.clear_from, item.at_latest


# --- the oracle: try each day until the words of the listing are satisfied ---------------------


def is_over(day: date, last: date, wait: Wait) -> bool:
    if wait.length.days:
        passed = (day - last).days
        return passed >= wait.length.days if wait.kind == "elapsed" else passed > wait.length.days
    return day > last and not _inside_months(day, last, wait.length.months)


def _inside_months(day: date, last: date, months: int) -> bool:
    """Not yet past the day with the same number, or the month's last day if it has none."""
    apart = (day.year - last.year) * 12 + day.month - last.month
    if apart != months:
        return apart < months
    month_end = (day + ONE_DAY).month != day.month
    return day.day <= last.day or (month_end and day.day < last.day)


def brute_force(last: date, wait: Wait) -> date:
    day = last
    while not is_over(day, last, wait):
        day += ONE_DAY
    return day


@pytest.mark.parametrize("wait", screener().waits, ids=lambda wait: wait.code)
def test_every_wait_is_the_first_day_on_which_the_rule_holds_over_ten_years(wait: Wait) -> None:
    for last in TEN_YEARS:
        assert clear_from(last, wait) == brute_force(last, wait), last


def test_the_table_of_the_brief_is_the_table_of_the_file() -> None:
    found = {
        wait.code: (wait.length.days, wait.length.months, wait.kind, wait.at_latest)
        for wait in screener().waits
    }
    assert found == {
        "chemo": (7, 0, "elapsed", False),
        "chemo_perhaps": (7, 0, "elapsed", True),
        "radiotherapy": (21, 0, "within", False),
        "radiotherapy_perhaps": (21, 0, "within", True),
        "own_cells": (0, 2, "within", False),
        "donor_cells": (0, 3, "within", False),
        "longest_transplant": (0, 3, "within", True),
        "gvhd_medicine": (0, 1, "within", False),
        "immune_cells": (42, 0, "elapsed", False),
        "antibody_or_study": (21, 0, "elapsed", True),
        "operation": (21, 0, "within", False),
    }


@pytest.mark.parametrize(
    ("code", "last", "clear"),
    [
        ("own_cells", "2026-12-31", "2027-03-01"),
        ("own_cells", "2027-12-31", "2028-03-01"),  # 29 February is the last day inside
        ("own_cells", "2027-12-29", "2028-03-01"),
        ("own_cells", "2026-12-28", "2027-03-01"),
        ("own_cells", "2026-12-27", "2027-02-28"),
        ("donor_cells", "2026-08-31", "2026-12-01"),
        ("donor_cells", "2026-11-30", "2027-03-01"),
        ("gvhd_medicine", "2026-10-31", "2026-12-01"),
        ("gvhd_medicine", "2027-01-31", "2027-03-01"),
        ("chemo", "2028-02-25", "2028-03-03"),
        ("radiotherapy", "2026-11-02", "2026-11-24"),
    ],
)
def test_month_ends_and_leap_days(code: str, last: str, clear: str) -> None:
    wait = screener().wait(code)
    assert clear_from(date.fromisoformat(last), wait) == date.fromisoformat(clear)


# --- around today --------------------------------------------------------------------------------

DATED = [
    ("C21.1", "chemo", {"recent": ["chemo"], "chemo_kind": "any_other"}, "chemo_last"),
    ("C21.1", "chemo_perhaps", {"recent": ["chemo"], "chemo_kind": "unknown"}, "chemo_last"),
    ("C21.2", "radiotherapy", {"recent": ["radio"], "radio_why": "treat"}, "radio_last"),
    ("C21.2", "radiotherapy_perhaps", {"recent": ["radio"], "radio_why": "unknown"}, "radio_last"),
    ("C21.3", "own_cells", {"transplant": "own"}, "transplant_last"),
    ("C21.3", "donor_cells", {"transplant": "donor", "gvhd": "no", "gvhd_meds": "no"},
     "transplant_last"),
    ("C21.3", "longest_transplant", {"transplant": "more", "gvhd": "no", "gvhd_meds": "no"},
     "transplant_last"),
    ("C19", "gvhd_medicine", {"transplant": "donor", "transplant_last": "before", "gvhd": "no",
                              "gvhd_meds": "stopped"}, "gvhd_meds_last"),
    ("C21.4", "immune_cells", {"recent": ["cell"]}, "cell_last"),
    ("C21.5", "antibody_or_study", {"recent": ["antibody"]}, "antibody_last"),
    ("C21.5", "antibody_or_study", {"recent": ["trial"]}, "trial_last"),
    ("C21.6", "operation", {"recent": ["surgery"]}, "surgery_last"),
]  # fmt: skip
each_dated = pytest.mark.parametrize(
    ("criterion", "code", "answers", "name"), DATED, ids=[f"{d[3]}-{d[1]}" for d in DATED]
)


def test_every_wait_is_among_them() -> None:
    assert {dated[1] for dated in DATED} == {wait.code for wait in screener().waits}


@each_dated
def test_the_first_clear_day_itself_is_met_and_the_day_before_is_not(
    criterion: str, code: str, answers: dict[str, object], name: str
) -> None:
    wait = screener().wait(code)
    for last in (date(2026, 10, 31), date(2026, 12, 31), date(2028, 1, 31), date(2028, 2, 29)):
        clear = clear_from(last, wait)
        given = {**answers, name: last.isoformat()}
        assert status_of(criterion, clear, **given) == ("met", None, False)
        day_before = clear - ONE_DAY
        assert status_of(criterion, day_before, **given) == ("not_now", clear, wait.at_latest)
        assert outcome_of(day_before, **given).outcome.code == "needs_time"
        assert status_of(criterion, last, **given)[0] == "not_now"  # today itself


@each_dated
def test_a_month_alone_counts_from_its_last_day_but_not_after_today(
    criterion: str, code: str, answers: dict[str, object], name: str
) -> None:
    wait = screener().wait(code)
    given = {**answers, name: "2026-11"}
    for today, last in ((date(2026, 11, 23), date(2026, 11, 23)), (date(2026, 12, 5), None)):
        clear = clear_from(last or date(2026, 11, 30), wait)
        met = clear <= today
        wanted = ("met", None, False) if met else ("not_now", clear, True)
        assert status_of(criterion, today, **given) == wanted


@each_dated
def test_the_sentence_names_the_day_and_says_at_the_latest_where_it_is(
    criterion: str, code: str, answers: dict[str, object], name: str
) -> None:
    for written in ("2026-11-22", "2026-11"):
        found = outcome_of(**{**answers, name: written})
        item = next(item for item in found.items if item.criterion.code == criterion)
        assert item.reasons[0].date == item.clear_from == found.clear_from
        assert "{date}" in item.reasons[0].text
        assert ("at the latest" in item.reasons[0].text) is item.at_latest is found.at_latest


# --- looking back: who says ‘before’ must have nothing left to wait for --------------------------


@pytest.mark.parametrize(
    ("question", "waits"),
    [
        ("transplant_last", ("own_cells", "donor_cells", "longest_transplant")),
        ("gvhd_meds", ("gvhd_medicine",)),
        ("recent", ("chemo", "radiotherapy", "immune_cells", "antibody_or_study", "operation")),
    ],
)
def test_before_the_day_shown_every_wait_is_over(question: str, waits: tuple[str, ...]) -> None:
    back = screener().question(question).look_back
    assert back is not None
    for today in TEN_YEARS:
        last = before(today, back) - ONE_DAY
        assert all(clear_from(last, screener().wait(code)) <= today for code in waits), today


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 40))
def test_months_keep_the_day_number_or_take_the_last_one(day: date, months: int) -> None:
    later = after(day, Span(months=months))
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == min(day.day, monthrange(later.year, later.month)[1])
    earlier = before(day, Span(months=months))
    assert (day.year - earlier.year) * 12 + day.month - earlier.month == months
    assert earlier.day == min(day.day, monthrange(earlier.year, earlier.month)[1])


# --- days that families give ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-11-24", "in_the_future"),
        ("2026-12", "in_the_future"),
        ("2027-01-01", "in_the_future"),
        ("2026-02-30", "not_a_day"),
        ("2026-13-01", "not_a_day"),
        ("2026-00", "not_a_day"),
        ("2026-11-00", "not_a_day"),
        ("2025-02-29", "not_a_day"),
        ("20-11-2026", "not_a_day"),
        ("2026", "not_a_day"),
        ("0000-01-01", "not_a_day"),
        ("1999-12-31", "too_early"),
        ("1999-12", "too_early"),
    ],
)
def test_days_that_cannot_be(text: str, reason: str) -> None:
    with pytest.raises(DayError) as error:
        read_day(text, TODAY)
    assert error.value.reason == reason
    assert reason in get_args(DayReason)


def test_days_that_can() -> None:
    assert read_day("2026-11-23", TODAY) == GivenDay(2026, 11, 23)
    assert read_day("2026-11", TODAY) == GivenDay(2026, 11)
    assert read_day("2000-01-01", TODAY) == GivenDay(2000, 1, 1)
    assert read_day("2024-02-29", TODAY) == GivenDay(2024, 2, 29)
    assert str(GivenDay(2026, 1, 2)) == "2026-01-02"
    assert str(GivenDay(2026, 1)) == "2026-01"


@given(st.dates(date(2000, 1, 1), date(2036, 12, 31)), st.integers(0, 4000))
def test_a_month_alone_is_never_earlier_than_any_of_its_days(day: date, later: int) -> None:
    today = day + timedelta(days=later)
    month = given_day(day.year, day.month, None, today)
    assert day <= last_possible(month, today) <= today
    assert last_possible(given_day(day.year, day.month, day.day, today), today) == day
