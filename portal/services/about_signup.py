"""The news of a week for one person, in their language, with the way to end it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr

from sqlalchemy import Connection

from portal.mail.content import MailContent
from portal.mail.messages import build
from portal.mail.retry import GIVE_UP_AFTER
from portal.services.compose import Letter, NothingToSayError, NotYetError
from portal.services.look_up import EndedLinkError
from portal.services.match import Item, Matcher, by_study, items
from portal.services.parts import Parts
from portal.services.signup_links import manage_link, stop_link
from portal.store import deliveries, news, signups
from portal.store.records import Delivery, SignUp


def write(parts: Parts, delivery: Delivery) -> Letter:
    """All that is new for this person up to when the mail was queued, so every try says the same.

    Raises EndedLinkError: stopped meanwhile; NotYetError: the last one is less than a week old;
    NothingToSayError: told already, or their wishes have changed.
    """
    with parts.store.read() as db:
        found = signups.find(db, parts.keys, delivery.about.id)
        if found is None:
            raise EndedLinkError
        told = news.between(db, found.news_until, until_moment=delivery.created_at)
    _wait_a_week(parts, found)
    wishes = found.wishes
    fitting = Matcher(items(parts.config, told)).for_wishes(
        (wishes.country, wishes.illness, wishes.age_group)
    )
    if not fitting:
        raise NothingToSayError
    language = wishes.language
    stop = stop_link(parts, found.id, language)
    content = digest(parts, fitting, language, manage_link(parts, found.id, language), stop)
    ours = parseaddr(parts.settings.mail_from)[1]
    return Letter(content, wishes.email, ours, "reader", stop)


def digest(
    parts: Parts, fitting: Sequence[Item], language: str, manage: str, stop: str
) -> MailContent:
    return build(
        "updates-news",
        language,
        studies=by_study(fitting),
        base=f"{parts.settings.base_url}/{language}",
        manage=manage,
        stop=stop,
    )


def _wait_a_week(parts: Parts, found: SignUp) -> None:
    if found.last_news_at is None:
        return
    week = timedelta(days=parts.config.portal.updates.days_between_mails)
    if parts.now() < found.last_news_at + week:
        raise NotYetError(found.last_news_at + week)


def after_hand_over(db: Connection, _parts: Parts, delivery: Delivery, now: datetime) -> None:
    """Nobody gets the same news twice."""
    until = news.latest(db, by=delivery.created_at)
    signups.told(db, delivery.about.id, until, now)


def after_failure(db: Connection, _parts: Parts, delivery: Delivery, now: datetime) -> None:
    """An address that does not exist is not kept. One that only did not answer for days stays:
    what it missed comes with its next mail."""
    first = deliveries.first_try(db, delivery)
    gave_up = first is not None and now - first >= GIVE_UP_AFTER
    if gave_up and delivery.state != "handed_over":
        deliveries.erase(db, delivery.id)
    else:
        signups.erase(db, delivery.about.id)
