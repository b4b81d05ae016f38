"""Who gets a message: the chosen hospital, or the study’s central desk, and why.

Judged when a mail is sent, not when it was written: a hospital may have paused meanwhile
(reliability brief, F32; architecture, ‘Unconfirmed hospitals’).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from portal import languages
from portal.content.model import Config, Site, Study
from portal.store.records import Contact

CENTRAL = "central"
Reason = Literal["chosen", "unconfirmed", "not_accepting", "study_not_accepting", "no_mailbox"]


class NoRouteError(Exception):
    """Neither the hospital nor the central desk can be written to."""


@dataclass(frozen=True)
class Route:
    """An address and whose it is. `site` is None at the central desk."""

    address: str
    site: Site | None
    reason: Reason
    language: str

    @property
    def to(self) -> str:
        return self.site.id if self.site else CENTRAL


def route(
    config: Config, study: Study, site_id: str, *, public: bool, contact: Contact = "first"
) -> Route:
    """The mailbox for a message to `site_id` today.

    `contact`: the site’s first mailbox, its second one if it has one, or the central desk.
    Raises NoRouteError: there is none.
    """
    site = study.site(site_id)
    reason = _why_not(study, site, public=public)
    if site is not None and reason == "chosen" and contact != "central":
        second = site.second_mailbox if contact == "second" else ""
        return Route(second or site.mailbox, site, reason, mail_language(config, site))
    if study.central is None or not study.central.email:
        raise NoRouteError(f"{study.slug} has no central desk")
    return Route(study.central.email, None, reason, languages.SOURCE)


def mail_language(config: Config, site: Site) -> str:
    """The first of the hospital’s languages that is offered, else English."""
    offered = config.portal.languages.offered
    known = (languages.ALIASES.get(code, code) for code in site.languages)
    return next((code for code in known if code in offered), languages.SOURCE)


def confirmation_is_old(config: Config, site: Site, today: date) -> bool:
    """Confirmed once, but longer ago than `stale_days`: it stays in the choice and says so."""
    if site.confirmed_on is None:
        return False
    return (today - site.confirmed_on).days > config.portal.routing.stale_days


def _why_not(study: Study, site: Site | None, *, public: bool) -> Reason:
    if not study.accepts_messages:
        return "study_not_accepting"
    if site is None or not site.accepting:
        return "not_accepting"
    if public and not site.confirmed:
        return "unconfirmed"
    return "chosen" if site.mailbox and site.mailbox_right else "no_mailbox"
