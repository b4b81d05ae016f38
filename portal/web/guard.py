"""Before and after every request: who asks, from where, how often; headers and one log line."""

from __future__ import annotations

import time
from typing import Any

import structlog
from flask import Flask, Response, abort, current_app, g, request

from portal.security.headers import security_headers
from portal.security.origin import allowed_hosts, allowed_origins, is_foreign
from portal.web import answers_cookie
from portal.web.compress import compress
from portal.web.state import portal

log = structlog.get_logger()
# Asked by programs on this machine, which know no other name of it.
FOR_MACHINES = frozenset({"health.healthz", "health.readyz", "health.metrics"})
# Where a form may come from elsewhere by design: mail programs end news with one press (RFC 8058).
OPEN_TO_ALL: frozenset[str] = frozenset({"updates.stop"})
# Holds nothing of anybody, so it may be kept also where answers are in the cookie.
SAME_FOR_ALL = "health.static_file"


def install(app: Flask) -> None:
    settings = app.extensions["portal"].settings
    origins = allowed_origins(settings.base_url, settings.port, public=settings.public)
    app.config["ORIGINS"], app.config["HOSTS"] = origins, allowed_hosts(origins)
    near = allowed_origins(f"http://127.0.0.1:{settings.port}", settings.port, public=False)
    app.config["NEAR_HOSTS"] = allowed_hosts(near)
    app.config["HEADERS"] = security_headers(secure=settings.secure)
    app.before_request(_start)
    app.before_request(_refuse_wrong_host)
    app.before_request(_refuse_foreign_forms)
    app.after_request(_finish)
    app.after_request(_write_log)


def _start() -> None:
    g.started = time.perf_counter()


def _refuse_wrong_host() -> None:
    if request.endpoint in FOR_MACHINES and request.host in current_app.config["NEAR_HOSTS"]:
        return
    if request.host.lower() not in current_app.config["HOSTS"]:
        abort(400)


def _refuse_foreign_forms() -> None:
    if request.method != "POST" or request.endpoint in OPEN_TO_ALL:
        return
    sent_from = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if is_foreign(*sent_from, current_app.config["ORIGINS"]):
        abort(403)
    if len(request.form) > current_app.config["MAX_FORM_PARTS"]:
        abort(413)


def _finish(response: Response) -> Response:
    for name, value in current_app.config["HEADERS"]:
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")
    if answers_cookie.came() and request.endpoint != SAME_FOR_ALL:
        response.headers["Cache-Control"] = "no-store"
    return compress(response, request.headers.get("Accept-Encoding", ""))


def _write_log(response: Response) -> Response:
    """Endpoint, status and time. No address: it may hold a private link (ASVS 14.2.1)."""
    started: float = g.get("started", time.perf_counter())
    fields: dict[str, Any] = {
        "endpoint": request.endpoint or "none",
        "status": response.status_code,
        "ms": round((time.perf_counter() - started) * 1000, 1),
    }
    log.info("request", **fields)
    return response


def allow(action: str) -> None:
    """Count one action of this visitor; 429 once the hour’s figure of `[limits]` is used up."""
    here = portal()
    if not here.limits.allows(action, request.remote_addr, here.now().date()):
        abort(429)
