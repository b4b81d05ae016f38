"""The hospital’s page of one request, in the hospital’s language, behind its own link."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal import languages
from portal.security.links import SITE_PAGE
from portal.web.family import open_link, zone
from portal.web.shared_answers import for_hospital
from portal.web.state import portal

bp = Blueprint("site_page", __name__)


@bp.get("/site/<token>")
def page(token: str) -> ResponseReturnValue:
    opened = open_link(token, SITE_PAGE)
    languages.speak(opened.route.language)
    chosen = opened.study.site(opened.request.site)
    return render_template(
        "pages/site.html",
        study=opened.study,
        request_=opened.request,
        message=opened.message,
        answers=for_hospital(opened.study, opened.request),
        site=chosen,
        central=opened.route.site is None,
        zone=zone(chosen, opened),
        base_url=portal().settings.base_url,
    )
