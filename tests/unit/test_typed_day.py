"""Dates as people type them: month names of their own language and country, their own digits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from babel import Locale

from portal import languages
from portal.content.screener_model import GivenDay
from portal.forms.typed_day import (
    DayMissingError,
    NotADayError,
    field_order,
    month_number,
    read_typed,
)
from portal.screener.dates import DayError
from tests.support.offered import OFFERED

TODAY = date(2026, 11, 23)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Also a language without a catalogue of ours: its dates are Babel’s."""
    before = languages._language.set(language)
    try:
        yield
    finally:
        languages._language.reset(before)


@pytest.mark.parametrize(
    ("language", "typed", "month"),
    [
        ("en", "nov", 11),
        ("en", "November", 11),
        ("en", "NOV.", 11),
        ("en", "Sept", 9),
        ("en", " march ", 3),
        ("nl", "januari", 1),
        ("nl", "jan", 1),
        ("nl", "mrt", 3),
        ("nl", "maart", 3),
        ("nl", "mei", 5),
        ("nl", "October", 10),
        ("de", "Jänner", 1),
        ("de", "Maerz", None),
        ("de", "März", 3),
        ("fr", "février", 2),
        ("fr", "fevr", 2),
        ("fr", "août", 8),
        ("ar", "نوفمبر", 11),
        ("ar", "تشرين الثاني", 11),
        ("ar", "كانون الأول", 12),
        ("ar", "كانون الاول", 12),
        ("ar", "آذار", 3),
        ("ar", "اذار", 3),
        ("ar", "جويلية", 7),
        ("ar", "جويليه", 7),
        ("ar", "غشت", 8),
        ("ar", "أكتوبر", 10),
        ("ar", "اكتوبر", 10),
        ("ar", "oct", 10),
        # Two months begin so: never guess.
        ("ar", "تشرين", None),
        ("ar", "كانون", None),
        ("en", "ju", None),
        ("en", "jun", 6),
        ("en", "ma", None),
        ("en", "nvo", None),
        ("en", "", None),
        ("en", "…", None),
    ],
)
def test_months_are_known_by_name(language: str, typed: str, month: int | None) -> None:
    with speaking(language):
        assert month_number(typed) == month


@pytest.mark.parametrize(
    "language", [*OFFERED, "ca", "de", "fi", "fr", "he", "nb", "pl", "tr", "uk"]
)
def test_every_name_of_the_locale_data_is_known(language: str) -> None:
    months = Locale.parse(language).months
    with speaking(language):
        for form in months.values():
            for width in ("wide", "abbreviated"):
                for month, name in form[width].items():
                    assert month_number(name) == month, name


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        (("20", "11", "2026"), GivenDay(2026, 11, 20)),
        (("٢٠", "١١", "٢٠٢٦"), GivenDay(2026, 11, 20)),
        (("۲۰", "۱۱", "۲۰۲۶"), GivenDay(2026, 11, 20)),
        (("20.", "Nov.", "2026"), GivenDay(2026, 11, 20)),
        (("", "10", "2026"), GivenDay(2026, 10)),
        (("1", "2", "26"), GivenDay(2026, 2, 1)),
        (("29", "2", "2024"), GivenDay(2024, 2, 29)),
        (("23", "11", "2026"), GivenDay(2026, 11, 23)),
    ],
)
def test_a_day_in_many_ways(typed: tuple[str, str, str], given: GivenDay) -> None:
    assert read_typed(*typed, TODAY) == given


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (("20", "", "2026"), DayMissingError),
        (("20", "11", ""), DayMissingError),
        (("", "", ""), DayMissingError),
        (("20", "x", "2026"), NotADayError),
        (("x", "11", "2026"), NotADayError),
        (("20", "11", "x"), NotADayError),
        (("20", "11", "20266"), NotADayError),
        (("0", "11", "2026"), NotADayError),
        (("20", "13", "2026"), DayError),
        (("30", "2", "2026"), DayError),
        (("29", "2", "2025"), DayError),
        (("24", "11", "2026"), DayError),
        (("", "12", "2026"), DayError),
        (("1", "1", "1999"), DayError),
    ],
)
def test_what_is_no_day(typed: tuple[str, str, str], problem: type[Exception]) -> None:
    with pytest.raises(problem):
        read_typed(*typed, TODAY)


@pytest.mark.parametrize(
    ("language", "order"), [("en", "dmy"), ("nl", "dmy"), ("ar", "dmy"), ("hu", "ymd")]
)
def test_fields_stand_as_the_language_writes_dates(language: str, order: str) -> None:
    with speaking(language):
        assert field_order() == order
