"""The family’s own page: each step as it happened, and three ways to take everything back."""

from __future__ import annotations

import html
from datetime import datetime

import pytest

from portal.mail.content import OutgoingMail
from portal.mail.replies import Outcome
from portal.security.links import FAMILY_MAIL, FAMILY_PAGE, Links
from portal.services.look_up import EndedLinkError, load
from portal.services.parts import Parts
from portal.store import deliveries, follow_ups
from tests.support.canaries import Canaries, search
from tests.support.client import AuditingClient
from tests.support.driven import drive, taken, work
from tests.support.in_process import NOON, PortalApp
from tests.support.offered import OFFERED
from tests.support.page_audit import Page
from tests.support.samples import SetClock, write_request


@pytest.fixture
def client(timed_app: PortalApp) -> AuditingClient:
    return timed_app.client


def address(parts: Parts, request_id: str, *, proven: bool = False, language: str = "en") -> str:
    purpose = FAMILY_MAIL if proven else FAMILY_PAGE
    return f"/{language}/requests/{Links(parts.keys, purpose).token(request_id)}"


def steps(page: Page) -> list[str]:
    return [node["data-step"] for node in page.main.all(data_step=True)]


def site_says(verdict: str, code: int | None = None):  # type: ignore[no-untyped-def]
    def hand_over(mail: OutgoingMail, now: datetime) -> Outcome:
        if "sites.example" in mail.recipient:
            return Outcome("recipient", verdict, code)  # type: ignore[arg-type]
        return taken(mail, now)

    return hand_over


@pytest.mark.parametrize(
    ("verdict", "state", "step", "says"),
    [
        ("handed_over", "handed_over", "sent", "Sent to"),
        ("retry", "retry", "trying", "not delivered yet"),
        ("unreachable", "retry", "trying", "not delivered yet"),
        ("unknown", "unknown", "unknown", "do not know yet"),
        ("ours", "parked", "stuck", "was not delivered"),
        ("refused", "failed", "stuck", "was not delivered"),
    ],
)
def test_each_state_has_its_own_words(
    client: AuditingClient, parts: Parts, verdict: str, state: str, step: str, says: str
) -> None:
    """Only what a mail server said; never ‘sent’ before it was."""
    request_id = write_request(parts)
    page = client.get(address(parts, request_id)).page
    assert steps(page) == ["written", "on_its_way"]
    assert "Sent to" not in page.main.text
    work(parts, site_says(verdict))
    page = client.get(address(parts, request_id)).page
    assert step in steps(page)
    states = {node["data-to"]: node["data-state"] for node in page.main.all(data_state=True)}
    assert states["site"] == state
    assert says in page.main.text
    assert ("Sent to" in page.main.text) == (state == "handed_over")
    for word in ("has read", "have read"):
        assert word not in page.main.text


def test_what_nobody_answered(client: AuditingClient, parts: Parts, clock: SetClock) -> None:
    request_id = write_request(parts)
    drive(parts, clock, NOON.replace(day=30))
    page = client.get(address(parts, request_id)).page
    shown = steps(page)
    assert [one for one in shown if one != "sent"] == [
        "written", "reminded", "second_contact", "central_desk",
    ]  # fmt: skip
    assert shown.count("sent") == 3


@pytest.mark.parametrize("language", OFFERED)
@pytest.mark.parametrize("part", ["", "/withdraw", "/erase", "/stop"])
def test_every_page_in_every_language(
    client: AuditingClient, parts: Parts, language: str, part: str
) -> None:
    request_id = write_request(parts, language=language)
    got = client.get(address(parts, request_id, language=language) + part)
    assert got.status_code == 200
    assert got.page.tree.one("html")["lang"] == language
    assert got.headers["Cache-Control"] == "no-store"


def everything(parts: Parts, request_id: str) -> object:
    opened = load(parts, request_id)
    with parts.store.read() as db:
        due = follow_ups.of_request(db, request_id)
    return opened.request, opened.deliveries, opened.events, due


@pytest.mark.parametrize("part", ["/withdraw", "/erase", "/stop"])
def test_opening_a_page_does_nothing(client: AuditingClient, parts: Parts, part: str) -> None:
    request_id = write_request(parts)
    before = everything(parts, request_id)
    got = client.get(address(parts, request_id, proven=True) + part).page
    assert everything(parts, request_id) == before
    assert len(got.main.all("form")) == 1
    assert len(list(got.main.all("button"))) == 1, "one page and one button"


