"""One pipeline for interface and content; a language is offered only if it is complete."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from gettext import GNUTranslations, c2py
from pathlib import Path

import polib
import pytest
from click.testing import CliRunner, Result

from portal.cli import languages as commands
from portal.cli import translators
from portal.cli.catalogue_checks import findings, progress
from portal.cli.catalogues import PLURALS, CatalogueError, Tree, collect, po_bytes, read, texts_of
from tests.support.paths import ROOT
from tests.unit.config_copy import D

PAGE = """{# Translators: shown on top #}
<h1>{{ _('Find a hospital') }}</h1>
<p>{{ ngettext('%(num)s hospital', '%(num)s hospitals', n) }}</p>
<p>{{ pgettext('button', 'Send') }} {{ gettext('Read <b>this</b> first') }}</p>
"""
MODULE = 'from x import N_, _\nTITLE = N_("Home")\ndef f(): return _("Hello {name}")\n'
NL = {
    "Find a hospital": "Zoek een ziekenhuis",
    "Send": "Versturen",
    "Read <b>this</b> first": "Lees <b>dit</b> eerst",
    "Home": "Begin",
    "Hello {name}": "Dag {name}",
}
LINK = re.compile(r"\[[^\]]+\]\(word:[a-z0-9-]+\)|\{days\}")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small checkout of its own with the real study."""
    shutil.copy(ROOT / "babel.cfg", tmp_path)
    for folder in ("portal/web", "templates/pages", "config/studies"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "portal/web/page.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "templates/pages/home.html").write_text(PAGE, encoding="utf-8")
    shutil.copytree(ROOT / "config" / D, tmp_path / "config" / D)
    for file in ("portal.toml", "glossary.yaml"):
        shutil.copy(ROOT / "config" / file, tmp_path / "config")
    portal = tmp_path / "config" / "portal.toml"
    settings = portal.read_text(encoding="utf-8")
    three = re.sub(r"(?m)^offered = .*$", 'offered = ["en", "nl", "ar"]', settings)
    portal.write_text(three, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `flask languages …` on the small checkout."""
    monkeypatch.setattr(commands, "ROOT", root)
    monkeypatch.setattr(translators, "ROOT", root)
    monkeypatch.setenv("PORTAL_CONFIG", str(root / "config"))

    def go(*arguments: str) -> Result:
        return CliRunner().invoke(commands.languages, arguments)

    return go


@pytest.fixture
def tree(root: Path, run: Callable[..., Result]) -> Tree:
    """The same with complete catalogues."""
    assert run("update").exit_code == 0
    made = Tree(root)
    for language in ("nl", "ar"):
        translate(made.po(language))
    return made


def translate(path: Path) -> None:
    """A stand-in for a translator: keeps fillers, links and tags, changes the rest."""
    file = polib.pofile(str(path), wrapwidth=0)
    for entry in file:
        if entry.msgid_plural:
            for form in entry.msgstr_plural:
                entry.msgstr_plural[form] = f"{entry.msgid_plural} ({form})"
        else:
            entry.msgstr = NL.get(entry.msgid, f"‹{entry.msgid}›")
    file.save(str(path))


def edit(path: Path, change: Callable[[polib.POEntry], object], msgid: str) -> None:
    file = polib.pofile(str(path), wrapwidth=0)
    entry = file.find(msgid)
    assert entry is not None
    change(entry)
    file.save(str(path))


def said(tree: Tree, *offered: str) -> list[str]:
    return [str(finding) for finding in findings(tree, offered or ("en", "nl", "ar"))]


# --- the shipped catalogues --------------------------------------------------------------


def test_update_of_the_shipped_catalogues_would_change_nothing_but_texts() -> None:
    """The header is ours, and the file is as `update` writes it."""
    for language in Tree(ROOT).languages:
        path = Tree(ROOT).po(language)
        catalog = read(path, language)
        assert po_bytes(catalog) == path.read_bytes(), language


def test_shipped_headers_say_who_read_them() -> None:
    for language in Tree(ROOT).languages:
        review = read(Tree(ROOT).po(language), language).review
        assert re.fullmatch(r"(draft|reviewed|approved); .+; \d{4}-\d\d-\d\d", review)


# --- collecting --------------------------------------------------------------------------


def test_texts_come_from_code_templates_and_config(root: Path) -> None:
    template = collect(root)
    ids = {message.id if isinstance(message.id, str) else message.id[0] for message in template}
    assert {"Home", "Hello {name}", "Find a hospital", "What is this study?", "Study team"} <= ids
    plural = next(message for message in template if isinstance(message.id, tuple))
    assert plural.id == ("%(num)s hospital", "%(num)s hospitals")
    assert template.get("Send", "button").context == "button"


def test_files_have_no_dates_no_lines_and_no_folding(tree: Tree) -> None:
    for path in (tree.template, tree.po("nl")):
        text = path.read_text(encoding="utf-8")
        assert "Date" not in text
        assert not re.search(r"^#: .*:\d+", text, re.MULTILINE)
        assert "Generated-By" not in text
        assert text.count('msgid ""\nmsgstr ""\n') == 1
        assert 'msgid ""\n"' not in text.split("\n\n", 1)[1]


def test_a_second_update_changes_no_byte(tree: Tree, run: Callable[..., Result]) -> None:
    run("update")
    before = {path: path.read_bytes() for path in tree.translations.rglob("*.po*")}
    assert len(before) == 4
    output = run("update").output
    assert {path: path.read_bytes() for path in before} == before
    assert output.count("as it was") == 3


def test_update_keeps_words_drops_what_is_gone_and_guesses_nothing(
    tree: Tree, root: Path, run: Callable[..., Result]
) -> None:
    page = root / "templates/pages/home.html"
    page.write_text(PAGE.replace("Find a hospital", "Find a hospital now"), encoding="utf-8")
    run("update")
    nl = read(tree.po("nl"), "nl")
    assert nl.get("Home").string == "Begin"
    assert nl.get("Find a hospital") is None
    assert nl.get("Find a hospital now").string == ""
    assert not nl.get("Find a hospital now").fuzzy
    assert "#~" not in tree.po("nl").read_text(encoding="utf-8")


def test_update_keeps_the_review_status_and_the_translators_notes(
    tree: Tree, run: Callable[..., Result]
) -> None:
    path = tree.po("nl")
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"X-Review-Status: [^\\]+", "X-Review-Status: reviewed; nurse; 2026-11-20", text)
    path.write_text(text.replace('msgid "Home"', '# Kort houden\nmsgid "Home"'), encoding="utf-8")
    run("update")
    assert "X-Review-Status: reviewed; nurse; 2026-11-20\\n" in path.read_text(encoding="utf-8")
    assert "# Kort houden\n" in path.read_text(encoding="utf-8")


def test_a_new_language_says_that_nobody_has_read_it(
    tree: Tree, root: Path, run: Callable[..., Result]
) -> None:
    portal = root / "config/portal.toml"
    portal.write_text(portal.read_text().replace('"nl"', '"nl", "he"'))
    run("update")
    assert read(tree.po("he"), "he").review.startswith("draft; project team; ")
    assert "nplurals=3" in tree.po("he").read_text()


@pytest.mark.parametrize("language", PLURALS)
def test_plural_forms_are_usable(language: str) -> None:
    forms, formula = PLURALS[language]
    seen = {c2py(formula)(number) for number in range(1000)}
    assert seen == set(range(forms))


def test_arabic_plurals_follow_the_usual_table() -> None:
    which = c2py(PLURALS["ar"][1])
    assert [which(n) for n in (0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111)] == [
        0, 1, 2, 3, 3, 4, 4, 5, 5, 3, 4
    ]  # fmt: skip


def test_compiled_catalogues_speak(tree: Tree, run: Callable[..., Result]) -> None:
    assert run("compile").exit_code == 0
    with tree.po("nl").with_suffix(".mo").open("rb") as file:
        nl = GNUTranslations(file)
    assert nl.gettext("Home") == "Begin"
    assert nl.pgettext("button", "Send") == "Versturen"
    assert nl.info()["x-review-status"].startswith("draft; ")
    with tree.po("en").with_suffix(".mo").open("rb") as file:
        en = GNUTranslations(file)
    assert en.gettext("Home") == "Home"
    assert en.ngettext("%(num)s hospital", "%(num)s hospitals", 1) == "%(num)s hospital"
    assert en.ngettext("%(num)s hospital", "%(num)s hospitals", 2) == "%(num)s hospitals"


# --- checking ----------------------------------------------------------------------------


def test_complete_catalogues_have_no_findings(tree: Tree, run: Callable[..., Result]) -> None:
    assert said(tree) == []
    result = run("check")
    assert (result.exit_code, result.output) == (0, "catalogues are right: en, nl, ar\n")


def blank(entry: polib.POEntry) -> None:
    entry.msgstr = ""


def fuzzy(entry: polib.POEntry) -> None:
    entry.flags.append("fuzzy")


def without_link(entry: polib.POEntry) -> None:
    entry.msgstr = LINK.sub("x", entry.msgid)


def other_link(entry: polib.POEntry) -> None:
    entry.msgstr = re.sub(r"\(word:[a-z-]+\)", "(word:dose)", entry.msgid)


def other_tag(entry: polib.POEntry) -> None:
    entry.msgstr = "Lees <i>dit</i> eerst"


def renamed(entry: polib.POEntry) -> None:
    entry.msgstr = "Dag {naam}"


def one_form(entry: polib.POEntry) -> None:
    entry.msgstr_plural[1] = ""


def no_number(entry: polib.POEntry) -> None:
    entry.msgstr_plural[1] = "ziekenhuizen"


PLACEBO = (
    "No one gets a dummy medicine ([placebo](word:placebo)). You and the doctors know what is "
    "given."
)
DAYS = (
    "They may call you or write to you. They may ask about the illness, past treatments and "
    "letters from your hospital. If they do not answer in {days} working days, the study’s "
    "central office is asked."
)


@pytest.mark.parametrize(
    ("change", "msgid", "finding"),
    [
        (blank, "Home", "not translated: “Home”"),
        (fuzzy, "Home", "fuzzy"),
        (renamed, "Hello {name}", "placeholders changed"),
        (without_link, DAYS, "placeholders changed"),
        (without_link, PLACEBO, "links to words changed"),
        (other_link, PLACEBO, "links to words changed"),
        (other_tag, "Read <b>this</b> first", "HTML tags changed"),
        (one_form, "%(num)s hospital", "plural forms missing (2 are needed)"),
        (no_number, "%(num)s hospital", "placeholders changed"),
    ],
)
def test_what_is_wrong_is_found_with_its_line(
    change: Callable[[polib.POEntry], object], msgid: str, finding: str, tree: Tree
) -> None:
    path = tree.po("nl")
    edit(path, change, msgid)
    found = said(tree)
    assert len(found) == 1
    place = re.match(r"translations/nl/LC_MESSAGES/messages\.po:(\d+): ", found[0])
    assert place
    assert finding in found[0]
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[int(place[1]) - 1].startswith(("msgid", "#"))


def test_one_hospital_may_leave_out_its_number(tree: Tree) -> None:
    def one(entry: polib.POEntry) -> None:
        entry.msgstr_plural[0] = "één ziekenhuis"

    edit(tree.po("nl"), one, "%(num)s hospital")
    assert said(tree) == []


def test_arabic_needs_all_six_forms(tree: Tree) -> None:
    def few(entry: polib.POEntry) -> None:
        entry.msgstr_plural = dict.fromkeys(range(5), "%(num)s")

    edit(tree.po("ar"), few, "%(num)s hospital")
    assert any("plural forms missing (6 are needed)" in line for line in said(tree))


def test_an_offered_language_that_is_missing(tree: Tree) -> None:
    found = said(tree, "en", "nl", "ar", "de")
    assert len(found) == 1
    assert "translations/de/" in found[0]
    assert "flask languages update" in found[0]


def test_another_language_has_the_plural_forms_that_babel_knows(
    tree: Tree, root: Path, run: Callable[..., Result]
) -> None:
    """A new language is one entry in portal.toml and one catalogue; no line of code."""
    portal = root / "config" / "portal.toml"
    portal.write_text(portal.read_text().replace('"nl"', '"nl", "pl"'))
    assert run("update").exit_code == 0
    assert "nplurals=4" in tree.po("pl").read_text() or "nplurals=3" in tree.po("pl").read_text()


def test_a_text_newer_than_the_catalogues(
    tree: Tree, root: Path, run: Callable[..., Result]
) -> None:
    path = root / "config" / D / "study.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("sex: All", "sex: Everyone"), "utf-8")
    found = said(tree)
    assert any("messages.pot:1" in line and "have changed" in line for line in found)
    assert sum("missing: “Everyone”" in line for line in found) == 3
    assert sum("no longer used: “All”" in line for line in found) == 3
    assert run("check").exit_code == 1


def test_a_broken_catalogue(tree: Tree) -> None:
    tree.po("nl").write_text("msgid nothing\n", encoding="utf-8")
    assert any("cannot be read" in line for line in said(tree))
    with pytest.raises(CatalogueError):
        read(tree.po("nl"), "nl")


@pytest.mark.parametrize("status", ["checked; me; 2026-11-22", "reviewed", "approved; ; today"])
def test_a_review_status_that_says_nothing(status: str, tree: Tree) -> None:
    path = tree.po("nl")
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(X-Review-Status: )[^\\]+", rf"\g<1>{status}", text), encoding="utf-8")
    assert any("X-Review-Status" in line for line in said(tree))


def test_english_is_never_untranslated(tree: Tree) -> None:
    assert all(not message.string or not any(message.string) for message in english(tree))
    assert said(tree, "en") == []


def english(tree: Tree) -> Iterator[object]:
    yield from texts_of(read(tree.po("en"), "en"))


def test_a_template_that_cannot_be_read_is_named(root: Path, run: Callable[..., Result]) -> None:
    (root / "templates/pages/home.html").write_text("{{ _('x' }}", encoding="utf-8")
    result = run("update")
    assert result.exit_code == 1
    assert "templates/pages/home.html" in result.output


# --- status and the empty environment ----------------------------------------------------


def test_status_counts(tree: Tree, run: Callable[..., Result]) -> None:
    edit(tree.po("nl"), blank, "Home")
    rows = {row.language: row for row in progress(tree, ("en", "nl"))}
    assert rows["en"].percent == 100
    assert rows["nl"].texts - rows["nl"].translated == 1
    assert rows["nl"].percent == 99
    assert not rows["ar"].offered
    as_json = json.loads(run("status", "--json").output)
    assert {row["language"]: row["percent"] for row in as_json} == {"ar": 100, "en": 100, "nl": 99}
    assert as_json[0]["review"] == "draft"
    assert "nl: " in run("status").output


@pytest.mark.parametrize("command", [["languages", "status", "--json"], ["study", "check"]])
def test_commands_work_with_an_empty_environment(command: list[str]) -> None:
    group = f"from portal.cli.{command[0]} import {command[0]} as group; group({command[1:]!r})"
    run = subprocess.run(
        [sys.executable, "-c", group], cwd=ROOT, env={}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout
