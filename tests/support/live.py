"""The real thing: `flask up` in processes of its own, as a user starts it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.support.maildir import Maildir
from tests.support.paths import BIN, ROOT
from tests.support.waiting import wait_until

READY = re.compile(r"^Portal ready: (http://127\.0\.0\.1:\d+)/$", re.MULTILINE)
START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class LivePortal:
    """Web, worker and mail catcher with a data folder of their own. Use it with `with`."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    groups: set[int] = field(default_factory=set)  # process groups started here
    left: list[int] = field(default_factory=list)  # what went on after the end

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def temporary(self) -> Path:
        """Where its processes put temporary files: nothing of a family may be left here."""
        return self.folder / "tmp"

    @property
    def log(self) -> Path:
        """All that its processes wrote to standard output and error."""
        return self.folder / "output.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def mail(self) -> Maildir:
        return Maildir(self.data / "mail")

    @property
    def environment(self) -> dict[str, str]:
        """For `flask` commands that look at this portal; nothing of the caller's own portal."""
        own = {k: v for k, v in os.environ.items() if not k.startswith(("PORTAL_", "FLASK_"))}
        own |= {"PORTAL_DATA": str(self.data), "PORT": str(self.port)}
        return own | {"TMPDIR": str(self.temporary)} | self.settings

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        for folder in (self.data, self.temporary):
            folder.mkdir(parents=True, exist_ok=True)
        begin = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [BIN / "flask", "up"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C at pytest must not reach it before its turn
            )
        try:
            wait_until(lambda: self._ready(begin), START_SECONDS, why="the line ‘Portal ready’")
        except BaseException:
            self.stop()
            raise
        # The files of the pids go with a portal that ends by itself.
        self.groups |= set(self.pids().values())

    def _ready(self, begin: int) -> bool:
        text = self.log.read_bytes()[begin:].decode(errors="replace")
        assert self.process is not None
        assert self.process.poll() is None, f"the portal ended at its start:\n{text}"
        found = READY.search(text)
        assert not found or found[1] == self.url, f"another address than asked: {text}"
        return bool(found)

    def stop(self) -> None:
        """As Ctrl-C does; then whatever is left of the process groups that were started here."""
        if self.process is None:
            return
        self.groups |= {*self.pids().values(), self.process.pid}
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=20)
        self.left = [pid for pid, group in _alive() if group in self.groups]
        for pid in self.left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=5)
        self.groups.clear()
        self.process = None

    def pids(self) -> dict[str, int]:
        """Pids of web, worker and mail catcher, from the files of the interface."""
        files = (self.data / "run").glob("*.pid")
        return {file.stem: int(file.read_text()) for file in files if file.read_text().strip()}

    def halt_worker(self) -> int:
        """Stop the worker until SIGCONT, but never in a write that all posts wait for. Its pid."""
        pid = self.pids()["worker"]
        os.kill(pid, signal.SIGSTOP)
        while self._locked():
            os.kill(pid, signal.SIGCONT)
            os.kill(pid, signal.SIGSTOP)
        return pid

    def _locked(self) -> bool:
        file = self.data / "portal.db"
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=rw", timeout=0, uri=True)) as db:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
        return False

    def flask(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A `flask` command of an operator, beside the running portal."""
        return subprocess.run(
            [BIN / "flask", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def _alive() -> Iterator[tuple[int, int]]:
    """(pid, process group) of every process that has not ended."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _parent, group = stat.read_text().rpartition(")")[2].split()[:3]
            if state != "Z":
                yield int(stat.parent.name), int(group)
