"""What a private link opens: a request and its mails."""

from __future__ import annotations

from dataclasses import dataclass

from portal.content.model import Study
from portal.security.links import Links
from portal.services.parts import Parts
from portal.services.routing import Route, route
from portal.store import deliveries, requests
from portal.store.records import ContactMessage, Delivery, StoredRequest


class UnknownLinkError(Exception):
    """No request was ever behind this link."""


class EndedLinkError(Exception):
    """There was a request, and it is gone."""


@dataclass(frozen=True)
class OpenRequest:
    """A request with all that its pages and mails tell. The message is there."""

    request: StoredRequest
    message: ContactMessage
    study: Study
    deliveries: tuple[Delivery, ...]
    route: Route


def look_up(parts: Parts, token: str, purpose: str) -> OpenRequest:
    """The request behind a link of this purpose. Raises UnknownLinkError, EndedLinkError."""
    request_id = Links(parts.keys, purpose).row_id(token)
    if request_id is None:
        raise UnknownLinkError
    return load(parts, request_id)


def load(parts: Parts, request_id: str) -> OpenRequest:
    """Raises UnknownLinkError, EndedLinkError."""
    with parts.store.read() as db:
        request = requests.find(db, parts.keys, request_id)
        mails = tuple(deliveries.of_request(db, request_id))
    study = parts.config.study(request.study) if request else None
    if request is None or study is None:
        raise UnknownLinkError
    if request.message is None:
        raise EndedLinkError
    where = route(parts.config, study, request.site, public=parts.settings.public)
    return OpenRequest(request, request.message, study, mails, where)
