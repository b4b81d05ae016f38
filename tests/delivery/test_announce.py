"""Announcements, on both databases: who gets what, never twice, at most once a week, resumed."""

from __future__ import annotations

import json
import random
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, text

from portal.content.model import Config, Site, Study
from portal.mail.content import OutgoingMail
from portal.mail.replies import Outcome
from portal.mail.transport import PortalMessage, _checked_bytes
from portal.security.links import new_id
from portal.services import announce as service
from portal.services.announce import announce, preview
from portal.services.change_signup import stop_signup
from portal.services.deliver import deliver_next
from portal.services.parts import Parts
from portal.store import signups
from portal.store.records import Consent, SignUp, Wishes
from portal.store.tables import signups as signups_table
from tests.support.crash import PROCESSES
from tests.support.figures import Figure
from tests.support.samples import SetClock, make_parts

SLUG = "hem-ismart-d"
SITE = "nl-utrecht-maxima"


def study(parts: Parts) -> Study:
    found = parts.config.study(SLUG)
    assert found is not None
    return found


def with_study(parts: Parts, changed: Study) -> Parts:
    """The portal as it starts after somebody has edited the study’s files."""
    studies = tuple(changed if one.slug == SLUG else one for one in parts.config.studies)
    config: Config = replace(parts.config, studies=studies)
    return replace(parts, files=config)


def with_status(parts: Parts, code: str, on: date | None = date(2026, 11, 20)) -> Parts:
    status = replace(study(parts).status, code=code, checked_on=on)
    return with_study(parts, replace(study(parts), status=status))


def with_site(parts: Parts, site_id: str, status: str) -> Parts:
    def changed(site: Site) -> Site:
        if site.id != site_id:
            return site
        return replace(site, status=status, status_on=date(2026, 11, 21))  # type: ignore[arg-type]

    sites = tuple(changed(site) for site in study(parts).sites)
    return with_study(parts, replace(study(parts), sites=sites))


def person(parts: Parts, name: str, **wishes: str) -> str:
    row = SignUp(new_id(), Wishes(
        email=f"{name}@family.example",
        country=wishes.get("country", ""),
        illness=wishes.get("illness", ""),  # type: ignore[arg-type]
        age_group=wishes.get("age_group", ""),
        language=wishes.get("language", "en"),
    ), None, 0)  # fmt: skip
    with parts.store.write() as db:
        signups.add(db, parts.keys, row, Consent("1", "en", parts.now()), parts.now())
    return row.id


