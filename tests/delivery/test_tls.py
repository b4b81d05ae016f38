"""Mail never leaves in clear: TLS refused, broken, wrongly certified or not offered (F8, P16)."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.mail import transport
from portal.mail.transport import MailServer, Post
from portal.services.deliver import deliver_next
from portal.services.parts import Parts
from tests.support.figures import Figure
from tests.support.samples import SetClock, deliveries_of, make_parts, write_request
from tests.support.smtp_server import DROP, GARBAGE, SILENCE, Fault, ScriptedServer

SENDER = "Portal <portal@portal.example>"
HARMLESS = {"EHLO", "STARTTLS", "QUIT"}


def certificate(folder: Path, name: str, days: str = "2") -> Path:
    """A certificate and its key in one file, signed by nobody but itself."""
    file, key = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", file, "-days", days, "-subj", "/CN=mail.example",
         "-addext", f"subjectAltName={name}"],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return file


def context(file: Path, old: bool = False) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(file, file.with_suffix(".key"))
    if old:
        made.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="deprecated"):
            made.minimum_version, made.maximum_version = (
                ssl.TLSVersion.TLSv1,
                ssl.TLSVersion.TLSv1_1,
            )
    return made


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("certificates")
    return {
        "right": certificate(folder, "IP:127.0.0.1"),
        "wrong name": certificate(folder, "DNS:other.example"),
    }


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Parts, SetClock]]:
    for name in ("CONNECT_SECONDS", "COMMAND_SECONDS", "END_SECONDS"):
        monkeypatch.setattr(transport, name, 0.5)
    parts, clock = make_parts(tmp_path / "data")
    yield parts, clock
    parts.store.engine.dispose()


def insisting(server: ScriptedServer, user: str = "") -> Post:
    """As towards another machine: TLS or nothing."""
    return Post(MailServer("127.0.0.1", server.port, user, "secret", tls=True), SENDER)


def try_all(parts: Parts, server: ScriptedServer, user: str = "") -> set[str]:
    request_id = write_request(parts)
    while deliver_next(parts, insisting(server, user).hand_over):
        pass
    return {mail.state for mail in deliveries_of(parts, request_id).values()}


def assert_nothing_was_said(server: ScriptedServer) -> None:
    """Nobody on the way could read an address, a password or a word."""
    verbs = {line.split()[0].upper() for line in server.in_clear if line.isascii() and line}
    assert verbs <= HARMLESS, verbs
    assert not {"mail", "rcpt", "data", "dot"} & set(server.seen)
    assert not server.received


@pytest.mark.parametrize(
    ("case", "state"),
    [
        ("not offered", "parked"),
        ("signed by nobody we trust", "retry"),
        ("of another name", "retry"),
        ("too old a version", "retry"),
        ("refused for now", "retry"),
        ("refused for good", "parked"),
        ("silence", "retry"),
        ("dropped", "retry"),
        ("garbage", "retry"),
    ],
)
def test_without_good_tls_nothing_is_sent(
    opened: tuple[Parts, SetClock],
    certificates: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    case: str,
    state: str,
) -> None:
    parts, _ = opened
    faults = {
        "refused for now": Fault("starttls", "454 4.7.0 TLS not available"),
        "refused for good": Fault("starttls", "501 5.5.2 no"),
        "silence": Fault("starttls", SILENCE),
        "dropped": Fault("starttls", DROP),
        "garbage": Fault("starttls", GARBAGE),
    }
    name = "wrong name" if case == "of another name" else "right"
    if case != "signed by nobody we trust":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificates[name]))
    tls = context(certificates[name], old=case == "too old a version")
    with ScriptedServer(tls=None if case == "not offered" else tls) as server:
        if case in faults:
            server.script(faults[case])
        assert try_all(parts, server, user="portal") == {state}
        assert_nothing_was_said(server)


def test_with_good_tls_every_word_is_hidden(
    opened: tuple[Parts, SetClock],
    certificates: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    figure: Figure,
) -> None:
    """That the tests above can fail: here all goes through, encrypted."""
    parts, _ = opened
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates["right"]))
    with ScriptedServer(tls=context(certificates["right"])) as server:
        assert try_all(parts, server) == {"handed_over"}
        assert {line.split()[0] for line in server.in_clear} == {"ehlo", "STARTTLS"}
        assert len(server.received) == 2
    figure("mails sent in clear in 9 ways that TLS can fail", 0)


def test_a_certificate_that_is_right_again(
    opened: tuple[Parts, SetClock], certificates: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An expired certificate holds mails up; nobody has to touch each of them afterwards (F8)."""
    parts, clock = opened
    with ScriptedServer(tls=context(certificates["right"])) as server:
        assert try_all(parts, server) == {"retry"}
        monkeypatch.setenv("SSL_CERT_FILE", str(certificates["right"]))
        clock.move(seconds=30)
        while deliver_next(parts, insisting(server).hand_over):
            pass
        assert len(server.received) == 2
