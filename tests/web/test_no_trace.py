"""A family's words on every way through the form, good and bad, leave no trace (D2, P4 to P7).

The canary fixture looks after each test; these tests only take care that the ways are walked.
"""

from __future__ import annotations

import sqlite3

import pytest

from portal.store.database import StoreError
from tests.support.canaries import Canaries, files_below
from tests.support.faults import failing, replaced
from tests.support.flows import STUDY, send, send_fields, wait_for_states, write
from tests.support.in_process import PortalApp
from tests.support.live import LivePortal
from tests.support.page_audit import Page
from tests.support.screening import ALL_GOOD, Walk
from tests.support.visitor import InProcessVisitor, Visitor

CONTACT = f"/en/studies/{STUDY}/contact"
PERSONAL = ("first_name", "last_name", "email", "phone", "other_language", "message", "place")


@pytest.fixture
def inside(portal_app: PortalApp) -> InProcessVisitor:
    return InProcessVisitor(portal_app.settings.base_url, app=portal_app.app.wsgi_app)


def _kept(page: Page, family: Canaries) -> None:
    """Every word is still in the page that refuses it."""
    fields = dict(page.form("/contact").fields)
    for name, value in family.form():
        if name in PERSONAL:
            assert fields[name].replace("\r\n", "\n") == value, f"{page.status}: {name} is lost"


def test_a_message_that_is_sent(live_portal: LivePortal, canaries: Canaries) -> None:
    visitor = Visitor(live_portal.url)
    location = send(visitor, write(visitor, canaries)).location
    wait_for_states(visitor, location, "handed_over")
    # The database was written, so the search after this test does look at something.
    assert any(file.suffix == ".db" for file in files_below(live_portal.data))


def test_a_message_that_is_erased(live_portal: LivePortal, canaries: Canaries) -> None:
    visitor = Visitor(live_portal.url)
    location = send(visitor, write(visitor, canaries)).location
    page = wait_for_states(visitor, location, "handed_over")
    reference = page.main.one(data_reference=True)["data-reference"]
    assert live_portal.flask("requests", "erase", reference).returncode == 0
    assert visitor.get(location).status == 410


def _answered(visitor: Visitor, family: Canaries) -> Walk:
    """All answers given, some of them words and days that stand nowhere else."""
    for told in ("2019-03-17", "2019-03", "any_other", "only_exempt", "17 March 2019"):
        family.watch(told)
    walk = Walk(visitor)
    answers = {"recent": ["chemo"], "chemo_kind": "any_other", "chemo_last": "2019-03-17"}
    page = walk.to_result({**ALL_GOOD, **answers})
    assert "17 March 2019" in page.main.text
    visitor.post(walk.address(walk.numbers["chemo_kind"]), [("answer", "only_exempt")])
    visitor.post(walk.address(walk.numbers["chemo_kind"]), [("answer", "any_other")])
    walk.to_result({**ALL_GOOD, **answers})
    return walk


def test_answers_that_stay_with_the_family(visitor: Visitor, canaries: Canaries) -> None:
    walk = _answered(visitor, canaries)
    refused = [("answer", "date"), ("answer_day", "17"), ("answer_month", "2019-03-17")]
    assert visitor.post(walk.address(walk.numbers["chemo_last"]), refused).status == 422
    assert visitor.post(walk.address("delete"), []).status == 303


def test_answers_that_go_along(
    visitor: Visitor, live_portal: LivePortal, canaries: Canaries
) -> None:
    _answered(visitor, canaries)
    location = send(visitor, write(visitor, canaries, share_answers="yes")).location
    page = wait_for_states(visitor, location, "handed_over")
    reference = page.main.one(data_reference=True)["data-reference"]
    mails = [mail for mail in live_portal.mail.mails() if reference in mail.subject]
    assert len(mails) == 2
    for mail in mails:
        for told in ("17 March 2019", "17 maart 2019", "2019", "any_other"):
            assert told not in mail.body(), "answers stand behind the hospital’s link only"


