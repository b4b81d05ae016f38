"""Notes by keyboard, by screen reader, on small screens, on paper and without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support import axe
from tests.support.canaries import Canaries
from tests.support.flows import STUDY
from tests.support.note_taking import (
    CARDS,
    EDITOR,
    note_on_section,
    note_on_words,
    read_shared,
    share,
    stored,
    study,
)

pytestmark = pytest.mark.browser
TOO_WIDE = "() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


def _fine(page: Page, where: str) -> None:
    """Nothing for axe, nothing that scrolls sideways."""
    assert not axe.violations(page), where
    assert page.evaluate(TOO_WIDE) <= 0, where


def test_axe_finds_nothing_with_notes_open_on_a_narrow_screen_from_right_to_left(
    open_page: Callable[..., Page],
) -> None:
    language = "ar"
    page = open_page(study(language), width=320)
    words = page.locator("#risks p").nth(3).inner_text()[:25]
    note_on_words(page, "risks", words, "Ask about this. " * 10)
    page.locator("#why .note-here button").click()
    _fine(page, "study page with a note and an editor")
    page.goto(study(language, "rules"))
    note_on_section(page, "join", "x" * 60)
    _fine(page, "rules")
    page.goto(study(language, "words"))
    note_on_section(page, page.locator("[data-note]").first.get_attribute("id") or "", "What?")
    _fine(page, "words")
    link, passcode = share(page, language)
    _fine(page, "my notes with a link")
    side = page.evaluate("getComputedStyle(document.querySelector('[data-part=item]')).direction")
    assert side == "rtl"
    page.goto(link)
    _fine(page, "asking for the passcode")
    read_shared(page, link, passcode)
    _fine(page, "shared notes")
    page.goto(study(language, "contact"))
    page.locator("[data-part=along] summary").click()
    _fine(page, "contact form")


def _tab_to(page: Page, selector: str, most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def test_the_keyboard_alone_is_enough(open_page: Callable[..., Page]) -> None:
    page = open_page(study("en"))
    page.locator("main").focus()
    _tab_to(page, "#why .note-here button")
    page.keyboard.press("Enter")
    expect(page.locator(f"{EDITOR} textarea")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#why .note-here button")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("Why now?")
    _tab_to(page, f"{EDITOR} [data-do=save]", 2)
    page.keyboard.press("Enter")
    expect(page.locator(CARDS)).to_be_focused()
    _tab_to(page, f"{CARDS} [data-do=change]", 1)
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.type(" And how long?")
    _tab_to(page, f"{EDITOR} [data-do=save]", 2)
    page.keyboard.press("Enter")
    assert stored(page)[0]["text"] == "Why now? And how long?"
    _tab_to(page, f"{CARDS} [data-do=delete]", 2)
    page.keyboard.press("Enter")
    assert not stored(page)
    expect(page.locator("[data-do=undo]")).to_be_focused()
    page.keyboard.press("Enter")
    assert stored(page)[0]["text"] == "Why now? And how long?"
    expect(page.locator(CARDS)).to_be_focused()


def test_everything_has_a_name_for_screen_readers(open_page: Callable[..., Page]) -> None:
    page = open_page(study("en"))
    page.get_by_role("button", name="Note on this section – What are the risks?").click()
    area = page.get_by_role("textbox", name="My note")
    expect(area).to_be_focused()
    area.fill("Eyes?")
    page.get_by_role("button", name="Save", exact=True).click()
    card = page.get_by_role("group", name="My note")
    expect(card).to_be_focused()
    expect(page.get_by_role("status")).to_have_text("Your note is kept on this device.")
    card.get_by_role("button", name="Change").wait_for()
    page.goto("/en/notes")
    page.get_by_role("group", name="Which notes do you want to share?").get_by_role(
        "checkbox", name="Eyes?"
    ).wait_for()
    days = page.get_by_role("group", name="When does the link end?").get_by_role("radio")
    assert days.count() == 4
    assert page.get_by_role("radio", name="After 14 days").is_checked()
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_role("group", name="Your link")).to_be_focused()


def test_notes_on_paper_and_as_questions_for_the_team(open_page: Callable[..., Page]) -> None:
    page = open_page(study("en"))
    note_on_words(page, "risks", "Less often it can affect the eyes", "How often?")
    page.goto("/en/notes")
    item = page.locator("[data-part=item]")
    item.wait_for()
    printed: list[Any] = []
    page.expose_function("printed", lambda: printed.append(1))
    page.evaluate("() => { window.print = window.printed; }")
    page.emulate_media(media="print")
    page.locator("[data-do=print]").dispatch_event("click")
    for selector in ("h3", "blockquote", "[data-fill=text]"):
        assert item.locator(selector).is_visible(), selector
    for selector in ("main button", "#sheet", "header nav", "[data-do=share]"):
        assert not page.locator(selector).first.is_visible(), selector
    page.locator("[data-do=print-questions]").dispatch_event("click")
    assert len(printed) == 2
    assert page.locator(".asks").is_visible()
    assert item.locator(".answer .line").first.is_visible()
    assert item.locator("[data-fill=text]").is_visible()
    assert not item.locator("blockquote").is_visible()


@pytest.mark.parametrize("language", ["nl", "ar"])
def test_without_script_there_is_a_sheet_to_write_on(
    language: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"/{language}/notes", script=False)
    assert "JavaScript" in page.locator("noscript").inner_text()
    assert page.locator("#sheet .line").count() > 60
    assert not page.locator("main button").count()
    page.emulate_media(media="print")
    assert page.locator("#sheet .line").last.is_visible()
    assert page.locator("#sheet h2").count() == 6
    page.goto(study(language))
    assert not page.locator("main [data-part], main .note-here").count()


def test_notes_without_a_text_and_from_an_old_study_page_stay_readable(
    open_page: Callable[..., Page],
) -> None:
    """A note whose page or section is gone is listed with its own words; odd values do no harm."""
    page = open_page("/en/notes")
    odd = [
        {"id": "1", "text": "<img src=x onerror=alert(1)>", "page": "../../site", "section": "x y"},
        {
            "id": "2",
            "text": "old",
            "page": f"studies/{STUDY}/gone",
            "section": "s",
            "heading": "Was here",
        },
        {
            "id": "3",
            "text": "cut",
            "page": f"studies/{STUDY}/",
            "section": "gone",
            "heading": "Old part",
        },
        {"id": "4"},
    ]
    page.evaluate("(odd) => localStorage.setItem('notes', JSON.stringify([...odd, null, 7]))", odd)
    page.reload()
    items = page.locator("[data-part=item]")
    expect(items).to_have_count(3)
    assert items.locator("[data-fill=text]").all_inner_texts() == ["cut", "old", odd[0]["text"]]
    assert items.locator("h3").all_inner_texts() == ["Old part", "Was here"]
    page.locator("[data-do=add]").click()
    page.locator(f"{EDITOR} textarea").fill("Without a text")
    page.locator(f"{EDITOR} [data-do=save]").click()
    expect(items).to_have_count(4)
    page.goto(study("en"))
    assert page.locator(CARDS).inner_text().startswith("My note")


def test_a_question_goes_into_the_message_where_it_can_be_seen(
    open_page: Callable[..., Page], canaries: Canaries
) -> None:
    page = open_page(study("en"))
    question = f"How often are eye checks? {canaries.mark['message']}"
    note_on_section(page, "risks", question)
    note_on_section(page, "why", "Not for the hospital")
    page.goto(study("en", "contact"))
    page.fill("#message", "Hello.")
    along = page.locator("[data-part=along]")
    along.locator("summary").click()
    assert not along.locator("input:checked").count(), "nothing is chosen for the family"
    along.locator("input").first.check()
    along.locator("button").click()
    assert page.input_value("#message") == f"Hello.\n– {question}"
    for name in ("first_name", "last_name", "email", "phone"):
        page.fill(f"main [name={name}]", getattr(canaries, name))
    page.select_option("main [name=country]", "NL")
    page.locator('main form[action$="/contact"] [type=submit]').first.click()
    expect(page.locator("main")).to_have_attribute("data-page", "contact-check")
    said = page.locator("main").inner_text()
    assert question in said
    assert "Not for the hospital" not in said


def test_notes_on_hospitals_show_in_a_search_that_finds_them(
    open_page: Callable[..., Page],
) -> None:
    """Hospitals share sentences, so a note belongs to one; a search shows only some of them."""
    page = open_page(study("en", "hospitals"))
    note_on_words(page, "nl-utrecht-maxima", "We could not confirm yet", "Ask them")
    note_on_section(page, "fi-helsinki-new-childrens", "Too far")
    page.goto(study("en", "hospitals?country=NL&place=Utrecht"))
    card = page.locator(CARDS)
    expect(card).to_have_count(1)
    assert "Ask them" in card.inner_text()
    assert page.locator("main mark").evaluate("mark => mark.closest('article').id") == (
        "nl-utrecht-maxima"
    )
    assert not page.locator("[data-part=section-gone], [data-part=gone]").count()
    page.goto("/en/notes")
    names = page.locator("[data-part=item] h3").all_inner_texts()
    assert sorted(names) == [
        "Helsinki University Hospital, New Children's Hospital",
        "Princess Máxima Center for Pediatric Oncology",
    ]
