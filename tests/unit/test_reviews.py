"""A review covers the texts it has read; one that changes afterwards is a draft again."""

from __future__ import annotations

import json
from collections.abc import Callable
from gettext import GNUTranslations
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal import languages
from portal.cli import languages as commands
from portal.cli.catalogues import Tree, read
from portal.cli.reviews import changed
from tests.support.in_process import PortalApp
from tests.support.paths import ROOT
from tests.unit import test_catalogues as small

root, run, tree = small.root, small.run, small.tree
SIGN = ("--state", "approved", "--role", "paediatric nurse", "--on", "2026-11-22")


@pytest.fixture
def signed(tree: Tree, run: Callable[..., Result]) -> Tree:
    """Dutch has been read and approved."""
    done = run("review", "nl", *SIGN)
    assert done.exit_code == 0, done.output
    return tree


def row(run: Callable[..., Result], language: str = "nl") -> dict[str, object]:
    rows = json.loads(run("status", "--json").output)
    return next(one for one in rows if one["language"] == language)


def compiled(tree: Tree, run: Callable[..., Result]) -> dict[str, str]:
    assert run("compile").exit_code == 0
    with tree.po("nl").with_suffix(".mo").open("rb") as file:
        return GNUTranslations(file).info()


def test_what_was_read_stays_approved(signed: Tree, run: Callable[..., Result]) -> None:
    said = row(run)
    assert (said["review"], said["signed"], said["changed"]) == ("approved", "approved", 0)
    assert said["role"] == "paediatric nurse"
    assert "x-changed-since-review" not in compiled(signed, run)
    assert run("check").exit_code == 0


def test_another_order_or_place_is_no_change(
    signed: Tree, root: Path, run: Callable[..., Result]
) -> None:
    page = root / "templates" / "pages" / "home.html"
    page.rename(page.with_name("front.html"))
    assert run("update").exit_code == 0
    assert row(run)["changed"] == 0


def test_a_text_changed_in_english_makes_its_translation_a_draft(
    signed: Tree, root: Path, run: Callable[..., Result]
) -> None:
    page = root / "templates" / "pages" / "home.html"
    page.write_text(page.read_text().replace("Find a hospital", "Look for a hospital"))
    assert run("update").exit_code == 0
    assert (row(run)["review"], row(run)["changed"], row(run)["percent"]) == ("draft", 1, 99)
    small.translate(signed.po("nl"))
    said = row(run)
    assert (said["review"], said["changed"], said["percent"]) == ("draft", 1, 100)
    assert "signed as approved, 1 changed since" in run("status").output
    assert compiled(signed, run)["x-changed-since-review"] == "1"
    assert run("review", "nl", *SIGN).exit_code == 0
    assert row(run)["review"] == "approved"


def test_a_translation_changed_after_the_review_is_one_too(
    signed: Tree, run: Callable[..., Result]
) -> None:
    small.edit(signed.po("nl"), lambda entry: setattr(entry, "msgstr", "Thuis"), "Home")
    assert [message.id for message in changed(signed, read(signed.po("nl"), "nl"))] == ["Home"]
    assert row(run)["review"] == "draft"


def test_a_header_alone_reviews_nothing(tree: Tree, run: Callable[..., Result]) -> None:
    path = tree.po("nl")
    path.write_text(path.read_text().replace("draft; project team", "approved; somebody"))
    assert row(run)["review"] == "draft"
    assert row(run)["changed"] == row(run)["texts"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("xx", *SIGN), "There is no catalogue “xx”"),
        (("nl", "--state", "approved", "--role", "a;b"), "without “;”"),
        (("nl", "--state", "approved", "--role", "x", "--on", "today"), "2026-11-22"),
    ],
)
def test_what_cannot_be_signed(
    arguments: tuple[str, ...], words: str, tree: Tree, run: Callable[..., Result]
) -> None:
    before = tree.po("nl").read_bytes()
    done = run("review", *arguments)
    assert (done.exit_code, words in done.output) == (2, True)
    assert tree.po("nl").read_bytes() == before


def test_nobody_signs_what_is_not_complete(tree: Tree, run: Callable[..., Result]) -> None:
    small.edit(tree.po("nl"), small.blank, "Home")
    done = run("review", "nl", *SIGN)
    assert (done.exit_code, "Not complete" in done.output) == (2, True)


def test_pages_say_that_words_changed(
    portal_app: PortalApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fake(code: str) -> languages.Review:
        return languages.Review("draft", "nurse", "2026-11-22", changed=3)

    monkeypatch.setattr(languages, "review", fake)
    notice = portal_app.client.get("/en/").page.tree.one("div", **{"class": "notice"}).text
    assert "new or have changed" in notice
    assert "No one has reviewed them" not in notice


def test_shipped_status_is_the_one_that_pages_show() -> None:
    rows = json.loads(CliRunner().invoke(commands.languages, ["status", "--json"]).output)
    assert {one["language"] for one in rows} == set(Tree(ROOT).languages)
    for one in rows:
        assert languages.review(one["language"]).state == one["review"]
