"""A whole message in a process of its own that dies at step n, and a fresh one that finishes.

The steps are counted from here, around the portal, which knows nothing of it: each SQL statement
and commit (SQLAlchemy’s events), each line to and from the mail server (smtplib).

    for n in 1, 2, 3 …: crash(story, n); afterwards finish(story); until a run completes.
"""

from __future__ import annotations

import multiprocessing
import os
import smtplib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from portal.content.load import load_config
from portal.security.keys import Keys
from portal.security.links import Links, site_page
from portal.services.answer import acknowledge
from portal.services.look_up import for_site
from portal.services.parts import Parts
from portal.store.database import Store
from portal.worker import Worker
from tests.support.in_process import development_settings
from tests.support.paths import ROOT
from tests.support.samples import SetClock, write_request

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.support.preloaded"])
CRASHED = 70
_ONE_AT_A_TIME = threading.Lock()
SITE = "nl-utrecht-maxima"
WRITTEN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday
REMINDED = WRITTEN + timedelta(days=1)
# Loaded once, in the process that all others are forked from.
CONFIG = load_config(ROOT / "config")
ANSWERED = WRITTEN + timedelta(days=1, hours=2)
LEASE_OVER = timedelta(minutes=11)
# Steps between the mail server’s word that it has the mail and our mark: only here may a mail
# go out twice (RFC 1047).
GAP = " [server has it, not marked]"


@dataclass(frozen=True)
class Story:
    """One family’s message on a database of its own."""

    folder: Path
    database_url: str
    mail_url: str
    email: str
    language: str = "en"

    # What a process that died has said before.
    @property
    def accepted(self) -> bool:
        return (self.folder / "accepted").exists()

    @property
    def phase(self) -> int:
        file = self.folder / "phase"
        return int(file.read_text()) if file.exists() else 0

    @property
    def died(self) -> str:
        """The step of the death itself: how many came before it may differ from run to run."""
        return (self.folder / "died").read_text(encoding="utf-8")

    @property
    def steps(self) -> list[str]:
        return (self.folder / "steps").read_text(encoding="utf-8").splitlines()

    def say(self, name: str, text: str = "") -> None:
        (self.folder / name).write_text(text, encoding="utf-8")


@dataclass
class Steps:
    """Counts what happens and dies at one of them; `names` is the list so far."""

    die_at: int = 0
    everything: bool = False
    tell: Callable[[str], None] = lambda name: None
    doing: str = ""
    gap: bool = False
    wrote: bool = False  # since the last commit
    names: list[str] = field(default_factory=list)

    def reach(self, what: str, *, again: bool = False) -> None:
        """`again`: nothing lasting happened since the step before; counted at release size."""
        if again and not self.everything:
            return
        self.names.append(f"{self.doing}: {what}{GAP if self.gap else ''}")
        if len(self.names) == self.die_at:
            self.tell(self.names[-1])
            os._exit(CRASHED)


def live(story: Story, die_at: int, everything: bool = False) -> None:
    """Submit, deliver, mark, remind, acknowledge; counted, and dead at step `die_at`."""
    steps = Steps(die_at, everything, tell=partial(story.say, "died"))
    watch_mail(steps)
    parts = opened(story, WRITTEN)
    watch_database(steps, parts.store.engine)
    worker = Worker(parts)
    for number, (name, at, act) in enumerate(_phases(story)):
        story.say("phase", str(number))
        parts.settings.clock.move_to(at)  # type: ignore[attr-defined]
        steps.doing = f"{name}"
        act(parts)
        steps.doing = f"worker after {name}"
        work(worker)
    story.say("steps", "\n".join(steps.names))


def finish(story: Story) -> None:
    """What comes after the crash: the family presses again if it saw no answer, a fresh worker
    does what is due, the hospital presses again."""
    parts = opened(story, WRITTEN)
    worker = Worker(parts)
    reached = story.phase
    for number, (_, at, act) in enumerate(_phases(story)):
        if number < reached:
            continue
        parts.settings.clock.move_to(at + LEASE_OVER)  # type: ignore[attr-defined]
        act(parts)
        work(worker)


def _phases(story: Story) -> list[tuple[str, datetime, Callable[[Parts], None]]]:
    def submit(parts: Parts) -> None:
        if not story.accepted:
            write_request(parts, email=story.email, language=story.language, site=SITE)
            story.say("accepted")

    def press(parts: Parts) -> None:
        token = Links(parts.keys, site_page(SITE)).token(_only_request(parts))
        opened, holder = for_site(parts, token)
        acknowledge(parts, opened, holder, now=parts.now())

    return [
        ("submit", WRITTEN, submit),
        ("a working day", REMINDED, lambda _parts: None),
        ("acknowledge", ANSWERED, press),
    ]


