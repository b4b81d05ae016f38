"""How each language writes dates, times and lists where CLDR alone does not say it right."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.languages import format_date, format_list, format_time, in_language
from portal.web.frame import initials
from portal.web.texts import isolate_codes


@pytest.mark.parametrize(
    ("language", "day", "written"),
    [
        ("fr", date(2026, 12, 1), "1er décembre 2026"),
        ("fr", date(2026, 12, 21), "21 décembre 2026"),
        ("fr", date(2026, 12, 11), "11 décembre 2026"),
        ("ca", date(2026, 12, 1), "1 de desembre del 2026"),
        ("en", date(2026, 12, 1), "1 December 2026"),
    ],
)
def test_the_first_of_a_month(language: str, day: date, written: str) -> None:
    with in_language(language):
        assert format_date(day) == written


@pytest.mark.parametrize(
    ("language", "clock"),
    [
        ("en", "2026, 07:05"),
        ("da", "2026 kl. 07.05"),
        ("fi", "2026 klo 7.05"),
        ("es", "2026, 7:05"),
    ],
)
def test_the_time_of_day_in_24_hours_as_the_language_writes_it(language: str, clock: str) -> None:
    moment = datetime(2026, 12, 1, 6, 5, tzinfo=UTC)
    with in_language(language):
        assert format_time(moment, ZoneInfo("Europe/Amsterdam")).endswith(clock)


@pytest.mark.parametrize(
    ("names", "style", "joined"),
    [
        (["neerlandés", "inglés"], "standard", "neerlandés e inglés"),
        (["inglés", "Irlanda", "Italia"], "standard", "inglés, Irlanda e Italia"),
        (["agua", "hielo"], "standard", "agua y hielo"),
        (["inglés", "francés"], "standard", "inglés y francés"),
        (["siete", "ocho"], "or", "siete u ocho"),
        (["uno", "dos"], "or", "uno o dos"),
        (["inglés"], "standard", "inglés"),
        ([], "standard", ""),
    ],
)
def test_a_spanish_list(names: list[str], style: str, joined: str) -> None:
    with in_language("es"):
        assert format_list(names, style) == joined


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Dr. Sofie de Wit", "SW"),
        ("Équipe de l’étude", "ÉÉ"),
        ("Equip de l’estudi", "EE"),
        ("Studieteam", "S"),
        ("فريق الدراسة", "ف"),
        ("", ""),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (
            "يديره Princess Máxima Center هنا",
            'يديره <bdi dir="ltr">Princess Máxima Center</bdi> هنا',
        ),
        ("جين KRAS, NRAS أيضًا", 'جين <bdi dir="ltr">KRAS, NRAS</bdi> أيضًا'),
        ("دراسة HEM-iSMART-D هنا", 'دراسة <bdi dir="ltr" class="one">HEM-iSMART-D</bdi> هنا'),
        ("عمر 18 < 21", "عمر 18 &lt; 21"),
    ],
)
def test_latin_words_keep_their_order_in_arabic(words: str, shown: str) -> None:
    with in_language("ar"):
        assert isolate_codes(words) == shown
    with in_language("nl"):
        assert isolate_codes("Máxima <b>") == "Máxima &lt;b&gt;"
