"""For machines: alive, ready, and static files by their content."""

from __future__ import annotations

import mimetypes

from flask import Blueprint, Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.store.database import StoreError
from portal.web.addresses import STATIC, browser_language, fingerprint
from portal.web.page_cache import keep
from portal.web.state import portal

bp = Blueprint("health", __name__)


@bp.get("/")
def root() -> ResponseReturnValue:
    """The visitor’s language decides once, here; after that the address does."""
    response = redirect(url_for("reading.home", lang=browser_language()), 302)
    response.headers["Vary"] = "Accept-Language"
    return response


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    return {"alive": True}


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    try:
        portal().store.check()
    except StoreError:
        return {"ready": False, "database": "no answer"}, 503
    return {"ready": True, "database": "answers"}


@bp.get("/static/<mark>/<name>")
def static_file(mark: str, name: str) -> Response:
    """A file of portal/static; under its fingerprint it may be kept for good."""
    if not (STATIC / name).is_file() or name.startswith("."):
        abort(404)
    response = Response(
        (STATIC / name).read_bytes(),
        content_type=f"{mimetypes.guess_type(name)[0]}; charset=utf-8",
    )
    right = mark == fingerprint(name)
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if right else "no-cache"
    )
    return keep(response) if right else response