def _only_request(parts: Parts) -> str:
    from portal.store import requests

    with parts.store.read() as db:
        (row,) = requests.every(db)
    return str(row.id)


def opened(story: Story, now: datetime) -> Parts:
    settings = development_settings(
        story.folder, database_url=story.database_url, mail_url=story.mail_url
    )
    settings = replace(settings, clock=SetClock(now))
    return Parts(settings, CONFIG, Keys.load(settings.keyset), Store.open(story.database_url))


def work(worker: Worker) -> None:
    """Until nothing is due."""
    while worker.step() == 0.0:
        pass


def watch_database(steps: Steps, engine: Engine) -> None:
    """A step before and after each statement and each commit."""

    def before(_c: Any, _cu: Any, statement: str, *_: Any) -> None:
        steps.reach(f"before {_short(statement)}", again=True)

    def after(_c: Any, _cu: Any, statement: str, *_: Any) -> None:
        writes = statement.startswith(("INSERT", "UPDATE", "DELETE"))
        steps.wrote = steps.wrote or writes
        steps.reach(f"after {_short(statement)}", again=not writes)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    commit = engine.dialect.do_commit

    def do_commit(connection: Any) -> None:
        wrote, marks = steps.wrote, steps.gap
        steps.reach("before COMMIT", again=not wrote)
        commit(connection)
        steps.wrote = steps.gap = False
        steps.reach("after COMMIT" + (" of the mark" if marks else ""), again=not wrote)

    engine.dialect.do_commit = do_commit  # type: ignore[method-assign]


def _short(statement: str) -> str:
    words = statement.replace('"', "").split()
    verb = words[0].upper()
    if verb == "SELECT" and "FROM" in words:
        return f"SELECT {words[words.index('FROM') + 1].rstrip(',')}"
    if verb in {"INSERT", "DELETE"}:
        return f"{verb} {words[2]}"
    return " ".join(words[:2])


def watch_mail(steps: Steps) -> None:
    """A step before each line to the mail server, after it, and after each reply."""
    connect, send, getreply = (
        smtplib.SMTP.connect,
        smtplib.SMTP.send,
        smtplib.SMTP.getreply,
    )
    last = [""]

    def counted_connect(self: smtplib.SMTP, *args: Any, **named: Any) -> Any:
        last[0] = "connection"
        steps.reach("before SMTP connection", again=True)
        return connect(self, *args, **named)

    def counted_send(self: smtplib.SMTP, data: Any) -> None:
        last[0] = _verb(data)
        steps.reach(f"before SMTP {last[0]}", again=True)
        send(self, data)
        steps.gap = steps.gap or last[0] == "final dot"
        # Before the final dot nothing lasting happens, here or there.
        steps.reach(f"after SMTP {last[0]}", again=last[0] != "final dot")

    def counted_reply(self: smtplib.SMTP) -> tuple[int, bytes]:
        reply = getreply(self)
        steps.reach(f"after reply {reply[0]} to {last[0]}")
        return reply

    smtplib.SMTP.connect = counted_connect  # type: ignore[method-assign]
    smtplib.SMTP.send = counted_send  # type: ignore[method-assign]
    smtplib.SMTP.getreply = counted_reply  # type: ignore[method-assign]


def _verb(data: Any) -> str:
    line = data.encode() if isinstance(data, str) else data
    if line == b".\r\n":
        return "final dot"
    word = line[:5].upper().strip()
    return (
        word.decode()
        if word in {b"EHLO", b"HELO", b"MAIL", b"RCPT", b"DATA", b"QUIT"}
        else ("message text")
    )


def run(target: Callable[..., None], *arguments: Any) -> int:
    """In a process of its own; its exit code."""
    process = PROCESSES.Process(target=target, args=arguments, daemon=True)
    # Each start also looks after all other children: two threads that read one exit code at once
    # leave the second with 255 (multiprocessing/popen_forkserver.py).
    with _ONE_AT_A_TIME:
        process.start()
    wait([process.sentinel], 60)
    with _ONE_AT_A_TIME:
        process.join(0)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise AssertionError("a step did not end within a minute")
    return process.exitcode
