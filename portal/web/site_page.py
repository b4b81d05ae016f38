"""The hospital’s page of one request: what the family wrote, and three buttons. No login.

In the hospital’s language. GET never acts: mail scanners open links (reliability, finding 7).
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, Gone, NotFound

from portal import languages
from portal.content.model import Site
from portal.languages import N_
from portal.services.answer import NotAcceptingError, acknowledge, mark_spoken, pass_on
from portal.services.look_up import EndedLinkError, OpenRequest, UnknownLinkError, for_site
from portal.services.nearest import offer, place_of
from portal.services.routing import CENTRAL
from portal.web.family import zone
from portal.web.state import portal

bp = Blueprint("site_page", __name__)


@bp.get("/site/<token>")
def page(token: str) -> ResponseReturnValue:
    return _show(token, *_open(token))


@bp.post("/site/<token>")
def act(token: str) -> ResponseReturnValue:
    """One press. A second one does no harm; after passing on, the page says that it has moved."""
    opened, holder = _open(token)
    now = portal().now()
    action = request.form.get("action")
    if action == "acknowledge":
        acknowledge(portal(), opened, holder, now=now)
    elif action == "spoken":
        mark_spoken(portal(), opened, holder, now=now)
    elif action == "pass_on":
        try:
            pass_on(portal(), opened, request.form.get("to", ""), now=now)
        except NotAcceptingError:
            wrong = N_("Choose a hospital that takes messages, or the central office.")
            return _show(token, opened, holder, wrong), 422
        return render_template("pages/passed-on.html", study=opened.study)
    else:
        raise BadRequest
    return redirect(url_for("site_page.page", token=token), 303)


def _open(token: str) -> tuple[OpenRequest, str]:
    try:
        opened, holder = for_site(portal(), token)
    except UnknownLinkError:
        raise NotFound from None
    except EndedLinkError:
        raise Gone from None
    languages.speak(opened.route.language if holder != CENTRAL else languages.SOURCE)
    return opened, holder


def _show(token: str, opened: OpenRequest, holder: str, wrong: str = "") -> str:
    return render_template(
        "pages/site.html",
        token=token,
        study=opened.study,
        request_=opened.request,
        message=opened.message,
        site=opened.site,
        holder=holder,
        central=holder == CENTRAL,
        email_failed=opened.family_mail_failed,
        answered=next((e for e in opened.events if e.kind == "acknowledged"), None),
        spoken=next((e for e in opened.events if e.kind == "spoken"), None),
        others=_others(opened),
        wrong=wrong,
        zone=zone(opened.site, opened),
    )


def _others(opened: OpenRequest) -> list[Site]:
    """Accepting hospitals to pass the request to, the nearest to the present one first."""
    here = opened.site or (opened.study.sites[0] if opened.study.sites else None)
    if here is None:
        return []
    near = offer(portal().config, opened.study, place_of(here), "", "")
    return [ranked.site for ranked in near.choices if ranked.site.id != opened.request.site]
