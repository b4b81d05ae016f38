"""The hospital’s monthly page: GET shows, POST answers, and every page follows."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from portal.security.links import FAMILY_PAGE, SITE_CHECK, Links, site_page
from portal.services.ask_sites import ask_now
from portal.services.parts import Parts
from portal.store import site_checks
from tests.support.in_process import PortalApp
from tests.support.page_audit import Page

SITE = "nl-utrecht-maxima"
NAME = f"hem-ismart-d/{SITE}"
CARDS = "/en/studies/hem-ismart-d/hospitals"
RIGHT = {"status": "open", "languages": ["nl", "en"], "mailbox": "yes", "role": "nurse"}


def parts_of(portal: PortalApp) -> Parts:
    parts = portal.app.extensions["portal"]
    assert isinstance(parts, Parts)
    return parts


def link(portal: PortalApp, name: str = NAME) -> str:
    """Ask the hospital, and the address that its mail holds."""
    parts = parts_of(portal)
    assert ask_now(parts, [name], now=parts.now()) == 1
    with parts.store.read() as db:
        check = site_checks.of_hospital(db, name)
    assert check is not None
    return f"/site/check/{Links(parts.keys, SITE_CHECK).token(check.id)}"


def card(portal: PortalApp, address: str = CARDS) -> str:
    found = portal.client.get(address).page.main.all("article", data_site=SITE)
    return found[0].text


def answer(portal: PortalApp, address: str, **changes: object) -> Page:
    posted = portal.client.post(address, data=RIGHT | changes)
    assert posted.status_code == 303, posted.page.main.text
    return portal.client.get(posted.headers["Location"]).page


def test_looking_changes_nothing_and_shows_what_we_show(timed_app: PortalApp) -> None:
    address = link(timed_app)
    for _ in range(3):
        response = timed_app.client.get(address)
        page = response.page
        assert response.headers["Cache-Control"] == "no-store"
        assert page.main["data-answered"] == "no"
    assert timed_app.client.head(address).status_code == 200
    assert "Klopt dit nog?" in page.main.text  # in the hospital’s language
    assert not page.main.all("input", type="radio", name="status", checked=True)
    ticked = [node["value"] for node in page.main.all("input", name="languages", checked=True)]
    assert ticked == ["nl", "en"]
    assert f"{SITE}@sites.example" in page.main.text
    assert "We could not confirm yet" in card(timed_app)


def test_norwegian_has_its_name_and_stands_there_once(timed_app: PortalApp) -> None:
    """The table of hospitals says ‘no’; what we offer is ‘nb’."""
    address = link(timed_app, "hem-ismart-d/no-oslo-ouh")
    main = timed_app.client.get(address).page.main
    ticked = [node["value"] for node in main.all("input", name="languages", checked=True)]
    assert ticked == ["nb"]
    codes = [node["value"] for node in main.all("input", name="languages")]
    assert codes.count("nb") == 1
    assert "no" not in codes


def test_a_press_is_shown_on_every_page_with_its_day(timed_app: PortalApp) -> None:
    address = link(timed_app)
    assert "Status not known" in card(timed_app)  # also kept by the page cache
    page = answer(timed_app, address)
    assert page.main["data-answered"] == "yes"
    assert "Dank u. We hebben uw antwoord van 23 november 2026." in page.main.text
    said = card(timed_app)
    assert "Looking for people (checked 23 November 2026)" in said
    assert "We could not confirm yet" not in said
    assert "Languages: Dutch and English" in said


def test_after_an_answer_one_press_says_that_all_is_still_right(timed_app: PortalApp) -> None:
    answer(timed_app, link(timed_app))
    address = link(timed_app)
    page = timed_app.client.get(address).page
    fields = [(n["name"], n["value"]) for n in page.main.all("input", checked=True)]
    role = next(n["value"] for n in page.main.all("option", selected=True))
    assert sorted([*fields, ("role", role)]) == sorted(
        parse_qsl("status=open&languages=nl&languages=en&mailbox=yes&role=nurse")
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [("paused", "Paused"), ("full", "No places now"), ("closed", "Closed"),
     ("opening", "Not open yet")],
)  # fmt: skip
def test_a_hospital_that_stops_takes_no_messages_and_says_since_when(
    timed_app: PortalApp, status: str, words: str
) -> None:
    address = link(timed_app)
    answer(timed_app, address)
    (found,) = timed_app.client.get(CARDS).page.main.all("article", data_site=SITE)
    assert [a for a in found.all("a") if "/contact" in a["href"]]
    answer(timed_app, address, status=status)
    (found,) = timed_app.client.get(CARDS).page.main.all("article", data_site=SITE)
    assert f"{words} (checked 23 November 2026)" in found.text
    assert not [a for a in found.all("a") if "/contact" in a["href"]]
    contact = f"/en/studies/hem-ismart-d/contact?site={SITE}"
    assert "Princess Máxima" not in timed_app.client.get(contact).page.main.text


def test_an_old_answer_is_marked_after_thirty_five_days(timed_app: PortalApp) -> None:
    answer(timed_app, link(timed_app))
    clock = timed_app.settings.clock
    clock.move(days=35)
    assert "some time ago" not in card(timed_app)
    clock.move(days=1)
    assert "(checked 23 November 2026). This was some time ago." in card(timed_app)
    contact = f"/en/studies/hem-ismart-d/contact?site={SITE}"
    said = timed_app.client.get(contact).page.main.text
    assert "This hospital last told us on 23 November 2026 that this is right." in said


def test_a_mailbox_called_wrong_sends_families_to_the_central_office(
    timed_app: PortalApp,
) -> None:
    page = answer(timed_app, link(timed_app), mailbox="no")
    assert "central.office@hem-ismart-d.example" in page.main.text
    assert "Your message goes to the study’s central office first." in card(timed_app)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": ""}, "status"),
        ({"status": "unconfirmed"}, "status"),
        ({"languages": []}, "languages"),
        ({"languages": ["nl", "xx"]}, "languages"),
        ({"mailbox": ""}, "mailbox"),
        ({"role": "Jane Doe, jane@hospital.example"}, "role"),
    ],
    ids=str,
)
def test_a_form_with_a_gap_says_what_to_do_keeps_the_rest_and_changes_nothing(
    timed_app: PortalApp, changes: dict[str, object], field: str
) -> None:
    address = link(timed_app)
    response = timed_app.client.post(address, data=RIGHT | changes)
    page = response.page
    assert response.status_code == 422
    assert page.main.one(role="alert").one("a")["href"].startswith(f"#{field}")
    assert page.main.all(id=f"{field}-error")
    if field != "role":
        assert page.main.one("option", value="nurse").get("selected") is not None
    assert "We could not confirm yet" in card(timed_app)
    assert "Jane Doe" not in page.main.text


def test_the_newest_press_counts_and_the_link_before_ends_with_the_next_mail(
    timed_app: PortalApp,
) -> None:
    first = link(timed_app)
    answer(timed_app, first)
    answer(timed_app, first, status="paused", role="doctor")
    assert "Paused (checked 23 November 2026)" in card(timed_app)
    second = link(timed_app)
    assert timed_app.client.get(first).status_code == 410
    assert timed_app.client.post(first, data=RIGHT).status_code == 410
    assert timed_app.client.get(second).page.main["data-answered"] == "no"
    assert "Paused (checked 23 November 2026)" in card(timed_app)  # until somebody says otherwise


def test_a_link_made_for_something_else_opens_nothing_here(timed_app: PortalApp) -> None:
    check_id = link(timed_app).rpartition("/")[2]
    keys = parts_of(timed_app).keys
    row = Links(keys, SITE_CHECK).row_id(check_id)
    assert row is not None
    for purpose in (FAMILY_PAGE, site_page(SITE), "bounce"):
        token = Links(keys, purpose).token(row)
        assert timed_app.client.get(f"/site/check/{token}").status_code == 404
    assert timed_app.client.get(f"/site/{check_id}").status_code == 404
    assert timed_app.client.get(f"/en/requests/{check_id}").status_code == 404


def test_a_form_of_another_site_is_refused(timed_app: PortalApp) -> None:
    address = link(timed_app)
    response = timed_app.client.post(address, data=RIGHT, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    assert "We could not confirm yet" in card(timed_app)
