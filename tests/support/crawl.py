"""Every page of the site in one language, asked inside this process, and every mail.

Where tests/support/snapshots.py runs a real portal for the browser, this is for what can be read
off the words alone, in all offered languages, in a second or two each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from portal.content.model import Site
from portal.security.links import FAMILY_PAGE, Links
from portal.services.compose import site_link
from portal.services.look_up import load
from portal.services.routing import mail_language
from tests.support.canaries import Canaries
from tests.support.flows import STUDY, send, study_path, write
from tests.support.in_process import PortalApp
from tests.support.page_audit import Page
from tests.support.screening import ALL_GOOD, Walk, sample_answers
from tests.support.snapshots import READ, errors
from tests.support.visitor import InProcessVisitor

Fields = list[tuple[str, str]]
# One wrong value for each thing that a validator of ours, of WTForms or of email-validator refuses.
BAD_CONTACT: dict[str, dict[str, str]] = {
    "empty": {},
    "no-at": {"email": "nobody", "phone": "12", "reach_by": "phone"},
    "no-domain": {"email": "a@", "phone": "1" * 60},
    "no-dot": {"email": "a@localhost", "first_name": "x" * 300, "last_name": "x" * 300},
    "two": {"email": "a@family.example, b@family.example", "place": "x" * 200},
    "named": {"email": "Zak <a@family.example>", "other_language": "x" * 80},
    "long": {"email": f"{'x' * 70}@family.example", "message": "x" * 1200},
    "reserved": {"email": "a@b.test", "country": "XX"},
    "odd": {"email": "a..b@family.example", "language": "xx"},
    "choices-unknown": {"sender_role": "nobody", "reach_by": "pigeon", "email": "a@b@c.example"},
}
BAD_DAYS: dict[str, Fields] = {
    "nothing": [],
    "no-such-answer": [("answer", "klingon")],
    "no-month": [("answer", "date"), ("answer_year", "2026")],
    "no-such-month": [("answer", "date"), ("answer_month", "13"), ("answer_year", "2026")],
    "words": [("answer", "date"), ("answer_month", "xyz"), ("answer_year", "abc")],
    "no-such-day": [
        ("answer", "date"), ("answer_day", "31"), ("answer_month", "2"), ("answer_year", "2026"),
    ],
    "future": [("answer", "date"), ("answer_month", "12"), ("answer_year", "2099")],
    "early": [("answer", "date"), ("answer_month", "12"), ("answer_year", "1990")],
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    name: str
    page: Page


def pages(portal: PortalApp, language: str) -> Iterator[Found]:
    """All pages that a family or a hospital can get, refused forms and errors included."""
    visitor = InProcessVisitor(
        portal.settings.base_url, portal.client.offered, app=portal.app.wsgi_app
    )
    for name, rest in READ.items():
        yield Found(name, visitor.get(f"/{language}/{rest}"))
    yield Found("home-asked", visitor.get(f"/{language}/?asked=pt"))
    yield from _screener(portal, language)
    yield from refused(portal, language)
    yield from _sent(portal, visitor, language)
    yield from (Found(shot.name, shot.page) for shot in errors(portal, language))


def refused(portal: PortalApp, language: str) -> Iterator[Found]:
    """Each form with each kind of bad input."""
    base, offered = portal.settings.base_url, portal.client.offered
    visitor = InProcessVisitor(base, offered, app=portal.app.wsgi_app)
    contact = study_path(language, "contact")
    for name, wrong in BAD_CONTACT.items():
        fields = {**dict(family_form()), **wrong} if wrong else {}
        page = visitor.post(contact, list(fields.items()))
        yield Found(f"contact-{name}", page)
    unknown = family_form(country="NL", place="Utrechtttt")
    yield Found("contact-place-unknown", visitor.post(contact, unknown))
    yield Found("hospitals-no-country", visitor.get(study_path(language, "hospitals?place=X")))
    walk = Walk(InProcessVisitor(base, offered, app=portal.app.wsgi_app), language)
    walk.through({**sample_answers(date.today())["needs_time"], "daily": "good"})
    for question in ("who", "illness", "recent", "chemo_last"):
        for name, fields in BAD_DAYS.items():
            address = walk.address(walk.numbers[question])
            yield Found(f"{question}-{name}", walk.visitor.post(address, fields))


def family_form(**changes: str) -> Fields:
    """A family whose own words are in no language, so that every word on a page is ours."""
    plain = {"first_name": "Şule", "last_name": "Ó Żak", "message": "♥ 12345", "other_language": ""}
    return Canaries().form(**{**plain, "email": "zak@family.example", **changes})


def hospital_of(portal: PortalApp, language: str) -> Site:
    """One that is written to in this language, if there is one."""
    config = portal.app.extensions["portal"].config
    sites = config.study(STUDY).sites
    return next((site for site in sites if mail_language(config, site) == language), sites[0])


def _screener(portal: PortalApp, language: str) -> Iterator[Found]:
    base, offered = portal.settings.base_url, portal.client.offered
    for name, answers in sample_answers(date.today()).items():
        walk = Walk(InProcessVisitor(base, offered, app=portal.app.wsgi_app), language)
        yield Found(f"check-{name}", walk.to_result(answers))
        for code, number in walk.numbers.items() if name.startswith("long-") else ():
            yield Found(f"check-{name}-{code}", walk.open(number))
        for rest in ("", "answers"):
            yield Found(f"check-{name}-{rest}", walk.open(rest))
        yield Found(f"contact-{name}", walk.visitor.get(study_path(language, "contact")))


def _sent(portal: PortalApp, visitor: InProcessVisitor, language: str) -> Iterator[Found]:
    """From the check page to the end of a message; the hospital’s page as its reader gets it."""
    walk = Walk(visitor, language)
    walk.to_result(ALL_GOOD)
    site = hospital_of(portal, language)
    there = {"site": site.id, "country": site.country, "place": ""}
    typed = dict(family_form(email=f"zak.{language}@family.example", **there))
    del typed["language"]
    check = write(visitor, Canaries(), language, share_answers="yes", **typed)
    yield Found("check", check)
    family = send(visitor, check).location
    yield Found("family", visitor.get(family))
    here = portal.app.extensions["portal"]
    request_id = Links(here.keys, FAMILY_PAGE).row_id(family.rpartition("/")[2])
    assert request_id
    link = site_link(here, load(here, request_id), load(here, request_id).request.site)
    for action in ("", "acknowledge", "spoken"):
        if action:
            assert visitor.post(link, [("action", action)]).status == 303
        yield Found(f"site-{action}", visitor.get(link))
        yield Found(f"family-{action}", visitor.get(family))
    for part in ("withdraw", "erase", "stop"):
        yield Found(f"family-{part}", visitor.get(f"{family}/{part}"))
    assert visitor.post(f"{family}/stop", []).status == 303
    yield Found("family-withdrawn", visitor.get(family))
