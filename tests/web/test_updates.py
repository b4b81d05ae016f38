"""News by e-mail from the form to the last mail: confirm, change, stop; known or not, the same."""

from __future__ import annotations

import random
import re
import secrets
import statistics
import time
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from sqlalchemy import text

from portal.mail.content import OutgoingMail
from portal.mail.replies import Outcome
from portal.mail.transport import PortalMessage, _checked_bytes
from portal.services.deliver import deliver_next
from portal.services.parts import Parts
from portal.services.purge import purge
from portal.store import signups
from tests.support.client import AuditedResponse, AuditingClient
from tests.support.figures import Figure
from tests.support.in_process import PortalApp
from tests.support.samples import SetClock

ADDRESS = "fatima.yildiz@family.example"
WISH = {"email": ADDRESS, "country": "NL", "illness": "all", "age_group": "0_5", "language": "en"}
LINK = re.compile(r"http://127\.0\.0\.1:8000(/\w\w/updates/(?:confirm|manage|stop)/[\w-]+)")


@pytest.fixture
def client(timed_app: PortalApp) -> AuditingClient:
    return timed_app.client


def mails(parts: Parts) -> list[EmailMessage]:
    """All that is due goes out; the bytes of each, parsed."""
    sent: list[EmailMessage] = []

    def hand_over(mail: OutgoingMail, now: object) -> Outcome:
        data = _checked_bytes(PortalMessage(mail, parts.settings.mail_from, parts.now()))
        sent.append(BytesParser(policy=policy.default).parsebytes(data))
        return Outcome("end", "handed_over", 250)

    while deliver_next(parts, hand_over) is not None:
        pass
    return sent


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link(mail: EmailMessage, kind: str) -> str:
    return next(found for found in LINK.findall(words(mail)) if f"/{kind}/" in found)


def sign_up(client: AuditingClient, **changes: str) -> AuditedResponse:
    return client.post("/en/updates", data=WISH | changes)


def confirmed(client: AuditingClient, parts: Parts, **changes: str) -> str:
    """A confirmed sign-up; the path of its manage link."""
    sign_up(client, **changes)
    (mail,) = mails(parts)
    page = client.follow(client.post(link(mail, "confirm"))).page
    (found,) = [a["href"] for a in page.main.all("a") if "/manage/" in a["href"]]
    return str(found).removeprefix("http://127.0.0.1:8000")


def how_many(parts: Parts) -> int:
    with parts.store.read() as db:
        return sum(count for _, count in signups.counts(db))


def test_sign_up_confirm_and_press_again(client: AuditingClient, parts: Parts) -> None:
    answer = sign_up(client)
    assert (answer.status_code, answer.data) == (303, b"")
    page = client.follow(answer).page
    assert page.name == "updates-sent"
    assert "f***@family.example" in page.text
    assert ADDRESS not in answer.location + page.text
    (mail,) = mails(parts)
    assert mail["To"] == ADDRESS
    assert mail["Subject"] == "Please confirm your e-mail address"
    assert mail["Content-Language"] == "en"
    assert mail["List-Unsubscribe"] is None
    path = link(mail, "confirm")
    for _ in range(2):
        assert client.get(path).page.name == "updates-confirm"
        assert client.head(path).status_code == 200
    assert how_many(parts) == 0, "a GET acts not"
    assert client.follow(client.post(path)).page.name == "updates-confirmed"
    assert client.follow(client.post(path)).page.name == "updates-confirmed"
    assert how_many(parts) == 1
    assert mails(parts) == []