def test_a_fault_of_ours_while_answering(
    inside: InProcessVisitor, portal_app: PortalApp, canaries: Canaries
) -> None:
    walk = _answered(inside, canaries)
    keys = portal_app.app.extensions["portal"].keys
    with replaced(keys, "seal", failing(ValueError("17 March 2019, any_other"))):
        page = inside.post(walk.address(1), [("answer", "self")])
    assert page.status == 500


@pytest.mark.parametrize(
    "wrong",
    [{"email": None}, {"country": ""}, {"first_name": ""}, {"phone": "", "reach_by": "phone"}],
    ids=str,
)
def test_a_form_that_is_refused(
    wrong: dict[str, str | None], inside: InProcessVisitor, canaries: Canaries
) -> None:
    page = inside.post(CONTACT, canaries.form(**wrong))
    assert page.status == 422
    fields = dict(page.form("/contact").fields)
    for name, value in canaries.form(**wrong):
        if name in PERSONAL:
            assert fields[name].replace("\r\n", "\n") == value, f"{name} is lost"


def test_a_place_that_nobody_knows(inside: InProcessVisitor, canaries: Canaries) -> None:
    page = inside.post(CONTACT, canaries.form(place=canaries.place))
    assert page.status == 422
    assert page.form("/contact")["place"] == canaries.place
    assert page.form("/contact")["message"] == canaries.message


def test_a_form_from_another_site(inside: InProcessVisitor, canaries: Canaries) -> None:
    far = {"Sec-Fetch-Site": "cross-site"}
    page = inside.post(CONTACT, canaries.form(), **far)
    assert page.status == 403
    _kept(page, canaries)


def test_too_many_forms(
    inside: InProcessVisitor, portal_app: PortalApp, canaries: Canaries
) -> None:
    with replaced(portal_app.app.extensions["portal"].limits, "allows", lambda *_: False):
        page = inside.post(CONTACT, canaries.form())
    assert page.status == 429
    _kept(page, canaries)


def test_a_form_that_is_too_big(inside: InProcessVisitor, canaries: Canaries) -> None:
    assert inside.post(CONTACT, canaries.form(message=canaries.message * 5000)).status == 413


def test_a_fault_of_ours_that_names_the_family(
    inside: InProcessVisitor, portal_app: PortalApp, canaries: Canaries
) -> None:
    """Exceptions carry values in their text; the log may not (P6)."""
    limits = portal_app.app.extensions["portal"].limits
    with replaced(limits, "allows", failing(ValueError(canaries.message, canaries.email))):
        assert inside.post(CONTACT, canaries.form()).status == 500


@pytest.mark.parametrize(
    "fault",
    [StoreError("OperationalError"), sqlite3.OperationalError("{message}"), OSError("{email}")],
    ids=lambda fault: type(fault).__name__,
)
def test_a_store_that_fails(
    fault: Exception, inside: InProcessVisitor, portal_app: PortalApp, canaries: Canaries
) -> None:
    """F21, F23: nothing says ‘we have your message’."""
    check = write(inside, canaries)
    named = type(fault)(str(fault).format(message=canaries.message, email=canaries.email))
    with replaced(portal_app.app.extensions["portal"].store, "write", failing(named)):
        page = inside.post(f"{CONTACT}/check", send_fields(check))
    assert page.status in {500, 503}
    assert not page.location
    # The same form, pressed again once the store is back, is taken.
    assert inside.post(f"{CONTACT}/check", send_fields(check)).status == 303


def test_a_database_that_is_gone(
    inside: InProcessVisitor, portal_app: PortalApp, canaries: Canaries
) -> None:
    check = write(inside, canaries)
    portal_app.app.extensions["portal"].store.engine.dispose()
    for file in portal_app.data.glob("portal.sqlite3*"):
        file.unlink()
    page = inside.post(f"{CONTACT}/check", send_fields(check))
    assert page.status == 503
    assert page.form("/contact/check")["draft"], "‘Send again’ must carry the message"
