"""A mail server for development: keeps every mail in a Maildir and sends nothing on."""

from __future__ import annotations

import mailbox
import signal
import threading
from email import message_from_bytes
from pathlib import Path
from types import FrameType
from typing import Any

import click


class MaildirKeeper:
    """One file per recipient, as that recipient’s own mailbox would hold it."""

    def __init__(self, folder: Path) -> None:
        self._maildir = mailbox.Maildir(folder, create=True)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        for recipient in envelope.rcpt_tos:
            kept = message_from_bytes(envelope.original_content)
            del kept["To"]
            kept["To"] = recipient
            self._maildir.add(kept)
        return "250 Kept"


@click.command("mail-catcher")
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="The Maildir.")
@click.option("--port", type=int, required=True, help="Port on 127.0.0.1.")
def mail_catcher(folder: Path, port: int) -> None:
    """Catch all mail of the portal in a Maildir; started by `make run`."""
    from aiosmtpd.controller import Controller

    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    controller = Controller(
        MaildirKeeper(folder), hostname="127.0.0.1", port=port, enable_SMTPUTF8=True
    )
    controller.start()
    stop.wait()
    controller.stop()
