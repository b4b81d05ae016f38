"""Error pages in the visitor’s language. They say what to do, and keep every typed word."""

from __future__ import annotations

import structlog
from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import TemplateNotFound
from werkzeug.exceptions import HTTPException, InternalServerError

from portal import languages
from portal.security.keys import KeysError
from portal.store.database import StoreError
from portal.web.addresses import browser_language, offered

log = structlog.get_logger()
# Given back in the page, so that pressing ‘Send again’ sends the same.
_KEPT_AT_MOST = 40


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, show)
    app.register_error_handler(StoreError, store_failed)
    app.register_error_handler(Exception, failed)


def show(error: HTTPException) -> ResponseReturnValue:
    """The page for a status code; 3xx raised by the router pass as they are."""
    code = error.code or 500
    if code < 400 and error.response is not None:
        return error.response
    if code < 400:
        return error.get_response()
    return _page(code), code, _allowed(error)


def store_failed(error: StoreError) -> ResponseReturnValue:
    """F21, F23: nothing was saved, and the page says so."""
    log.error("store_failed", problem=str(error))
    return _page(503), 503


def failed(error: Exception) -> ResponseReturnValue:
    """The last resort: a plain page, and a log line with the place of the fault only."""
    name = "key_trouble" if isinstance(error, KeysError) else "fault"
    log.error(name, exc_info=error)
    return show(InternalServerError())


def kept_words() -> dict[str, list[str]]:
    """What this POST carried, for the page that has to refuse it."""
    if request.method != "POST":
        return {}
    try:
        return dict(list(request.form.to_dict(flat=False).items())[:_KEPT_AT_MOST])
    except HTTPException:
        return {}


def _page(code: int) -> str:
    _speak_for_errors()
    kept = kept_words() if code in {403, 429, 500, 503} else {}
    values = {
        "code": code,
        "kept": {name: texts[0] if len(texts) == 1 else texts for name, texts in kept.items()},
        "action": request.path if kept else "",
        "hospital": g.get("chosen_site"),
        "unsent": g.get("unsent") if kept else None,
    }
    try:
        return render_template(f"errors/{code}.html", **values)
    except TemplateNotFound:
        return render_template("errors/error.html", **values)


def _speak_for_errors() -> None:
    """A wrong address never reached the language step; take its first part or the browser’s."""
    first = request.path.split("/")[1]
    languages.speak(first if first in offered() else browser_language())


def _allowed(error: HTTPException) -> dict[str, str]:
    return {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