def test_a_sign_up_keeps_its_consent_and_nothing_in_clear(
    timed_app: PortalApp, client: AuditingClient, parts: Parts
) -> None:
    confirmed(client, parts)
    with parts.store.read() as db:
        row = db.execute(text("SELECT * FROM signups")).one()
        used = db.execute(text("SELECT email, illness, used_at FROM confirmations")).one()
    assert (row.consent_version, row.consent_language) == ("1", "en")
    assert row.consent_at
    assert (used.email, used.illness) == (None, None)
    assert used.used_at
    for file in timed_app.data.rglob("*"):
        if file.is_file() and file.suffix != ".xz":
            for needle in (ADDRESS, "fatima.yildiz"):
                assert needle.encode() not in file.read_bytes(), file.name


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("email", "", "Enter your e-mail address"),
        ("email", "a@x.example,b@y.example", "Enter an e-mail address like name@example.org"),
        ("email", "not an address", "Enter an e-mail address like name@example.org"),
        ("country", "XX", "Choose your country, or leave this open"),
        ("illness", "flu", "Choose an illness, or leave this open"),
        ("age_group", "7", "Choose an age, or leave this open"),
        ("language", "xx", "Choose a language from the list"),
    ],
)
def test_what_is_refused_keeps_every_word(
    client: AuditingClient, parts: Parts, field: str, value: str, says: str
) -> None:
    answer = sign_up(client, **{field: value})
    assert answer.status_code == 422
    assert says in answer.page.text
    for kept in {ADDRESS, value} if field == "email" and value else {ADDRESS}:
        assert field == "email" or kept in answer.get_data(as_text=True)
    assert mails(parts) == []


def test_only_the_address_is_needed(client: AuditingClient, parts: Parts) -> None:
    assert client.post("/nl/updates", data={"email": ADDRESS}).status_code == 303
    (mail,) = mails(parts)
    assert mail["Content-Language"] == "nl"
    assert "/nl/updates/confirm/" in words(mail)


def test_one_mail_a_day_and_three_in_thirty_days_over_all_forms(
    client: AuditingClient, parts: Parts, clock: SetClock
) -> None:
    from tests.support.samples import write_request

    write_request(parts, email=ADDRESS)
    assert sum(mail["To"] == ADDRESS for mail in mails(parts)) == 1
    sign_up(client)
    sign_up(client, email=ADDRESS.upper().replace("@", "+news@"))
    assert mails(parts) == [], "the copy of the message was today’s mail"
    sent = 0
    for _ in range(29):
        clock.move(days=1)
        for _ in range(2):
            sign_up(client)
        sent += len(mails(parts))
    assert sent == 2
    clock.move(days=2)
    sign_up(client)
    assert len(mails(parts)) == 1


def test_erasing_does_not_reset_the_limit(
    client: AuditingClient, parts: Parts, clock: SetClock
) -> None:
    from portal.services.change_signup import stop_address

    sign_up(client)
    assert len(mails(parts)) == 1
    stop_address(parts, ADDRESS)
    sign_up(client)
    assert mails(parts) == []
    clock.move(days=31)
    purge(parts, now=parts.now())
    with parts.store.read() as db:
        assert db.execute(text("SELECT count(*) FROM mail_limits")).scalar_one() == 0


def test_send_again_and_change_the_address(
    client: AuditingClient, parts: Parts, clock: SetClock
) -> None:
    where = sign_up(client, email="fatina@family.example").location
    assert len(mails(parts)) == 1
    page = client.post(where, data={"action": "edit"}).page
    assert page.name == "updates"
    typed = page.main.one("input", name="email")["value"]
    assert typed == "fatina@family.example"
    assert page.main.one("input", name="illness", checked=True)["value"] == "all"
    assert sign_up(client).status_code == 303
    assert [mail["To"] for mail in mails(parts)] == [ADDRESS]
    clock.move(days=1, hours=1)
    assert client.post(where, data={"action": "again"}).status_code == 303
    assert [mail["To"] for mail in mails(parts)] == ["fatina@family.example"]
    clock.move(days=3)
    assert client.get(where).status_code == 410
    assert client.get(f"/en/updates/sent/{'A' * 43}").status_code == 404


def test_a_link_ends_after_72_hours_and_a_sign_up_after_seven_days(
    client: AuditingClient, parts: Parts, clock: SetClock
) -> None:
    sign_up(client)
    (mail,) = mails(parts)
    path = link(mail, "confirm")
    clock.move(hours=71, minutes=59)
    assert client.get(path).status_code == 200
    clock.move(minutes=2)
    assert client.get(path).status_code == 410
    assert client.post(path).status_code == 410
    assert how_many(parts) == 0
    clock.move(days=4)
    purge(parts, now=parts.now())
    with parts.store.read() as db:
        assert db.execute(text("SELECT count(*) FROM confirmations")).scalar_one() == 0
        assert db.execute(text("SELECT count(*) FROM deliveries")).scalar_one() == 0


