"""Addresses: the language in front, the same page in another language, files by content."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.routing import IntegerConverter, RequestRedirect

from portal import languages
from portal.web.state import portal

STATIC = Path(__file__).parent.parent / "static"


class Position(IntegerConverter):
    """A place in a row, as `check/3`; other words under the same address stay other pages."""

    regex = "[0-9]{1,3}"


def install(app: Flask) -> None:
    app.url_map.converters["position"] = Position
    app.url_value_preprocessor(_take_language)
    app.url_defaults(_give_language)
    app.before_request(_refuse_stray)
    app.before_request(_send_alias_home)
    app.before_request(_speak)


def offered() -> tuple[str, ...]:
    return portal().config.portal.languages.offered


def _take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values and "lang" in values:
        g.language = values.pop("lang")


def _give_language(endpoint: str, values: dict[str, Any]) -> None:
    from flask import current_app

    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = languages.current()


def _refuse_stray() -> None:
    """‘/nowhere.css’ looks like a language’s home without its slash, and is no page of ours."""
    first = request.path.split("/")[1]
    if isinstance(request.routing_exception, RequestRedirect) and first not in offered():
        abort(404)


def _send_alias_home() -> ResponseReturnValue | None:
    """‘no’ is Norwegian Bokmål here: the same page under `nb`, for good."""
    alias = languages.ALIASES.get(g.get("language", ""))
    if alias and alias in offered():
        rest = request.path.split("/", 2)[2]
        query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
        return redirect(f"/{alias}/{rest}{query}", 301)
    return None


def _speak() -> None:
    """Pages speak the language of their address; addresses without one, the browser’s."""
    code = g.get("language")
    if code is None:
        languages.speak(browser_language())
    elif code in offered():
        languages.speak(code)
    else:
        languages.speak(browser_language())
        abort(404)


def browser_language() -> str:
    wanted = languages.negotiate(request.headers.get("Accept-Language", ""), offered())
    return wanted or languages.SOURCE


def not_offered() -> str | None:
    """The language a browser asks for, if it gets English because none of its own is offered."""
    header = request.headers.get("Accept-Language", "")
    return None if languages.negotiate(header, offered()) else languages.asked_for(header)


def in_other_language(code: str) -> str:
    """The address of this same page in another language; its home where there is no page."""
    values = dict(request.view_args or {})
    if request.endpoint is None or "lang" not in (
        request.url_rule.arguments if request.url_rule else ()
    ):
        return url_for("reading.home", lang=code)
    kept = {key: value for key, value in request.args.items() if key in KEPT}
    endpoint = LANDING.get(request.endpoint, request.endpoint)
    return url_for(endpoint, **{**values, **kept, "lang": code})


# What a reader chose by GET goes along into the other language.
KEPT = frozenset({"country", "place", "site", "age_group"})
# Where a page exists only as the answer to a form, its language links lead to the form.
LANDING: dict[str, str] = {}


@lru_cache(maxsize=64)
def fingerprint(name: str) -> str:
    """Changes with the content. Scripts import one another by bare name, so they share one."""
    files = sorted(STATIC.glob("notes-*.js")) if name.startswith("notes-") else [STATIC / name]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def asset(name: str) -> str:
    """A static file under a name that changes with its content, so that it may be kept for good."""
    return url_for("health.static_file", mark=fingerprint(name), name=name)
