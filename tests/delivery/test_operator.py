"""What an operator has: commands, /readyz, /metrics, and an alarm that does not need mail (R10)."""

from __future__ import annotations

import http.server
import json
import sys
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner, Result

from portal.cli import operate as operate_commands
from portal.cli import requests as request_commands
from portal.content.model import Alarm
from portal.mail.content import OutgoingMail
from portal.mail.replies import Outcome
from portal.services.alarm import raise_alarms
from portal.services.answer import acknowledge
from portal.services.look_up import load
from portal.services.parts import Parts
from portal.store import signs
from portal.worker import Worker
from tests.support.canaries import Canaries
from tests.support.driven import drive, taken, work
from tests.support.figures import Figure
from tests.support.fixtures import data_with_places
from tests.support.in_process import PortalApp
from tests.support.samples import SetClock, deliveries_of, write_request


def no_route(_mail: OutgoingMail, _now: datetime) -> Outcome:
    return Outcome("sender", "ours", 550)


def later(_mail: OutgoingMail, _now: datetime) -> Outcome:
    return Outcome("recipient", "retry", 451)


@pytest.fixture
def flask(monkeypatch: pytest.MonkeyPatch, parts: Parts) -> Any:
    """`flask …` inside this process, with the parts and the clock of the test."""
    for module in (request_commands, operate_commands):
        monkeypatch.setattr(module, "parts_or_stop", lambda: parts)

    def run(*words: str) -> Result:
        group = {
            "requests": request_commands.requests,
            "deliveries": request_commands.deliveries,
            "stats": operate_commands.stats,
        }[words[0]]
        done = CliRunner().invoke(group, list(words[1:]))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return run


def test_requests_show_tells_every_try_and_no_word(flask: Any, parts: Parts) -> None:
    family = Canaries()
    request_id = write_request(
        parts, first_name=family.first_name, email=family.email, message=family.message
    )
    work(parts, later)
    reference = load(parts, request_id).request.reference
    shown = flask("requests", "show", reference, "--json")
    told = json.loads(shown.output)
    site = next(one for one in told["deliveries"] if one["to"] == "site")
    assert [(one["step"], one["reply"], one["outcome"]) for one in site["tries"]] == [
        ("recipient", 451, "retry")
    ]
    assert {one["kind"] for one in told["to_come"]} == {
        "late", "remind", "second_contact", "central_desk",
    }  # fmt: skip
    assert family.found_in(shown.output.encode()) == []
    assert flask("requests", "show", "0000-0000").exit_code == 2


def test_resend_makes_parked_and_failed_mails_due_again(flask: Any, parts: Parts) -> None:
    request_id = write_request(parts)
    work(parts, no_route)
    assert {one.state for one in deliveries_of(parts, request_id).values()} == {"parked"}
    before = {one.message_id for one in deliveries_of(parts, request_id).values()}
    reference = load(parts, request_id).request.reference
    assert "2 mails" in flask("requests", "resend", reference).output
    work(parts)
    after = deliveries_of(parts, request_id).values()
    assert {one.state for one in after} == {"handed_over"}
    assert {one.message_id for one in after} == before
    assert "0 mails" in flask("requests", "resend", reference).output


def test_all_parked_mails_are_tried_again(flask: Any, parts: Parts) -> None:
    for key in ("a", "b"):
        write_request(parts, key=key, email=f"{key}@family.example")
    work(parts, no_route)
    assert "4 mails" in flask("deliveries", "resend").output
    work(parts)
    assert json.loads(flask("deliveries", "list", "--state", "parked", "--json").output) == []


def test_deliveries_list_by_state(flask: Any, parts: Parts) -> None:
    write_request(parts, key="a")
    work(parts, no_route)
    write_request(parts, key="b", email="b@family.example")
    work(parts)
    count = {
        state: len(json.loads(flask("deliveries", "list", "--state", state, "--json").output))
        for state in ("parked", "handed_over", "failed")
    }
    assert count == {"parked": 2, "handed_over": 2, "failed": 0}
    assert len(json.loads(flask("deliveries", "list", "--json").output)) == 4


def test_stats_of_a_month_by_language(flask: Any, parts: Parts, clock: SetClock) -> None:
    answered = write_request(parts, key="a", language="ar")
    work(parts)
    clock.move(hours=5)
    acknowledge(parts, load(parts, answered), "nl-utrecht-maxima", now=parts.now())
    slow = write_request(parts, key="b", email="b@family.example", language="ar")
    drive(parts, clock, clock.now() + timedelta(days=4))
    acknowledge(parts, load(parts, slow), "nl-utrecht-maxima", now=parts.now())
    write_request(parts, key="c", email="c@family.example", language="nl")
    told = json.loads(flask("stats", "--month", "2026-11", "--json").output)["by_language"]
    assert told["ar"] == {"requests": 2, "delivered": 2, "answered": 2, "answered_in_time": 1}
    assert told["nl"] == {"requests": 1, "delivered": 0, "answered": 0, "answered_in_time": 0}
    assert told["all"]["requests"] == 3
    assert json.loads(flask("stats", "--month", "2026-10", "--json").output)["by_language"] == {}
    assert flask("stats", "--month", "November").exit_code == 2
    assert "language" in flask("stats", "--month", "2026-11").output


