"""A new language is one entry in portal.toml and one catalogue (issue, ‘Must show’).

Portuguese here speaks with made-up words, accented and 40 % longer: every page must show them and
nothing else, and fit a window of 320 pixels.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel import Locale
from click.testing import CliRunner
from playwright.sync_api import Browser

from portal import languages
from portal.cli import languages as commands
from portal.mail.messages import build
from tests.mail.test_golden import SAMPLES, folder_of
from tests.support.crawl import Found, pages
from tests.support.fixtures import widen_limits
from tests.support.in_process import NOON, PortalApp
from tests.support.leftovers import is_left_over, pieces, without_names
from tests.support.paths import ROOT
from tests.support.pseudo import LONGER, translate
from tests.support.samples import SetClock

pytestmark = pytest.mark.browser

NEW = "pt"
STYLE = re.compile(r'<link rel="stylesheet"[^>]*>')
TOO_WIDE = "() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
_PLAIN_WORD = re.compile(r"(?<!\w)[A-Za-z]{4,}(?!\w)")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """This checkout with one entry more, and the catalogue that `flask languages` makes of it."""
    root = tmp_path_factory.mktemp("checkout")
    for name in ("portal", "templates"):
        (root / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "babel.cfg", root)
    for name in ("config", "translations"):
        shutil.copytree(ROOT / name, root / name)
    settings = root / "config" / "portal.toml"
    settings.write_text(settings.read_text().replace('"en", ', f'"en", "{NEW}", ', 1))
    widen_limits(settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands, "ROOT", root)
        patch.setattr(languages, "TRANSLATIONS", root / "translations")
        patch.setenv("PORTAL_CONFIG", str(root / "config"))
        _flask_languages("update")
        translate(root / "translations" / NEW / "LC_MESSAGES" / "messages.po")
        for command in ("check", "compile"):
            _flask_languages(command)
        languages._compiled.cache_clear()
        yield root
    languages._compiled.cache_clear()


def _flask_languages(command: str) -> None:
    done = CliRunner().invoke(commands.languages, [command])
    assert done.exit_code == 0, done.output


@pytest.fixture(scope="module")
def seen(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, list[Found]]]:
    data = tmp_path_factory.mktemp("new-language")
    portal = PortalApp.make(data, config=checkout / "config", clock=SetClock(NOON))
    yield {code: list(pages(portal, code)) for code in ("en", NEW)}
    portal.close()


def _english(seen: dict[str, list[Found]]) -> frozenset[str]:
    return frozenset(piece for one in seen["en"] for piece in pieces(one.page.tree))


def test_every_word_comes_from_its_catalogue(seen: dict[str, list[Found]]) -> None:
    """Also inside a sentence: a word without any accent is a name, or CLDR’s."""
    english, known = _english(seen), _words_of_cldr()
    left: dict[str, str] = {}
    for one in seen[NEW]:
        if one.page.tree.one("html")["lang"] != NEW:  # the hospital reads its own language
            continue
        for piece in pieces(one.page.tree):
            bare = without_names(piece, NEW)
            odd = [word for word in _PLAIN_WORD.findall(bare) if word.casefold() not in known]
            if odd or is_left_over(piece, NEW, english):
                left[piece] = one.name
    assert not left, "\n".join(f"{name}: {piece}" for piece, name in left.items())


def _words_of_cldr() -> frozenset[str]:
    """Names of countries, languages and months, and the words that join lists and times."""
    locale = Locale.parse(NEW)
    months = [name for form in locale.months["format"].values() for name in form.values()]
    names = [*locale.territories.values(), *locale.languages.values(), *months]
    return frozenset(word.casefold() for name in names for word in re.findall(r"\w+", str(name)))


def test_every_mail_too(seen: dict[str, list[Found]]) -> None:
    for sample in SAMPLES:
        values = dict(SAMPLES[sample]) | {"reference": "2222-3333"}
        if "family_language" in values:
            values["family_language"] = NEW
        there = build(folder_of(sample), NEW, **values).text.splitlines()
        here = frozenset(build(folder_of(sample), "en", **values).text.splitlines())
        ours = [line for line in there if not line.startswith((">", "http"))]
        assert not [line for line in ours if is_left_over(line, NEW, here)], sample


def test_no_page_runs_over_at_320_pixels(
    seen: dict[str, list[Found]], checkout: Path, browser: Browser
) -> None:
    style = (ROOT / "portal" / "static" / "portal.css").read_text(encoding="utf-8")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    wide = []
    for one in seen[NEW]:
        page.set_content(STYLE.sub(lambda _: f"<style>{style}</style>", one.page.text))
        if (over := page.evaluate(TOO_WIDE)) > 0:
            wide.append(f"{one.name}: {over} px too wide")
    context.close()
    assert len(seen[NEW]) > 120
    assert not wide, "\n".join(wide)


def test_the_words_are_longer(seen: dict[str, list[Found]]) -> None:
    """Else the test above would show nothing."""
    length = {code: sum(len(one.page.main.text) for one in seen[code][:8]) for code in seen}
    assert length[NEW] > length["en"] * (1 + LONGER / 2)
