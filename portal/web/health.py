"""For machines: alive, ready, and static files by their content."""

from __future__ import annotations

import mimetypes
import re

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.services.health import health
from portal.services.metrics import CONTENT_TYPE, as_text
from portal.settings import LOOPBACK, is_loopback
from portal.store.database import StoreError
from portal.web.addresses import STATIC, browser_language, fingerprint, not_offered
from portal.web.page_cache import keep
from portal.web.state import portal

bp = Blueprint("health", __name__)
# Scripts keep their comments here, not on the way to a phone (10 kB in all, issue 6).
_COMMENT_OR_INDENT = re.compile(rb"^[ ]*(//.*\n|/\*\*.*\n|\*.*\n|\n)|^[ ]+", re.MULTILINE)
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "Via")


@bp.get("/")
def root() -> ResponseReturnValue:
    """The visitor’s language decides once, here; after that the address does."""
    response = redirect(url_for("reading.home", lang=browser_language(), asked=not_offered()), 302)
    response.headers["Vary"] = "Accept-Language"
    return response


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    return {"alive": True}


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """503 only without a database: a silent worker must not take the pages away from families."""
    now = portal().now()
    try:
        found = health(portal(), now=now)
    except StoreError:
        return {"ready": False, "database": "no answer"}, 503
    oldest = found.oldest_due
    return {
        "ready": True,
        "database": "answers",
        "worker": "at work" if found.worker_at_work(now) else "silent",
        "oldest_due_seconds": int(oldest.total_seconds()) if oldest else 0,
    }


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """For Prometheus on this machine, under its loopback name. What is forwarded came from
    elsewhere."""
    forwarded = any(name in request.headers for name in FORWARDED)
    named = is_loopback(f"//{request.host}")
    if forwarded or not named or request.remote_addr not in LOOPBACK:
        abort(404)
    return Response(as_text(portal(), now=portal().now()), content_type=CONTENT_TYPE)


@bp.get("/static/<mark>/<name>")
def static_file(mark: str, name: str) -> Response:
    """A file of portal/static; under its fingerprint it may be kept for good."""
    if not (STATIC / name).is_file() or name.startswith("."):
        abort(404)
    content = (STATIC / name).read_bytes()
    if name.endswith(".js"):
        content = _COMMENT_OR_INDENT.sub(b"", content)
    response = Response(
        content,
        content_type=f"{mimetypes.guess_type(name)[0]}; charset=utf-8",
    )
    right = mark == fingerprint(name)
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if right else "no-cache"
    )
    return keep(response) if right else response
