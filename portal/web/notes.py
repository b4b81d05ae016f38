"""Private notes: the page of one’s own, and the page behind a link to shared ones.

The answers to the script are JSON; `said` is a sentence in the visitor’s language.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Gone, NotFound

from portal import languages
from portal.forms.sealed_notes import NotSealedError, read_proof, read_sealed
from portal.security.keys import to_text
from portal.services.look_up import EndedLinkError, UnknownLinkError
from portal.services.share_notes import (
    LockedError,
    NotTheOwnerError,
    WrongPasscodeError,
    end_shared,
    look,
    open_shared,
    share,
)
from portal.store.shared_notes import BYTES_AT_MOST, DAYS
from portal.web.frame import site_study
from portal.web.guard import allow
from portal.web.reading import page, parts_of
from portal.web.state import portal

bp = Blueprint("notes", __name__)
_DEFAULT_DAYS = 14


@bp.get("/<lang>/notes")
def mine() -> Response:
    """The same for everybody: the notes themselves never come here."""
    study = site_study()
    return page(
        "notes.html",
        study=study,
        parts=parts_of(study) if study else [],
        days=DAYS,
        default_days=_DEFAULT_DAYS,
        most=BYTES_AT_MOST,
    )


@bp.post("/<lang>/notes")
def share_mine() -> ResponseReturnValue:
    allow("share")
    try:
        sealed = read_sealed(request.form)
    except NotSealedError:
        return _unreadable()
    made = share(portal(), sealed, now=portal().now())
    return {"id": made.id, "token": made.token, "ends_at": made.ends_at.isoformat()}, 201


@bp.get("/<lang>/n/<link>")
def shared(link: str) -> ResponseReturnValue:
    try:
        notes = look(portal(), link, now=portal().now())
    except UnknownLinkError:
        raise NotFound from None
    except EndedLinkError:
        raise Gone from None
    return render_template(
        "pages/shared-notes.html", salt=to_text(notes.salt), ends_at=notes.ends_at
    )


@bp.post("/<lang>/n/<link>")
def open_it(link: str) -> ResponseReturnValue:
    allow("open")
    try:
        proof = read_proof(request.form)
        notes = open_shared(portal(), link, proof, now=portal().now())
    except UnknownLinkError:
        raise NotFound from None
    except EndedLinkError:
        raise Gone from None
    except NotSealedError:
        return _unreadable()
    except WrongPasscodeError as wrong:
        return _said(_wrong(wrong.left), 403)
    except LockedError as locked:
        return _said(_locked(locked.until), 423)
    return {"notes": to_text(notes)}


@bp.post("/<lang>/n/<link>/end")
def end(link: str) -> ResponseReturnValue:
    try:
        end_shared(portal(), link, request.form.get("token", ""), now=portal().now())
    except UnknownLinkError:
        raise NotFound from None
    except EndedLinkError:
        raise Gone from None
    except NotTheOwnerError:
        return _said(languages.gettext("Only the person who made this link can end it."), 403)
    return {"ended": True}


def _wrong(left: int) -> str:
    return languages.ngettext(
        "This passcode does not fit. You can try %(num)s more time, then you have to wait.",
        "This passcode does not fit. You can try %(num)s more times, then you have to wait.",
        left,
    ) % {"num": left}


def _locked(until: datetime) -> str:
    minutes = max(1, -(-int((until - portal().now()).total_seconds()) // 60))
    return languages.ngettext(
        "There were too many wrong tries. Wait %(num)s minute, then try again.",
        "There were too many wrong tries. Wait %(num)s minutes, then try again.",
        minutes,
    ) % {"num": minutes}


def _unreadable() -> ResponseReturnValue:
    words = languages.gettext("This did not arrive as it was sent. Please try again.")
    return _said(words, 400)


def _said(words: str, status: int) -> tuple[dict[str, Any], int]:
    return {"said": words}, status
