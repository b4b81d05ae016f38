"""Which news is for whom: country, illness and age group as signed up; no answer = everything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from portal.content.catalogue import AGE_GROUPS, Entry, Wanted, entries, fit
from portal.content.model import Config, Site, Study
from portal.store.records import News

_ILLNESSES: Mapping[str, frozenset[str]] = {
    "all": frozenset({"all"}),
    "lbl": frozenset({"lbl"}),
    "both": frozenset({"all", "lbl"}),
    "other": frozenset({"other"}),
}


@dataclass(frozen=True)
class Item:
    """One piece of news with what its words need, as the configuration says it today."""

    news: News
    study: Study
    site: Site | None
    entry: Entry

    def is_for(self, country: str, illness: str, age_group: str) -> bool:
        """What a study does not say keeps nobody out."""
        known = self.entry.reach.illnesses
        if illness in _ILLNESSES and known and not _ILLNESSES[illness] & set(known):
            return False
        if self.site is not None and country and self.site.country != country:
            return False
        wanted = Wanted("" if self.site else country, age_group if age_group in AGE_GROUPS else "")
        return "no" not in fit(self.entry, wanted).values()


def items(config: Config, told: Iterable[News]) -> tuple[Item, ...]:
    """In order; of each study and each hospital only the newest, so that no mail tells what has
    changed again. What is not in the configuration any more is not told."""
    newest = {(one.study, one.site): one for one in told}
    by_nct = {entry.nct: entry for entry in entries(config)}
    found = []
    for one in sorted(newest.values(), key=lambda news: news.id):
        study = config.study(one.study)
        site = study.site(one.site) if study and one.site else None
        if study is not None and (site is not None or not one.site):
            found.append(Item(one, study, site, by_nct[study.nct]))
    return tuple(found)


def by_study(found: Sequence[Item]) -> list[tuple[Study, list[Item]]]:
    """The news of each study together, so that a mail says once whom it is for."""
    grouped: dict[str, list[Item]] = {}
    for item in found:
        grouped.setdefault(item.study.slug, []).append(item)
    return [(pieces[0].study, pieces) for pieces in grouped.values()]


class Matcher:
    """Items for a set of wishes. A hundred thousand people have a few hundred different ones."""

    def __init__(self, all_items: Sequence[Item]) -> None:
        self._find = cache(lambda wishes: tuple(item for item in all_items if item.is_for(*wishes)))

    def for_wishes(self, wishes: tuple[str, str, str]) -> tuple[Item, ...]:
        return self._find(wishes)
