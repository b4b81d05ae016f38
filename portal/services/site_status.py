"""How true what we show about each hospital is, for the operator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from portal.content.model import Site
from portal.services.parts import Parts
from portal.services.routing import confirmation_is_old
from portal.store import site_checks
from portal.store.records import SiteCheck

Truth = Literal["confirmed", "old", "unconfirmed", "mailbox_wrong"]


@dataclass(frozen=True)
class SiteLine:
    """`mail` is the state of the last question’s mail, None if none was written."""

    study: str
    site: Site
    truth: Truth
    check: SiteCheck | None
    mail: str | None

    def as_json(self) -> dict[str, Any]:
        check = self.check
        return {
            "study": self.study,
            "site": self.site.id,
            "truth": self.truth,
            "status": self.site.status,
            "status_on": _iso(self.site.status_on),
            "confirmed_on": _iso(self.site.confirmed_on),
            "confirmed_by": self.site.confirmed_by or None,
            "languages": list(self.site.languages),
            "asked_at": _iso(check.asked_at if check else None),
            "reminded_at": _iso(check.reminded_at if check else None),
            "answered_at": _iso(check.answered_at if check else None),
            "mail": self.mail,
        }


def site_lines(parts: Parts, *, now: datetime) -> Iterator[SiteLine]:
    """Every hospital of the complete studies, in the order of the files. Raises StoreError."""
    with parts.store.read() as db:
        checks = site_checks.every(db)
        mails = site_checks.last_mails(db)
    for study in parts.config.complete_studies:
        for site in study.sites:
            name = site_checks.hospital(study.slug, site.id)
            truth = _truth(parts, site, now.date())
            yield SiteLine(study.slug, site, truth, checks.get(name), mails.get(name))


def _truth(parts: Parts, site: Site, today: date) -> Truth:
    if not site.mailbox_right:
        return "mailbox_wrong"
    if not site.confirmed:
        return "unconfirmed"
    return "old" if confirmation_is_old(parts.config, site, today) else "confirmed"


def _iso(moment: date | datetime | None) -> str | None:
    if moment is None:
        return None
    return (
        moment.isoformat(timespec="seconds") if isinstance(moment, datetime) else moment.isoformat()
    )
