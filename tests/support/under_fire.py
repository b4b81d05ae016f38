"""The portal under `kill -9`: web and worker as an operator runs them, and killed at any moment.

The web server is `flask web`, which starts its own processes again. The worker is what a service
manager would start again: this class does.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

from tests.support import workers
from tests.support.canaries import Canaries
from tests.support.flows import study_path
from tests.support.live import free_port
from tests.support.paths import BIN, ROOT
from tests.support.visitor import FORM_TYPE, Visitor
from tests.support.waiting import wait_until

CREW = 2
WEB_RESTS = 1.5  # seconds between two kills of a web process,
WEB_TAKES = 2  # … and messages: on a busy machine a new one takes long to begin
SITE = "nl-utrecht-maxima"


@dataclass
class Fire:
    """`with Fire(…) as fire: fire.kill_a_worker()`."""

    data: Path
    config: Path
    database_url: str
    mail_url: str
    port: int = field(default_factory=free_port)
    kills: dict[str, int] = field(default_factory=lambda: {"web": 0, "worker": 0})
    last_web_kill: float = 0.0
    accepted_then: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {k: v for k, v in os.environ.items() if not k.startswith(("PORTAL_", "FLASK_"))}
        named = workers.environment(self.data, self.database_url, self.mail_url)
        return own | named | {"PORTAL_CONFIG": str(self.config), "PORT": str(self.port)}

    def __enter__(self) -> Self:
        self.web = self._new_web()
        self.crew = [self._new_worker() for _ in range(CREW)]
        wait_until(self._answers, 60, why="the site’s first answer")
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.crew:
            one.kill()
            one.join(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.web.pid, signal.SIGKILL)
        self.web.wait(10)

    def kill_a_worker(self) -> None:
        """One that is at work, by its own pid; the next takes its place at once."""
        number = random.randrange(CREW)
        self.crew[number].kill()
        self.crew[number].join(10)
        self.crew[number] = self._new_worker()
        self.kills["worker"] += 1

    def kill_a_web_process(self, accepted: int) -> bool:
        """The oldest, so in turn: granian takes two deaths of one within seconds for a loop.

        False if one has just died: then there would be no traffic to kill it in. `accepted`:
        messages taken so far.
        """
        if self.web.poll() is not None:  # … it ends then, for the service manager to start it
            self.web = self._new_web()
        children = web_processes(self.web.pid)
        rested = time.monotonic() - self.last_web_kill >= WEB_RESTS
        rested = rested and accepted >= self.accepted_then + WEB_TAKES
        if not rested or len(children) < (os.cpu_count() or 1):
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(children[0], signal.SIGKILL)
        self.last_web_kill, self.accepted_then = time.monotonic(), accepted
        self.kills["web"] += 1
        return True

    def _new_web(self) -> subprocess.Popen[bytes]:
        with (self.data / "web.log").open("ab") as log:
            return subprocess.Popen(
                [BIN / "flask", "web"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _new_worker(self) -> ForkServerProcess:
        return workers.start(self.environment, self.data / "workers.log")

    def _answers(self) -> bool:
        try:
            return Visitor(self.url, seconds=2).get("/readyz").status == 200
        except OSError:
            return False


def web_processes(parent: int) -> list[int]:
    """Granian’s children, oldest first."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in listed]


@dataclass
class Families:
    """Write to hospitals one after another, and press again when they see no answer."""

    url: str
    rest: float  # seconds between two messages of one family
    accepted: set[str] = field(default_factory=set)  # whom a page said: we have your message
    unanswered: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    stopping: threading.Event = field(default_factory=threading.Event)

    def write_on(self) -> None:
        while not self.stopping.wait(self.rest):
            family = Canaries()
            check = self._until(200, "contact", family.form())
            if draft := re.search(r'name="draft" value="([^"]+)"', check):
                fields = [("draft", draft[1]), ("site", SITE), ("action", "send")]
                self._until(303, "contact/check", fields)
                if not self.stopping.is_set():
                    self.accepted.add(family.email)

    def _until(self, wanted: int, path: str, fields: list[tuple[str, str]]) -> str:
        """Post until it is answered as wanted: what a person does, back and send again."""
        body, url = urlencode(fields).encode(), f"{self.url}{study_path('en', path)}"
        headers = {"Content-Type": FORM_TYPE, "Sec-Fetch-Site": "same-origin"}
        while not self.stopping.is_set():
            try:
                status, _, page = Visitor(self.url, seconds=20).exchange("POST", url, body, headers)
                self.statuses[status] += 1
                if status == wanted:
                    return page.decode()
            except (OSError, HTTPException):
                self.unanswered += 1
            time.sleep(0.02)
        return ""