def test_a_used_link_says_so_until_it_ends(
    client: AuditingClient, parts: Parts, clock: SetClock
) -> None:
    sign_up(client)
    (mail,) = mails(parts)
    path = link(mail, "confirm")
    client.post(path)
    clock.move(hours=71)
    assert client.get(path).page.name == "updates-confirmed"
    clock.move(hours=2)
    assert client.get(path).status_code == 410
    clock.move(hours=24)
    purge(parts, now=parts.now())
    with parts.store.read() as db:
        assert db.execute(text("SELECT count(*) FROM confirmations")).scalar_one() == 0
    assert how_many(parts) == 1


def test_signing_up_again_changes_the_sign_up_and_keeps_its_links(
    client: AuditingClient, parts: Parts, clock: SetClock
) -> None:
    manage = confirmed(client, parts)
    clock.move(days=2)
    sign_up(client, illness="lbl", language="nl")
    (mail,) = mails(parts)
    assert mail["Content-Language"] == "nl"
    assert client.get(manage).page.main.one("input", name="illness", checked=True)["value"] == "all"
    client.post(link(mail, "confirm"))
    assert how_many(parts) == 1
    page = client.get(manage).page
    assert page.main.one("input", name="illness", checked=True)["value"] == "lbl"


def test_change_what_one_gets(client: AuditingClient, parts: Parts) -> None:
    manage = confirmed(client, parts)
    page = client.get(manage).page
    assert "f***@family.example" in page.text
    assert ADDRESS not in page.text
    changed = {"email": "", "country": "BE", "illness": "", "age_group": "adult", "language": "ar"}
    answer = client.post(manage, data=changed)
    assert client.follow(answer).page.main.one(data_done=True)["data-done"] == "saved"
    page = client.get(manage).page
    assert page.main.one("option", selected=True, value="BE")
    assert page.main.one("input", name="age_group", checked=True)["value"] == "adult"
    assert page.main.one("input", name="illness", checked=True)["value"] == ""
    assert client.post(manage, data=changed | {"email": "nobody"}).status_code == 422


def test_a_new_address_must_be_confirmed_first(client: AuditingClient, parts: Parts) -> None:
    manage = confirmed(client, parts)
    answer = client.post(manage, data=WISH | {"email": "other@family.example"})
    assert client.follow(answer).page.main.one(data_done=True)["data-done"] == "address"
    assert "f***@family.example" in client.get(manage).page.text
    (mail,) = mails(parts)
    assert mail["To"] == "other@family.example"
    path = link(mail, "confirm")
    for _ in range(2):
        assert client.follow(client.post(path)).page.name == "updates-confirmed"
    assert "o***@family.example" in client.get(manage).page.text
    assert how_many(parts) == 1


def stop_path(parts: Parts, manage: str, client: AuditingClient) -> str:
    (found,) = [a["href"] for a in client.get(manage).page.main.all("a") if "/stop/" in a["href"]]
    return str(found).removeprefix("http://127.0.0.1:8000")


def test_stop_is_one_button_and_erases(
    timed_app: PortalApp, client: AuditingClient, parts: Parts
) -> None:
    manage = confirmed(client, parts)
    path = stop_path(parts, manage, client)
    for _ in range(2):
        page = client.get(path).page
        assert client.head(path).status_code == 200
    assert len(page.main.all("button")) == 1
    assert not page.main.all("textarea")
    assert how_many(parts) == 1, "a GET acts not"
    assert client.post(path, data={"action": "stop"}).page.name == "updates-stopped"
    assert how_many(parts) == 0
    assert client.post(path, data={"action": "stop"}).status_code == 200, "twice is harmless"
    assert client.get(path).status_code == 410
    assert client.get(manage).status_code == 410
    with parts.store.read() as db:
        for table in ("signups", "confirmations", "deliveries"):
            assert db.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://mail.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
)
def test_one_click_from_any_mail_program(
    client: AuditingClient, parts: Parts, headers: dict[str, str]
) -> None:
    """RFC 8058: no cookie, no origin of ours, 200 and no redirect; nothing else is open so."""
    manage = confirmed(client, parts)
    path = stop_path(parts, manage, client)
    assert client.post(manage, data=WISH, headers=headers).status_code in {303, 403}
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"}, headers=headers)
    assert answer.status_code == 200
    assert how_many(parts) == 0


