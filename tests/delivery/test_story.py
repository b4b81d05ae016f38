"""Whole stories by the clock: who gets what when, to the minute, each as a table to read.

Time is driven: the clock stands where something falls due next, so days take a second.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from portal.mail.content import OutgoingMail
from portal.mail.replies import Outcome
from portal.security.links import Links, site_page
from portal.services.answer import acknowledge, mark_spoken, pass_on
from portal.services.deliver import deliver_next
from portal.services.look_up import EndedLinkError, UnknownLinkError, for_site, load
from portal.services.parts import Parts
from portal.services.withdraw import withdraw
from portal.store import deliveries, follow_ups
from tests.support.driven import drive, taken, work
from tests.support.figures import Figure
from tests.support.samples import SetClock, make_parts, write_request

UTRECHT, PETAH_TIKVA, GHENT = "nl-utrecht-maxima", "il-petah-tikva-schneider", "be-ghent-uz-gent"
HOLLAND, ISRAEL = ZoneInfo("Europe/Amsterdam"), ZoneInfo("Asia/Jerusalem")
FAMILY, DESK = "amira@family.example", "central.office@hem-ismart-d.example"


class Town:
    """A portal whose mails are noted with the time on the wall at one place."""

    def __init__(self, parts: Parts, clock: SetClock, wall: ZoneInfo) -> None:
        self.parts, self.clock, self.wall = parts, clock, wall
        self.lines: list[str] = []
        self.dead: set[str] = set()  # mailboxes that do not exist
        self.away: set[str] = set()  # mailboxes whose server says ‘later’

    def hand_over(self, mail: OutgoingMail, now: datetime) -> Outcome:
        if mail.recipient in self.dead:
            return Outcome("recipient", "refused", 550)
        if mail.recipient in self.away:
            return Outcome("recipient", "retry", 451)
        self.lines.append(f"{self._at(now)}  {_who(mail.recipient):<14} {self._which(mail)}")
        return Outcome("end", "handed_over", 250)

    def drive(self, **time: float) -> None:
        drive(self.parts, self.clock, self.clock.now() + timedelta(**time), self.hand_over)

    def drive_to(self, moment: str) -> None:
        end = datetime.fromisoformat(moment).replace(tzinfo=self.wall)
        drive(self.parts, self.clock, end, self.hand_over)

    def work(self) -> None:
        work(self.parts, self.hand_over)

    def write(self, site: str = UTRECHT, key: str = "key") -> str:
        return write_request(self.parts, site=site, key=key)

    @property
    def table(self) -> str:
        return "\n".join(self.lines)

    def _at(self, now: datetime) -> str:
        local = now.astimezone(self.wall)
        return f"{local:%a} {local.day:>2} {local:%b %H:%M}"

    def _which(self, mail: OutgoingMail) -> str:
        with self.parts.store.read() as db:
            rows = {one.message_id: one.mail for one in deliveries.every(db)}
        return rows[mail.message_id]


def _who(address: str) -> str:
    if address == FAMILY:
        return "family"
    if address == DESK:
        return "central desk"
    site = address.partition("@")[0]
    return "second contact" if site.endswith(".second") else site.partition("-")[2]


def town_at(folder: Path, moment: str, wall: ZoneInfo, url: str = "") -> Town:
    changes = {"database_url": url} if url else {}
    parts, clock = make_parts(folder / "data", **changes)
    clock.move_to(datetime.fromisoformat(moment).replace(tzinfo=wall))
    return Town(parts, clock, wall)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = town_at(tmp_path, "2026-11-23 13:00", HOLLAND)  # a Monday
    yield made
    made.parts.store.engine.dispose()


def assert_table(town: Town, wanted: str) -> None:
    assert town.table == "\n".join(line.strip() for line in wanted.strip().splitlines())


# Friday 24 April 2026, ten to five. Monday is King’s Day in the Netherlands. In Israel it is ten
# to six on Friday: the weekend has begun, Sunday is a working day, and so is Monday.
STORIES = {
    "Utrecht, Friday before King’s Day": (UTRECHT, HOLLAND, "2026-04-24 16:50", """
        Fri 24 Apr 16:50  utrecht-maxima site-request
        Fri 24 Apr 16:50  family         family-copy
        Tue 28 Apr 16:50  utrecht-maxima site-reminder
        Wed 29 Apr 16:50  second contact site-request
        Thu 30 Apr 16:50  central desk   central-request
    """),
    "Petah Tikva, the same moment": (PETAH_TIKVA, ISRAEL, "2026-04-24 17:50", """
        Fri 24 Apr 17:50  petah-tikva-schneider site-request
        Fri 24 Apr 17:50  family         family-copy
        Mon 27 Apr 09:00  petah-tikva-schneider site-reminder
        Tue 28 Apr 09:00  second contact site-request
        Wed 29 Apr 09:00  central desk   central-request
    """),
    # Wednesday is the seventh day of Pesach; Friday and Saturday are the weekend.
    "Petah Tikva, the eve of a holiday": (PETAH_TIKVA, ISRAEL, "2026-04-07 16:50", """
        Tue  7 Apr 16:50  petah-tikva-schneider site-request
        Tue  7 Apr 16:50  family         family-copy
        Thu  9 Apr 16:50  petah-tikva-schneider site-reminder
        Sun 12 Apr 16:50  second contact site-request
        Mon 13 Apr 16:50  central desk   central-request
    """),
    # Good Friday, Easter Sunday and Monday are days off in the list for the Netherlands.
    "Utrecht, Thursday before Easter": (UTRECHT, HOLLAND, "2026-04-02 16:50", """
        Thu  2 Apr 16:50  utrecht-maxima site-request
        Thu  2 Apr 16:50  family         family-copy
        Tue  7 Apr 16:50  utrecht-maxima site-reminder
        Wed  8 Apr 16:50  second contact site-request
        Thu  9 Apr 16:50  central desk   central-request
    """),
    # Summer time ends in the night to Sunday 25 October: the hour on the wall stays.
    "Utrecht, over the end of summer time": (UTRECHT, HOLLAND, "2026-10-23 10:00", """
        Fri 23 Oct 10:00  utrecht-maxima site-request
        Fri 23 Oct 10:00  family         family-copy
        Mon 26 Oct 10:00  utrecht-maxima site-reminder
        Tue 27 Oct 10:00  second contact site-request
        Wed 28 Oct 10:00  central desk   central-request
    """),
    "Utrecht, Sunday night": (UTRECHT, HOLLAND, "2026-11-22 23:30", """
        Sun 22 Nov 23:30  utrecht-maxima site-request
        Sun 22 Nov 23:30  family         family-copy
        Tue 24 Nov 09:00  utrecht-maxima site-reminder
        Wed 25 Nov 09:00  second contact site-request
        Thu 26 Nov 09:00  central desk   central-request
    """),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_nobody_answers(tmp_path: Path, store_url: str, story: str, figure: Figure) -> None:
    site, wall, moment, wanted = STORIES[story]
    town = town_at(tmp_path, moment, wall, store_url)
    request_id = town.write(site)
    begun = time.perf_counter()
    town.drive(days=12)
    figure(f"{story}: twelve days driven in seconds", round(time.perf_counter() - begun, 2))
    assert_table(town, wanted)
    kinds = [event.kind for event in load(town.parts, request_id).events]
    assert kinds == ["reminded", "second_contact", "central_desk"]
    town.parts.store.engine.dispose()


def press(town: Town, request_id: str, action: str, holder: str = UTRECHT, to: str = "") -> None:
    """As the hospital does on its page."""
    token = Links(town.parts.keys, site_page(holder)).token(request_id)
    opened, who = for_site(town.parts, token)
    now = town.parts.now()
    if action == "pass_on":
        pass_on(town.parts, opened, to, now=now)
    else:
        {"acknowledge": acknowledge, "spoken": mark_spoken}[action](
            town.parts, opened, who, now=now
        )


def still_due(town: Town, request_id: str) -> list[str]:
    with town.parts.store.read() as db:
        return [due.kind for due in follow_ups.of_request(db, request_id)]


def test_one_press_ends_all_reminders(town: Town) -> None:
    request_id = town.write()
    town.drive_to("2026-11-24 14:30")
    press(town, request_id, "acknowledge")
    assert still_due(town, request_id) == []
    town.drive(minutes=20)
    press(town, request_id, "acknowledge")  # a second press does no harm
    town.drive(days=10)
    assert_table(town, """
        Mon 23 Nov 13:00  utrecht-maxima site-request
        Mon 23 Nov 13:00  family         family-copy
        Tue 24 Nov 13:00  utrecht-maxima site-reminder
        Tue 24 Nov 14:30  family         family-acknowledged
    """)  # fmt: skip
    kinds = [event.kind for event in load(town.parts, request_id).events]
    assert kinds == ["reminded", "acknowledged"]


def test_acknowledged_and_ended_are_one_transaction(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the mail to the family cannot be queued, nothing is acknowledged and all stays due."""
    from portal.services import answer

    request_id = town.write()
    before = still_due(town, request_id)

    def fails(*_: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(answer, "tell_family", fails)
    with pytest.raises(OSError, match="disk"):
        press(town, request_id, "acknowledge")
    assert still_due(town, request_id) == before
    assert len(before) == 4
    assert load(town.parts, request_id).request.state == "open"


def test_spoken_without_the_first_button(town: Town) -> None:
    request_id = town.write()
    town.work()
    press(town, request_id, "spoken")
    press(town, request_id, "spoken")
    press(town, request_id, "acknowledge")
    town.drive(days=10)
    assert load(town.parts, request_id).request.state == "spoken"
    assert [event.kind for event in load(town.parts, request_id).events] == ["spoken"]
    assert len(town.lines) == 2, "the family knows, so it gets no mail"


def test_passing_on_begins_the_days_of_the_other_hospital(town: Town) -> None:
    request_id = town.write()
    town.drive_to("2026-11-24 10:00")
    press(town, request_id, "pass_on", to=GHENT)
    with pytest.raises(EndedLinkError):
        press(town, request_id, "acknowledge", holder=UTRECHT)
    town.drive(days=10)
    assert_table(town, """
        Mon 23 Nov 13:00  utrecht-maxima site-request
        Mon 23 Nov 13:00  family         family-copy
        Tue 24 Nov 10:00  ghent-uz-gent  site-request
        Tue 24 Nov 10:00  family         family-passed-on
        Wed 25 Nov 10:00  ghent-uz-gent  site-reminder
        Thu 26 Nov 10:00  second contact site-request
        Fri 27 Nov 10:00  central desk   central-request
    """)  # fmt: skip


def test_seldom_mails_come_once_a_day_and_the_others_always(town: Town) -> None:
    request_id = town.write()
    town.work()
    press(town, request_id, "pass_on", to=GHENT)
    town.drive(hours=2)
    press(town, request_id, "pass_on", holder=GHENT, to=UTRECHT)
    town.drive(hours=2)
    press(town, request_id, "acknowledge")
    town.drive(days=3)
    to_family = [line for line in town.lines if "family " in line]
    assert [line.split()[-1] for line in to_family] == [
        "family-copy", "family-passed-on", "family-acknowledged",
    ]  # fmt: skip


def test_late_after_an_hour_and_only_once(town: Town) -> None:
    town.away.add(f"{UTRECHT}@sites.example")
    town.write()
    town.drive(hours=3)
    town.away.clear()
    town.drive(hours=3)
    assert town.lines[:2] == [
        "Mon 23 Nov 13:00  family         family-copy",
        "Mon 23 Nov 14:00  family         family-late",
    ]
    assert [line.split(maxsplit=4)[-1] for line in town.lines[2:]] == [
        "utrecht-maxima site-request"
    ]


def test_five_days_of_later_then_the_second_contact_then_the_family_is_told(
    town: Town, figure: Figure
) -> None:
    """R9, R11: at least 2 tries in the first hour and 10 in a day, gaps of at most 4 hours."""
    town.away |= {f"{UTRECHT}@sites.example", f"{UTRECHT}.second@sites.example", DESK}
    begun = time.perf_counter()
    request_id = town.write()
    town.drive(days=14)
    figure("fourteen days of trouble driven in seconds", round(time.perf_counter() - begun, 2))
    with town.parts.store.read() as db:
        mails = deliveries.of_request(db, request_id)
        first = next(m for m in mails if m.mail == "site-request" and m.contact == "first")
        tries = [row.at - first.created_at for row in deliveries.attempts_of(db, first.id)]
    assert first.state == "failed"
    assert sum(t <= timedelta(hours=1) for t in tries) >= 3
    assert sum(t <= timedelta(days=1) for t in tries) >= 11
    gaps = [later - sooner for sooner, later in pairwise(tries)]
    assert max(gaps) <= timedelta(hours=4)
    assert timedelta(days=5) <= tries[-1] <= timedelta(days=5, hours=4)
    figure("tries in the first hour, the first day, in all", (
        f"{sum(t <= timedelta(hours=1) for t in tries)}, "
        f"{sum(t <= timedelta(days=1) for t in tries)}, {len(tries)}"))  # fmt: skip
    told = [line.split()[-1] for line in town.lines if "family " in line]
    assert told[:2] == ["family-copy", "family-late"]
    assert told.count("family-failed") >= 1
    assert "not_delivered" in [event.kind for event in load(town.parts, request_id).events]


def test_dead_addresses_are_told_at_once(town: Town) -> None:
    """F11: no more tries there; the second contact; the family is not left waiting."""
    town.dead |= {f"{UTRECHT}@sites.example", f"{UTRECHT}.second@sites.example"}
    request_id = town.write()
    town.drive(minutes=1)
    assert sorted(town.lines) == [
        "Mon 23 Nov 13:00  family         family-copy",
        "Mon 23 Nov 13:00  family         family-failed",
    ]
    states = {
        (mail.contact, mail.state)
        for mail in load(town.parts, request_id).deliveries
        if mail.recipient == "site"
    }
    assert states == {("first", "failed"), ("second", "failed")}


def test_withdrawing_stops_every_mail_and_tells_those_who_have_it(town: Town) -> None:
    request_id = town.write()
    town.drive_to("2026-11-25 13:00")
    withdraw(town.parts, load(town.parts, request_id), now=town.parts.now())
    withdraw(town.parts, load(town.parts, request_id), now=town.parts.now())
    town.drive(days=10)
    assert [line[18:].split() for line in town.lines[4:]] == [
        ["utrecht-maxima", "site-withdrawn"],
        ["second", "contact", "site-withdrawn"],
    ]
    with pytest.raises((EndedLinkError, UnknownLinkError)):
        press(town, request_id, "acknowledge")


def test_withdrawn_before_anybody_had_it(town: Town) -> None:
    request_id = town.write()
    withdraw(town.parts, load(town.parts, request_id), now=town.parts.now())
    town.drive(days=10)
    assert town.lines == []


def test_a_reminder_that_waits_is_not_sent_after_the_press(town: Town) -> None:
    """The mail server was away when it fell due; meanwhile the hospital has answered."""
    request_id = town.write()
    town.work()
    town.away.add(f"{UTRECHT}@sites.example")
    town.drive(days=1, hours=1)
    press(town, request_id, "acknowledge")
    town.away.clear()
    town.drive(days=5)
    assert "site-reminder" not in town.table
    assert town.lines[-1].split()[-1] == "family-acknowledged"


@pytest.mark.parametrize("verdict", ["unknown", "killed"])
def test_a_hospital_that_may_have_it_is_told_of_the_withdrawal(town: Town, verdict: str) -> None:
    """The line broke at the last dot, or the worker died with the mail in its hands."""

    def breaks(mail: OutgoingMail, _now: datetime) -> Outcome:
        if verdict == "killed":
            raise KeyboardInterrupt
        return Outcome("end", "unknown")

    request_id = town.write()
    with contextlib.suppress(KeyboardInterrupt):
        while deliver_next(town.parts, breaks):
            pass
    withdraw(town.parts, load(town.parts, request_id), now=town.parts.now())
    town.drive(days=6)
    kinds = [line.split()[-1] for line in town.lines]
    assert "site-request" not in kinds, "what was taken back is never sent again"
    if verdict == "unknown":
        assert kinds == ["site-withdrawn"]


def test_nothing_new_is_sent_after_a_late_failure_of_what_was_taken_back(town: Town) -> None:
    from portal.services.about_request import after_failure

    request_id = town.write()
    town.work()
    first = next(m for m in load(town.parts, request_id).deliveries if m.recipient == "site")
    withdraw(town.parts, load(town.parts, request_id), now=town.parts.now())
    with town.parts.store.write() as db:
        after_failure(db, town.parts, first, town.parts.now())
    town.drive(days=6)
    assert [line.split()[-1] for line in town.lines].count("site-request") == 1


def test_only_mails_that_want_an_answer_lead_back_to_the_family(town: Town) -> None:
    """The central desk gets reference and link only; ‘do not contact them’ must not reply there."""
    seen: dict[str, str] = {}

    def note(mail: OutgoingMail, now: datetime) -> Outcome:
        seen[town._which(mail)] = mail.reply_to
        return taken(mail, now)

    request_id = town.write()
    drive(town.parts, town.clock, town.clock.now() + timedelta(days=6), note)
    withdraw(town.parts, load(town.parts, request_id), now=town.parts.now())
    work(town.parts, note)
    assert {kind for kind, reply_to in seen.items() if reply_to == FAMILY} == {
        "site-request", "site-reminder",
    }  # fmt: skip
    assert seen["central-request"] == seen["site-withdrawn"] == "portal@portal.example"
