"""Every page of a study as one reader gets it: to read, to fill in, refused, after sending."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from flask import Flask
from markupsafe import Markup

from portal.content.model import Site, Study
from portal.mail.content import MailContent
from portal.mail.messages import TEMPLATES
from portal.pack import other_mails
from portal.pack.samples import sample_answers
from portal.pack.tidy import main_part, marked_up
from portal.pack.visit import Reader
from portal.services.compose import compose, family_link, site_link
from portal.services.look_up import OpenRequest, for_family, load
from portal.services.parts import Parts
from portal.store.records import Contact, Delivery

REFERENCE, TOKEN = "2222-3333", "TOKEN"
PUBLIC = "https://portal.example"
_FAMILY = {
    "first_name": "Kim",
    "last_name": "Example",
    "email": "kim@family.example",
    "reach_by": "both",
    "phone": "+44 20 7946 0018",
    "message": "…",
    "sender_role": "parent",
}
_READ = {
    "Home": "",
    "Other studies": "other-studies",
    "News": "updates",
    "Notes": "notes",
    "Privacy": "privacy",
    "Accessibility": "accessibility",
}
_OF_A_STUDY = {
    "Overview": "",
    "Questions": "questions",
    "Rules": "rules",
    "Words": "words",
    "For doctors": "for-doctors",
    "Hospitals": "hospitals",
    "A message": "contact",
    "Pre-screener, start": "check",
    "Pre-screener, first question": "check/1",
    "Pre-screener, no answers": "check/answers",
    "Pre-screener, answers deleted": "check/deleted",
    "Pre-screener, answers ended": "check/ended",
}
_PRESSED = {"We will contact this family": "acknowledge", "We have spoken to them": "spoken"}
# Whom each mail that does not go to the family is for, where it is not the first contact.
_CONTACTS: dict[str, tuple[Contact, ...]] = {
    "site-request": ("first", "second", "central"),
    "central-request": ("central",),
}


@dataclass(frozen=True)
class Seen:
    """One page or mail in one language. `name` is in English and the same in all of them."""

    part: str
    name: str
    words: Markup


def pages(app: Flask, study: Study, language: str, day: date) -> Iterator[Seen]:
    reader = Reader.of(app, language)
    for name, path in _READ.items():
        yield Seen("Pages", name, reader.get(path))
    here = f"studies/{study.slug}/"
    for name, path in _OF_A_STUDY.items() if study.complete else (("Overview", ""),):
        yield Seen("Pages", name, reader.get(here + path))
    yield Seen("Pages", "Not found", reader.get("nowhere"))
    if study.screener:
        yield from _results(reader, study, day)
    if study.complete and study.accepts_messages:
        yield from _written(reader, study)


def _results(reader: Reader, study: Study, day: date) -> Iterator[Seen]:
    """A whole result page for each outcome; below a draft it has the English, as families see."""
    assert study.screener is not None
    for outcome, answers in sample_answers(study.screener, day).items():
        reader.answered(study, answers, day)
        words = reader.get(f"studies/{study.slug}/check/result")
        yield Seen("Results as pages", outcome, words)
    yield Seen("Pages", "Pre-screener, answers", reader.get(f"studies/{study.slug}/check/answers"))


def _written(reader: Reader, study: Study) -> Iterator[Seen]:
    contact = f"studies/{study.slug}/contact"
    site = next(site for site in study.sites if site.accepting)
    refused, _ = reader.post(contact, {"email": "nobody", "country": site.country, "phone": "1"})
    yield Seen("Pages", "A message, refused", refused)
    form = {**_FAMILY, "site": site.id, "country": site.country}
    checked = reader.send(contact, form).text
    yield Seen("Pages", "A message, to check", main_part(checked))
    draft = checked.partition('name="draft" value="')[2].partition('"')[0]
    fields = {"draft": draft, "site": site.id, "action": "send"}
    _, family = reader.post(f"{contact}/check", fields)
    yield from _after(reader, site, family)


def _after(reader: Reader, site: Site, family: str) -> Iterator[Seen]:
    """What the family and the hospital see from then on, and the mails."""
    parts: Parts = reader.app.extensions["portal"]
    opened = _opened(parts, family)
    link = site_link(parts, opened, site.id)

    def seen(part: str, name: str, words: Markup) -> Seen:
        return Seen(part, name, _neutral(words, opened, parts, link))

    yield seen("Pages", "The family’s page", reader.open(family))
    for mail in _mails(parts, opened, reader.language):
        yield seen("Mails", mail.name, mail.words)
    study, private = opened.study, f"{PUBLIC}/{TOKEN}"
    for name, content in other_mails.other_mails(parts, study, site, reader.language, private):
        yield seen("Mails", name, _as_words(content))
    yield seen("Pages", "The hospital’s page", reader.open(link))
    for name, action in _PRESSED.items():
        reader.post(link, {"action": action})
        yield seen("Pages", f"The hospital’s page after “{name}”", reader.open(link))
        yield seen("Pages", f"The family’s page after “{name}”", reader.open(family))
    for name in ("withdraw", "erase", "stop"):
        yield seen("Pages", f"The family’s page, {name}", reader.open(f"{family}/{name}"))
    reader.post(f"{family}/stop", {})
    yield seen("Pages", "The family’s page after taking back", reader.open(family))


def _opened(parts: Parts, family: str) -> OpenRequest:
    return for_family(parts, family.rpartition("/")[2])[0]


def _mails(parts: Parts, opened: OpenRequest, language: str) -> Iterator[Seen]:
    """Each mail of templates/mail in this reader’s language, the hospital’s too."""
    fresh = load(parts, opened.request.id)
    model = fresh.deliveries[0]
    for mail in _about_a_message():
        to_family = mail.startswith("family-")
        for contact in _CONTACTS.get(mail, ("first",)):
            letter = compose(
                parts,
                fresh,
                _as(model, mail, contact, to_family=to_family),
                reads="" if to_family else language,
            )
            name = mail if contact == "first" else f"{mail} ({contact} contact)"
            yield Seen("Mails", name, _as_words(letter.content))


def _about_a_message() -> list[str]:
    folders = (folder.name for folder in TEMPLATES.iterdir() if folder.is_dir())
    return sorted(name for name in folders if name not in other_mails.NAMES)


def _as_words(mail: MailContent) -> Markup:
    return Markup("<pre>{}</pre>").format(marked_up(f"{mail.subject}\n\n{mail.text}"))


def _as(model: Delivery, mail: str, contact: Contact, *, to_family: bool) -> Delivery:
    recipient = "family" if to_family else "site"
    return replace(model, mail=mail, contact=contact, recipient=recipient)  # type: ignore[arg-type]


def _neutral(words: Markup, opened: OpenRequest, parts: Parts, link: str) -> Markup:
    """Without what is drawn by lot each time."""
    drawn = {
        opened.request.reference: REFERENCE,
        link: f"{PUBLIC}/site/{TOKEN}",
        site_link(parts, opened): f"{PUBLIC}/site/{TOKEN}",
        family_link(parts, opened): f"{PUBLIC}/{opened.request.language}/requests/{TOKEN}",
    }
    text = str(words)
    for drawn_one, fixed in drawn.items():
        text = text.replace(drawn_one, fixed)
    return Markup(text)  # noqa: S704 - was markup before
