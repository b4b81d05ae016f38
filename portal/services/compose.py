"""Fill a mail with what its reader needs, and nothing else.

The hospital’s mail holds what the check page showed, never answers of the pre-screener (P14).
The family’s copy holds their own words with every address in them broken (A6).
"""

from __future__ import annotations

from portal.content.model import Site
from portal.mail.content import MailContent
from portal.mail.messages import build, without_links
from portal.security.links import FAMILY_PAGE, SITE_PAGE, Links
from portal.services.look_up import OpenRequest
from portal.services.parts import Parts
from portal.store.records import Delivery


def compose(parts: Parts, opened: OpenRequest, delivery: Delivery) -> MailContent:
    """The words of this delivery, in its reader’s language. Raises jinja2.TemplateError."""
    if delivery.recipient == "family":
        return _family_copy(parts, opened, delivery)
    return _site_request(parts, opened, delivery)


def family_link(parts: Parts, opened: OpenRequest) -> str:
    token = Links(parts.keys, FAMILY_PAGE).token(opened.request.id)
    return f"{parts.settings.base_url}/{opened.request.language}/requests/{token}"


def site_link(parts: Parts, opened: OpenRequest) -> str:
    token = Links(parts.keys, SITE_PAGE).token(opened.request.id)
    return f"{parts.settings.base_url}/site/{token}"


def chosen_site(opened: OpenRequest) -> Site | None:
    """The hospital the family chose, wherever its message goes today."""
    return opened.study.site(opened.request.site)


def _site_request(parts: Parts, opened: OpenRequest, delivery: Delivery) -> MailContent:
    return build(
        delivery.mail,
        opened.route.language,
        reference=opened.request.reference,
        study=opened.study,
        message=opened.message,
        family_language=opened.request.language,
        site=chosen_site(opened),
        central=opened.route.site is None,
        reason=opened.route.reason,
        link=site_link(parts, opened),
    )


def _family_copy(parts: Parts, opened: OpenRequest, delivery: Delivery) -> MailContent:
    message = opened.message
    return build(
        delivery.mail,
        opened.request.language,
        reference=opened.request.reference,
        name=without_links(message.full_name),
        words=without_links(message.message),
        site=chosen_site(opened),
        central=opened.route.site is None,
        reason=opened.route.reason,
        link=family_link(parts, opened),
        study=opened.study,
    )
