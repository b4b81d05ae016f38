"""The pre-screener as a family walks through it in Chromium: by hooks and field names only."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.support.flows import STUDY
from tests.support.screening import MOST_QUESTIONS, Plain, fields_of, typed_here

FORM = "main form[data-question]"


def press(page: Page, selector: str) -> None:
    page.locator(selector).first.click()
    page.wait_for_load_state()


def where(page: Page) -> str:
    return page.locator("main").get_attribute("data-page") or ""


def answer(page: Page, language: str, plain: Plain) -> None:
    """Answer the question of this page; parts of a date in the words of the language."""
    code = page.locator(FORM).get_attribute("data-question") or ""
    for name, value in fields_of(code, plain):
        if name == "answer":
            page.locator(f'{FORM} [name=answer][value="{value}"]').check()
        else:
            page.locator(f"{FORM} [name={name}]").fill(typed_here(name, value, language))
    press(page, f"{FORM} [type=submit]")


def to_result(page: Page, language: str, plain: Plain, *, beyond_the_end: bool = True) -> None:
    """From the home page through the questions; at an early end, on with ‘carry on’ or not."""
    page.goto(f"/{language}/")
    press(page, f'main a[href$="/studies/{STUDY}/check"]')
    press(page, 'main a[href$="/check/1"]')
    for _ in range(MOST_QUESTIONS + 1):
        early = where(page) == "check-result" and page.locator("main [value=carry_on]").count()
        if early and beyond_the_end:
            press(page, "main [value=carry_on]")
        if where(page) != "check-question":
            break
        answer(page, language, plain)
    if where(page) == "check-answers":
        press(page, 'main a.btn[href$="/check/result"]')
    assert where(page) == "check-result"
