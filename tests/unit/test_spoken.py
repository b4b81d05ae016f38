"""Any language to speak: by its own name, found while typing, and said as the hospital says it."""

from __future__ import annotations

from dataclasses import replace

import babel.localedata
import pytest
from babel import Locale

from portal import languages
from portal.forms.choices import SPOKEN, other_languages
from portal.languages import in_language
from portal.mail.messages import build
from portal.spoken import endonyms, in_readers_words
from tests.mail.test_golden import SAMPLES
from tests.support.client import AuditingClient

# No longer, or never, anybody’s first language; `no` is offered as Bokmål and Nynorsk.
NOT_LISTED = frozenset(["cu", "eo", "ia", "ie", "ii", "io", "la", "sa", "vo", "no"])


@pytest.mark.parametrize(("code", "endonym"), endonyms().items())
def test_each_language_has_the_name_its_speakers_give_it(code: str, endonym: str) -> None:
    name = Locale.parse(code).get_language_name(code)
    assert name
    assert endonym.casefold() == name.casefold()


def test_no_language_with_two_letters_is_left_out() -> None:
    known = {one for one in babel.localedata.locale_identifiers() if len(one) == 2}
    english = Locale.parse("en").languages
    named = {one for one in known & set(english) if Locale.parse(one).get_language_name(one)}
    assert named - NOT_LISTED <= set(endonyms())


def test_the_list_holds_all_that_the_menu_does_not() -> None:
    menu = dict(SPOKEN)
    assert set(other_languages()) == {n for code, n in endonyms().items() if code not in menu}
    assert len(other_languages()) > 100


def test_the_form_offers_them_without_script(client: AuditingClient) -> None:
    page = client.get("/en/studies/hem-ismart-d/contact").page
    assert page.main.one("input", id="other_language")["list"] == "other-languages"
    offered = [one.text for one in page.main.one("datalist").all("option")]
    assert offered == other_languages()
    assert "አማርኛ" in offered


@pytest.mark.parametrize(
    ("typed", "reads", "site", "said"),
    [
        ("አማርኛ", "en", "nl", "Amhaars (\u2068አማርኛ\u2069)"),
        ("amharic", "en", "nl", "Amhaars (\u2068amharic\u2069)"),
        ("Amhaars", "nl", "en", "Amharic (\u2068Amhaars\u2069)"),
        ("الأمهرية", "ar", "en", "Amharic (\u2068الأمهرية\u2069)"),
        ("Amharic", "ar", "en", "Amharic"),
        ("Rohingya", "en", "nl", "Rohingya"),
        ("a mix of Darija and French", "en", "nl", "a mix of Darija and French"),
        ("…", "en", "nl", "…"),
    ],
)
def test_the_hospital_reads_it_in_its_own_words(
    typed: str, reads: str, site: str, said: str
) -> None:
    with in_language(site):
        assert in_readers_words(typed, reads) == said


def test_the_mail_says_it() -> None:
    values = dict(SAMPLES["site-request"])
    values |= {"family_language": "en"}
    values["message"] = replace(values["message"], other_language="አማርኛ")
    mail = build("site-request", "nl", reference="2222-3333", **values)
    assert "Taal om te spreken" in mail.text
    for words in (mail.text, mail.html):
        assert "Amhaars (\u2068አማርኛ\u2069)" in words


# --- which language a browser gets ----------------------------------------------------------------

OFFERS = ("en", "nl", "de", "nb", "he", "ar")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("DE_ch", "de"),
        ("no", "nb"),
        ("nn-NO, en;q=0.5", "nb"),
        ("iw-IL", "he"),
        ("pt-BR,pt;q=0.9", None),
        ("pt, nl;q=0.1", "nl"),
        ("en;q=0.3, nl;q=0.4, de;Q=0.8", "de"),
        ("nl;q=0, ar", "ar"),
        ("*", None),
        ("de;q=x, ar;q=0.1", "ar"),
        ("", None),
    ],
)
def test_quality_and_region(header: str, code: str | None) -> None:
    assert languages.negotiate(header, OFFERS) == code


@pytest.mark.parametrize(
    ("header", "code"), [("pt-BR, xx", "pt"), ("xx-YY, tr;q=0.5", "tr"), ("*", None), ("", None)]
)
def test_what_was_asked_for(header: str, code: str | None) -> None:
    assert languages.asked_for(header) == code


def test_a_language_that_is_not_there_gets_english_and_a_line(client: AuditingClient) -> None:
    first = client.get("/", headers={"Accept-Language": "pt-BR,pt;q=0.9"})
    assert first.location.endswith("/en/?asked=pt")
    page = client.get(first.location).page
    assert "This site is not in Portuguese yet." in page.main.text
    assert page.tree.one("html")["lang"] == "en"
    # The choice stays in the address: nothing is remembered, the next page does not say it again.
    assert not client.cookies_set
    assert "?asked" not in page.tree.one("header").text
    assert "Portuguese" not in client.get("/en/").page.main.text


@pytest.mark.parametrize("asked", ["en", "xx", "<b>", "pt<script>", "", "%00", "zz" * 400])
def test_nothing_else_is_said_to_be_missing(asked: str, client: AuditingClient) -> None:
    page = client.get("/en/", query_string={"asked": asked}).page
    assert "This site is not in" not in page.main.text