def test_a_scanner_that_posts_without_the_button_stops_nothing(
    client: AuditingClient, parts: Parts
) -> None:
    path = stop_path(parts, confirmed(client, parts), client)
    assert client.post(path, data={}).page.name == "updates-stop"
    assert client.post(path, data={"x": "1"}).status_code == 200
    assert how_many(parts) == 1


def test_links_open_only_what_they_were_made_for(client: AuditingClient, parts: Parts) -> None:
    sign_up(client)
    (mail,) = mails(parts)
    path = link(mail, "confirm")
    for other in ("manage", "stop"):
        assert client.get(path.replace("/confirm/", f"/{other}/")).status_code == 404
    manage = confirmed(client, parts, email="second@family.example")
    for other in ("confirm", "stop"):
        assert client.get(manage.replace("/manage/", f"/{other}/")).status_code == 404


def test_the_mail_holds_nothing_that_was_typed(client: AuditingClient, parts: Parts) -> None:
    """A6, P15: anybody may have typed it."""
    sign_up(client, email="zq81canary@family.example", illness="lbl", age_group="13_17")
    (mail,) = mails(parts)
    said = mail.as_string().replace("zq81canary@family.example", "", 1) + words(mail)
    for word in ("canary", "LBL", "lymphoma", "13", "Netherlands"):
        assert word not in words(mail) + str(mail["Subject"])
    assert said.count("/updates/confirm/") >= 1


def test_a_flood_goes_on_slowly_and_is_told(
    client: AuditingClient, parts: Parts, clock: SetClock
) -> None:
    """S9: beyond the figure of an hour, confirmations wait in the bulk lane."""
    from portal.services.health import MANY_SIGNUPS, health, troubles
    from portal.services.sign_up import sign_up as take
    from portal.store.records import Lane, Wishes

    files = parts.files
    limits = replace(files.portal.limits, confirmations_per_hour=5)
    parts = replace(parts, files=replace(files, portal=replace(files.portal, limits=limits)))
    for n in range(7):
        wishes = Wishes(f"n{n}@family.example", "", "", "", "en")
        take(parts, wishes, page_language="en", now=parts.now())
    with parts.store.read() as db:
        lanes = db.execute(text("SELECT lane, count(*) FROM deliveries GROUP BY lane")).all()
    assert dict(map(tuple, lanes)) == {Lane.SOON: 5, Lane.BULK: 2}
    found = troubles(parts, health(parts, now=parts.now()))
    assert "sign-ups" in found[MANY_SIGNUPS]
    clock.move(hours=1, minutes=1)
    assert MANY_SIGNUPS not in troubles(parts, health(parts, now=parts.now()))


