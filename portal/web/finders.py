"""For search engines: which pages there are, and which are nobody else’s business."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template, url_for

from portal.web.addresses import offered
from portal.web.frame import ABOUT_ALL, ABOUT_ANY_STUDY, ABOUT_COMPLETE_STUDY
from portal.web.page_cache import keep
from portal.web.state import portal

bp = Blueprint("finders", __name__)

# Pages of one person or one moment. `*` stands for the language and the study.
PERSONAL = (
    "/*/requests/",
    "/*/studies/*/contact/",
    "/*/studies/*/check",
    "/*/updates/confirm/",
    "/*/updates/manage/",
    "/*/updates/stop/",
    "/*/updates/sent/",
    "/*/notes",
    "/*/n/",
    "/site/",
)


@bp.get("/robots.txt")
def robots() -> Response:
    here = portal()
    approved = any(study.approval for study in here.config.complete_studies)
    lines = ["User-agent: *"]
    if here.settings.public and not approved:
        lines += ["# Example texts. Not yet checked by an ethics committee.", "Disallow: /"]
    else:
        lines += [f"Disallow: {path}" for path in PERSONAL]
    lines += ["", f"Sitemap: {here.settings.base_url}{url_for('finders.sitemap')}", ""]
    return keep(Response("\n".join(lines), content_type="text/plain; charset=utf-8"))


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """Every listed page in every language, each with its other languages."""
    xml = render_template("sitemap.xml", pages=list(_pages()), languages=offered())
    return keep(Response(xml, content_type="application/xml; charset=utf-8"))


def _pages() -> Iterator[dict[str, str]]:
    """For each page: its address in each language."""
    for endpoint in ABOUT_ALL:
        yield _in_all_languages(endpoint)
    for study in portal().config.studies:
        for endpoint in (*ABOUT_ANY_STUDY, *(ABOUT_COMPLETE_STUDY if study.complete else ())):
            yield _in_all_languages(endpoint, slug=study.slug)


def _in_all_languages(endpoint: str, **values: Any) -> dict[str, str]:
    base = portal().settings.base_url
    return {code: base + url_for(endpoint, lang=code, **values) for code in offered()}
