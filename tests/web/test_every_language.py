"""Every page and mail in every offered language: its own words, language and direction.

A language that joins config/portal.toml is covered from then on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from babel import Locale

from portal.mail.messages import build
from tests.mail.test_golden import MAILS, SAMPLES, folder_of
from tests.support.crawl import Found, pages
from tests.support.dom import parse
from tests.support.in_process import NOON, PortalApp
from tests.support.leftovers import is_left_over, leftovers, pieces
from tests.support.offered import OFFERED, TRANSLATED
from tests.support.samples import SetClock

SITE_PAGES = ("site-", "site-acknowledge", "site-spoken")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, roomy_config: Path) -> Iterator[PortalApp]:
    portal = PortalApp.make(
        tmp_path_factory.mktemp("crawl"), config=roomy_config, clock=SetClock(NOON)
    )
    yield portal
    portal.close()


@pytest.fixture(scope="module")
def seen(app: PortalApp) -> dict[str, list[Found]]:
    """Each language’s pages, asked once when a test first wants them."""
    return {}


def of(language: str, app: PortalApp, seen: dict[str, list[Found]]) -> list[Found]:
    if language not in seen:
        seen[language] = list(pages(app, language))
    return seen[language]


@pytest.fixture(scope="module")
def english(app: PortalApp, seen: dict[str, list[Found]]) -> frozenset[str]:
    found = of("en", app, seen)
    return frozenset(piece for one in found for piece in pieces(one.page.tree))


@pytest.mark.parametrize("language", OFFERED)
def test_every_page_is_in_its_language_and_direction(
    language: str, app: PortalApp, seen: dict[str, list[Found]]
) -> None:
    found = of(language, app, seen)
    assert len(found) > 120
    for one in found:
        html = one.page.tree.one("html")
        if one.name not in SITE_PAGES:
            assert html["lang"] == language, one.name
        assert html["dir"] == Locale.parse(html["lang"]).text_direction, one.name


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_page_has_english_left(
    language: str, app: PortalApp, seen: dict[str, list[Found]], english: frozenset[str]
) -> None:
    """Refused forms are among them: no message of WTForms or email-validator is ever shown."""
    found = {
        piece: one.name for one in of(language, app, seen) for piece in leftovers(one.page, english)
    }
    assert not found, "\n".join(f"{name}: {piece}" for piece, name in found.items())


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_mail_has_english_left(language: str) -> None:
    left = []
    source = frozenset(line for sample in SAMPLES for line in _lines(sample, "en"))
    for sample in SAMPLES:
        lines = (line for line in _lines(sample, language) if "https://" not in line)
        left += [f"{sample}: {one}" for one in lines if is_left_over(one, language, source)]
    assert MAILS
    assert not left, "\n".join(left)


def _lines(sample: str, language: str) -> list[str]:
    """Subject, lines of the text and pieces of the HTML; the family’s own words are in none."""
    values = dict(SAMPLES[sample])
    if "message" in values:
        values["message"] = replace(values["message"], message="♥ 12345", other_language="")
        values["family_language"] = language
    if "words" in values:
        values["words"] = "♥ 12345"
    mail = build(folder_of(sample), language, reference="2222-3333", **values)
    lines = [mail.subject, *mail.text.splitlines(), *pieces(parse(mail.html))]
    return [line for line in lines if line.strip()]


def test_the_look_for_english_finds_it(english: frozenset[str]) -> None:
    """Each look alone: a sentence of ours, and one of a library that no page of ours has."""
    ours = next(piece for piece in english if piece.startswith("Do not stop, change or delay"))
    for language in TRANSLATED:
        assert is_left_over(ours, language, english)
        assert is_left_over("This field is required.", language, english)
        assert is_left_over("The email address is not valid.", language, english)
        assert not is_left_over("NCT05658640", language, english)
        assert not is_left_over("Princess Máxima Center for Pediatric Oncology", language, english)