# The alarm.


def with_alarm(parts: Parts, **values: Any) -> Parts:
    portal = parts.config.portal
    alarm: Alarm = replace(portal.alarm, **values)
    return replace(parts, files=replace(parts.config, portal=replace(portal, alarm=alarm)))


def writes_to(file: Path) -> tuple[str, ...]:
    """A command that notes the sentence which is its last word."""
    note = "import sys; open(sys.argv[1], 'a').write(sys.argv[2] + '\\n')"
    return (sys.executable, "-c", note, str(file))


def minute_by_minute(parts: Parts, clock: SetClock, minutes: int) -> None:
    """As the worker does: it looks for trouble once a minute."""
    worker = Worker(parts)
    worker.post.hand_over = later  # type: ignore[method-assign]
    for _ in range(minutes):
        worker.step()
        clock.move(minutes=1)


def test_the_command_runs_within_fifteen_minutes_and_once(
    parts: Parts, clock: SetClock, tmp_path: Path, figure: Figure
) -> None:
    told = tmp_path / "told"
    parts = with_alarm(parts, command=writes_to(told))
    write_request(parts)
    minute_by_minute(parts, clock, 15)
    assert not told.exists(), "no trouble yet"
    minute_by_minute(parts, clock, 2)
    assert told.read_text().count("\n") == 1
    figure("alarm: minutes after a mail fell due that did not go out", "15 to 16")
    minute_by_minute(parts, clock, 120)
    assert told.read_text().count("\n") == 1, "not repeated"
    assert "has been due for" in told.read_text()
    clock.move(days=1)
    raise_alarms(parts, now=parts.now())
    assert told.read_text().count("\n") == 2, "again after a day, because it lasts"


def test_each_new_parked_mail_is_told_within_fifteen_minutes(
    parts: Parts, clock: SetClock, tmp_path: Path
) -> None:
    """R10: not only the first of a day. In an outage that parks many, not every minute."""
    told = tmp_path / "told"
    parts = with_alarm(parts, command=writes_to(told))
    write_request(parts, key="a")
    work(parts, no_route)
    raise_alarms(parts, now=parts.now())
    assert told.read_text().count("parked") >= 1
    lines = told.read_text().count("\n")
    for number in range(5):
        clock.move(minutes=1)
        write_request(parts, key=f"b{number}", email=f"b{number}@family.example")
        work(parts, no_route)
        raise_alarms(parts, now=parts.now())
    assert told.read_text().count("\n") == lines
    clock.move(minutes=10)
    raise_alarms(parts, now=parts.now())
    assert told.read_text().count("\n") == lines + 1
    assert "12 mails are parked" in told.read_text()


