"""The watchers themselves: an audit or a canary without teeth would let every test pass."""

from __future__ import annotations

import base64
import smtplib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.canaries import Canaries, search
from tests.support.dom import parse, read_form
from tests.support.page_audit import Page, audit
from tests.support.smtp_server import DROP, GARBAGE, SILENCE, STEPS, Fault, ScriptedServer

GOOD = """<!doctype html><html lang="en" dir="ltr"><head><title>Write – Study</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/s.css"></head>
<body><main data-page="contact"><h1>Write</h1><form action="/en/x" method="post">
<label for="email">E-mail</label><input id="email" name="email" spellcheck="false">
<p id="hint">Why</p><textarea id="m" aria-describedby="hint" aria-label="Text" name="m">
one</textarea><button>Send</button></form></main></body></html>"""

BAD = {
    "not offered": ('lang="en"', 'lang="xx"'),
    "dir": ('dir="ltr"', 'dir="rtl"'),
    "<h1>, not 1": ("<h1>Write</h1>", "<h1>A</h1><h1>B</h1>"),
    "no label": ('<label for="email">E-mail</label>', ""),
    "stands 2 times": ('id="m"', 'id="email"'),
    "leads nowhere": ('"hint" aria-label', '"gone" aria-label'),
    "spell": (' spellcheck="false"', ""),
    "where it goes": (' action="/en/x"', ""),
    "its method": (' method="post"', ""),
    "style inside": ("<h1>", '<h1 style="color:red">'),
    "script inside": ("<h1>", "<script>1</script><h1>"),
    "handler": ("<h1>", '<h1 onclick="x()">'),
    "another host": ('href="/s.css"', 'href="https://cdn.example/s.css"'),
    "data-page": (' data-page="contact"', ""),
    "viewport": ('<meta name="viewport" content="width=device-width">', ""),
    "skips a level": ("</h1>", "</h1><h3>Deep</h3>"),
    "words that families": ("Why", "You are eligible"),
    "no words": ("Send</button>", "</button>"),
    "error summaries": ("<h1>", '<div role="alert">Wrong</div><h1>'),
    "is for refused": ("<title>", "<title>Error: "),
}


def _page(text: str, status: int = 200) -> Page:
    kind = [("Content-Type", "text/html; charset=utf-8")]
    return Page(status, "http://127.0.0.1:8000/en/x", kind, text)


def test_a_good_page_passes() -> None:
    assert audit(_page(GOOD), ("en", "ar")) == []


@pytest.mark.parametrize("complaint", BAD)
def test_each_fault_is_named(complaint: str) -> None:
    right, wrong = BAD[complaint]
    assert right in GOOD
    said = audit(_page(GOOD.replace(right, wrong, 1)), ("en", "ar"))
    assert [line for line in said if complaint in line], said


def test_a_refused_form_needs_its_summary() -> None:
    assert [line for line in audit(_page(GOOD, 422), ("en",)) if "0 error summaries" in line]


def test_a_form_is_read_as_a_browser_sends_it() -> None:
    form = read_form(
        parse(
            '<form action="/x" method="POST"><input name="a" value="1"><input type="radio" name="r"'
            ' value="n"><input type="radio" name="r" value="y" checked><input type="checkbox"'
            ' name="c"><select name="s"><option value="p">P</option><option value="q" selected>Q'
            '</option></select><textarea name="t">\ntwo\nlines</textarea><input disabled name="d">'
            '<button name="action" value="send">Send</button></form>'
        ).one("form")
    )
    assert (form.action, form.method) == ("/x", "post")
    assert form.fields == [("a", "1"), ("r", "y"), ("s", "q"), ("t", "two\nlines")]
    assert ("action", "send") in form.filled(action="send", a=None)
    assert "a" not in dict(form.filled(a=None))


HIDING_PLACES: dict[str, Callable[[str], bytes]] = {
    "plain": lambda value: value.encode(),
    "upper": lambda value: value.upper().encode(),
    "utf-16": lambda value: value.encode("utf-16"),
    "base64": lambda value: base64.b64encode(b"From: <" + value.encode() + b"> and more"),
    "hex": lambda value: value.encode().hex().encode(),
    "url": lambda value: f"q={quote(value, safe='')}".encode(),
}


@pytest.mark.parametrize("coding", HIDING_PLACES)
@pytest.mark.parametrize("name", ["first_name", "last_name", "email", "phone", "message", "place"])
def test_a_canary_is_found_in_every_coding(coding: str, name: str, tmp_path: Path) -> None:
    family = Canaries()
    value = str(getattr(family, name))
    (tmp_path / "deep").mkdir()
    file = tmp_path / "deep" / "trace.log"
    file.write_bytes(b"\x00x" * 100 + HIDING_PLACES[coding](value) + b"\xff")
    assert search(family, [tmp_path], {})
    assert search(Canaries(), [tmp_path], {}) == [] or name == "phone"


def test_a_canary_is_found_in_the_bytes_of_a_database(tmp_path: Path) -> None:
    family = Canaries()
    with sqlite3.connect(tmp_path / "x.sqlite3") as base:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("CREATE TABLE t (words TEXT)")
        base.execute("INSERT INTO t VALUES (?)", (family.message,))
    base.close()
    assert search(family, [tmp_path], {})


def test_the_recipients_own_mail_is_left_out(tmp_path: Path) -> None:
    family = Canaries()
    (tmp_path / "mail" / "new").mkdir(parents=True)
    (tmp_path / "mail" / "new" / "1").write_text(family.message)
    assert search(family, [tmp_path], {"addresses": "/en/"}) == []
    assert search(family, [], {"addresses": f"/en/?email={family.email}"})


def _send(server: ScriptedServer) -> str:
    try:
        with smtplib.SMTP("127.0.0.1", server.port, timeout=0.5) as line:
            line.sendmail("a@a.example", ["b@b.example"], "Subject: x\r\n\r\n.dot\r\n")
    except (OSError, smtplib.SMTPException) as problem:
        return type(problem).__name__
    return "sent"


@pytest.mark.parametrize("step", [step for step in STEPS if step not in {"ehlo", "quit"}])
@pytest.mark.parametrize("action", [SILENCE, DROP, GARBAGE, "451 4.3.0 later", "554 5.0.0 no"])
def test_the_mail_server_does_what_its_script_says(step: str, action: str) -> None:
    with ScriptedServer() as server:
        server.script(Fault(step, action, times=1))
        assert _send(server) != "sent"
        assert server.seen[-1] == step or action not in {SILENCE, DROP}
        assert not server.received
        assert _send(server) == "sent"
        assert server.received[0].recipients == ("b@b.example",)
        assert b"\r\n.dot\r\n" in server.received[0].data


def test_the_mail_server_comes_back_on_its_port() -> None:
    with ScriptedServer() as server:
        port = server.port
        server.down()
        assert _send(server) == "ConnectionRefusedError"
        server.up()
        assert server.port == port
        assert _send(server) == "sent"
