"""Reviewers read the mail itself: one golden file per mail and language.

After a change that is meant: `GOLDEN=write .venv/bin/python -m pytest tests/mail`, then read the
difference before you commit it.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portal.content.load import load_config
from portal.mail.content import MailContent, OutgoingMail
from portal.mail.messages import build, without_links
from portal.mail.transport import PortalMessage, _checked_bytes
from portal.services.match import by_study, items
from portal.store.records import News
from tests.support.in_process import NOON
from tests.support.paths import ROOT
from tests.support.samples import FAMILY

GOLDEN = Path(__file__).parent / "golden"
MAILS = {folder.name for folder in (ROOT / "templates" / "mail").iterdir() if folder.is_dir()}
CONFIG = load_config(ROOT / "config")
OFFERED = CONFIG.portal.languages.offered
STUDY = CONFIG.study("hem-ismart-d")
assert STUDY is not None
SITE = STUDY.site("nl-utrecht-maxima")
WORDS = "Our daughter is 4.\nSee https://evil.example/x\n<b>Can we talk?</b>"

TO_SITE: dict[str, Any] = {
    "study": STUDY,
    "site": SITE,
    "central": False,
    "reason": "chosen",
    "public": True,
    "message": replace(FAMILY, message=WORDS),
    "family_language": "ar",
    "link": "https://portal.example/site/TOKEN",
    "second": False,
    "passed_on": False,
    "email_failed": False,
}
TO_FAMILY: dict[str, Any] = {
    "study": STUDY,
    "site": SITE,
    "central": False,
    "reason": "chosen",
    "public": True,
    "name": "Amira Ben Salah",
    "words": without_links(WORDS),
    "link": "https://portal.example/en/requests/TOKEN",
    "days": 3,
}
CONFIRM = {"link": "https://portal.example/en/updates/confirm/TOKEN", "hours": 72}
NEWS: dict[str, Any] = {
    "studies": by_study(
        items(
            CONFIG,
            [
                News(1, NOON, "hem-ismart-d", "", "opens", date(2026, 11, 20)),
                News(2, NOON, "hem-ismart-b", "", "pauses", date(2026, 11, 21)),
                News(3, NOON, "hem-ismart-a", "", "closes", None),
                News(4, NOON, "hem-ismart-d", "nl-utrecht-maxima", "hospital_opens", None),
            ],
        )
    ),
    "base": "https://portal.example/en",
    "manage": "https://portal.example/en/updates/manage/TOKEN",
    "stop": "https://portal.example/en/updates/stop/TOKEN",
}
ABOUT_SITE: dict[str, Any] = {
    "study": STUDY,
    "site": SITE,
    "link": "https://portal.example/site/check/TOKEN",
    "reminder": False,
    "second": False,
    "days": 35,
}
SHORT = replace(FAMILY, message="", phone="", reach_by="email", place="")
# What each mail is built from; ‘family-late-central’ is another sample of the mail ‘family-late’.
SAMPLES: dict[str, dict[str, Any]] = {
    "site-request": TO_SITE,
    "site-request-central": TO_SITE
    | {"central": True, "reason": "unconfirmed", "message": SHORT, "family_language": "en"},
    "site-request-second": TO_SITE | {"second": True},
    "site-request-passed-on": TO_SITE | {"passed_on": True, "email_failed": True},
    "site-reminder": TO_SITE,
    "site-reminder-phone": TO_SITE | {"email_failed": True},
    "site-note": TO_SITE | {"email_failed": True},
    "site-withdrawn": TO_SITE,
    "site-check": ABOUT_SITE,
    "site-check-reminder": ABOUT_SITE | {"reminder": True},
    "site-check-second": ABOUT_SITE | {"second": True},
    "central-request": TO_SITE | {"central": True},
    "family-copy": TO_FAMILY,
    "family-late": TO_FAMILY,
    "family-late-central": TO_FAMILY | {"central": True},
    "family-acknowledged": TO_FAMILY,
    "family-acknowledged-central": TO_FAMILY | {"central": True},
    "family-passed-on": TO_FAMILY,
    "family-passed-on-central": TO_FAMILY | {"central": True, "site": None},
    "family-failed": TO_FAMILY,
    "family-failed-central": TO_FAMILY | {"central": True},
    "updates-confirm": CONFIRM | {"new_address": False},
    "updates-confirm-new": CONFIRM | {"new_address": True},
    "updates-news": NEWS,
}
# Mails about nothing that a family has written have no reference.
WITHOUT_REFERENCE = ("updates", "site-check")


def folder_of(sample: str) -> str:
    return next(name for name in sorted(MAILS, key=len, reverse=True) if sample.startswith(name))


def as_text(mail: MailContent) -> str:
    return f"Subject: {mail.subject}\n\n{mail.text}\n{'-' * 72}\n{mail.html}\n"


@pytest.mark.parametrize("language", OFFERED)
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_mail_reads_as_approved(sample: str, language: str) -> None:
    mail = build(folder_of(sample), language, reference="2222-3333", **SAMPLES[sample])
    golden = GOLDEN / language / f"{sample}.txt"
    if os.environ.get("GOLDEN") == "write":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(as_text(mail), encoding="utf-8")
    assert as_text(mail) == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", OFFERED)
@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("address", ["amira@family.example", "jörg.ö@münchen.example"])
def test_every_mail_can_leave(sample: str, language: str, address: str) -> None:
    """The bytes say what was built, for every address a family may have, also as Reply-To."""
    content = build(folder_of(sample), language, reference="2222-3333", **SAMPLES[sample])
    to_site = not sample.startswith(("family", "updates"))
    mail = OutgoingMail(
        content,
        "site@sites.example" if to_site else address,
        "<0123456789abcdef0123456789abcdef@portal.example>",
        address if to_site else "desk@study.example",
        "b-0123456789abcdef0123456789abcdef0123456789abcdef@portal.example",
    )
    data = _checked_bytes(PortalMessage(mail, "Trial portal <portal@portal.example>", NOON))
    assert max(map(len, data.split(b"\r\n"))) <= 998


def test_every_mail_has_its_golden_file() -> None:
    assert {folder_of(sample) for sample in SAMPLES} == MAILS
    for language in OFFERED:
        assert {file.stem for file in (GOLDEN / language).iterdir()} == set(SAMPLES)


@pytest.mark.parametrize("language", OFFERED)
@pytest.mark.parametrize("sample", SAMPLES)
def test_subjects_say_nothing_of_illness_study_or_family(sample: str, language: str) -> None:
    subject = build(folder_of(sample), language, reference="2222-3333", **SAMPLES[sample]).subject
    assert ("2222-3333" in subject) is not sample.startswith(WITHOUT_REFERENCE)
    for word in ("Amira", "HEM-", "iSMART", "leuk", "leuc", "cancer", "kanker", "trametinib"):
        assert word.lower() not in subject.lower()
    assert not re.search(r"\b(ALL|LBL)\b", subject)


def test_the_familys_copy_has_one_link_and_no_phone() -> None:
    mail = build("family-copy", "en", reference="2222-3333", **SAMPLES["family-copy"])
    assert mail.text.count("https://") == 1
    assert mail.html.count("href=") == 1
    assert FAMILY.phone not in mail.text + mail.html


def test_the_hospital_reads_the_words_as_they_were_written() -> None:
    mail = build("site-request", "nl", reference="2222-3333", **SAMPLES["site-request"])
    assert all(f"> {line}" in mail.text for line in WORDS.splitlines())
    assert "&lt;b&gt;Can we talk?&lt;/b&gt;" in mail.html


# The news leads to each study, to what can be changed and to its end.
LINKS = {"site-withdrawn": 0, "updates-news": 5}
CARRY_WORDS = ("site-request", "family-copy")


@pytest.mark.parametrize("sample", SAMPLES)
def test_only_two_mails_carry_what_a_family_wrote(sample: str) -> None:
    """The central desk gets a reference and a link; reminders and notes need no more (A6, P14)."""
    mail = build(folder_of(sample), "en", reference="2222-3333", **SAMPLES[sample])
    whole = mail.text + mail.html
    carries = folder_of(sample) in CARRY_WORDS
    assert ("Our daughter is 4" in whole) == (carries and sample != "site-request-central")
    for private in (FAMILY.email, FAMILY.phone):
        assert (private in whole) <= (folder_of(sample) == "site-request")
    if sample.startswith(("central-", "site-reminder", "site-note", "site-withdrawn")):
        assert "Amira" not in whole
    ours = "\n".join(line for line in mail.text.split("\n") if not line.startswith(">"))
    assert ours.count("https://") == LINKS.get(sample, 1)


@pytest.mark.parametrize(
    "word", ["الرقم", "מספר", "viitenumerolla", "número", "Aktenzeichen", "référence"]
)
def test_no_space_of_a_subject_is_lost_where_it_is_folded(word: str) -> None:
    """Python’s own folding loses one in some lengths; such a mail would never leave."""
    for words in range(1, 25):
        for start in ("", "x", "ääx"):
            subject = " ".join([f"{start}{word}", *[word] * words, "– \u200e2222-3333\u200e"])
            content = MailContent("ar", subject, "Words\n", "<p>Words</p>\n")
            mail = OutgoingMail(content, "a@b.example", "<x@portal.example>", "d@b.example", "")
            data = _checked_bytes(PortalMessage(mail, "Portal <portal@portal.example>", NOON))
            assert max(map(len, data.split(b"\r\n"))) <= 78