def test_too_many_from_one_source(client: AuditingClient, parts: Parts) -> None:
    allow_an_hour(parts, 3)
    answers = [sign_up(client, email=f"n{n}@family.example") for n in range(4)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    assert "n3@family.example" in answers[-1].get_data(as_text=True), "every word is kept"


def allow_an_hour(parts: Parts, count: int) -> None:
    parts.limits.per_hour["sign_up"] = count  # type: ignore[attr-defined]


def test_stop_everything_on_the_familys_page_ends_the_news_too(
    client: AuditingClient, parts: Parts
) -> None:
    """Only by a link that was read in the mailbox: a stranger may type any address."""
    from portal.security.links import FAMILY_MAIL, FAMILY_PAGE, Links
    from tests.support.samples import write_request

    confirmed(client, parts)
    request_id = write_request(parts, email=ADDRESS)
    typed = Links(parts.keys, FAMILY_PAGE).token(request_id)
    assert "/updates" in client.get(f"/en/requests/{typed}").get_data(as_text=True)
    client.post(f"/en/requests/{typed}/stop")
    assert how_many(parts) == 1
    assert "news e-mail" in client.get(f"/en/requests/{typed}/stop").page.text
    proven = Links(parts.keys, FAMILY_MAIL).token(request_id)
    client.post(f"/en/requests/{proven}/stop")
    assert how_many(parts) == 0


def test_erase_everything_takes_the_sign_up_along(client: AuditingClient, parts: Parts) -> None:
    from portal.security.links import FAMILY_MAIL, Links
    from tests.support.samples import write_request

    confirmed(client, parts)
    token = Links(parts.keys, FAMILY_MAIL).token(write_request(parts, email=ADDRESS))
    client.post(f"/en/requests/{token}/erase")
    assert how_many(parts) == 0


def sign_up_many(client: AuditingClient, parts: Parts, count: int) -> list[str]:
    """Confirmed addresses."""
    allow_an_hour(parts, 100_000)
    client.audits = False
    known = [f"known{n:04}@family.example" for n in range(count)]
    for address in known:
        sign_up(client, email=address)
    for mail in mails(parts):
        client.post(link(mail, "confirm"))
    assert how_many(parts) == count
    return known


def median_times(client: AuditingClient, known: list[str]) -> dict[str, float]:
    """In ms, for addresses known, new and written to today; all answers are equal by byte."""
    took: dict[str, list[float]] = {"known": [], "new": [], "had its mail": []}
    answers = set()
    for address in known:
        typed = [("known", address), ("new", f"{secrets.token_hex(4)}@family.example")]
        random.shuffle(typed)
        for kind, email in [*typed, ("had its mail", random.choice(typed)[1])]:
            begun = time.perf_counter()
            answer = sign_up(client, email=email)
            took[kind].append((time.perf_counter() - begun) * 1000)
            headers = [(k, v) for k, v in answer.headers.items() if k != "Location"]
            answers.add((answer.status_code, answer.data, str(headers), len(answer.location)))
    assert len(answers) == 1
    return {kind: statistics.median(times) for kind, times in took.items()}


def told(figure: Figure, pairs: int, middle: dict[str, float]) -> float:
    for kind, value in middle.items():
        figure(f"sign-up, address {kind}: ms, median of {pairs}", round(value, 2))
    return max(middle.values()) - min(middle.values())


@pytest.mark.alone
def test_known_and_unknown_addresses_get_the_same_answer_in_the_same_time(
    client: AuditingClient, parts: Parts, clock: SetClock, figure: Figure
) -> None:
    """A9: the medians differ by less than 5 ms; the tenth is measured at release size.

    With few pairs a busy disk can make the difference; a real one is there each time.
    """
    known, spreads = sign_up_many(client, parts, 50), []
    while len(spreads) < 3 and (not spreads or spreads[-1] >= 5):
        clock.move(days=31)
        spreads.append(told(figure, 50, median_times(client, known)))
    assert spreads[-1] < 5, spreads


@pytest.mark.alone
@pytest.mark.full
@pytest.mark.timeout(600)
def test_known_and_unknown_addresses_in_five_hundred_pairs(
    client: AuditingClient, parts: Parts, clock: SetClock, figure: Figure
) -> None:
    known = sign_up_many(client, parts, 500)
    clock.move(days=31)
    middle = median_times(client, known)
    spread = told(figure, 500, middle)
    assert spread < 5
    assert spread < 0.1 * min(middle.values())


def test_pages_after_the_sign_up_are_equal_too(
    client: AuditingClient, parts: Parts, clock: SetClock
) -> None:
    confirmed(client, parts)
    pages = []
    for address in (ADDRESS, ADDRESS.replace("@family", "@fimaly"), ADDRESS):
        answer = sign_up(client, email=address)
        token = answer.location.rpartition("/")[2]
        html = client.follow(answer).get_data(as_text=True)
        pages.append(html.replace(token, "").replace("fimaly", "family"))
    assert pages[0] == pages[1] == pages[2]
