"""Build one web process, step by step."""

from __future__ import annotations

from flask import Flask

from portal import languages
from portal.logs import set_up_logs
from portal.places.gazetteer import Gazetteer
from portal.security.limits import SourceLimits
from portal.security.origin import allowed_hosts, allowed_origins
from portal.services.parts import open_parts
from portal.settings import ROOT, Settings
from portal.web import (
    addresses,
    check,
    contact,
    errors,
    family,
    finders,
    frame,
    guard,
    health,
    hospitals,
    reading,
    site_check,
    site_page,
    texts,
    updates,
)
from portal.web.page_cache import PageCache
from portal.web.state import Portal

FORM_BYTES = 64 * 1024
FORM_FIELDS = 40


def build_app(settings: Settings) -> Flask:
    set_up_logs()
    app = Flask("portal", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        MAX_FORM_PARTS=FORM_FIELDS,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.url_map.strict_slashes = True
    portal = _open_portal(settings)
    app.extensions["portal"] = portal
    for part in (guard, addresses, texts, frame, errors):
        part.install(app)
    for page in (
        reading,
        hospitals,
        check,
        contact,
        family,
        site_check,
        site_page,
        updates,
        finders,
        health,
    ):
        app.register_blueprint(page.bp)
    _cache_public_pages(app, portal)
    return app


def _open_portal(settings: Settings) -> Portal:
    parts = open_parts(settings)
    limits = parts.config.portal.limits
    for code in parts.config.portal.languages.offered:
        languages.catalogue(code)
    return Portal(
        settings=parts.settings,
        files=parts.files,
        keys=parts.keys,
        store=parts.store,
        gazetteer=Gazetteer.open(settings.data),
        limits=SourceLimits(
            {
                "check": limits.checks_per_source_per_hour,
                "send": limits.sends_per_source_per_hour,
                "sign_up": limits.signups_per_source_per_hour,
            }
        ),
    )


def _cache_public_pages(app: Flask, portal: Portal) -> None:
    settings = portal.settings
    origins = allowed_origins(settings.base_url, settings.port, public=settings.public)
    cache = PageCache(
        app.wsgi_app, allowed_hosts(origins), lambda: (portal.now().date(), portal.truth.version)
    )
    app.wsgi_app = cache  # type: ignore[assignment]