@pytest.mark.parametrize("part", ["/withdraw", "/stop"])
def test_taking_the_message_back(
    client: AuditingClient, parts: Parts, clock: SetClock, part: str
) -> None:
    request_id = write_request(parts)
    work(parts)
    where = address(parts, request_id)
    assert client.post(where + part).status_code == 303
    once = everything(parts, request_id)
    assert client.post(where + part).status_code == 303, "a second press does no harm"
    assert everything(parts, request_id) == once
    shown = client.get(where).page
    assert steps(shown)[-1] == "withdrawn"
    drive(parts, clock, NOON.replace(day=30))
    with parts.store.read() as db:
        mails = deliveries.of_request(db, request_id)
    assert sorted(one.mail for one in mails) == ["family-copy", "site-request", "site-withdrawn"]


def written_twice(parts: Parts) -> tuple[str, str]:
    first = write_request(parts, key="one", email="Amira+a@family.example")
    return first, write_request(parts, key="two", email="amira@family.example")


def gone(parts: Parts, request_id: str) -> bool:
    try:
        load(parts, request_id)
    except EndedLinkError:
        return True
    return False


def test_erasing_from_the_page_erases_that_message_alone(
    client: AuditingClient, parts: Parts
) -> None:
    """Anyone can type any address, so a link that nobody’s mailbox proved proves itself only."""
    first, second = written_twice(parts)
    where = address(parts, second)
    assert client.post(where + "/erase").status_code == 303
    assert (gone(parts, first), gone(parts, second)) == (False, True)
    assert client.get(where).status_code == 410
    assert client.post(where + "/erase").status_code == 410


def test_erasing_from_the_mail_erases_all_of_that_address(
    client: AuditingClient, parts: Parts
) -> None:
    first, second = written_twice(parts)
    other = write_request(parts, key="three", email="someone@family.example")
    assert client.post(address(parts, second, proven=True) + "/erase").status_code == 303
    assert (gone(parts, first), gone(parts, second), gone(parts, other)) == (True, True, False)


def test_nothing_more_is_mailed_after_erasing(
    client: AuditingClient, parts: Parts, clock: SetClock
) -> None:
    request_id = write_request(parts)
    client.post(address(parts, request_id) + "/erase")
    sent: list[OutgoingMail] = []

    def note(mail: OutgoingMail, now: datetime) -> Outcome:
        sent.append(mail)
        return taken(mail, now)

    drive(parts, clock, NOON.replace(day=30), note)
    assert sent == []


def test_erased_words_are_nowhere(
    timed_app: PortalApp, client: AuditingClient, parts: Parts
) -> None:
    """P10, D5: not in the database, not beside it; nor are they before, being encrypted."""
    family = Canaries()
    request_id = write_request(
        parts,
        first_name=family.first_name,
        last_name=family.last_name,
        email=family.email,
        phone=family.phone,
        message=family.message,
        other_language=family.other_language,
        place=family.place,
    )
    where = address(parts, request_id)
    with parts.store.read() as db:
        from portal.store.tables import requests

        row = db.execute(requests.select().where(requests.c.id == request_id)).one()
    sealed = [bytes(value) for value in row if isinstance(value, bytes)]
    assert all(_somewhere(timed_app, one) for one in sealed), "the search below can find them"
    for page in ("", "/withdraw", "/erase", "/stop"):
        client.get(where + page)
    assert client.post(where + "/erase").status_code == 303
    assert not any(_somewhere(timed_app, one) for one in sealed)
    texts = {"addresses": "\n".join(client.visited), "cookies": "\n".join(client.cookies_set)}
    assert search(family, [timed_app.data], texts) == []


def _somewhere(portal: PortalApp, needle: bytes) -> bool:
    return any(needle in file.read_bytes() for file in portal.data.glob("portal.sqlite3*"))


def test_a_link_shows_no_phone_and_no_words(client: AuditingClient, parts: Parts) -> None:
    request_id = write_request(parts)
    page = html.unescape(client.get(address(parts, request_id)).text)
    for private in ("The illness came back", "799 0018", "amira@family.example", "Ben Salah"):
        assert private not in page
