"""Mails about a hospital itself: is what we show still true?"""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr

from sqlalchemy import Connection

from portal.mail.messages import build
from portal.security.links import SITE_CHECK, Links
from portal.services.ask_sites import mailbox_of
from portal.services.compose import Letter
from portal.services.look_up import EndedLinkError
from portal.services.mails import new_mail
from portal.services.parts import Parts
from portal.services.routing import NoRouteError, mail_language
from portal.store import deliveries, site_checks
from portal.store.records import Delivery, Lane, SiteCheck


def write(parts: Parts, delivery: Delivery) -> Letter:
    """Raises EndedLinkError: the hospital has answered, is gone, or was asked anew since.

    NoRouteError: it has no mailbox that it can be asked at.
    """
    with parts.store.read() as db:
        check = site_checks.of_hospital(db, delivery.about.id)
    if check is None or not _still_asks(check, delivery):
        raise EndedLinkError
    slug, site_id = delivery.about.id.split("/", 1)
    study = parts.config.study(slug)
    site = study.site(site_id) if study else None
    if study is None or site is None:
        raise EndedLinkError
    second = delivery.contact == "second"
    address = mailbox_of(site, second=second)
    if not address:
        raise NoRouteError(f"{delivery.about.id} has no mailbox for this question")
    content = build(
        "site-check",
        mail_language(parts.config, site),
        study=study,
        site=site,
        link=check_link(parts, check),
        reminder=delivery.mail == "site-check-reminder",
        second=second,
        days=parts.config.portal.routing.stale_days,
    )
    return Letter(content, address, parseaddr(parts.settings.mail_from)[1], site.id)


def _still_asks(check: SiteCheck, delivery: Delivery) -> bool:
    """Is this mail about the newest question, and that one open?"""
    if check.answered or check.asked_at is None:
        return False
    return delivery.created_at >= check.asked_at


def check_link(parts: Parts, check: SiteCheck) -> str:
    return f"{parts.settings.base_url}/site/check/{Links(parts.keys, SITE_CHECK).token(check.id)}"


def after_failure(db: Connection, parts: Parts, delivery: Delivery, now: datetime) -> None:
    """The second contact is asked once; after that the confirmation grows old, and pages say so."""
    slug, site_id = delivery.about.id.split("/", 1)
    study = parts.config.study(slug)
    site = study.site(site_id) if study else None
    check = site_checks.of_hospital(db, delivery.about.id)
    if check is None or not _still_asks(check, delivery):
        return
    if site is None or delivery.contact != "first" or not site.second_mailbox:
        return
    again = new_mail(
        parts, delivery.about, "site", delivery.mail, now, contact="second", lane=Lane.SOON
    )
    deliveries.add(db, again)
