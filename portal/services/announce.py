"""Tell those who signed up what has changed about a study.

News is what the configuration says now, against what was told last. A run first writes the news
and the new facts in one transaction, then due mails for a thousand sign-ups at a time, each
with the place it has reached: a run that was killed goes on there and repeats nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from portal.content.model import Study
from portal.services.mails import new_mail
from portal.services.match import Item, Matcher, items
from portal.services.parts import Parts
from portal.store import deliveries, news, signups
from portal.store.records import About, Announcement, Delivery, Lane, News, NewsKind

CHUNK = 1000
DIGEST = "updates-news"
_STUDY_NEWS: dict[str, NewsKind] = {"open": "opens", "paused": "pauses", "closed": "closes"}
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Announced:
    """What a run did: the news, and how many people get a mail about it."""

    news: tuple[News, ...]
    written: int


@dataclass
class Preview:
    """Who would get what: how many people by language, and by language and piece of news."""

    items: tuple[Item, ...]
    people: Counter[str] = field(default_factory=Counter)
    by_item: Counter[tuple[str, int]] = field(default_factory=Counter)


def announce(
    parts: Parts, study: Study, *, now: datetime, progress: Progress | None = None
) -> Announced:
    """Write the due mails of this study’s news; go on with a run that was cut off.

    Raises StoreError: what is written so far stays, and the next run goes on from there.
    """
    with parts.store.write() as db:
        run = news.unfinished(db, study.slug)
        if run is None:
            run = _begin(db, study, now)
        told = tuple(news.of_announcement(db, run)) if run else ()
    if run is None:
        return Announced((), 0)
    matcher = Matcher(items(parts.config, told))
    while (after := _write_chunk(parts, run.study, matcher)) is not None:
        run = after
        if progress is not None:
            progress(run.written)
    return Announced(told, run.written)


def preview(parts: Parts, study: Study, *, now: datetime) -> Preview:
    """The same news and the same matching; nothing is written. Raises StoreError."""
    with parts.store.read() as db:
        fresh = _fresh(study, news.facts(db, study.slug), now)
        found = Preview(items(parts.config, fresh))
        matcher = Matcher(found.items)
        for rows in signups.in_chunks(db, CHUNK):
            for row in rows:
                fitting = matcher.for_wishes(signups.open_wishes(parts.keys, row))
                found.people[row.language] += bool(fitting)
                found.by_item.update((row.language, item.news.id) for item in fitting)
    return found


def _begin(db: Connection, study: Study, now: datetime) -> Announcement | None:
    told = news.facts(db, study.slug)
    fresh = _fresh(study, told, now)
    if _facts(study) != told:
        news.keep_facts(db, study.slug, _facts(study))
    if not fresh:
        return None
    news.begin(db, study.slug, now, *news.add(db, fresh))
    return news.unfinished(db, study.slug)


def _facts(study: Study) -> dict[str, str]:
    return {"": study.status.code, **{site.id: site.status for site in study.sites}}


def _fresh(study: Study, told: dict[str, str], now: datetime) -> list[News]:
    """What has changed. A study that was never told of is news only if it is open; its hospitals
    then are what they are, and no news."""
    numbers = iter(range(1, 10_000))

    def piece(site: str, kind: NewsKind, on: date | None) -> News:
        return News(next(numbers), now, study.slug, site, kind, on)

    return list(_changes(study, told, piece))


def _changes(
    study: Study, told: dict[str, str], piece: Callable[[str, NewsKind, date | None], News]
) -> Iterator[News]:
    code = study.status.code
    known = "" in told
    if code in _STUDY_NEWS and code != told.get("") and (known or code == "open"):
        yield piece("", _STUDY_NEWS[code], study.status.checked_on)
    if not known or not study.accepts_messages:
        return
    for site in study.sites:
        if site.status == "open" and told.get(site.id) != "open":
            yield piece(site.id, "hospital_opens", site.status_on)


def _write_chunk(parts: Parts, study: str, matcher: Matcher) -> Announcement | None:
    """The next thousand sign-ups in one transaction; None once the run is finished."""
    with parts.store.write() as db:
        run = news.unfinished(db, study)
        if run is None:
            return None
        rows = signups.after(db, run.after, CHUNK)
        if not rows:
            news.finish(db, run, parts.now())
            return None
        wanted = [
            row
            for row in rows
            if row.news_until < run.news_from
            and matcher.for_wishes(signups.open_wishes(parts.keys, row))
        ]
        _queue(db, parts, run, wanted, (rows[0].id, rows[-1].id))
        news.move_on(db, run, rows[-1].id, len(wanted))
    return Announcement(**{**vars(run), "after": rows[-1].id, "written": run.written + len(wanted)})


def _queue(
    db: Connection,
    parts: Parts,
    run: Announcement,
    wanted: Sequence[Row[Any]],
    ids: tuple[str, str],
) -> None:
    """One digest a person: a mail that nobody has tried yet takes the news along."""
    waiting = news.digests_of(db, *ids)
    untried, added = [], []
    for row in wanted:
        mails = waiting.get(row.id, [])
        fresh = [mail.id for mail in mails if mail.state == "accepted" and not mail.attempts]
        if fresh:
            untried.append(fresh[0])
        else:
            added.append(_digest(parts, row, run.at, on_its_way=bool(mails)))
    news.renew(db, untried, run.at)
    deliveries.add(db, *added)


def _digest(parts: Parts, row: Row[Any], at: datetime, *, on_its_way: bool) -> Delivery:
    week = timedelta(days=parts.config.portal.updates.days_between_mails)
    last = at if on_its_way else row.last_news_at
    due = at if last is None else max(at, last + week)
    about = About("signup", row.id)
    return new_mail(parts, about, "reader", DIGEST, at, due_at=due, lane=Lane.BULK)
