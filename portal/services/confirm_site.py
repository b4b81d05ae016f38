"""A hospital answers the monthly question: what it says is true from then on, everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.content.model import Site, Study
from portal.content.site_answers import Said, SiteAnswer
from portal.security.links import SITE_CHECK, Links
from portal.services.look_up import EndedLinkError, UnknownLinkError
from portal.services.parts import Parts
from portal.store import site_checks
from portal.store.records import SiteCheck


@dataclass(frozen=True)
class OpenCheck:
    check: SiteCheck
    study: Study
    site: Site


def open_check(parts: Parts, token: str) -> OpenCheck:
    """The hospital behind a link of a monthly mail.

    Raises UnknownLinkError: never ours. EndedLinkError: a newer mail has replaced it, or the
    hospital is no longer in the configuration.
    """
    check_id = Links(parts.keys, SITE_CHECK).row_id(token)
    if check_id is None:
        raise UnknownLinkError
    with parts.store.read() as db:
        check = site_checks.find(db, check_id)
    if check is None:
        raise EndedLinkError
    slug, site_id = check.hospital.split("/", 1)
    study = parts.config.study(slug)
    site = study.site(site_id) if study else None
    if study is None or site is None:
        raise EndedLinkError
    return OpenCheck(check, study, site)


def confirm_site(parts: Parts, opened: OpenCheck, said: Said, *, now: datetime) -> None:
    """Keep the answer with today’s date; a later one from the same link replaces it.

    Raises EndedLinkError: a newer mail has replaced the link meanwhile. StoreError.
    """
    answer = SiteAnswer(
        study=opened.study.slug,
        site=opened.site.id,
        on=now.date(),
        status=said.status,
        languages=said.languages,
        mailbox=opened.site.mailbox,
        mailbox_right=said.mailbox_right,
        confirmed_by=said.confirmed_by,
    )
    with parts.store.write() as db:
        if not site_checks.answer(db, opened.check.id, answer, now):
            raise EndedLinkError
        site_checks.drop_mails(db, opened.check.hospital)
    parts.truth.changed()
