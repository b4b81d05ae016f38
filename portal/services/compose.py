"""Fill a mail with what its reader needs, and nothing else.

The hospital’s mail holds what the check page showed, never answers of the pre-screener (P14).
The family’s copy holds their own words with every address in them broken (A6). The central
desk’s mail holds the reference and a link.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from portal.mail.content import MailContent
from portal.mail.messages import build, without_links
from portal.security.links import FAMILY_MAIL, Links, site_page
from portal.services.look_up import OpenRequest
from portal.services.parts import Parts
from portal.services.routing import CENTRAL, Route, route
from portal.store.records import Delivery

# Not the central desk’s mail (reference and link only), nor ‘please do not contact them’.
ANSWERED_TO_FAMILY = ("site-request", "site-reminder")


@dataclass(frozen=True)
class Letter:
    """The words of one delivery, and whose mailbox they are for."""

    content: MailContent
    address: str
    reply_to: str
    to: str  # a site’s id, ‘central’, ‘family’ or ‘reader’
    stop_link: str = ""  # one click ends all such mails


class NothingToSayError(Exception):
    """What this mail was to tell is told or gone; it is dropped."""


class NotYetError(Exception):
    """This mail may go only later."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


def compose(parts: Parts, opened: OpenRequest, delivery: Delivery) -> Letter:
    """Only two kinds of address can ever be written to: the route’s and the family’s own.

    Raises jinja2.TemplateError, NoRouteError.
    """
    if delivery.recipient == "family":
        return _to_family(parts, opened, delivery)
    return _to_site(parts, opened, delivery)


def _to_site(parts: Parts, opened: OpenRequest, delivery: Delivery) -> Letter:
    where = route(
        parts.config,
        opened.study,
        opened.request.site,
        public=parts.settings.public,
        contact=delivery.contact,
    )
    content = build(
        delivery.mail,
        where.language,
        message=opened.message,
        family_language=opened.request.language,
        link=site_link(parts, opened, where.to),
        second=delivery.contact == "second",
        passed_on=any(event.kind == "passed_on" for event in opened.events),
        email_failed=opened.family_mail_failed,
        **_common(parts, opened, where),
    )
    ours = parseaddr(parts.settings.mail_from)[1]
    reply_to = opened.message.email if delivery.mail in ANSWERED_TO_FAMILY else ours
    return Letter(content, where.address, reply_to, where.to)


def _to_family(parts: Parts, opened: OpenRequest, delivery: Delivery) -> Letter:
    desk = opened.study.central
    common = _common(parts, opened, opened.route)
    if delivery.mail == "family-acknowledged":
        common["central"] = opened.answered_by == CENTRAL
    content = build(
        delivery.mail,
        opened.request.language,
        name=without_links(opened.message.full_name),
        words=without_links(opened.message.message),
        link=family_link(parts, opened),
        days=parts.config.portal.answering.tell_family_after,
        **common,
    )
    return Letter(content, opened.message.email, desk.email if desk else "", "family")


def _common(parts: Parts, opened: OpenRequest, where: Route) -> dict[str, Any]:
    return {
        "reference": opened.request.reference,
        "study": opened.study,
        "site": opened.site,
        "central": where.site is None,
        "reason": where.reason,
        "public": parts.settings.public,
    }


def family_link(parts: Parts, opened: OpenRequest) -> str:
    token = Links(parts.keys, FAMILY_MAIL).token(opened.request.id)
    return f"{parts.settings.base_url}/{opened.request.language}/requests/{token}"


def site_link(parts: Parts, opened: OpenRequest, holder: str = CENTRAL) -> str:
    token = Links(parts.keys, site_page(holder)).token(opened.request.id)
    return f"{parts.settings.base_url}/site/{token}"
