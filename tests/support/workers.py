"""Workers in processes of their own, forked from one that has everything imported already."""

from __future__ import annotations

import os
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from portal import worker
from portal.logs import set_up_logs
from tests.support.crash import PROCESSES


def start(env: Mapping[str, str], log: Path) -> ForkServerProcess:
    """`python -m portal.worker` with this environment; end it by its pid."""
    process = PROCESSES.Process(target=_run, args=(dict(env), str(log)), daemon=True)
    process.start()
    return process


def _run(env: dict[str, str], log: str) -> None:
    os.environ.clear()
    os.environ.update(env)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    set_up_logs()
    os._exit(worker.main())


def environment(data: Path, database_url: str, mail_url: str, **more: str) -> dict[str, str]:
    """What an operator sets for a worker; the key file is that of the data folder."""
    return {
        "PATH": os.environ["PATH"],
        "PORTAL_DATA": str(data),
        "PORTAL_DATABASE_URL": database_url,
        "PORTAL_MAIL_URL": mail_url,
        "PORTAL_MAIL_FROM": "Portal <portal@portal.example>",
        "PORTAL_KEYSET": str(data / "keyset.json"),
        **more,
    }
