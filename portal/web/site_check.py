"""The hospital’s page of the monthly question: what we show, and one button. No login.

In the hospital’s language. GET never acts: mail scanners open links (reliability, finding 7).
The link opens no message of a family.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Gone, NotFound

from portal import languages
from portal.forms.choices import SPOKEN
from portal.forms.site_check import SiteCheckForm
from portal.services.confirm_site import OpenCheck, confirm_site, open_check
from portal.services.look_up import EndedLinkError, UnknownLinkError
from portal.services.routing import mail_language
from portal.web.state import portal

bp = Blueprint("site_check", __name__)


@bp.get("/site/check/<token>")
def page(token: str) -> ResponseReturnValue:
    opened = _open(token)
    return _show(token, opened, SiteCheckForm.of_site(opened.site))


@bp.post("/site/check/<token>")
def answer(token: str) -> ResponseReturnValue:
    """The newest press counts; the same one twice changes nothing."""
    opened = _open(token)
    form = SiteCheckForm(request.form, opened.site)
    if not form.validate():
        return _show(token, opened, form), 422
    try:
        confirm_site(portal(), opened, form.to_said(), now=portal().now())
    except EndedLinkError:
        raise Gone from None
    return redirect(url_for("site_check.page", token=token), 303)


def _open(token: str) -> OpenCheck:
    try:
        opened = open_check(portal(), token)
    except UnknownLinkError:
        raise NotFound from None
    except EndedLinkError:
        raise Gone from None
    languages.speak(mail_language(portal().config, opened.site))
    return opened


def _show(token: str, opened: OpenCheck, form: SiteCheckForm) -> str:
    return render_template(
        "pages/site-check.html",
        token=token,
        study=opened.study,
        site=opened.site,
        check=opened.check,
        form=form,
        first_languages=len(opened.site.languages),
        spoken=len(SPOKEN),
    )
