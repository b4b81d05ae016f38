"""A real PostgreSQL on loopback, in a folder of its own, gone after the tests."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import psycopg

from portal.store.tables import metadata
from tests.support.live import free_port
from tests.support.waiting import wait_until


def programs() -> Path:
    """The folder of `initdb`: Debian keeps it off the path. The newest version wins."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    assert on_path, "PostgreSQL is missing. Run tools/install_test_needs.sh."
    return Path(on_path).resolve().parent


class Postgres:
    """`with Postgres() as server: server.new_database()`."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
        self.databases = 0
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        data = self.folder / "data"
        # PostgreSQL refuses to run as root; its package made this user.
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user)
        self._run(
            "initdb", "-D", str(data), "-U", "portal", "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        with (self.folder / "server.log").open("wb") as log:
            self.process = subprocess.Popen(
                [programs() / "postgres", "-D", data, "-k", self.folder, *self._options()],
                user=self.user,
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self._answers, 20, why="PostgreSQL’s answer")
        return self

    def __exit__(self, *_: object) -> None:
        if self.process:
            self.process.send_signal(signal.SIGQUIT)  # at once: its data is thrown away
            self.process.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self, like: str = "") -> str:
        """The URL of an empty database that nobody else uses, or of a copy of one."""
        self.databases += 1
        name = f"test_{self.databases}"
        words = ["-T", like.rpartition("/")[2]] if like else []
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "portal", *words, name)
        return f"postgresql+psycopg://portal@127.0.0.1:{self.port}/{name}"

    def _options(self) -> list[str]:
        # Nobody needs this data after a power cut, so it does not wait for the disk.
        chosen = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "max_connections": 60,
            "fsync": "off",
        }
        return [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]

    def _answers(self) -> bool:
        ready = [programs() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ready, check=False, timeout=10).returncode == 0

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [programs() / program, *words],
            user=self.user,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{program}: {done.stderr}"


def empty(url: str) -> None:
    """Take all rows out, and end whoever is still connected. A new database takes nearly ten times
    as long."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        db.execute(f"TRUNCATE {', '.join(metadata.tables)}")
