"""The hospital’s page: three buttons, no login; GET never acts, a second press does no harm."""

from __future__ import annotations

import html
import re

import pytest

from portal.security.links import FAMILY_MAIL, FAMILY_PAGE, Links, site_page
from portal.services.look_up import load
from portal.services.parts import Parts
from portal.services.withdraw import withdraw
from portal.store import deliveries, follow_ups
from tests.support.canaries import Canaries, search
from tests.support.client import AuditedResponse, AuditingClient
from tests.support.driven import work
from tests.support.in_process import PortalApp
from tests.support.samples import FAMILY, write_request

UTRECHT, GHENT, PAUSED = "nl-utrecht-maxima", "be-ghent-uz-gent", "ch-zurich-kispi"


@pytest.fixture
def client(timed_app: PortalApp) -> AuditingClient:
    return timed_app.client


@pytest.fixture
def request_id(parts: Parts) -> str:
    written = write_request(parts, site=UTRECHT, language="ar")
    work(parts)
    return written


def address(parts: Parts, request_id: str, holder: str = UTRECHT) -> str:
    return f"/site/{Links(parts.keys, site_page(holder)).token(request_id)}"


def family_page(parts: Parts, request_id: str, language: str = "en") -> str:
    return f"/{language}/requests/{Links(parts.keys, FAMILY_PAGE).token(request_id)}"


def everything(parts: Parts, request_id: str) -> object:
    """All that a press could change."""
    opened = load(parts, request_id)
    with parts.store.read() as db:
        due = follow_ups.of_request(db, request_id)
    return opened.request, opened.deliveries, opened.events, due


def press(client: AuditingClient, where: str, action: str, **more: str) -> AuditedResponse:
    return client.post(where, data={"action": action, **more})  # type: ignore[return-value]


def test_what_the_hospital_sees(client: AuditingClient, parts: Parts, request_id: str) -> None:
    page = client.get(address(parts, request_id))
    assert page.status_code == 200
    assert page.page.name == "site"
    assert page.page.tree.one("html")["lang"] == "nl", "the first language of the hospital"
    words = html.unescape(page.text)
    for typed in (FAMILY.first_name, FAMILY.last_name, FAMILY.email, *FAMILY.message.split("\n")):
        assert typed in words
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("query", ["", "?action=acknowledge", "?action=pass_on&to=central"])
def test_opening_never_acts(
    client: AuditingClient, parts: Parts, request_id: str, method: str, query: str
) -> None:
    """Mail scanners open every link (reliability brief, finding 7)."""
    before = everything(parts, request_id)
    for _ in range(3):
        client.open(address(parts, request_id) + query, method=method)
    assert everything(parts, request_id) == before


def test_a_second_press_does_no_harm(client: AuditingClient, parts: Parts, request_id: str) -> None:
    where = address(parts, request_id)
    assert press(client, where, "acknowledge").status_code == 303
    once = everything(parts, request_id)
    parts.settings.clock.move(hours=1)  # type: ignore[attr-defined]
    assert press(client, where, "acknowledge").status_code == 303
    assert everything(parts, request_id) == once
    state = client.get(where).page.main["data-request-state"]
    assert state == "acknowledged"


def test_the_family_sees_who_answered(
    client: AuditingClient, parts: Parts, request_id: str
) -> None:
    press(client, address(parts, request_id), "acknowledge")
    page = client.get(family_page(parts, request_id))
    steps = [node["data-step"] for node in page.page.main.all(data_step=True)]
    assert steps == ["written", "sent", "acknowledged"]
    assert "Princess Máxima Center" in html.unescape(page.text)
    press(client, address(parts, request_id), "spoken")
    page = client.get(family_page(parts, request_id))
    steps = [node["data-step"] for node in page.page.main.all(data_step=True)]
    assert steps == ["written", "sent", "acknowledged", "spoken"]


def test_passing_on_ends_the_old_link(
    client: AuditingClient, parts: Parts, request_id: str
) -> None:
    old, new = address(parts, request_id), address(parts, request_id, GHENT)
    assert client.get(new).status_code in {404, 410}, "the other hospital has nothing yet"
    done = press(client, old, "pass_on", to=GHENT)
    assert done.status_code == 200
    assert done.page.name == "site-passed-on"
    for method in (client.get, client.post):
        assert method(old).status_code == 410
    work(parts)
    assert client.get(new).status_code == 200
    page = client.get(family_page(parts, request_id))
    steps = [node["data-step"] for node in page.page.main.all(data_step=True)]
    assert steps[-1] in {"passed_on", "sent"}
    assert "passed_on" in steps
    study = parts.config.study("hem-ismart-d")
    ghent = study.site(GHENT) if study else None
    assert ghent
    assert ghent.institution in html.unescape(page.text)


