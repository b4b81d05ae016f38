"""Ask each hospital once a month whether what we show is still true; remind it once.

Asked are hospitals of complete studies that are not closed, each the first time one period after
the portal has first seen it (or after its last confirmation), so that a new portal mails nobody
by itself. On a public address an example mailbox is never written to.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Connection

from portal.content.live import is_reserved
from portal.content.model import Site, Study
from portal.security.links import new_id
from portal.services.mails import new_mail
from portal.services.parts import Parts
from portal.store import deliveries, site_checks
from portal.store.database import AlreadyThereError
from portal.store.records import About, Lane, SiteCheck

MAIL = "site-check"
REMINDER = "site-check-reminder"


@dataclass(frozen=True)
class Asked:
    """How many hospitals were asked, and how many reminded."""

    asked: int = 0
    reminded: int = 0


def ask_sites(parts: Parts, *, now: datetime) -> Asked:
    """Queue what is due. Days come from `[confirming]` in portal.toml."""
    with parts.store.read() as db:
        known = site_checks.every(db)
    asked = reminded = 0
    new: list[SiteCheck] = []
    for study, site in mailable(parts):
        check = known.get(site_checks.hospital(study.slug, site.id))
        if check is None:
            new.append(_first_seen(parts, study, site, now))
        elif _is_due(parts, check, now):
            asked += ask(parts, study, site, check, now=now)
        elif _wants_reminder(parts, check, now):
            reminded += _remind(parts, check, now)
    _remember(parts, new)
    return Asked(asked, reminded)


def ask_now(parts: Parts, names: Collection[str], *, now: datetime) -> int:
    """Ask these hospitals (`study/site`) at once, whatever is due; how many could be asked."""
    with parts.store.read() as db:
        known = site_checks.every(db)
    count = 0
    for study, site in mailable(parts):
        name = site_checks.hospital(study.slug, site.id)
        if name in names:
            count += ask(parts, study, site, known.get(name), now=now)
    return count


def mailable(parts: Parts) -> Iterator[tuple[Study, Site]]:
    """Hospitals that can be asked: with a mailbox, of a study that is not closed."""
    for study in parts.config.complete_studies:
        for site in study.sites:
            if study.status.code != "closed" and _mailbox(parts, site):
                yield study, site


def mailbox_of(site: Site, *, second: bool = False) -> str:
    """Where the question goes: not to a mailbox that the hospital called wrong."""
    if second or not site.mailbox_right:
        return site.second_mailbox
    return site.mailbox


def ask(parts: Parts, study: Study, site: Site, before: SiteCheck | None, *, now: datetime) -> bool:
    """One question with a new link; the link before it ends. False: somebody was faster."""
    check_id, name = new_id(), site_checks.hospital(study.slug, site.id)
    try:
        with parts.store.write() as db:
            if before is None:
                site_checks.add(db, SiteCheck(check_id, name, asked_at=now))
            elif not site_checks.ask_again(db, before, new_id=check_id, now=now):
                return False
            site_checks.drop_mails(db, name)
            _queue(db, parts, name, MAIL, now)
    except AlreadyThereError:
        return False
    return True


def _mailbox(parts: Parts, site: Site) -> str:
    address = mailbox_of(site)
    return "" if parts.settings.public and is_reserved(address) else address


def _first_seen(parts: Parts, study: Study, site: Site, now: datetime) -> SiteCheck:
    every = timedelta(days=parts.config.portal.confirming.ask_every_days)
    since = now
    if site.confirmed_on is not None:
        since = datetime.combine(site.confirmed_on, time(9), tzinfo=UTC)
    name = site_checks.hospital(study.slug, site.id)
    return SiteCheck(new_id(), name, due_at=since + every)


def _remember(parts: Parts, new: list[SiteCheck]) -> None:
    if not new:
        return
    with contextlib.suppress(AlreadyThereError), parts.store.write() as db:
        for check in new:  # if another worker has just done the same, the next round sees it
            site_checks.add(db, check)


def _is_due(parts: Parts, check: SiteCheck, now: datetime) -> bool:
    if check.asked_at is None:
        return check.due_at is None or check.due_at <= now
    every = timedelta(days=parts.config.portal.confirming.ask_every_days)
    return max(check.asked_at, check.answered_at or check.asked_at) + every <= now


def _wants_reminder(parts: Parts, check: SiteCheck, now: datetime) -> bool:
    if check.asked_at is None or check.reminded_at is not None or check.answered:
        return False
    return check.asked_at + timedelta(days=parts.config.portal.confirming.remind_after_days) <= now


def _remind(parts: Parts, check: SiteCheck, now: datetime) -> bool:
    with parts.store.write() as db:
        if not site_checks.remind(db, check, now):
            return False
        _queue(db, parts, check.hospital, REMINDER, now)
    return True


def _queue(db: Connection, parts: Parts, name: str, mail: str, now: datetime) -> None:
    about = About("hospital", name)
    deliveries.add(db, new_mail(parts, about, "site", mail, now, lane=Lane.SOON))
