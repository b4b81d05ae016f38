"""The message to a hospital, through its pages: what is asked, refused, kept, sent."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from portal.store.database import Store, StoreError
from tests.support.canaries import Canaries
from tests.support.client import AuditingClient
from tests.support.in_process import PortalApp

CONTACT = "/en/studies/hem-ismart-d/contact"
CHECK = f"{CONTACT}/check"


@pytest.fixture
def whole(canaries: Canaries) -> dict[str, str]:
    return dict(canaries.form())


def words(response: TestResponse) -> str:
    """All of the page, with entities as the letters they stand for."""
    return html.unescape(response.text)


def draft_of(response: TestResponse) -> str:
    found = re.search(r'name="draft" value="([^"]+)"', response.text)
    assert found, response.text[:800]
    return found[1]


def chosen(response: TestResponse) -> str:
    """The hospital that stands preselected."""
    found = re.search(r'value="([\w-]+)"\s+aria-describedby="about-[\w-]+" checked', response.text)
    assert found, response.text[:800]
    return found[1]


def errors(response: TestResponse) -> list[str]:
    return re.findall(r'<li><a href="#([\w-]+)">', response.text)


def test_a_whole_form_leads_to_the_check_page(
    client: AuditingClient, whole: dict[str, str]
) -> None:
    page = client.post(CONTACT, data=whole)
    assert page.status_code == 200
    assert page.page.name == "contact-check"
    assert chosen(page) == "nl-utrecht-maxima"
    for name in ("first_name", "last_name", "email", "phone", "message", "other_language"):
        assert whole[name] in words(page)
    assert "We could not confirm yet that this hospital takes part." in page.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_name": ""}, "first_name"),
        ({"first_name": " \u2028\t "}, "first_name"),
        ({"first_name": "x" * 201}, "first_name"),
        ({"last_name": ""}, "last_name"),
        ({"email": ""}, "email"),
        ({"email": "no address"}, "email"),
        ({"email": "a@b.example,c@d.example"}, "email"),
        ({"email": "a@b.example;c@d.example"}, "email"),
        ({"email": "Name <a@b.example>"}, "email"),
        ({"email": '"a@b"@c.example'}, "email"),
        ({"email": "a@b.example.."}, "email"),
        ({"email": "x" * 250 + "@b.example"}, "email"),
        ({"email": "undisclosed:a@b.example;"}, "email"),
        ({"phone": "", "reach_by": "phone"}, "phone"),
        ({"phone": "", "reach_by": "both"}, "phone"),
        ({"phone": "call me", "reach_by": "both"}, "phone"),
        ({"country": ""}, "country"),
        ({"country": "XX"}, "country"),
        ({"country": "nether"}, "country"),
        ({"place": "x" * 101}, "place"),
        ({"place": "qqqqwwwwzzzz"}, "place"),
        ({"language": "klingon"}, "language"),
        ({"other_language": "x" * 61}, "other_language"),
        ({"message": "x" * 1001}, "message"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_refused_form_says_what_to_do_and_keeps_every_word(
    client: AuditingClient, whole: dict[str, str], changes: dict[str, str], field: str
) -> None:
    page = client.post(CONTACT, data=whole | changes)
    assert page.status_code == 422
    assert errors(page) == [field]
    assert "<title>Error: " in page.text
    kept = whole | {name: " ".join(value.split()) for name, value in changes.items()}
    for name in ("first_name", "last_name", "email", "message"):
        assert kept[name] in words(page)


@pytest.mark.parametrize(
    "changes",
    [
        {"phone": "", "reach_by": "email"},
        {"reach_by": "", "phone": ""},
        {"phone": "020 799 0018"},
        {"phone": "tel:+44\u00a020 7946\u200b 0018"},
        {"phone": "٠٢٠٧٩٩٠٠١٨"},
        {"email": " mailto:amira@family.example "},
        {"email": "jörg@münchen.example"},
        {"email": "a'b+c@family.example"},
        {"first_name": "李", "last_name": "李"},
        {"first_name": "محمد", "last_name": "عبد الله"},
        {"last_name": "O’Brien-van ’t Hof"},
        {"first_name": "x" * 200},
        {"place": ""},
        {"place": "1012 ab"},
        {"country": "us", "place": ""},
        {"language": "tr"},
        {"message": "line\r\n" * 160},
        {"message": ""},
        {"sender_role": "", "other_language": ""},
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_people_type_is_taken(
    client: AuditingClient, whole: dict[str, str], changes: dict[str, str]
) -> None:
    assert client.post(CONTACT, data=whole | changes).status_code == 200


def test_a_suggestion_is_one_press(client: AuditingClient, whole: dict[str, str]) -> None:
    refused = client.post(CONTACT, data=whole | {"place": "Amstredaam"})
    assert refused.status_code == 422
    assert 'name="pick_place"' in refused.text
    taken = client.post(CONTACT, data=whole | {"place": "Amstredaam", "pick_place": "Amsterdam"})
    assert taken.status_code == 200
    assert chosen(taken) == "nl-utrecht-maxima"


def test_the_hospital_named_in_the_address_comes_first(
    client: AuditingClient, whole: dict[str, str]
) -> None:
    form = client.get(f"{CONTACT}?site=be-ghent-uz-gent")
    assert 'value="be-ghent-uz-gent"' in form.text
    check = client.post(CONTACT, data=whole | {"site": "be-ghent-uz-gent"})
    assert chosen(check) == "be-ghent-uz-gent"
    without_country = whole | {"site": "be-ghent-uz-gent", "country": "", "place": ""}
    assert chosen(client.post(CONTACT, data=without_country)) == "be-ghent-uz-gent"


def test_hospitals_that_take_no_messages_are_not_offered(
    client: AuditingClient, whole: dict[str, str]
) -> None:
    assert 'name="site"' not in client.get(f"{CONTACT}?site=ch-zurich-kispi").text
    check = client.post(CONTACT, data=whole | {"country": "CH", "place": "Zürich"})
    assert "ch-zurich-kispi" not in check.text


def send(client: AuditingClient, check: TestResponse, **changes: str) -> Any:
    fields = {"draft": draft_of(check), "site": "nl-utrecht-maxima", "action": "send"} | changes
    return client.post(CHECK, data=fields)


def test_send_leads_to_the_familys_page(
    client: AuditingClient, whole: dict[str, str], portal_app: PortalApp
) -> None:
    check = client.post(CONTACT, data=whole)
    sent = send(client, check)
    assert sent.status_code == 303
    assert send(client, check).location == sent.location
    page = client.follow(sent)
    assert page.text.count('data-state="accepted"') == 2
    assert "Sent to" not in page.text
    assert whole["email"] not in page.text
    for name in ("first_name", "last_name", "phone", "message"):
        assert whole[name] not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    again = client.get(sent.location, headers={"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304
    assert portal_app.data


def test_edit_gives_every_word_back(client: AuditingClient, whole: dict[str, str]) -> None:
    check = client.post(CONTACT, data=whole)
    form = client.post(CHECK, data={"draft": draft_of(check), "action": "edit", "site": ""})
    assert form.status_code == 200
    assert form.page.name == "contact"
    for name in ("first_name", "last_name", "email", "phone", "message", "other_language"):
        assert whole[name] in words(form)
    assert re.search(r'value="NL" selected|selected value="NL"', form.text)


@pytest.mark.parametrize("draft", ["", "x", "ä", "A" * 500])
def test_a_draft_that_is_none(client: AuditingClient, draft: str) -> None:
    assert client.post(CHECK, data={"draft": draft, "action": "send"}).status_code == 400


@pytest.mark.parametrize(
    ("site", "status"), [("no-such-site", 404), ("ch-zurich-kispi", 422), ("", 400)]
)
def test_nobody_chooses_a_recipient_of_their_own(
    client: AuditingClient, whole: dict[str, str], site: str, status: int
) -> None:
    check = client.post(CONTACT, data=whole)
    assert send(client, check, site=site).status_code == status


def test_a_page_that_lay_open_for_two_days_is_shown_once_more(
    portal_app: PortalApp, whole: dict[str, str]
) -> None:
    client = portal_app.client
    check = client.post(CONTACT, data=whole)
    clock = portal_app.settings.clock
    late = clock.now().timestamp() + 48 * 3600
    object.__setattr__(clock, "start", clock.now().fromtimestamp(late, tz=clock.now().tzinfo))
    object.__setattr__(clock, "rate", 1.0)
    shown = send(client, check)
    assert shown.status_code == 200
    assert "was not sent yet" in shown.text
    assert whole["message"] in words(shown)
    assert send(client, shown).status_code == 303


def test_if_nothing_can_be_stored_the_page_says_so_and_keeps_the_words(
    client: AuditingClient, whole: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F21, F23: never a false ‘we have your message’."""
    check = client.post(CONTACT, data=whole)

    def broken(_self: Store) -> None:
        raise StoreError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", broken)
        failed = send(client, check)
    assert failed.status_code == 503
    assert "NOT saved" in failed.text
    assert "We have your message" not in failed.text
    assert whole["message"] in words(failed), "the words stand on the page itself"
    again = dict(re.findall(r'name="(draft|site|action)" value="([^"]*)"', failed.text))
    assert client.post(CHECK, data=again).status_code == 303


