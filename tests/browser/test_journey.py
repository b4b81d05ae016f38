"""A parent on a phone reads, finds the nearest hospital, writes, checks, sends, sees it arrive.

In three languages, with script and without. No words of any language are used to find the way:
addresses, field names and the `data-` hooks of the interface lead.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import parseaddr

import pytest
from playwright.sync_api import Page, expect

from tests.support.canaries import Canaries
from tests.support.flows import STUDY, find_request
from tests.support.live import LivePortal
from tests.support.maildir import Mail
from tests.support.waiting import wait_until

pytestmark = pytest.mark.browser

# (language of the page, country, place, the hospital that is nearest, the language it reads)
FAMILIES = [
    ("en", "NL", "Utrecht", "nl-utrecht-maxima", "nl"),
    ("nl", "BE", "Gent", "be-ghent-uz-gent", "nl"),
    ("ar", "DE", "86156", "de-augsburg-uk", "de"),
]
SENT, ON_ITS_WAY = "handed_over", {"accepted", "sending"}


@contextmanager
def _worker_asleep(portal: LivePortal) -> Iterator[None]:
    """Stops the worker this portal started, so that ‘on its way’ lasts long enough to be seen."""
    pid = portal.halt_worker()
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _press(page: Page, selector: str) -> None:
    page.locator(selector).first.click()
    page.wait_for_load_state()


def _read(page: Page, language: str) -> None:
    page.goto(f"/{language}/")
    _press(page, f'main a[href$="/studies/{STUDY}/"]')
    expect(page.locator("main h1")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == language


def _find_the_nearest(page: Page, country: str, place: str, site: str) -> None:
    _press(page, f'a[href$="/studies/{STUDY}/hospitals"]')
    page.select_option("main [name=country]", country)
    page.fill("main [name=place]", place)
    _press(page, 'main form[action*="/hospitals"] [type=submit]')
    first = page.locator("main [data-site]").first
    assert first.get_attribute("data-site") == site
    first.locator('a[href*="/contact"]').click()
    page.wait_for_load_state()


def _write(page: Page, family: Canaries, country: str, place: str) -> None:
    main = page.locator("main")
    main.locator("[name=sender_role][value=parent]").check()
    main.locator("[name=first_name]").fill(family.first_name)
    main.locator("[name=last_name]").fill(family.last_name)
    main.locator("[name=email]").fill(family.email)
    main.locator("[name=reach_by][value=both]").check()
    main.locator("[name=phone]").fill(family.phone)
    main.locator("[name=country]").select_option(country)
    main.locator("[name=place]").fill(place)
    main.locator("[name=other_language]").fill(family.other_language)
    main.locator("[name=message]").fill(family.message)
    _press(page, 'main form[action$="/contact"] [type=submit]')


def _check(page: Page, family: Canaries, site: str) -> None:
    main = page.locator("main")
    assert main.locator("[name=site]:checked").get_attribute("value") == site
    said = main.inner_text()
    for words in (family.first_name, family.last_name, family.email, *family.message.split("\n")):
        assert words in said, f"the check page does not show {words!r}"


def _states(page: Page) -> set[str]:
    found = page.locator("[data-state]").all()
    return {node.get_attribute("data-state") or "" for node in found}


def _all_sent(page: Page, script: bool) -> bool:
    """With script the page refreshes itself; without, there is a link ‘Look again’."""
    if not script:
        page.goto(page.url)
    return _states(page) == {SENT}


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize(("language", "country", "place", "site", "site_reads"), FAMILIES)
def test_a_family_writes_to_the_nearest_hospital(
    live_portal: LivePortal,
    open_page: Callable[..., Page],
    canaries: Canaries,
    language: str,
    country: str,
    place: str,
    site: str,
    site_reads: str,
    script: bool,
) -> None:
    page = open_page(script=script)
    _read(page, language)
    _find_the_nearest(page, country, place, site)
    _write(page, canaries, country, place)
    _check(page, canaries, site)
    with _worker_asleep(live_portal):
        _press(page, 'main [name=action][value="send"]')
        assert f"/{language}/requests/" in page.url
        assert _states(page) <= ON_ITS_WAY
        assert _states(page)
    wait_until(lambda: _all_sent(page, script), 30, 0.5, "‘sent’ on the family’s page")
    said = page.locator("main").inner_text()
    for words in (canaries.message.split("\n")[0], canaries.phone, canaries.email):
        assert words not in said, "whoever has the link sees this page"
    reference = page.locator("[data-reference]").first.get_attribute("data-reference") or ""
    _two_right_mails(live_portal, canaries, reference, language, site, site_reads)


def _two_right_mails(
    portal: LivePortal, family: Canaries, reference: str, language: str, site: str, reads: str
) -> None:
    mails = [mail for mail in portal.mail.mails() if reference in mail.subject]
    to = {parseaddr(mail.to)[1]: mail for mail in mails}
    assert set(to) == {f"{site}@sites.example", family.email}
    hospital, copy = to[f"{site}@sites.example"], to[family.email]
    assert (hospital.language, copy.language) == (reads, language)
    assert parseaddr(str(hospital.message["Reply-To"]))[1] == family.email
    assert f"{site}@" not in str(copy.message["Reply-To"])
    assert "/site/" in hospital.body()
    assert "/site/" not in copy.body()
    for mail in (hospital, copy):
        _holds_the_message(mail, family)
    (listed,) = find_request(portal, reference)
    assert listed["site"] == site
    assert {one["state"] for one in listed["deliveries"]} == {SENT}


def _holds_the_message(mail: Mail, family: Canaries) -> None:
    """The family’s own words, untouched; nothing of them in a header but the two addresses."""
    for line in family.message.split("\n"):
        assert line in mail.body(), f"{mail.to}: {line!r} is missing"
    assert family.last_name in mail.body()
    headers = "\n".join(
        f"{name}: {value}"
        for name, value in mail.message.items()
        if name.lower() not in {"to", "reply-to"}
    )
    assert not family.found_in(headers.encode())


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_refused_form_keeps_every_word_and_leads_to_the_field(
    open_page: Callable[..., Page], canaries: Canaries, script: bool
) -> None:
    page = open_page(f"/en/studies/{STUDY}/contact", script=script)
    page.fill("main [name=first_name]", canaries.first_name)
    page.fill("main [name=message]", canaries.message)
    _press(page, 'main form[action$="/contact"] [type=submit]')
    summary = page.locator("main [role=alert]")
    expect(summary).to_be_visible()
    expect(summary).to_be_focused()
    assert page.input_value("main [name=first_name]") == canaries.first_name
    assert page.input_value("main [name=message]") == canaries.message
    summary.locator("a").first.click()
    wrong = page.locator("main [aria-invalid=true]").first
    expect(wrong).to_be_focused()


def test_an_unknown_place_keeps_the_text_and_offers_others(
    open_page: Callable[..., Page], canaries: Canaries
) -> None:
    page = open_page(f"/nl/studies/{STUDY}/contact", script=False)
    _write(page, canaries, "NL", canaries.place)
    assert page.input_value("main [name=place]") == canaries.place
    assert page.input_value("main [name=message]") == canaries.message


def test_enter_sends_the_place_as_it_stands_and_not_the_first_suggestion(
    open_page: Callable[..., Page], canaries: Canaries
) -> None:
    """A browser’s Enter presses the first button of a form, whatever that button does."""
    page = open_page(f"/en/studies/{STUDY}/contact", script=False)
    _write(page, canaries, "NL", "Eindhofn")
    page.locator("main [name=pick_place]").first.wait_for()
    page.fill("main [name=place]", "Groningen")
    page.press("main [name=place]", "Enter")
    page.wait_for_load_state()
    assert page.locator("main").get_attribute("data-page") == "contact-check"
    assert "Groningen" in page.locator("main").inner_text()


def test_change_on_the_check_page_leads_back_with_every_word(
    open_page: Callable[..., Page], canaries: Canaries
) -> None:
    page = open_page(f"/en/studies/{STUDY}/contact")
    _write(page, canaries, "NL", "Utrecht")
    _press(page, 'main [name=action][value="edit"]')
    for name, value in _typed(canaries):
        assert page.input_value(f"main [name={name}]") == value


def _typed(family: Canaries) -> list[tuple[str, str]]:
    names = {"first_name", "last_name", "email", "phone", "other_language", "message", "place"}
    return [(name, value) for name, value in family.form() if name in names]
