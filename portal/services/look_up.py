"""What a private link opens: a request and its mails."""

from __future__ import annotations

from dataclasses import dataclass

from portal.content.model import Site, Study
from portal.security.links import FAMILY_MAIL, FAMILY_PAGE, Links, claimed_id, site_page
from portal.services.parts import Parts
from portal.services.routing import CENTRAL, Route, route
from portal.store import deliveries, events, requests
from portal.store.records import ContactMessage, Delivery, Event, StoredRequest


class UnknownLinkError(Exception):
    """No request was ever behind this link."""


class EndedLinkError(Exception):
    """There was a request, and it is gone, or it has moved on to another hospital."""


@dataclass(frozen=True)
class OpenRequest:
    """A request with all that its pages and mails tell. The message is there."""

    request: StoredRequest
    message: ContactMessage
    study: Study
    deliveries: tuple[Delivery, ...]
    events: tuple[Event, ...]
    route: Route

    @property
    def site(self) -> Site | None:
        """The hospital the request is with, wherever its mails go today."""
        return self.study.site(self.request.site)

    @property
    def answered_by(self) -> str:
        """Who pressed that it will contact the family: a site’s id, ‘central’, or nobody yet."""
        pressed = [event.site for event in self.events if event.kind == "acknowledged"]
        return (pressed[-1] or "") if pressed else ""

    @property
    def family_mail_failed(self) -> bool:
        """The family’s own address did not take our mail: the hospital should phone."""
        return any(
            mail.recipient == "family" and mail.state == "failed" for mail in self.deliveries
        )


def for_family(parts: Parts, token: str) -> tuple[OpenRequest, bool]:
    """The family’s request, and whether the link came from their mailbox.

    Raises UnknownLinkError, EndedLinkError.
    """
    for purpose in (FAMILY_PAGE, FAMILY_MAIL):
        request_id = Links(parts.keys, purpose).row_id(token)
        if request_id is not None:
            return load(parts, request_id), purpose == FAMILY_MAIL
    raise UnknownLinkError


def for_site(parts: Parts, token: str) -> tuple[OpenRequest, str]:
    """The request behind a hospital’s link, and who holds it: a site’s id or ‘central’.

    A link of a hospital that passed the request on, and one of a withdrawn request, have ended.
    Raises UnknownLinkError, EndedLinkError.
    """
    request_id = claimed_id(token)
    if request_id is None:
        raise UnknownLinkError
    opened = load(parts, request_id)
    others = (site.id for site in opened.study.sites)
    holder = next(
        (who for who in (opened.request.site, CENTRAL, *others) if _holds(parts, token, who)), None
    )
    if holder is None:
        raise UnknownLinkError
    if holder not in {opened.request.site, CENTRAL} or opened.request.state == "withdrawn":
        raise EndedLinkError
    return opened, holder


def _holds(parts: Parts, token: str, holder: str) -> bool:
    return Links(parts.keys, site_page(holder)).row_id(token) is not None


def load(parts: Parts, request_id: str) -> OpenRequest:
    """Raises UnknownLinkError, EndedLinkError."""
    with parts.store.read() as db:
        request = requests.find(db, parts.keys, request_id)
        mails = tuple(deliveries.of_request(db, request_id))
        facts = tuple(events.of_request(db, request_id))
    study = parts.config.study(request.study) if request else None
    if request is None or study is None:
        raise UnknownLinkError
    if request.message is None:
        raise EndedLinkError
    where = route(parts.config, study, request.site, public=parts.settings.public)
    return OpenRequest(request, request.message, study, mails, facts, where)