def test_too_many_is_said_and_keeps_the_words(portal_app: PortalApp, whole: dict[str, str]) -> None:
    portal_app.app.extensions["portal"].limits.per_hour["check"] = 2
    client = portal_app.client
    codes = [client.post(CONTACT, data=whole).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    page = client.post(CONTACT, data=whole)
    for name in ("first_name", "email", "message"):
        assert whole[name] in words(page)


def test_a_form_from_another_site_is_kept_not_taken(
    client: AuditingClient, whole: dict[str, str]
) -> None:
    page = client.post(CONTACT, data=whole, headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status_code == 403
    assert whole["message"] in words(page)


def test_the_check_page_has_no_get(client: AuditingClient) -> None:
    answer = client.get(CHECK)
    assert answer.status_code == 303
    assert answer.location.endswith(CONTACT)


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "%s %(name)s {0} ${x}",
    "'; DROP TABLE requests; --",
    "=cmd|' /C calc'!A0",
    "\u202eabc\u202c",
    "=?utf-8?q?=0D=0ABcc:_evil@example.org?=",
    "a\u0301" * 60,
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:14]))
def test_hostile_words_are_shown_as_words(
    client: AuditingClient, whole: dict[str, str], text: str
) -> None:
    page = client.post(CONTACT, data=whole | {"first_name": text, "message": text})
    assert page.status_code == 200
    assert page.page.main.text.count(text.strip()) >= 2
    assert send(client, page).status_code == 303
