"""What hospitals themselves said last, put on top of what the files say."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from portal.content.model import Config, Site, Study

AnsweredStatus = Literal["open", "opening", "paused", "full", "closed"]


@dataclass(frozen=True)
class Said:
    """What the form asks a hospital. `confirmed_by` is the code of a role."""

    status: AnsweredStatus
    languages: tuple[str, ...]
    mailbox_right: bool
    confirmed_by: str


@dataclass(frozen=True)
class SiteAnswer:
    """One press of a hospital’s monthly form. `confirmed_by` is a role, never a name."""

    study: str  # slug
    site: str
    on: date
    status: AnsweredStatus
    languages: tuple[str, ...]
    mailbox: str  # the address that the answer is about
    mailbox_right: bool
    confirmed_by: str


def with_answers(config: Config, answers: Iterable[SiteAnswer]) -> Config:
    """The configuration as the hospitals’ answers make it.

    The later day wins; on the same day the hospital does. A row that an operator dated after
    the answer stays as it is (docs/decisions/site-truth.md).
    """
    by_site = {(answer.study, answer.site): answer for answer in answers}
    if not by_site:
        return config
    studies = tuple(_study(study, by_site) for study in config.studies)
    return dataclasses.replace(config, studies=studies)


def _study(study: Study, answers: Mapping[tuple[str, str], SiteAnswer]) -> Study:
    sites = tuple(_site(site, answers.get((study.slug, site.id))) for site in study.sites)
    return study if sites == study.sites else dataclasses.replace(study, sites=sites)


def _site(site: Site, answer: SiteAnswer | None) -> Site:
    if answer is None or _newer_in_file(site, answer.on):
        return site
    return dataclasses.replace(
        site,
        status=answer.status,
        status_on=answer.on,
        confirmed_on=answer.on,
        confirmed_by=answer.confirmed_by,
        languages=answer.languages or site.languages,
        # Once the operator has written another mailbox, the answer says nothing about it.
        mailbox_right=answer.mailbox_right or answer.mailbox != site.mailbox,
    )


def _newer_in_file(site: Site, day: date) -> bool:
    return any(known is not None and known > day for known in (site.status_on, site.confirmed_on))
