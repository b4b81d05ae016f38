"""CSV and XLIFF out and in: the same words come back, broken ones are refused."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import polib
import pytest
from click.testing import Result

from portal.cli.catalogues import Tree, read
from portal.cli.exchange import csv_text, take_in_csv, take_in_xliff, xliff_text
from tests.support.offered import TRANSLATED, at_the_gate
from tests.support.paths import ROOT
from tests.unit import test_catalogues as small

root, run, tree = small.root, small.run, small.tree
KINDS = ("csv", "xliff")
MOST_FORMS = {"ar", "he", "nl"}  # six, three and two plural forms
Run = Callable[..., Result]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", at_the_gate(MOST_FORMS, TRANSLATED))
def test_a_shipped_catalogue_comes_back_as_it_went(
    language: str, kind: str, tmp_path: Path
) -> None:
    """Out, with every word taken away here, and in again: all plural forms, all characters."""
    path = Tree(ROOT).po(language)
    full, empty = read(path, language), read(path, language)
    for message in empty:
        if message.id:
            message.string = ("",) * empty.num_plurals if message.pluralizable else ""
    if kind == "csv":
        taken = take_in_csv(empty, csv_text(full))
    else:
        file = tmp_path / "words.xlf"
        file.write_text(xliff_text(full), encoding="utf-8")
        taken = take_in_xliff(empty, file)
    assert taken.wrong == taken.unknown == []
    assert {(m.context, m.id): m.string for m in taken.catalog if m.id} == {
        (m.context, m.id): m.string for m in full if m.id
    }


@pytest.mark.parametrize("kind", KINDS)
def test_by_command(kind: str, tree: Tree, run: Run, tmp_path: Path) -> None:
    file = tmp_path / f"ar.{kind}"
    before = tree.po("ar").read_bytes()
    assert run("export", "ar", "--format", kind, "--out", str(file)).exit_code == 0
    assert run("export", "ar", "--format", kind).output.strip()
    small.edit(tree.po("ar"), small.blank, "Home")
    done = run("import", "ar", str(file))
    assert (done.exit_code, "1 texts taken" in done.output) == (0, True)
    assert polib.pofile(str(tree.po("ar"))) == polib.pofile(before.decode())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("whole", "broken", "words"),
    [
        ("Dag {name}", "Dag {naam}", "placeholders changed"),
        ("Lees <b>dit</b> eerst", "Lees dit eerst", "HTML tags changed"),
    ],
)
def test_a_broken_one_is_refused_and_nothing_is_taken(
    kind: str, whole: str, broken: str, words: str, tree: Tree, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / f"nl.{kind}"
    run("export", "nl", "--format", kind, "--out", str(file))
    text = file.read_text(encoding="utf-8")
    if kind == "xliff":
        whole, broken = (one.replace("<", "&lt;").replace(">", "&gt;") for one in (whole, broken))
    assert whole in text
    file.write_text(text.replace(whole, broken).replace("Begin", "Thuis"), encoding="utf-8")
    before = tree.po("nl").read_bytes()
    done = run("import", "nl", str(file))
    assert (done.exit_code, words in done.output) == (2, True), done.output
    assert tree.po("nl").read_bytes() == before


def test_an_empty_translation_leaves_what_is_there(tree: Tree, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "nl.csv"
    file.write_text("context,english,form,translation\n,Home,,\n,Gone,,Weg\n", encoding="utf-8")
    before = tree.po("nl").read_bytes()
    done = run("import", "nl", str(file))
    assert (done.exit_code, "0 texts taken" in done.output) == (0, True)
    assert "1 English texts of the file are no longer used" in done.output
    assert tree.po("nl").read_bytes() == before


def test_no_cell_is_a_formula(tree: Tree) -> None:
    catalog = read(tree.po("nl"), "nl")
    home = catalog.get("Home")
    assert home is not None
    home.string = "=HYPERLINK(1)"
    text = csv_text(catalog)
    cells = [cell for row in csv.reader(StringIO(text)) for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    back = take_in_csv(read(tree.po("nl"), "nl"), text).catalog.get("Home")
    assert back is not None
    assert back.string == "=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"nothing\n1\n", "must name the columns"),
        ("a.csv", b"context,english,form,translation\n,Home,x,Thuis\n", "no plural form"),
        ("a.csv", "context,english,form,translation\n,Home,,é\n".encode("latin-1"), "not UTF-8"),
        ("a.csv", b"context,english,form,translation\n,%(num)s hospital,9,x\n", "no plural form 9"),
        ("a.xlf", b"<html>", "cannot be read as XLIFF"),
        ("a.xlf", b"", "XLIFF"),
    ],
)
def test_what_is_no_file_of_ours(
    name: str, content: bytes, words: str, tree: Tree, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    before = tree.po("nl").read_bytes()
    done = run("import", "nl", str(file))
    assert (done.exit_code, words in done.output) == (2, True), done.output
    assert tree.po("nl").read_bytes() == before


@pytest.mark.parametrize("language", ["en", "xx", "../nl"])
def test_only_translations_go_out(language: str, run: Run, tree: Tree) -> None:
    done = run("export", language)
    assert (done.exit_code, "There is no translation" in done.output) == (2, True)
