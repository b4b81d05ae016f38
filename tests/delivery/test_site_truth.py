"""The monthly question to each hospital: real rows, real mail bytes, both databases."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from portal.content.load import check, load_config
from portal.content.site_answers import Said
from portal.mail.content import OutgoingMail
from portal.mail.replies import Outcome
from portal.security.links import SITE_CHECK, Links
from portal.services import site_truth
from portal.services.ask_sites import Asked, ask_now, ask_sites
from portal.services.confirm_site import confirm_site, open_check
from portal.services.deliver import deliver_next
from portal.services.parts import Parts, open_parts
from portal.services.purge import purge
from portal.services.site_status import site_lines
from portal.store import deliveries, site_checks
from tests.support.driven import work
from tests.support.paths import ROOT
from tests.support.samples import SetClock, make_parts, write_request

SITE = "nl-utrecht-maxima"
NAME = f"hem-ismart-d/{SITE}"
BOX = f"{SITE}@sites.example"
SECOND = f"{SITE}.second@sites.example"
DESK = "central.office@hem-ismart-d.example"
HOSPITALS = 34
OPEN = Said("open", ("nl", "en"), True, "nurse")
Opened = tuple[Parts, SetClock]


@pytest.fixture
def opened(tmp_path: Path, store_url: str) -> Iterator[Opened]:
    parts, clock = make_parts(tmp_path / "data", database_url=store_url)
    yield parts, clock
    parts.store.engine.dispose()


class Postbox:
    """A mail server that keeps what it takes; `refuses` names addresses it does not know."""

    def __init__(self, refuses: str = "") -> None:
        self.refuses, self.mails = refuses, list[OutgoingMail]()

    def __call__(self, mail: OutgoingMail, _now: datetime) -> Outcome:
        if mail.recipient == self.refuses:
            return Outcome("rcpt", "refused", 550)
        self.mails.append(mail)
        return Outcome("end", "handed_over", 250)

    @property
    def addresses(self) -> list[str]:
        return [mail.recipient for mail in self.mails]


def token_of(parts: Parts) -> str:
    with parts.store.read() as db:
        check = site_checks.of_hospital(db, NAME)
    assert check is not None
    return Links(parts.keys, SITE_CHECK).token(check.id)


def answer(parts: Parts, said: Said = OPEN) -> None:
    confirm_site(parts, open_check(parts, token_of(parts)), said, now=parts.now())


def line(parts: Parts) -> dict[str, Any]:
    lines = [one.as_json() for one in site_lines(parts, now=parts.now())]
    return next(one for one in lines if one["site"] == SITE)


def test_a_new_portal_mails_nobody_and_asks_everybody_after_four_weeks(opened: Opened) -> None:
    parts, clock = opened
    assert ask_sites(parts, now=clock.now()) == Asked()
    clock.move(days=27, hours=23)
    assert ask_sites(parts, now=clock.now()) == Asked()
    clock.move(hours=1)
    assert ask_sites(parts, now=clock.now()) == Asked(asked=HOSPITALS)
    assert ask_sites(parts, now=clock.now()) == Asked()
    box = Postbox()
    work(parts, box)
    assert len(box.mails) == len(set(box.addresses)) == HOSPITALS
    assert all(address.endswith("@sites.example") for address in box.addresses)


def test_month_after_month_with_one_reminder(opened: Opened) -> None:
    parts, clock = opened
    box = Postbox()
    ask_now(parts, [NAME], now=clock.now())
    sent = []
    for _ in range(70):
        ask_sites(parts, now=clock.now())
        work(parts, box)
        sent.append(sum(address == BOX for address in box.addresses))
        clock.move(days=1)
    # Day 0 and its reminder on day 4; day 28 and 32; day 56 and 60.
    assert [sent[day] for day in (0, 3, 4, 27, 28, 32, 55, 56, 60, 69)] == [
        *(1, 1, 2, 2, 3, 4, 4, 5, 6, 6),
    ]


def test_an_answer_ends_the_reminder_and_counts_the_month_anew(opened: Opened) -> None:
    parts, clock = opened
    box = Postbox()
    ask_now(parts, [NAME], now=clock.now())
    work(parts, box)
    clock.move(days=3)
    answer(parts)
    for _ in range(28):
        ask_sites(parts, now=clock.now())
        work(parts, box)
        clock.move(days=1)
    assert box.addresses.count(BOX) == 1
    ask_sites(parts, now=clock.now())
    work(parts, box)
    assert box.addresses.count(BOX) == 2
    assert line(parts)["truth"] == "confirmed"  # an answer to the reminder still comes in time


def test_the_mail_is_in_the_hospitals_language_with_one_link_and_nothing_of_a_family(
    opened: Opened,
) -> None:
    parts, clock = opened
    ask_now(parts, [NAME, "hem-ismart-d/se-stockholm-karolinska"], now=clock.now())
    box = Postbox()
    work(parts, box)
    dutch, swedish = (
        next(mail for mail in box.mails if mail.recipient.startswith(start))
        for start in ("nl-", "se-")
    )
    assert dutch.content.language == "nl"
    assert dutch.content.subject == "Klopt nog wat wij over uw ziekenhuis laten zien?"
    assert swedish.content.language == "sv"
    link = f"{parts.settings.base_url}/site/check/{token_of(parts)}"
    assert dutch.content.text.count("http") == 1
    assert link in dutch.content.text
    assert f'href="{link}"' in dutch.content.html
    assert dutch.reply_to == "portal@portal.example"
    assert dutch.recipient not in dutch.content.text


def test_what_waits_for_a_hospital_that_paused_goes_to_the_central_office(
    opened: Opened,
) -> None:
    parts, clock = opened
    ask_now(parts, [NAME], now=clock.now())
    work(parts)
    write_request(parts)
    answer(parts, Said("paused", ("nl",), True, "doctor"))
    box = Postbox()
    work(parts, box)
    assert DESK in box.addresses
    assert BOX not in box.addresses


def test_every_process_learns_of_an_answer(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    parts, clock = opened
    monkeypatch.setattr(site_truth, "LOOK_AGAIN", 0.0)
    other = open_parts(parts.settings)  # as another process has it
    before = other.truth.version
    ask_now(parts, [NAME], now=clock.now())
    answer(parts)
    for each in (parts, other):
        study = each.config.study("hem-ismart-d")
        assert study is not None
        site = study.site(SITE)
        assert site is not None
        assert (site.status, site.confirmed_by) == ("open", "nurse")
    assert other.truth.version == before + 1
    assert other.truth.version == before + 1  # the same answer is no news
    other.store.engine.dispose()


def test_it_looks_once_a_second_and_stands_when_the_database_is_away(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, clock = opened
    ask_now(parts, [NAME], now=clock.now())
    answer(parts)
    assert line(parts)["status"] == "open"
    looks = []
    real = site_truth.site_checks.every
    monkeypatch.setattr(site_truth.site_checks, "every", lambda db: looks.append(1) or real(db))
    for _ in range(50):
        assert parts.config
    assert len(looks) <= 1
    parts.store.engine.dispose()
    away = open_parts(parts.settings)
    monkeypatch.setattr(away.store, "read", _no_database)
    assert away.config == away.files
    assert not looks[1:]


def _no_database() -> Any:
    raise site_truth.StoreError("away")


def test_two_workers_ask_once(opened: Opened) -> None:
    parts, clock = opened
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ask_sites(parts, now=clock.now()), range(4)))
        clock.move(days=28)
        asked = list(pool.map(lambda _: ask_sites(parts, now=clock.now()), range(4)))
    assert sum(each.asked for each in asked) == HOSPITALS
    with parts.store.read() as db:
        assert len(deliveries.every(db)) == HOSPITALS


def test_a_mail_that_fails_goes_to_the_second_contact_once(opened: Opened) -> None:
    parts, clock = opened
    ask_now(parts, [NAME], now=clock.now())
    box = Postbox(refuses=BOX)
    work(parts, box)
    assert box.addresses == [SECOND]
    assert "tweede contact" in box.mails[0].content.text
    clock.move(days=1)
    ask_now(parts, [NAME], now=clock.now())
    work(parts, lambda _mail, _now: Outcome("rcpt", "refused", 550))
    assert line(parts)["mail"] == "failed"
    with parts.store.read() as db:
        assert len(deliveries.every(db)) == 4  # two questions, two contacts each


def test_a_mailbox_called_wrong_is_not_asked_again(opened: Opened) -> None:
    parts, clock = opened
    ask_now(parts, [NAME], now=clock.now())
    work(parts)
    answer(parts, Said("open", ("nl",), False, "nurse"))
    assert line(parts)["truth"] == "mailbox_wrong"
    clock.move(days=29)
    box = Postbox()
    ask_sites(parts, now=clock.now())
    work(parts, box)
    assert SECOND in box.addresses
    assert BOX not in box.addresses


def test_a_question_that_was_answered_before_it_left_is_not_sent(opened: Opened) -> None:
    parts, clock = opened
    ask_now(parts, [NAME], now=clock.now())
    answer(parts)
    box = Postbox()
    work(parts, box)
    assert box.mails == []


def test_the_older_of_two_questions_is_not_sent(opened: Opened) -> None:
    parts, clock = opened
    for _ in range(2):
        ask_now(parts, [NAME], now=clock.now())
        clock.move(seconds=1)
    box = Postbox()
    work(parts, box)
    assert len(box.mails) == 1
    assert token_of(parts) in box.mails[0].content.text


def test_a_family_goes_first(opened: Opened) -> None:
    parts, clock = opened
    ask_now(parts, [NAME], now=clock.now())
    clock.move(minutes=1)
    write_request(parts)
    box = Postbox()
    deliver_next(parts, box)
    assert box.mails[0].reply_to == "amira@family.example"


def test_a_public_portal_writes_to_no_example_mailbox(tmp_path: Path) -> None:
    config = Path(shutil.copytree(ROOT / "config", tmp_path / "config"))
    offered = json.dumps(load_config(config).portal.languages.offered)
    edit(config / "portal.toml", "allow_unreviewed = []", f"allow_unreviewed = {offered}")
    edit(
        config / "studies/hem-ismart-d/study.yaml",
        "central.office@hem-ismart-d.example",
        "office@hem-ismart-d.study-office.eu",
    )
    edit(
        config / "studies/hem-ismart-d/mailboxes.csv",
        f"{BOX},{SECOND}",
        "study-team@hospital-of-a-test.eu,",
    )
    parts, clock = make_parts(tmp_path / "data", config=config, base_url="https://portal.public")
    ask_sites(parts, now=clock.now())
    clock.move(days=28)
    assert ask_sites(parts, now=clock.now()) == Asked(asked=1)
    assert ask_now(parts, ["hem-ismart-d/be-ghent-uz-gent"], now=clock.now()) == 0
    box = Postbox()
    work(parts, box)  # nothing leaves: the box keeps it
    assert box.addresses == ["study-team@hospital-of-a-test.eu"]


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, old
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_old_mails_go_with_the_retention(opened: Opened) -> None:
    parts, clock = opened
    ask_now(parts, [NAME], now=clock.now())
    work(parts)
    clock.move(days=89)
    purge(parts, now=clock.now())
    with parts.store.read() as db:
        assert len(deliveries.every(db)) == 1
    clock.move(days=2)
    purge(parts, now=clock.now())
    with parts.store.read() as db:
        assert deliveries.every(db) == []


# --- the commands -------------------------------------------------------------------------------


def flask(parts: Parts, *words: str) -> subprocess.CompletedProcess[str]:
    settings = parts.settings
    env = {
        "PATH": os.environ["PATH"],
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_MAIL_URL": settings.mail_url,
        "PORTAL_MAIL_FROM": settings.mail_from,
        "PORTAL_BASE_URL": settings.base_url,
        "PORTAL_KEYSET": str(settings.keyset),
        "PORTAL_DATA": str(settings.data),
    }
    command = [str(Path(sys.executable).with_name("flask")), *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=env, cwd=ROOT, timeout=60
    )


def test_the_operator_asks_and_sees_how_true_each_hospital_is(tmp_path: Path) -> None:
    parts, _ = make_parts(tmp_path / "data")
    asked = flask(parts, "sites", "ask", SITE)
    assert (asked.returncode, asked.stdout) == (
        0, "Asked: 1. The worker sends the mails.\n",
    )  # fmt: skip
    answer(parts)
    said = flask(parts, "sites", "status", "--json")
    lines = json.loads(said.stdout)
    assert len(lines) == HOSPITALS
    mine = next(one for one in lines if one["site"] == SITE)
    assert mine["confirmed_on"] == "2026-11-23"
    assert (mine["status"], mine["confirmed_by"]) == ("open", "nurse")
    assert mine["languages"] == ["nl", "en"]
    assert mine["answered_at"] == "2026-11-23T12:00:00+00:00"
    other = next(one for one in lines if one["site"] == "be-ghent-uz-gent")
    assert (other["truth"], other["confirmed_on"], other["asked_at"]) == ("unconfirmed", None, None)
    table = flask(parts, "sites", "status").stdout.splitlines()
    assert table[0].startswith("hospital")
    assert any(NAME in row and "open" in row and "nurse" in row for row in table)


def test_a_hospital_that_cannot_be_asked_is_named(tmp_path: Path) -> None:
    parts, _ = make_parts(tmp_path / "data")
    said = flask(parts, "sites", "ask", SITE, "nl-nowhere")
    assert said.returncode == 2
    assert "“nl-nowhere” is no hospital that can be asked." in said.stderr
    with parts.store.read() as db:
        assert deliveries.every(db) == []


def test_asking_too_seldom_is_a_mistake_in_the_file(tmp_path: Path) -> None:
    config = Path(shutil.copytree(ROOT / "config", tmp_path / "config"))
    edit(config / "portal.toml", "ask_every_days = 28", "ask_every_days = 31")
    (problem,) = check(config, today=date(2026, 11, 23))
    assert "reminded after 35 days" in problem.message
    text = (config / "portal.toml").read_text(encoding="utf-8")
    assert text.splitlines()[problem.line - 1] == "ask_every_days = 31"