def work(
    parts: Parts, clock: SetClock, verdict: str = "handed_over", seconds: int = 120
) -> list[EmailMessage]:
    """What is due now goes out at the provider’s pace; the mails’ bytes, parsed."""
    sent: list[EmailMessage] = []

    def hand_over(mail: OutgoingMail, _now: datetime) -> Outcome:
        data = _checked_bytes(PortalMessage(mail, parts.settings.mail_from, parts.now()))
        # As mail programs read it: in clear, on one line (RFC 8058; an encoded word is no link).
        assert (
            f"\r\nList-Unsubscribe: <{mail.stop_link}>\r\n".encode() in data or not mail.stop_link
        )
        sent.append(BytesParser(policy=policy.default).parsebytes(data))
        return Outcome("recipient", verdict)  # type: ignore[arg-type]

    for _ in range(seconds // 2):
        while deliver_next(parts, hand_over) is not None:
            pass
        clock.move(seconds=2)
    return sent


def names(sent: Sequence[EmailMessage]) -> list[str]:
    return sorted(str(mail["To"]).partition("@")[0] for mail in sent)


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def tell(parts: Parts) -> int:
    return announce(parts, study(parts), now=parts.now()).written


def test_a_study_opens_for_those_it_may_be_for(parts: Parts, clock: SetClock) -> None:
    for name, wishes in {
        "everything": {},
        "fits": {"country": "NL", "illness": "all", "age_group": "6_12"},
        "both": {"illness": "both"},
        "other": {"illness": "other"},
        "adult": {"age_group": "adult"},
        "elsewhere": {"country": "JP"},
    }.items():
        person(parts, name, **wishes)
    open_now = with_status(parts, "open")
    shown = preview(open_now, study(open_now), now=parts.now())
    written = tell(open_now)
    sent = work(open_now, clock)
    # Not every country of the study is known, so Japan is no reason to keep news away.
    assert names(sent) == ["both", "elsewhere", "everything", "fits"]
    assert written == sum(shown.people.values()) == 4


def test_the_mail(parts: Parts, clock: SetClock) -> None:
    person(parts, "amira", language="ar")
    person(parts, "els", language="nl")
    person(parts, "ann", language="en", illness="lbl")
    open_now = with_status(parts, "open")
    tell(open_now)
    by_language = {str(mail["Content-Language"]): mail for mail in work(open_now, clock)}
    assert set(by_language) == {"ar", "nl", "en"}
    for code, mail in by_language.items():
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        stop = str(mail["List-Unsubscribe"]).strip("<>")
        assert stop.startswith(f"http://127.0.0.1:8000/{code}/updates/stop/")
        assert stop in words(mail)
        assert f"/{code}/updates/manage/" in words(mail)
        for word in ("HEM", "ALL", "LBL", "iSMART", "leuk"):
            assert word not in str(mail["Subject"])
    said = words(by_language["en"])
    assert "A study has opened: HEM-iSMART-D" in said
    assert "As we knew it on 20 November 2026." in said
    assert "The person is younger than 21 now" in said
    assert "word:" not in said
    assert "20 november 2026" in words(by_language["nl"])


def test_nobody_gets_the_same_news_twice(parts: Parts, clock: SetClock) -> None:
    person(parts, "ann")
    open_now = with_status(parts, "open")
    tell(open_now)
    assert len(work(open_now, clock)) == 1
    assert announce(open_now, study(open_now), now=parts.now()).news == ()
    clock.move(days=30)
    assert tell(open_now) == 0
    assert work(open_now, clock) == []


def test_news_of_one_week_is_one_mail(parts: Parts, clock: SetClock) -> None:
    person(parts, "ann")
    open_now = with_status(parts, "open")
    tell(open_now)
    begun = parts.now()
    assert len(work(open_now, clock)) == 1
    for days, now_is in ((1, "paused"), (1, "open")):
        clock.move(days=days)
        tell(with_status(parts, now_is, on=None))
        assert work(with_status(parts, now_is), clock) == []
    clock.move(days=1)
    site_opens = with_site(with_status(parts, "open"), SITE, "open")
    tell(site_opens)
    clock.move_to(begun + timedelta(days=7, hours=1))
    (mail,) = work(site_opens, clock)
    assert words(mail).count("A study has opened") == 1, "the newest of a study only"
    assert "takes no new people" not in words(mail)
    assert "Princess Máxima Center for Pediatric Oncology, Utrecht, Netherlands" in words(mail)
    assert "21 November 2026" in words(mail)
    assert "We do not know the date of this" in words(mail)
    clock.move(days=8)
    assert work(site_opens, clock) == []


def test_pauses_and_closes(parts: Parts, clock: SetClock) -> None:
    person(parts, "ann")
    tell(with_status(parts, "open"))
    work(with_status(parts, "open"), clock)
    for code, said in (
        ("paused", "A study takes no new people for now"),
        ("closed", "A study takes no new people any more"),
    ):
        clock.move(days=8)
        changed = with_status(parts, code)
        tell(changed)
        (mail,) = work(changed, clock)
        assert said in words(mail)


def test_a_hospital_opens_for_its_country(parts: Parts, clock: SetClock) -> None:
    person(parts, "nl", country="NL")
    person(parts, "be", country="BE")
    person(parts, "any")
    tell(with_status(parts, "unknown", on=None))  # the first time: all is as it is, and no news
    assert work(parts, clock) == []
    opens = with_site(with_status(parts, "unknown"), SITE, "open")
    tell(opens)
    assert names(work(opens, clock)) == ["any", "nl"]


def test_a_stop_during_a_run_is_honoured(parts: Parts, clock: SetClock) -> None:
    ids = {name: person(parts, name) for name in ("ann", "bob", "cem")}
    open_now = with_status(parts, "open")
    tell(open_now)
    stop_signup(open_now, ids["bob"])
    assert names(work(open_now, clock)) == ["ann", "cem"]


def test_who_signs_up_later_hears_only_of_what_comes(parts: Parts, clock: SetClock) -> None:
    from portal.services.confirm_signup import confirm_signup
    from portal.services.sign_up import sign_up

    person(parts, "ann")
    open_now = with_status(parts, "open")
    tell(open_now)
    sign_up(open_now, Wishes("new@family.example", "", "", "", "en"), page_language="en",
            now=parts.now())  # fmt: skip
    with parts.store.read() as db:
        (asked,) = db.execute(text("SELECT id FROM confirmations")).scalars()
    confirm_signup(open_now, asked, now=parts.now())
    assert names(mail for mail in work(open_now, clock) if mail["List-Unsubscribe"]) == ["ann"]


def test_wishes_changed_before_the_mail_went(parts: Parts, clock: SetClock) -> None:
    from portal.services.change_signup import change_signup

    row_id = person(parts, "ann")
    open_now = with_status(parts, "open")
    tell(open_now)
    with parts.store.read() as db:
        found = signups.find(db, parts.keys, row_id)
    assert found is not None
    changed = replace(found.wishes, illness="other")
    change_signup(open_now, found, changed, page_language="en", now=parts.now())
    assert work(open_now, clock) == []
    with parts.store.read() as db:
        assert db.execute(text("SELECT count(*) FROM deliveries")).scalar_one() == 0


def test_an_address_that_is_none_is_not_kept(parts: Parts, clock: SetClock) -> None:
    person(parts, "gone")
    open_now = with_status(parts, "open")
    tell(open_now)
    work(open_now, clock, verdict="refused")
    with parts.store.read() as db:
        assert signups.counts(db) == []


def test_a_server_that_is_silent_for_days_costs_no_sign_up(parts: Parts, clock: SetClock) -> None:
    person(parts, "ann")
    open_now = with_status(parts, "open")
    tell(open_now)
    clock.move(days=6)  # so long it lay in the bulk lane; patience begins with the first try
    tries = 0
    for _ in range(6 * 24):
        tries += len(work(open_now, clock, verdict="retry", seconds=2))
        clock.move(minutes=60)
    assert tries > 10
    with parts.store.read() as db:
        assert signups.counts(db) == [("en", 1)]
        assert db.execute(text("SELECT count(*) FROM deliveries")).scalar_one() == 0
    paused = with_status(parts, "paused")
    tell(paused)
    assert len(work(paused, clock)) == 1


def test_every_try_says_the_same(parts: Parts, clock: SetClock) -> None:
    """News that comes between two tries is for the next mail: the first may have arrived."""
    person(parts, "ann")
    open_now = with_status(parts, "open")
    tell(open_now)
    first = work(open_now, clock, verdict="unknown")
    both = with_site(open_now, SITE, "open")
    tell(both)
    clock.move(minutes=20)
    again = work(both, clock)
    assert first[0]["Message-ID"] == again[0]["Message-ID"]
    assert words(first[0]) == words(again[0])
    assert len(again) == 1
    clock.move(days=7)
    (later,) = work(both, clock)
    assert "Utrecht" in words(later)
    assert "has opened" not in words(later)


def fill(parts: Parts, count: int) -> None:
    """Confirmed sign-ups, written as many at a time as the database likes."""
    rows = []
    consent = Consent("1", "en", parts.now())
    countries, ages = ("NL", "BE", "DE", ""), ("", "0_5", "13_17", "18_20")
    for n in range(count):
        wishes = Wishes(f"n{n}@family.example", countries[n % 4], "all", ages[n % 4], "en")
        row_id = new_id()
        rows.append(
            {"id": row_id, "confirmed_at": parts.now(), "news_until": 0}
            | signups._changeable(parts.keys, row_id, wishes, consent)
        )
        if len(rows) == 5000 or n == count - 1:
            with parts.store.write() as db:
                db.execute(insert(signups_table), rows)
            rows = []


def measured(parts: Parts, count: int, figure: Figure, seconds_at_most: float) -> None:
    fill(parts, count)
    open_now = with_status(parts, "open")
    begun = time.perf_counter()
    written = tell(open_now)
    seconds = time.perf_counter() - begun
    what = parts.store.engine.dialect.name
    figure(f"{what}: seconds to match and write {count:,} due mails", round(seconds, 1))
    assert written == count
    assert seconds <= seconds_at_most
    with parts.store.read() as db:
        assert db.execute(text("SELECT count(*) FROM deliveries")).scalar_one() == count


@pytest.mark.alone
def test_twenty_thousand(parts: Parts, figure: Figure) -> None:
    measured(parts, 20_000, figure, 8)


@pytest.mark.alone
@pytest.mark.full
def test_a_hundred_thousand(parts: Parts, figure: Figure) -> None:
    measured(parts, 100_000, figure, 20)


@pytest.mark.alone
@pytest.mark.full
@pytest.mark.timeout(1800)
def test_a_million(parts: Parts, figure: Figure) -> None:
    measured(parts, 1_000_000, figure, 400)


def test_memory_does_not_grow_with_the_sign_ups(parts: Parts, figure: Figure) -> None:
    peaks = []
    for count in (1_000, 3_000):
        fill_more(parts, count)
        tracemalloc.start()
        tell(with_status(parts, "open" if len(peaks) == 0 else "paused"))
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    figure(f"{parts.store.engine.dialect.name}: MB at most, 1,000 and 4,000 sign-ups",
           f"{peaks[0]:.1f}, {peaks[1]:.1f}")  # fmt: skip
    assert peaks[1] < peaks[0] * 1.5 + 1


def fill_more(parts: Parts, count: int) -> None:
    consent = Consent("1", "en", parts.now())
    rows = []
    for _ in range(count):
        row_id = new_id()
        wishes = Wishes(f"{row_id}@family.example", "NL", "all", "", "en")
        rows.append(
            {"id": row_id, "confirmed_at": parts.now(), "news_until": 0}
            | signups._changeable(parts.keys, row_id, wishes, consent)
        )
    with parts.store.write() as db:
        db.execute(insert(signups_table), rows)


def open_again(data: str, url: str) -> Parts:
    parts, _ = make_parts(Path(data), database_url=url)
    return with_status(parts, "open")


def announce_on(data: str, url: str, line: Connection) -> None:
    """In a process of its own; the test says when to go on with the next part."""
    service.CHUNK = 200
    parts = open_again(data, url)

    def progress(looked_at: int) -> None:
        line.send(looked_at)
        line.recv()

    announce(parts, study(parts), now=parts.now(), progress=progress)
    line.send("done")


@contextmanager
def announcing(parts: Parts, folder: Path) -> Iterator[tuple[ForkServerProcess, Connection]]:
    here, there = PROCESSES.Pipe()
    arguments = (str(folder / "data"), parts.settings.database_url, there)
    process = PROCESSES.Process(target=announce_on, args=arguments, daemon=True)
    process.start()
    there.close()
    try:
        yield process, here
    finally:
        here.close()  # the end for one that still waits for a word
        process.join(60)


def test_killed_in_the_middle_it_goes_on_without_a_repeat(
    parts: Parts, tmp_path: Path, figure: Figure
) -> None:
    """`kill -9` at five places, each in a process of its own; then to the end."""
    fill(parts, 3_000)
    reached = []
    for chunks in (1, 3, 2, 4, 1):
        with announcing(parts, tmp_path) as (process, line):
            for _ in range(chunks):
                reached.append(line.recv())
                line.send("on")
            time.sleep(random.uniform(0, 0.02))  # somewhere in the next chunk
            process.kill()
    assert reached == sorted(reached)
    assert reached[-1] < 3_000
    with announcing(parts, tmp_path) as (_, line):
        while line.recv() != "done":
            line.send("on")
    with parts.store.read() as db:
        counted = text("SELECT count(*), count(DISTINCT signup_id) FROM deliveries")
        assert tuple(db.execute(counted).one()) == (3_000, 3_000)
        assert db.execute(text("SELECT count(*) FROM announcements")).scalar_one() == 1
        assert db.execute(text("SELECT count(*) FROM news")).scalar_one() == 1
    figure("killed at (sign-ups looked at)", ", ".join(map(str, reached)))


def command(parts: Parts, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    from portal.cli import updates as commands

    monkeypatch.setattr(commands, "parts_or_stop", lambda: parts)
    result = CliRunner().invoke(commands.updates, words)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_commands(parts: Parts, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    person(parts, "ann", country="NL")
    person(parts, "els", language="nl")
    open_now = with_status(parts, "open")
    shown = json.loads(command(open_now, monkeypatch, "announce", SLUG, "--preview", "--json"))
    assert shown["people"] == 2
    assert shown["news"] == [{"kind": "opens", "site": ""}]
    assert shown["by_language"]["nl"]["people"] == 1
    assert "Een studie is geopend" in shown["by_language"]["nl"]["text"]
    plain = command(open_now, monkeypatch, "announce", "NCT05658640", "--preview")
    assert "A study has opened" in plain
    assert "@family.example" not in plain + json.dumps(shown)
    with parts.store.read() as db:
        assert db.execute(text("SELECT count(*) FROM news")).scalar_one() == 0
    said = json.loads(command(open_now, monkeypatch, "announce", SLUG, "--json"))
    assert (said["people"], said["news"]) == (2, [{"kind": "opens", "site": ""}])
    assert "Nothing is new" in command(open_now, monkeypatch, "announce", SLUG)
    listed = json.loads(command(open_now, monkeypatch, "list", "--json"))
    assert listed == {"confirmed": 2, "by_language": {"en": 1, "nl": 1}, "unconfirmed": 0}
    assert "1 sign-ups" in command(open_now, monkeypatch, "erase", "ANN@family.example")
    assert "Signed up: 1" in command(open_now, monkeypatch, "list")
    assert names(work(open_now, clock)) == ["els"]


def test_a_study_that_is_none(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.cli import updates as commands

    monkeypatch.setattr(commands, "parts_or_stop", lambda: parts)
    result = CliRunner().invoke(commands.updates, ["announce", "no-such"])
    assert result.exit_code == 2
    assert "hem-ismart-d" in result.output