def test_an_alarm_that_reached_nobody_is_tried_again(
    parts: Parts, clock: SetClock, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    write_request(parts)
    work(parts, no_route)
    nobody = with_alarm(parts, command=("/no/such/program",))
    assert raise_alarms(nobody, now=parts.now()) == []
    clock.move(minutes=1)
    somebody = with_alarm(parts, command=writes_to(told))
    assert len(raise_alarms(somebody, now=parts.now())) == 1
    assert told.exists()


def test_trouble_that_is_over_and_comes_again_is_told_again(
    parts: Parts, clock: SetClock, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    parts = with_alarm(parts, command=writes_to(told))
    for number in range(2):
        write_request(parts, key=f"k{number}", email=f"f{number}@family.example")
        clock.move(minutes=20)
        raise_alarms(parts, now=parts.now())
        work(parts)
        raise_alarms(parts, now=parts.now())
        clock.move(minutes=5)
    assert told.read_text().count("\n") == 2


class _Hook(http.server.BaseHTTPRequestHandler):
    got: ClassVar[list[dict[str, str]]] = []
    garbage = False

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append(json.loads(body))
        if self.garbage:
            self.wfile.write(b"\x00 no answer of HTTP\r\n\r\n")
            return
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("garbage", [False, True])
def test_the_webhook(parts: Parts, monkeypatch: pytest.MonkeyPatch, garbage: bool) -> None:
    """Counts and times only; and an odd answer of it does not end the worker."""
    monkeypatch.setattr(_Hook, "got", [])
    monkeypatch.setattr(_Hook, "garbage", garbage)
    with http.server.HTTPServer(("127.0.0.1", 0), _Hook) as hook:
        threading.Thread(target=hook.serve_forever, daemon=True).start()
        told = with_alarm(parts, webhook=f"http://127.0.0.1:{hook.server_port}/")
        write_request(parts)
        work(parts, no_route)
        assert len(raise_alarms(told, now=parts.now())) == (0 if garbage else 1)
        hook.shutdown()
    assert _Hook.got[0] == {"text": "2 mails are parked. See: flask deliveries list --state parked"}


# For machines.


@pytest.fixture
def app_parts(timed_app: PortalApp) -> Parts:
    found: Parts = timed_app.app.extensions["portal"]
    return found


def test_readyz(timed_app: PortalApp, app_parts: Parts) -> None:
    assert timed_app.client.get("/readyz").json == {
        "ready": True, "database": "answers", "worker": "silent", "oldest_due_seconds": 0,
    }  # fmt: skip
    with app_parts.store.write() as db:
        signs.give(db, "worker/x", app_parts.now())
    write_request(app_parts)
    app_parts.settings.clock.move(seconds=90)  # type: ignore[attr-defined]
    assert timed_app.client.get("/readyz").json == {
        "ready": True, "database": "answers", "worker": "at work", "oldest_due_seconds": 90,
    }  # fmt: skip
    app_parts.settings.clock.move(minutes=2)  # type: ignore[attr-defined]
    assert (timed_app.client.get("/readyz").json or {})["worker"] == "silent"


def test_metrics_hold_counts_and_ages_and_nobody(timed_app: PortalApp, app_parts: Parts) -> None:
    family = Canaries()
    request_id = write_request(
        app_parts,
        first_name=family.first_name,
        last_name=family.last_name,
        email=family.email,
        phone=family.phone,
        message=family.message,
        language="ar",
    )
    work(app_parts)
    app_parts.settings.clock.move(hours=2)  # type: ignore[attr-defined]
    acknowledge(app_parts, load(app_parts, request_id), "nl-utrecht-maxima", now=app_parts.now())
    work(app_parts, later)
    told = timed_app.client.get("/metrics")
    assert told.status_code == 200
    assert told.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    for line in (
        'portal_deliveries{state="handed_over"} 2',
        'portal_deliveries{state="retry"} 1',
        'portal_requests{state="acknowledged"} 1',
        'portal_attempts_total{outcome="handed_over"} 2',
        'portal_answered{language="ar"} 1',
        'portal_answer_seconds_mean{language="ar"} 7200.0',
        "portal_oldest_due_seconds 0.0",
        "portal_worker_at_work 0",
    ):
        assert line in told.text.splitlines(), told.text
    assert family.found_in(told.data) == []
    reference = load(app_parts, request_id).request.reference
    assert reference not in told.text
    assert request_id not in told.text


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.7", {}),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}),
        ("127.0.0.1", {"X-Real-IP": "192.0.2.7"}),
        ("127.0.0.1", {"Via": "1.1 proxy"}),
    ],
)
def test_metrics_are_for_this_machine_alone(
    timed_app: PortalApp, address: str, headers: dict[str, str]
) -> None:
    asked = timed_app.client.get(
        "/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": address}
    )
    assert asked.status_code == 404


def test_machines_ask_a_public_portal_by_its_loopback_name(
    tmp_path: Path, unpacked_places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prometheus on this machine knows no other; a proxy that passes the public name gets 404."""
    from portal.services import parts

    monkeypatch.setattr(parts, "live_problems", lambda *_: [])
    data = data_with_places(tmp_path, unpacked_places)
    public = PortalApp.make(data, base_url="https://portal.example")
    near, far = "http://127.0.0.1:8000", "https://portal.example"
    for path in ("/healthz", "/readyz"):
        assert public.client.get(path, base_url=near).status_code == 200
        assert public.client.get(path, base_url=far).status_code == 200
    assert public.client.get("/metrics", base_url=near).status_code == 200
    assert public.client.get("/metrics", base_url=far).status_code == 404
    assert public.client.get("/en/", base_url=near).status_code == 400
    public.close()


def test_every_line_of_metrics_is_in_the_format(timed_app: PortalApp, app_parts: Parts) -> None:
    import re

    write_request(app_parts)
    work(app_parts, taken)
    sample = re.compile(r'^[a-z_]+(\{[a-z]+="[a-z_]*"\})? -?\d+(\.\d+)?$')
    for line in timed_app.client.get("/metrics").text.splitlines():
        assert line.startswith("# ") or sample.match(line), line
