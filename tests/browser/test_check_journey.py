"""A family on a phone answers the questions, sees a result, prints it, sends it along, deletes it.

With script and without, by the `data-` hooks and field names only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser_fixtures import Watch
from tests.support.browser_walk import FORM, press, to_result, where
from tests.support.canaries import Canaries
from tests.support.flows import STUDY
from tests.support.screening import sample_answers

pytestmark = pytest.mark.browser
HIDDEN_ON_PAPER = ("main form", "main .btn", "header nav", "footer nav", ".back")
# (language, answers of the sample, script, outcome)
FAMILIES = [
    ("en", "needs_time", True, "needs_time"),
    ("nl", "long-needs_time", False, "needs_time"),
    ("ar", "ask_team", True, "ask_team"),
    ("ar", "looks_possible", False, "looks_possible"),
    ("en", "probably_not", False, "probably_not"),
]


@pytest.fixture(autouse=True)
def _answers_cookie(watch: Watch) -> Iterator[None]:
    """These pages set one cookie, which no script can read."""
    watch.cookies_allowed = frozenset({"answers"})
    yield
    for context in watch.contexts:
        for cookie in context.cookies():
            assert cookie["httpOnly"]
            assert cookie["sameSite"] == "Lax"


@pytest.mark.parametrize(("language", "name", "script", "outcome"), FAMILIES)
def test_a_family_answers_and_sees_a_result(
    open_page: Callable[..., Page], language: str, name: str, script: bool, outcome: str
) -> None:
    page = open_page(script=script)
    to_result(page, language, sample_answers(date.today())[name])
    assert page.locator("main").get_attribute("data-outcome") == outcome
    assert page.locator("html").get_attribute("lang") == language
    for cookie in page.context.cookies():
        assert cookie["expires"] - page.evaluate("Date.now() / 1000") <= 3600
    press(page, 'main form[action$="/check/delete"] button')
    assert not page.context.cookies()
    page.goto(page.url.replace("/deleted", "/result"))
    assert where(page) == "check-answers"


def test_the_printed_sheet_holds_what_a_doctor_needs(open_page: Callable[..., Page]) -> None:
    page = open_page()
    to_result(page, "nl", sample_answers(date.today())["long-needs_time"])
    assert not page.locator(".num").first.is_visible()
    page.emulate_media(media="print")
    for selector in (".num", ".paper .qa", ".paper .fits", ".line", "#in-english .qa"):
        assert page.locator(f"main {selector}").first.is_visible(), selector
    for selector in HIDDEN_ON_PAPER:
        for node in page.locator(selector).all():
            assert not node.is_visible(), selector
    assert not _overflow(page, 680)


def _overflow(page: Page, width: int) -> Any:
    page.set_viewport_size({"width": width, "height": 900})
    scroller = "document.scrollingElement"
    return page.evaluate(f"{scroller}.scrollWidth > {scroller}.clientWidth")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_refused_date_leads_to_its_field(open_page: Callable[..., Page], script: bool) -> None:
    page = open_page(script=script)
    plain = sample_answers(date.today())["needs_time"]
    to_result(page, "en", {**plain, "chemo_last": "unknown"})
    page.goto(f"/en/studies/{STUDY}/check/13")
    page.locator(f"{FORM} [name=answer][value=date]").check()
    page.locator(f"{FORM} [name=answer_day]").fill("12")
    page.locator(f"{FORM} [name=answer_month]").fill("Octember")
    page.locator(f"{FORM} [name=answer_year]").press("Enter")
    summary = page.locator("main [role=alert]")
    expect(summary).to_be_focused()
    assert page.input_value("[name=answer_month]") == "Octember"
    summary.locator("a").click()
    expect(page.locator("main [aria-invalid=true]")).to_be_focused()


def test_the_keyboard_alone_is_enough(open_page: Callable[..., Page]) -> None:
    page = open_page(f"/en/studies/{STUDY}/check/1")
    page.locator(f"{FORM} [name=answer]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check/2")


def test_answers_go_along_only_if_ticked(
    open_page: Callable[..., Page], canaries: Canaries
) -> None:
    page = open_page(script=False)
    to_result(page, "en", sample_answers(date.today())["needs_time"])
    press(page, f'main a.btn[href$="/studies/{STUDY}/contact"]')
    box = page.locator("main [name=share_answers]")
    assert not box.is_checked()
    box.check()
    for name in ("first_name", "last_name", "email", "phone"):
        page.fill(f"main [name={name}]", getattr(canaries, name))
    page.select_option("main [name=country]", "NL")
    press(page, 'main form[action$="/contact"] [type=submit]')
    assert where(page) == "contact-check"
    assert "No, other chemo too" in page.locator("main").inner_text()
    press(page, 'main [name=action][value="send"]')
    assert where(page) == "family"
    assert "No, other chemo too" not in page.locator("main").inner_text()
