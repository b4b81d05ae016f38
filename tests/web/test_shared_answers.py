"""Answers a family ticks to send: shown first, stored encrypted, read by the hospital only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.services.compose import compose
from portal.services.erase import erase
from portal.services.look_up import load
from tests.support.canaries import Canaries
from tests.support.flows import send, write
from tests.support.in_process import NOON, PortalApp
from tests.support.page_audit import Page
from tests.support.samples import SetClock
from tests.support.screening import ALL_GOOD, Walk
from tests.support.visitor import InProcessVisitor

CONTACT = "/en/studies/hem-ismart-d/contact"
ANSWERS = {
    **ALL_GOOD,
    "recent": ["chemo"],
    "chemo_kind": "any_other",
    "chemo_last": "2026-11-20",
}
# Words that only these answers bring onto a page.
TOLD = ("No, other chemo too", "20 November 2026", "After the illness came back")


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def app(
    tmp_path: Path, roomy_config: Path, unpacked_places: Path, clock: SetClock
) -> Iterator[PortalApp]:
    data = tmp_path / "data"
    data.mkdir()
    for file in unpacked_places.iterdir():
        (data / file.name).hardlink_to(file)
    portal = PortalApp.make(data, config=roomy_config, clock=clock)
    yield portal
    portal.close()


@pytest.fixture
def walk(app: PortalApp) -> Walk:
    walk = Walk(InProcessVisitor(app.settings.base_url, app=app.app.wsgi_app))
    walk.to_result(ANSWERS)
    return walk


def stored(app: PortalApp) -> list[bytes | None]:
    with app.app.extensions["portal"].store.read() as db:
        return list(db.execute(text("SELECT answers FROM requests")).scalars())


def sent(app: PortalApp, walk: Walk, **changes: str) -> tuple[str, list[Page], str]:
    """Id of the request, the check page and the family’s page, and all mails as one text."""
    family = Canaries()
    check = write(walk.visitor, family, walk.language, **changes)
    own = walk.visitor.follow(send(walk.visitor, check))
    parts = app.app.extensions["portal"]
    with parts.store.read() as db:
        (request_id,) = db.execute(text("SELECT id FROM requests")).scalars()
    opened = load(parts, request_id)
    mails = [compose(parts, opened, delivery).content for delivery in opened.deliveries]
    return request_id, [check, own], "\n".join(f"{m.subject}\n{m.text}\n{m.html}" for m in mails)


def site_page(walk: Walk, mails: str) -> Page:
    found = re.search(r"/site/[\w-]+", mails)
    assert found
    return walk.visitor.get(found[0])


def test_the_form_offers_to_send_answers_and_shows_them(walk: Walk) -> None:
    page = walk.visitor.get(CONTACT)
    box = page.main.one("input", name="share_answers")
    assert box["value"] == "yes"
    assert "checked" not in box.attrs
    (details,) = [one for one in page.main.all("details") if "Needs time" in one.text]
    for words in TOLD:
        assert words in details.text


def test_without_answers_nothing_is_offered(app: PortalApp) -> None:
    stranger = InProcessVisitor(app.settings.base_url, app=app.app.wsgi_app)
    assert not stranger.get(CONTACT).main.all("input", name="share_answers")


def test_unticked_nothing_is_sent_or_stored(app: PortalApp, walk: Walk) -> None:
    _, pages, mails = sent(app, walk)
    assert stored(app) == [None]
    for words in TOLD:
        for page in (*pages, site_page(walk, mails)):
            assert words not in page.main.text
        assert words not in mails


def test_ticked_they_are_shown_stored_encrypted_and_in_no_mail(app: PortalApp, walk: Walk) -> None:
    _, (check, own), mails = sent(app, walk, share_answers="yes")
    for words in (*TOLD, "Your result: Needs time"):
        assert words in check.main.text
        assert words not in own.main.text
        assert words not in mails
    (value,) = stored(app)
    assert value
    for words in (b"chemo", b"2026", b"relapse"):
        assert words not in value


def test_the_hospital_reads_them_in_its_language_and_the_familys(
    app: PortalApp, walk: Walk
) -> None:
    walk.language = "ar"
    _, _, mails = sent(app, walk, share_answers="yes")
    page = site_page(walk, mails)
    assert page.tree.one("html")["lang"] == "nl"
    told = page.main.one(id="answers")
    assert [n["lang"] for n in told.all("details", lang=True)] == ["en", "ar"]
    (english,) = told.all("details", lang="en")
    for words in (
        "Result on 23 November 2026: Needs time",
        "When was the last dose of the other chemo?",
        "20 November 2026",
        "[21.1] Chemo: not now, not before 27 November 2026",
        "[5] RAS pathway change: fits",
    ):
        assert words in english.text
    (arabic,) = told.all("details", lang="ar")
    assert arabic["dir"] == "rtl"
    assert "20 نوفمبر 2026" in arabic.text


def test_they_are_judged_as_on_the_day_they_were_sent(
    app: PortalApp, walk: Walk, clock: SetClock
) -> None:
    _, _, mails = sent(app, walk, share_answers="yes")
    clock.move(days=10)
    assert "not now, not before 27 November 2026" in site_page(walk, mails).main.text


def test_what_the_page_showed_is_sent_also_after_the_cookie_ended(
    app: PortalApp, walk: Walk, clock: SetClock
) -> None:
    check = write(walk.visitor, Canaries(), share_answers="yes")
    clock.move(hours=3)
    send(walk.visitor, check)
    assert stored(app) != [None]


def test_answers_that_ended_meanwhile_are_not_sent_and_the_page_says_so(
    app: PortalApp, walk: Walk, clock: SetClock
) -> None:
    clock.move(minutes=61)
    check = write(walk.visitor, Canaries(), share_answers="yes")
    assert "They were deleted after 60 minutes, so only your message is sent." in check.main.text
    send(walk.visitor, check)
    assert stored(app) == [None]


def test_change_keeps_the_tick(walk: Walk) -> None:
    check = write(walk.visitor, Canaries(), share_answers="yes")
    edit = check.form("/contact/check").filled(action="edit")
    form = walk.visitor.post(f"{CONTACT}/check", edit)
    assert "checked" in form.main.one("input", name="share_answers").attrs
    unticked = write(walk.visitor, Canaries())
    edit = unticked.form("/contact/check").filled(action="edit")
    form = walk.visitor.post(f"{CONTACT}/check", edit)
    assert "checked" not in form.main.one("input", name="share_answers").attrs


def test_a_refused_form_keeps_the_tick(walk: Walk) -> None:
    page = walk.visitor.post(CONTACT, Canaries().form(email="", share_answers="yes"))
    assert page.status == 422
    assert "checked" in page.main.one("input", name="share_answers").attrs


def test_erasing_takes_them_away(app: PortalApp, walk: Walk) -> None:
    sent(app, walk, share_answers="yes")
    parts = app.app.extensions["portal"]
    with parts.store.read() as db:
        (reference,) = db.execute(text("SELECT reference FROM requests")).scalars()
    assert erase(parts, reference, now=parts.now())
    assert stored(app) == [None]


def test_sending_leaves_the_result_to_be_printed(app: PortalApp, walk: Walk) -> None:
    sent(app, walk, share_answers="yes")
    assert walk.open("result").main["data-outcome"] == "needs_time"
