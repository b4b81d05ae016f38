"""`flask review-pack`: everything is in it, and marked where nobody has read it."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli.catalogues import Tree, read, texts_of
from portal.content.load import load_config
from portal.content.walk import texts
from portal.mail.messages import TEMPLATES
from portal.pack import build as pack
from portal.pack.command import review_pack
from portal.pack.marked import MISSING, UNREVIEWED, Marked
from portal.pack.samples import sample_answers
from portal.pack.tidy import main_part
from tests.support import vnu
from tests.support.dom import Node, parse
from tests.support.offered import TRANSLATED
from tests.support.paths import ROOT

STUDY = load_config(ROOT / "config").study("hem-ismart-d")
assert STUDY is not None
assert STUDY.screener is not None
D = "hem-ismart-d"
OTHER = TRANSLATED[-1]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(review_pack, arguments)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    """English and one other language, made by the command without any environment."""
    out = tmp_path_factory.mktemp("pack") / "pack.html"
    command = [Path(sys.executable).with_name("flask"), "review-pack", "NCT05658640"]
    done = subprocess.run(
        [*command, "--languages", OTHER, "--out", out],
        cwd=out.parent,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return out.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tree(made: str) -> Node:
    return parse(made)


def part(tree: Node, name: str) -> Node:
    return next(one for one in parts(tree) if one.all("h2")[0].text == name)


def parts(tree: Node) -> list[Node]:
    """The pack’s own; pages inside it have sections too."""
    return [one for one in tree.all("section") if one.get("class") in {"blocks", "texts"}]


def blocks(section: Node) -> list[Node]:
    return [one for one in section.children if isinstance(one, Node) and one.tag == "article"]


def test_every_text_of_the_study_is_there_in_both_languages(made: str) -> None:
    words = html.unescape(made)
    for message in texts_of(read(Tree(ROOT).po(OTHER), OTHER)):
        places = [name for name, _ in message.locations]
        if all("config/studies/" in name and D not in name for name in places):
            continue
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        for one in (*forms, *ids):
            assert one in words, one


def test_every_question_branch_result_and_mail_is_there(tree: Node) -> None:
    assert STUDY is not None
    screener = STUDY.screener
    assert screener is not None
    questions = part(tree, "Questions").text
    for question in screener.questions:
        assert all(str(one) in questions for one in texts(question.text)), question.code
        for condition in question.shown_if:
            assert f"{condition.question} = {' or '.join(condition.one_of)}" in questions
        for option in question.options:
            assert option.code in questions
    results = part(tree, "Results")
    named = {one.all("h3")[0].text for one in blocks(results)}
    assert {outcome.code for outcome in screener.outcomes} <= named
    assert {f"Criterion {one.code}" for one in screener.criteria} <= named
    shown = {one.all("h3")[0].text for one in blocks(part(tree, "Results as pages"))}
    assert shown == {outcome.code for outcome in screener.outcomes}
    mails = {one.all("h3")[0].text.split(" ")[0] for one in blocks(part(tree, "Mails"))}
    assert mails == {folder.name for folder in TEMPLATES.iterdir() if folder.is_dir()}


def test_each_outcome_is_reached_by_its_sample() -> None:
    assert STUDY is not None
    assert STUDY.screener is not None
    found = sample_answers(STUDY.screener, STUDY.text_date)
    assert set(found) == {outcome.code for outcome in STUDY.screener.outcomes}


def test_columns_stand_side_by_side_in_their_direction(tree: Node) -> None:
    for article in (one for section in parts(tree) for one in blocks(section)):
        side = article.all("div")[0]
        columns = [one for one in side.children if isinstance(one, Node)]
        assert [one["lang"] for one in columns] == ["en", OTHER]
        assert all(one["dir"] in {"ltr", "rtl"} for one in columns)


def test_the_english_below_a_draft_is_shown(tree: Node) -> None:
    """Every such text: the whole result page again, and a word above the list of results."""
    for article in blocks(part(tree, "Results as pages")):
        (again,) = article.all("section", lang="en")
        assert "The same in English" in again.text
    assert "families see the English words below these" in part(tree, "Results").text
    assert "with the English below" in tree.all("table")[1].text


def test_nothing_is_asked_of_another_host_and_nothing_runs(made: str, tree: Node) -> None:
    assert not re.search(r"<(script|link|img|iframe|form|input|button|select)\b", made)
    assert not re.search(r"\b(src|action|on\w+)=", made)
    assert {one["href"][0] for one in tree.all("a", href=True)} == {"#"}
    assert "url(" not in made
    assert "@media print" in made


def test_it_is_right_html(made: str, tmp_path: Path) -> None:
    found = vnu.errors(tmp_path, {"pack.html": made})
    assert not found, "\n".join(found[:20])


def test_version_date_and_hash_are_those_of_the_words(made: str, tree: Node) -> None:
    assert STUDY is not None
    facts = tree.all("table")[0].text
    assert STUDY.text_version in facts
    assert STUDY.text_date.isoformat() in facts
    mark = re.search(r"\b[0-9a-f]{64}\b", facts)
    assert mark
    again = run(D, "--languages", OTHER)
    assert again.exit_code == 0
    assert again.stdout == made, "the same texts give the same bytes"


def test_a_missing_and_a_changed_text_are_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A header that says ‘approved’ with nothing signed: all is changed; one text is missing."""
    path = tmp_path / "translations" / OTHER / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    source = Tree(ROOT).po(OTHER).read_text(encoding="utf-8")
    source = re.sub(r"X-Review-Status: draft", "X-Review-Status: approved", source)
    source = re.sub(r'(msgid "Home"\nmsgstr ")[^"]+', r"\1", source)
    path.write_text(source, encoding="utf-8")
    words = Marked(Tree(tmp_path), read(path, OTHER))
    assert words.gettext("Home").startswith(MISSING)
    assert words.gettext("Questions").startswith(UNREVIEWED)
    assert words.info()["x-changed-since-review"] == str(len(words.texts))
    shown = main_part(f'<main><a href="/x" title="{words.gettext("Home")}">{words.gettext("Home")}')
    assert shown.count('<mark class="missing">Home</mark>') == 1
    assert MISSING not in shown


def test_controls_and_secrets_of_the_moment_do_not_come_along() -> None:
    page = (
        '<main data-page="x"><form method="post" action="/send"><input type="hidden" name="draft"'
        ' value="sealed"><label for="a">Name</label><input id="a" name="a" value="Kim"><select>'
        '<option>One</option></select><input type="radio" value="1">'
        "<button>Send</button></form></main>"
    )
    shown = main_part(page)
    assert "sealed" not in shown
    assert "Kim" not in shown
    for kept in ("Name", "Send", "◯"):
        assert kept in shown
    assert not re.search(r"<(form|input|button|select|label)\b", shown)


def test_a_short_study_has_one_too() -> None:
    done = run("hem-ismart-b", "--languages", "en")
    assert done.exit_code == 0
    assert "Overview" in done.stdout
    assert "Questions</h2>" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "There is no study “nowhere”"),
        ((D, "--languages", "en,xx"), "There is no catalogue “xx”"),
        ((D, "--languages", "en", "--out", "/no/such/folder/x"), "cannot be written"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, words in done.output) == (2, True), done.output


def test_its_parts_are_all_used() -> None:
    assert len(set(pack.PARTS)) == len(pack.PARTS)
