"""The family’s own page: where their message is, by facts only, from a bookmark, without account.

Whoever has the link sees states, the hospital and a masked address; never phone or message.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Gone, NotFound

from portal.content.model import Site
from portal.mail.retry import GIVE_UP_AFTER
from portal.services.change_signup import stop_address
from portal.services.look_up import EndedLinkError, OpenRequest, UnknownLinkError, for_family
from portal.services.routing import CENTRAL
from portal.services.timeline import timeline
from portal.services.withdraw import erase_everything, withdraw
from portal.store.records import Delivery
from portal.web.state import portal

bp = Blueprint("family", __name__)
# In these nothing more happens by itself.
_ENDED = {"handed_over", "parked", "failed"}
_LIVE = {"open", "passed_on", "acknowledged", "spoken"}


@bp.get("/<lang>/requests/<token>")
def page(token: str) -> ResponseReturnValue:
    opened, _ = open_link(token)
    # The script asks with this mark and loads the page anew only when something changed.
    mark = _mark(opened)
    response = make_response(_show(opened, mark))
    response.set_etag(mark)
    return response.make_conditional(request)


@bp.get("/<lang>/requests/<token>/withdraw")
def ask_withdraw(token: str) -> ResponseReturnValue:
    opened, _ = open_link(token)
    return render_template("pages/withdraw.html", study=opened.study, request_=opened.request)


@bp.post("/<lang>/requests/<token>/withdraw")
def do_withdraw(token: str) -> ResponseReturnValue:
    opened, _ = open_link(token)
    withdraw(portal(), opened, now=portal().now())
    return redirect(url_for("family.page", token=token), 303)


@bp.get("/<lang>/requests/<token>/erase")
def ask_erase(token: str) -> ResponseReturnValue:
    opened, proven = open_link(token)
    return render_template(
        "pages/erase.html", study=opened.study, request_=opened.request, proven=proven
    )


@bp.post("/<lang>/requests/<token>/erase")
def do_erase(token: str) -> ResponseReturnValue:
    opened, proven = open_link(token)
    erase_everything(portal(), opened, proven=proven, now=portal().now())
    return redirect(url_for("family.page", token=token), 303)


@bp.get("/<lang>/requests/<token>/stop")
def ask_stop(token: str) -> ResponseReturnValue:
    opened, proven = open_link(token)
    return render_template(
        "pages/stop.html", study=opened.study, request_=opened.request, proven=proven
    )


@bp.post("/<lang>/requests/<token>/stop")
def do_stop(token: str) -> ResponseReturnValue:
    """‘Stop everything’: the message is taken back and nothing more is mailed to the family.

    News ends only by a link that was read in the mailbox: anybody can type an address into the
    form, and must not be able to end what its owner signed up for.
    """
    opened, proven = open_link(token)
    withdraw(portal(), opened, now=portal().now())
    if proven:
        stop_address(portal(), opened.message.email)
    return redirect(url_for("family.page", token=token), 303)


def open_link(token: str) -> tuple[OpenRequest, bool]:
    """404 if the link was never ours, 410 if what it opened is gone."""
    try:
        return for_family(portal(), token)
    except UnknownLinkError:
        raise NotFound from None
    except EndedLinkError:
        raise Gone from None


@dataclass(frozen=True)
class Standing:
    """The newest mail that carries the request to somebody, and to whom it went or goes."""

    delivery: Delivery | None
    central: bool


def _standing(opened: OpenRequest) -> Standing:
    carried = [mail for mail in opened.deliveries if mail.mail == "site-request"]
    latest = max(carried, key=lambda mail: mail.created_at, default=None)
    handed_over = [mail for mail in carried if mail.state == "handed_over"]
    shown = handed_over[-1] if handed_over and opened.request.state != "passed_on" else latest
    if shown is not None and shown.sent_to:
        return Standing(shown, shown.sent_to == CENTRAL)
    return Standing(shown, opened.route.site is None)


def _show(opened: OpenRequest, mark: str) -> str:
    standing = _standing(opened)
    copy = next((mail for mail in opened.deliveries if mail.mail == "family-copy"), None)
    return render_template(
        "pages/family.html",
        mark=mark,
        study=opened.study,
        request_=opened.request,
        site=opened.site,
        to_site=standing.delivery,
        central=standing.central,
        to_family=copy,
        answered_by_central=opened.answered_by == CENTRAL,
        timeline=timeline(opened),
        reason=opened.route.reason,
        email=masked(opened.message.email),
        zone=zone(opened.site, opened),
        trying_until=opened.request.created_at + GIVE_UP_AFTER,
        days=portal().config.portal.answering.tell_family_after,
        live=opened.request.state in _LIVE,
        watch=any(mail.state not in _ENDED for mail in opened.deliveries),
    )


def zone(site: Site | None, opened: OpenRequest) -> ZoneInfo:
    """Times as the clock on the wall at the hospital shows them."""
    return ZoneInfo(site.timezone if site else opened.study.timezone)


def masked(email: str) -> str:
    """‘m***@example.org’: enough to see a mistyped address, too little to write to it."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}***@{domain}"


def _mark(opened: OpenRequest) -> str:
    states = [(mail.mail, mail.state, mail.attempts) for mail in opened.deliveries]
    facts = (states, opened.request.state, len(opened.events))
    return hashlib.blake2b(repr(facts).encode(), digest_size=8).hexdigest()
