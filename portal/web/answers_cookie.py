"""The answers of the pre-screener: in one sealed cookie of this browser, and nowhere else.

It ends 60 minutes after the last change, by its own age and by an instant inside the seal, so
that a browser that keeps it longer gains nothing. No other cookie is ever set.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Response, request

from portal.security.keys import KeysError
from portal.web.state import portal

LIFETIME = timedelta(minutes=60)
_PURPOSE = "answers-cookie"


@dataclass(frozen=True)
class Kept:
    """What the cookie holds: answers to one study’s questions, by their codes."""

    study: str
    plain: Mapping[str, object] = field(default_factory=dict)
    carry_on: bool = False  # the family wants the other questions although one answer does not fit


def name() -> str:
    """`__Host-` makes browsers refuse it from other hosts and without https."""
    return "__Host-answers" if portal().settings.secure else "answers"


def came() -> bool:
    return name() in request.cookies


def read() -> Kept | None:
    """None: no cookie, one that is not ours or was changed, or one that has ended."""
    sealed = request.cookies.get(name())
    if not sealed:
        return None
    try:
        content = json.loads(portal().keys.unseal(sealed, _PURPOSE))
    except KeysError:
        return None
    if portal().now() >= datetime.fromisoformat(content["until"]):
        return None
    return Kept(content["study"], content["plain"], content["carry_on"])


def write(response: Response, kept: Kept) -> Response:
    """After a change of the answers; 60 minutes from now it is gone."""
    content = {
        "study": kept.study,
        "plain": kept.plain,
        "carry_on": kept.carry_on,
        "until": (portal().now() + LIFETIME).isoformat(),
    }
    sealed = portal().keys.seal(json.dumps(content, ensure_ascii=False), _PURPOSE)
    _set(response, sealed, int(LIFETIME.total_seconds()))
    return response


def forget(response: Response) -> Response:
    if came():
        _set(response, "", 0)
    return response


def _set(response: Response, value: str, seconds: int) -> None:
    response.set_cookie(
        name(),
        value,
        max_age=seconds,
        path="/",
        secure=portal().settings.secure,
        httponly=True,
        samesite="Lax",
    )
