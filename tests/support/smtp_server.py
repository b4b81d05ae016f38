"""A mail server that does what a script says: fault injection, one line a case.

    with ScriptedServer() as server:
        server.script(Fault("rcpt", "451 4.7.1 try later", times=2))
        server.script(Fault("dot", SILENCE))

Steps in their order: connect (the greeting), ehlo, mail, rcpt, data, dot (after the message), quit;
with `tls=` a server-side SSL context, also starttls, between two times ehlo.
What was accepted stands in `server.received`; `server.seen` lists every step that was reached.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self, cast

SILENCE = "silence"  # never answer, keep the line open
DROP = "drop"  # close the line without a word
GARBAGE = "garbage"  # bytes that are no reply
STEPS = ("connect", "ehlo", "mail", "rcpt", "data", "dot", "quit")
_COMMANDS = {
    "HELO": "ehlo",
    "EHLO": "ehlo",
    "MAIL": "mail",
    "STAR": "starttls",
    "RCPT": "rcpt",
    "DATA": "data",
    "QUIT": "quit",
}
_USUAL = {
    "connect": "220 mail.example ESMTP",
    "mail": "250 2.1.0 sender ok",
    "rcpt": "250 2.1.5 recipient ok",
    "starttls": "220 2.0.0 ready",
    "data": "354 go ahead",
    "dot": "250 2.0.0 taken",
    "quit": "221 2.0.0 bye",
}


@dataclass
class Fault:
    """At `step`: `action` (a reply, or one of the words above) after `delay`, `times` times.

    `recipient`: only for commands that name this address. `times=None`: until cleared.
    """

    step: str
    action: str
    delay: float = 0.0
    times: int | None = None
    recipient: str = ""


@dataclass
class Received:
    """One message that the server answered for with 250."""

    sender: str
    recipients: tuple[str, ...]
    options: str
    data: bytes

    @property
    def message(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.data, policy=policy.default))


@dataclass
class _Letter:
    sender: str = ""
    options: str = ""
    recipients: list[str] = field(default_factory=list)


class ScriptedServer:
    """Runs on its own thread; `down()` takes it off the air, `up()` back to the same port."""

    def __init__(
        self,
        features: tuple[str, ...] = ("8BITMIME", "SMTPUTF8", "SIZE 10000000"),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.features = (*features, "STARTTLS") if tls else features
        self.tls = tls
        self.in_clear: list[str] = []  # lines that anybody on the way could read
        self.received: list[Received] = []
        self.seen: list[str] = []
        self.port = 0
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._listener: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self.up()
        return self

    def __exit__(self, *_: object) -> None:
        self.down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    def script(self, *faults: Fault) -> None:
        with self._lock:
            self._faults.extend(faults)

    def clear(self) -> None:
        """Answer as a healthy server again; lines that already hang stay silent."""
        with self._lock:
            self._faults.clear()

    def up(self) -> None:
        self._run(self._open())

    def down(self) -> None:
        """Refuse connections, and cut those that are open."""
        self._run(self._close())

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _open(self) -> None:
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._listener:
            self._listener.close()
            self._listener = None
        # Every task of this loop is a line, or one that is just being accepted. Only one that has
        # begun closes its socket when it is cancelled, and that takes one more round.
        while lines := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.sleep(0)
            for line in lines:
                line.cancel()
            await asyncio.gather(*lines, return_exceptions=True)
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            # Only `down()` cancels a line, and then nobody waits for what it would have said.
            with contextlib.suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
                await self._talk(reader, writer)
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        letter = _Letter()
        if not await self._answer(writer, "connect", ""):
            return
        while line := (await reader.readline()).decode("utf-8", "replace").strip():
            self._overhear(writer, line)
            step = _COMMANDS.get(line[:4].upper(), "")
            if not step:  # RSET, NOOP
                await _say(writer, "250 2.0.0 ok")
                continue
            reply = await self._answer(writer, step, line)
            if reply.startswith("354"):
                data = await _message(reader)
                reply = await self._answer(writer, "dot", "")
                if reply.startswith("2"):
                    self._keep(letter, data)
            elif reply.startswith("2"):
                await self._go_on(writer, letter, step, line)
            if not reply:
                return

    def _overhear(self, writer: asyncio.StreamWriter, line: str) -> None:
        if writer.get_extra_info("ssl_object") is None:
            self.in_clear.append(line)

    async def _go_on(
        self, writer: asyncio.StreamWriter, letter: _Letter, step: str, line: str
    ) -> None:
        if step == "starttls" and self.tls:
            await writer.start_tls(self.tls)
        else:
            _note(letter, step, line)

    async def _answer(self, writer: asyncio.StreamWriter, step: str, line: str) -> str:
        """Say what the script says; the reply, or an empty string when the line is gone."""
        self.seen.append(step)
        fault = self._next_fault(step, line)
        if fault is None:
            reply = self._usual(step)
        else:
            await asyncio.sleep(fault.delay)
            if fault.action == DROP:
                return ""
            if fault.action == SILENCE:
                await asyncio.sleep(3600)
            reply = "\x00\xff gibberish" if fault.action == GARBAGE else fault.action
        await _say(writer, reply)
        return reply if step != "quit" else ""

    def _next_fault(self, step: str, line: str) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                fits = fault.step == step and fault.recipient.lower() in line.lower()
                if fits and fault.times != 0:
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None

    def _usual(self, step: str) -> str:
        if step != "ehlo":
            return _USUAL[step]
        lines = ["mail.example", *self.features]
        return "\r\n".join([f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"])

    def _keep(self, letter: _Letter, data: bytes) -> None:
        to = tuple(letter.recipients)
        self.received.append(Received(letter.sender, to, letter.options, data))


async def _say(writer: asyncio.StreamWriter, reply: str) -> None:
    writer.write(reply.encode("latin-1", "replace") + b"\r\n")
    await writer.drain()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """The message up to the lone dot, dots at line starts taken back (RFC 5321, 4.5.2)."""
    lines: list[bytes] = []
    while (line := await reader.readline()) != b".\r\n":
        if not line:
            raise ConnectionError("the line ended inside the message")
        lines.append(line[1:] if line.startswith(b".") else line)
    return b"".join(lines)


def _note(letter: _Letter, step: str, line: str) -> None:
    address, _, options = line.partition(":")[2].partition(">")
    if step == "mail":  # a new letter begins, whatever was there before
        letter.sender, letter.options = address.strip().lstrip("<"), options.strip()
        letter.recipients.clear()
    elif step == "rcpt":
        letter.recipients.append(address.strip().lstrip("<"))


def addresses(received: list[Received]) -> Iterator[str]:
    """Every envelope recipient, in the order of arrival."""
    for one in received:
        yield from one.recipients