def test_passing_on_to_the_central_desk(
    client: AuditingClient, parts: Parts, request_id: str
) -> None:
    press(client, address(parts, request_id), "pass_on", to="central")
    work(parts)
    with parts.store.read() as db:
        to = [one.sent_to for one in deliveries.of_request(db, request_id)]
    assert "central" in to
    desk = client.get(address(parts, request_id, "central"))
    assert desk.status_code == 200
    assert desk.page.tree.one("html")["lang"] == "en"
    assert press(client, address(parts, request_id, "central"), "acknowledge").status_code == 303
    assert load(parts, request_id).answered_by == "central"


@pytest.mark.parametrize("to", [PAUSED, UTRECHT, "no-such-site", "", "x@evil.example"])
def test_only_another_accepting_hospital_can_be_chosen(
    client: AuditingClient, parts: Parts, request_id: str, to: str
) -> None:
    before = everything(parts, request_id)
    refused = press(client, address(parts, request_id), "pass_on", to=to)
    assert refused.status_code == 422
    assert refused.page.main.all("div", class_="errors") or 'role="alert"' in refused.text
    assert everything(parts, request_id) == before


@pytest.mark.parametrize("action", ["", "erase", "Acknowledge"])
def test_other_actions_are_refused(
    client: AuditingClient, parts: Parts, request_id: str, action: str
) -> None:
    before = everything(parts, request_id)
    assert press(client, address(parts, request_id), action).status_code == 400
    assert everything(parts, request_id) == before


def test_a_withdrawn_request_is_gone_for_the_hospital(
    client: AuditingClient, parts: Parts, request_id: str
) -> None:
    withdraw(parts, load(parts, request_id), now=parts.now())
    for holder in (UTRECHT, "central"):
        assert client.get(address(parts, request_id, holder)).status_code == 410
        assert press(client, address(parts, request_id, holder), "spoken").status_code == 410


def test_a_link_is_good_for_its_holder_alone(
    client: AuditingClient, parts: Parts, request_id: str
) -> None:
    right = address(parts, request_id)
    other = write_request(parts, key="other", email="other@family.example")
    for wrong in (
        right[:20] + ("A" if right[20] != "A" else "B") + right[21:],
        right + "x",
        "/site/" + Links(parts.keys, FAMILY_MAIL).token(request_id),
        "/site/" + Links(parts.keys, site_page(GHENT)).token(other),
    ):
        assert client.get(wrong).status_code in {404, 410}, wrong
    assert client.get("/site/" + "0" * 60).status_code == 404


def test_a_form_from_elsewhere_presses_no_button(
    client: AuditingClient, parts: Parts, request_id: str
) -> None:
    before = everything(parts, request_id)
    far = {"Sec-Fetch-Site": "cross-site"}
    answer = client.post(address(parts, request_id), data={"action": "spoken"}, headers=far)
    assert answer.status_code == 403
    assert everything(parts, request_id) == before


def test_please_phone_if_the_family_s_mail_failed(client: AuditingClient, parts: Parts) -> None:
    from portal.mail.replies import Outcome

    def refuse_family(mail: object, _now: object) -> Outcome:
        if getattr(mail, "recipient", "") == FAMILY.email:
            return Outcome("recipient", "refused", 550)
        return Outcome("end", "handed_over", 250)

    written = write_request(parts, site="gb-london-gosh")
    work(parts, refuse_family)
    page = client.get(address(parts, written, "gb-london-gosh"))
    assert "Please phone" in page.text


def test_the_page_leaves_no_trace(
    timed_app: PortalApp, client: AuditingClient, parts: Parts
) -> None:
    canaries = Canaries()
    written = write_request(
        parts,
        first_name=canaries.first_name,
        last_name=canaries.last_name,
        email=canaries.email,
        phone=canaries.phone,
        message=canaries.message,
        other_language=canaries.other_language,
        place=canaries.place,
    )
    work(parts)
    where = address(parts, written)
    client.get(where)
    press(client, where, "pass_on", to="nowhere")
    press(client, where, "acknowledge")
    press(client, where, "pass_on", to=GHENT)
    texts = {"addresses": "\n".join(client.visited), "cookies": "\n".join(client.cookies_set)}
    assert search(canaries, [timed_app.data], texts) == []
    assert client.cookies_set == []
    assert not re.search(r"Amira|@family", texts["addresses"])
