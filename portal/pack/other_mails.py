"""Mails that are about no message: news for those who signed up, the question to a hospital."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from portal.content.model import Site, Study
from portal.mail.content import MailContent
from portal.mail.messages import build
from portal.services.about_signup import digest
from portal.services.match import items
from portal.services.parts import Parts
from portal.store.records import News, NewsKind

NAMES = ("updates-confirm", "updates-news", "site-check")
_KINDS: tuple[NewsKind, ...] = ("opens", "pauses", "closes")


def other_mails(
    parts: Parts, study: Study, site: Site, language: str, link: str
) -> Iterator[tuple[str, MailContent]]:
    """(name, mail), one for each way it can be worded. `link` stands for every private link."""
    for moved in (False, True):
        name = "updates-confirm (new address)" if moved else "updates-confirm"
        hours = parts.config.portal.updates.confirm_hours
        yield name, build("updates-confirm", language, link=link, hours=hours, new_address=moved)
    for news in _news(study, site):
        fitting = items(parts.config, [news])
        yield f"updates-news ({news.kind})", digest(parts, fitting, language, link, link)
    for reminder in (False, True):
        name = "site-check (reminder)" if reminder else "site-check"
        days = parts.config.portal.routing.stale_days
        about = {"study": study, "site": site, "second": False, "days": days}
        yield name, build("site-check", language, link=link, reminder=reminder, **about)


def _news(study: Study, site: Site) -> Iterator[News]:
    at = datetime.combine(study.text_date, time(12), tzinfo=UTC)
    day: date | None = study.status.checked_on
    for number, kind in enumerate(_KINDS, 1):
        yield News(number, at, study.slug, "", kind, day)
    yield News(len(_KINDS) + 1, at, study.slug, site.id, "hospital_opens", site.status_on)
