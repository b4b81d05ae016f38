"""Every page of the site in every language, as the server sends it: for axe, vnu and the scales.

A new page joins by a line in `READ`, or by a step in `_live` or `errors`;
tests/web/test_every_route.py notices a route that is in none of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from portal.store.database import StoreError
from tests.support.canaries import Canaries
from tests.support.faults import failing, replaced
from tests.support.flows import STUDY, send, send_fields, wait_for_states, write
from tests.support.in_process import PortalApp
from tests.support.live import LivePortal
from tests.support.page_audit import Page
from tests.support.screening import Walk, sample_answers
from tests.support.shared import share_something
from tests.support.visitor import InProcessVisitor, Visitor
from tests.support.waiting import wait_until

SHORT_STUDIES = ("hem-ismart-a", "hem-ismart-b", "hem-ismart-c", "hem-ismart-e")
READ = {
    "home": "",
    "overview": f"studies/{STUDY}/",
    "questions": f"studies/{STUDY}/questions",
    "rules": f"studies/{STUDY}/rules",
    "words": f"studies/{STUDY}/words",
    "for-doctors": f"studies/{STUDY}/for-doctors",
    "hospitals": f"studies/{STUDY}/hospitals",
    "hospitals-near": f"studies/{STUDY}/hospitals?country=NL&place=Utrecht",
    "hospitals-place-unknown": f"studies/{STUDY}/hospitals?country=NL&place=Utrechtttt",
    "updates": "updates",
    "contact": f"studies/{STUDY}/contact",
    "contact-site": f"studies/{STUDY}/contact?site=nl-utrecht-maxima",
    "check-start": f"studies/{STUDY}/check",
    "check-first-question": f"studies/{STUDY}/check/1",
    "check-no-answers": f"studies/{STUDY}/check/answers",
    "check-no-result": f"studies/{STUDY}/check/result",
    "check-ended": f"studies/{STUDY}/check/ended",
    "check-deleted": f"studies/{STUDY}/check/deleted",
    "other-studies": "other-studies",
    "notes": "notes",
    "privacy": "privacy",
    "accessibility": "accessibility",
    **{f"short-{slug}": f"studies/{slug}/" for slug in SHORT_STUDIES},
}
# Hospitals that no other test writes to, by the language of their mails.
ASKED = {
    "ca": "es-barcelona-sjd",
    "da": "dk-copenhagen-rigshospitalet",
    "de": "de-essen-uk",
    "en": "gb-bristol-brhc",
    "es": "es-madrid-nino-jesus",
    "fi": "fi-helsinki-new-childrens",
    "fr": "fr-lyon-leon-berard",
    "he": "il-ramat-gan-sheba",
    "it": "it-padova-ao",
    "nb": "no-oslo-ouh",
    "nl": "be-ghent-uz-gent",
    "sv": "se-stockholm-karolinska",
}
CHECK_LINK = re.compile(r"/site/check/[\w-]+")
SIGNPOST = ("change", "another")
CONFIRM_LINK = re.compile(r"http://\S+/updates/confirm/[\w-]+")
SITE_LINK = re.compile(r"/site/[\w-]+")


@dataclass(frozen=True)
class Snapshot:
    language: str
    name: str
    page: Page
    wire_bytes: int  # the body as sent to a browser that takes brotli

    @property
    def id(self) -> str:
        return f"{self.language}-{self.name}"


Ask = Callable[[Visitor], Page]


def _taken(language: str, name: str, visitor: Visitor, ask: Ask) -> Snapshot:
    """As a browser gets it: packed."""
    visitor.headers["Accept-Encoding"] = "br"
    try:
        page = ask(visitor)
    finally:
        del visitor.headers["Accept-Encoding"]
    return Snapshot(language, name, page, page.size)


@dataclass
class Snapshots:
    """All pages of a running portal and the errors, forced inside this process; by language, each
    asked when a test first wants it."""

    portal: LivePortal
    broken: PortalApp
    taken: dict[str, list[Snapshot]] = field(default_factory=dict)

    @classmethod
    def of_portal(cls, portal: LivePortal, folder: Path, config: Path) -> Snapshots:
        broken = PortalApp.make(folder, config=config, base_url=portal.url, port=portal.port)
        return cls(portal, broken)

    def of(self, language: str) -> list[Snapshot]:
        if language not in self.taken:
            shots = [*_live(self.portal, language), *errors(self.broken, language)]
            self.taken[language] = shots
        return self.taken[language]


def _live(portal: LivePortal, language: str) -> Iterator[Snapshot]:
    visitor, family = Visitor(portal.url), Canaries()

    def take(name: str, ask: Ask) -> Snapshot:
        return _taken(language, name, visitor, ask)

    for name, rest in READ.items():
        yield take(name, lambda v, rest=rest: v.get(f"/{language}/{rest}"))
    yield from _check(portal, language)
    link = share_something(visitor)
    yield take("shared-notes", lambda v: v.get(f"/{language}/n/{link}"))
    yield from _site_check(portal, language)
    yield take("other-studies-signpost", partial(_post, f"/{language}/other-studies", [SIGNPOST]))
    yield from _news(portal, visitor, language)
    contact = f"/{language}/studies/{STUDY}/contact"
    yield take("contact-refused", lambda v: v.post(contact, [("email", "nobody")]))
    unclear = family.form(country="NL", place="Utrechtttt")
    yield take("contact-place-unknown", lambda v: v.post(contact, unclear))
    yield take("check", lambda v: v.post(contact, family.form()))
    check = write(visitor, family, language)
    edit = check.form("/contact/check").filled(action="edit")
    yield take("contact-edit", lambda v: v.post(f"{contact}/check", edit))
    location = send(visitor, check).location
    page = wait_for_states(visitor, location, "handed_over")
    yield take("family", lambda v: v.get(location))
    reference = page.main.one(data_reference=True)["data-reference"]
    link = site_link(portal, reference, family)
    yield take("site", lambda v: v.get(link, Accept_Language=language))
    yield from _pressed(take, visitor, location, link)
    assert visitor.post(f"{location}/erase", []).status == 303
    yield take("error-410", lambda v: v.get(location))


def _site_check(portal: LivePortal, language: str) -> Iterator[Snapshot]:
    """The monthly page of a hospital that reads this language: asked, refused, answered."""
    if language not in ASKED:  # no hospital reads its mails in Arabic
        return
    hospital = ASKED[language]
    asked = portal.flask("sites", "ask", hospital)
    assert asked.returncode == 0, asked.stderr
    # The newest: other tests of this portal may have asked before.
    (mail,) = portal.mail.wait_for(f"{hospital}@sites.example")[-1:]
    link = CHECK_LINK.search(mail.body())
    assert link, "the hospital’s mail holds no link"
    visitor = Visitor(portal.url)
    for name, ask in (
        ("site-check", partial(_get, link[0])),
        ("site-check-refused", partial(_post, link[0], [("status", "open")])),
    ):
        yield _taken(language, name, visitor, ask)
    said = [("status", "full"), ("languages", "en"), ("mailbox", "no"), ("role", "nurse")]
    assert visitor.post(link[0], said).status == 303
    yield _taken(language, "site-check-answered", visitor, partial(_get, link[0]))


def _check(portal: LivePortal, language: str) -> Iterator[Snapshot]:
    """The pre-screener: each outcome; with many answers also its other pages."""
    for name, answers in sample_answers(date.today()).items():
        walk = Walk(Visitor(portal.url), language)
        assert walk.to_result(answers).main["data-outcome"] == name.removeprefix("long-")
        address = walk.address("result")
        yield _taken(language, f"check-{name}", walk.visitor, partial(_get, address))
        if name == "long-needs_time":
            yield from _on_the_way(walk)
            yield from _shared(portal, walk.visitor, language)


def _on_the_way(walk: Walk) -> Iterator[Snapshot]:
    """Boxes and a date, refused and not; the list of answers; the start with answers."""

    def take(name: str, ask: Ask) -> Snapshot:
        return _taken(walk.language, name, walk.visitor, ask)

    for question in ("recent", "chemo_last"):
        address = walk.address(walk.numbers[question])
        yield take(f"check-{question}", partial(_get, address))
        refused = [("answer", "date"), ("answer_month", "13"), ("answer_year", "2026")]
        yield take(f"check-{question}-refused", partial(_post, address, refused))
    yield take("check-answers", partial(_get, walk.address("answers")))
    yield take("check-go-on", partial(_get, walk.address()))


def _get(address: str, visitor: Visitor) -> Page:
    return visitor.get(address)


def _post(address: str, fields: list[tuple[str, str]], visitor: Visitor) -> Page:
    return visitor.post(address, fields)


def _shared(portal: LivePortal, visitor: Visitor, language: str) -> Iterator[Snapshot]:
    family, contact = Canaries(), f"/{language}/studies/{STUDY}/contact"
    form = family.form(share_answers="yes")
    yield _taken(language, "contact-with-answers", visitor, lambda v: v.get(contact))
    yield _taken(language, "contact-check-with-answers", visitor, lambda v: v.post(contact, form))
    location = send(visitor, write(visitor, family, language, share_answers="yes")).location
    page = wait_for_states(visitor, location, "handed_over")
    link = site_link(portal, page.main.one(data_reference=True)["data-reference"], family)
    yield _taken(
        language, "site-with-answers", visitor, lambda v: v.get(link, Accept_Language=language)
    )


def site_link(portal: LivePortal, reference: str, family: Canaries) -> str:
    """The hospital’s private link, from its mail."""
    mail = next(
        m for m in portal.mail.mails() if reference in m.subject and family.email not in m.to
    )
    link = SITE_LINK.search(mail.body())
    assert link, "the hospital’s mail holds no link"
    return link[0]


def _pressed(
    take: Callable[[str, Ask], Snapshot], visitor: Visitor, family: str, site: str
) -> Iterator[Snapshot]:
    """What the buttons of the hospital and of the family lead to."""
    nowhere = [("action", "pass_on"), ("to", "nowhere")]
    yield take("site-refused", lambda v: v.post(site, nowhere))
    for action, name in (("acknowledge", "answered"), ("spoken", "spoken")):
        assert visitor.post(site, [("action", action)]).status == 303
        yield take(f"site-{name}", lambda v: v.get(site))
        yield take(f"family-{name}", lambda v: v.get(family))
    for part in ("withdraw", "erase", "stop"):
        yield take(f"family-{part}", lambda v, part=part: v.get(f"{family}/{part}"))
    assert visitor.post(f"{family}/stop", []).status == 303
    yield take("family-withdrawn", lambda v: v.get(family))


def _news(portal: LivePortal, visitor: Visitor, language: str) -> Iterator[Snapshot]:
    """Sign up for news, confirm, change, stop: by the links of the mail and of the pages."""

    def take(name: str, ask: Ask) -> Snapshot:
        return _taken(language, name, visitor, ask)

    form, email = f"/{language}/updates", Canaries().email
    yield take("updates-refused", lambda v: v.post(form, [("email", "nobody")]))
    sent = visitor.post(form, [("email", email), ("language", language)]).location
    yield take("updates-sent", lambda v: v.get(sent))
    wait_until(lambda: any(email in m.to for m in portal.mail.mails()), why="the mail to confirm")
    mail = next(m for m in portal.mail.mails() if email in m.to)
    found = CONFIRM_LINK.search(mail.body())
    assert found, "the mail holds no link to confirm"
    confirm = found[0]
    yield take("updates-confirm", lambda v: v.get(confirm))
    assert visitor.post(confirm, []).status == 303
    yield take("updates-confirmed", lambda v: v.get(confirm))
    manage = _link_to(visitor.get(confirm), "/manage/")
    yield take("updates-manage", lambda v: v.get(manage))
    changed = visitor.post(manage, [("illness", "all"), ("language", language)]).location
    yield take("updates-saved", lambda v: v.get(changed))
    stop = _link_to(visitor.get(manage), "/stop/")
    yield take("updates-stop", lambda v: v.get(stop))
    yield take("updates-stopped", lambda v: v.post(stop, [("action", "stop")]))


def _link_to(page: Page, part: str) -> str:
    return next(a["href"] for a in page.main.all("a") if part in a["href"])


def errors(portal: PortalApp, language: str) -> Iterator[Snapshot]:
    base, family = portal.settings.base_url, Canaries()
    visitor = InProcessVisitor(base, portal.client.offered, app=portal.app.wsgi_app)
    contact = f"/{language}/studies/{STUDY}/contact"
    check = write(visitor, family, language)
    here = portal.app.extensions["portal"]

    def take(name: str, ask: Ask) -> Snapshot:
        shot = _taken(language, f"error-{name}", visitor, ask)
        assert shot.page.status == int(name), f"{shot.page.status} where {name} was wanted"
        return shot

    far = {"Sec-Fetch-Site": "cross-site"}
    big = [("message", "x" * 200_000)]
    yield take("400", lambda v: v.get(f"/{language}/", Host="portal.invalid"))
    yield take("403", lambda v: v.post(contact, family.form(), **far))
    yield take("404", lambda v: v.get(f"/{language}/nowhere"))
    yield take("405", lambda v: v.ask("PUT", f"/{language}/"))
    yield take("413", lambda v: v.post(contact, big))
    with replaced(here.limits, "allows", lambda *_: False):
        yield take("429", lambda v: v.post(contact, family.form()))
    with replaced(here.store, "write", failing(StoreError("test"))):
        send_it = send_fields(check)
        yield take("503", lambda v: v.post(f"{contact}/check", send_it))
    with replaced(here.limits, "allows", failing(RuntimeError("test"))):
        yield take("500", lambda v: v.post(contact, family.form()))
