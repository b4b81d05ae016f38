"""The family’s own page: where their message is, by facts only, from a bookmark, without account.

Whoever has the link sees states, the hospital and a masked address; never phone or message.
"""

from __future__ import annotations

import hashlib
from zoneinfo import ZoneInfo

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Gone, NotFound

from portal.content.model import Site
from portal.mail.retry import GIVE_UP_AFTER
from portal.security.links import FAMILY_PAGE
from portal.services.look_up import EndedLinkError, OpenRequest, UnknownLinkError, look_up
from portal.store.records import Delivery
from portal.web.state import portal

bp = Blueprint("family", __name__)
# Once both mails have ended there is nothing to look at again.
_ENDED = {"handed_over", "parked", "failed"}


@bp.get("/<lang>/requests/<token>")
def page(token: str) -> ResponseReturnValue:
    opened = open_link(token, FAMILY_PAGE)
    # The script asks with this mark and loads the page anew only when something changed.
    mark = _mark(opened)
    response = make_response(_show(opened, mark))
    response.set_etag(mark)
    return response.make_conditional(request)


def open_link(token: str, purpose: str) -> OpenRequest:
    """404 if the link was never ours, 410 if what it opened is gone."""
    try:
        return look_up(portal(), token, purpose)
    except UnknownLinkError:
        raise NotFound from None
    except EndedLinkError:
        raise Gone from None


def _show(opened: OpenRequest, mark: str) -> str:
    deliveries = {delivery.recipient: delivery for delivery in opened.deliveries}
    chosen = opened.study.site(opened.request.site)
    return render_template(
        "pages/family.html",
        mark=mark,
        study=opened.study,
        request_=opened.request,
        site=chosen,
        to_site=deliveries.get("site"),
        to_family=deliveries.get("family"),
        central=_went_to_central(opened, deliveries.get("site")),
        reason=opened.route.reason,
        email=masked(opened.message.email),
        zone=zone(chosen, opened),
        trying_until=opened.request.created_at + GIVE_UP_AFTER,
        sent_at=opened.request.created_at,
        days=portal().config.portal.answering.tell_family_after,
        watch=any(delivery.state not in _ENDED for delivery in opened.deliveries),
    )


def _went_to_central(opened: OpenRequest, delivery: Delivery | None) -> bool:
    """After the hand-over what happened counts, before it what would happen now."""
    if delivery is not None and delivery.sent_to:
        return delivery.sent_to == "central"
    return opened.route.site is None


def zone(site: Site | None, opened: OpenRequest) -> ZoneInfo:
    """Times as the clock on the wall at the hospital shows them."""
    return ZoneInfo(site.timezone if site else opened.study.timezone)


def masked(email: str) -> str:
    """‘m***@example.org’: enough to see a mistyped address, too little to write to it."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}***@{domain}"


def _mark(opened: OpenRequest) -> str:
    states = [(d.recipient, d.state, d.attempts) for d in opened.deliveries]
    return hashlib.blake2b(repr((states, opened.request.state)).encode(), digest_size=8).hexdigest()
