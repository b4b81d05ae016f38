"""What translators’ own tools say about the offered catalogues: i18nspector and pofilter.

Exceptions stand here and, with their reasons, in docs/translate.md.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polib
import pytest

from portal.cli.catalogues import Tree
from tests.support.offered import OFFERED, TRANSLATED
from tests.support.paths import ROOT

TREE = Tree(ROOT)
# Our header holds no dates, names or addresses: they would change without any text changing.
NO_SUCH_HEADER = (
    "no-date-header-field",
    "no-project-id-version-header-field",
    "no-report-msgid-bugs-to-header-field",
    "no-last-translator-header-field",
    "no-language-team-header-field",
)
# CLDR has a form for two in Hebrew; the program knows the older pair of forms.
TWO_IN_HEBREW = "unusual-plural-forms"
# A form for one number alone (‘one hospital’) may leave the number out; our own check says where.
ONE_NUMBER = "python-format-string-missing-argument"
# Filters that find mistakes. Those about style (capitals, punctuation, length, brackets, number of
# sentences …) compare with English habits and are left out, and so is `emails`: an example of an
# address may be in words of the language (naam@example.org).
FILTERS = (
    "blank", "doublespacing", "endwhitespace", "escapes", "filepaths", "functions",
    "isfuzzy", "newlines", "nplurals", "options", "printf", "purepunc", "pythonbraceformat",
    "startwhitespace", "tabs", "untranslated", "urls", "variables", "xmltags",
)  # fmt: skip


@pytest.mark.parametrize("language", OFFERED)
def test_i18nspector_finds_nothing_unexplained(language: str) -> None:
    done = subprocess.run(
        ["i18nspector", str(TREE.po(language))], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if "unknown-header" not in line]
    left = [line for line in lines if not any(tag in line for tag in NO_SUCH_HEADER)]
    left = [line for line in left if not (ONE_NUMBER in line and "num not in msgstr" in line)]
    left = [line for line in left if not (TWO_IN_HEBREW in line and "/he/" in line)]
    assert not left, "\n".join(left)


@pytest.mark.parametrize("language", TRANSLATED)
def test_pofilter_finds_nothing_unexplained(language: str, tmp_path: Path) -> None:
    out = tmp_path / "found.po"
    program = Path(sys.executable).with_name("pofilter")
    chosen = [word for name in FILTERS for word in ("-t", name)]
    done = subprocess.run(
        [program, "--progress=none", *chosen, "-i", TREE.po(language), "-o", out],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = polib.pofile(str(out)) if out.exists() else []
    left = [f"{one.msgid[:70]}: {one.tcomment}" for one in found if not _explained(one)]
    assert not left, "\n".join(left)


def _explained(entry: polib.POEntry) -> bool:
    """Plural forms without their number are judged by `flask languages check`, form by form."""
    return bool(entry.msgid_plural) and "(pofilter) printf" in entry.tcomment


def test_the_filters_are_awake(tmp_path: Path) -> None:
    """A broken placeholder and a lost tag are seen by pofilter; a wrong header by i18nspector."""
    source = TREE.po(TRANSLATED[0]).read_text(encoding="utf-8")
    bad = tmp_path / "bad.po"
    bad.write_text(
        source.replace("%(most)s", "%(meest)s").replace('msgstr "', 'msgstr " '), "utf-8"
    )
    out = tmp_path / "found.po"
    program = Path(sys.executable).with_name("pofilter")
    subprocess.run(
        [program, "--progress=none", "-t", "startwhitespace", "-i", bad, "-o", out], check=True
    )
    assert len(polib.pofile(str(out))) > 100
    bad.write_text(source.replace("charset=utf-8", "charset=latin-9000"), encoding="utf-8")
    said = subprocess.run(["i18nspector", bad], capture_output=True, text=True, check=False)
    assert "encoding" in said.stdout
