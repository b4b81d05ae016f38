"""Every page in a real browser and on the scales, in the languages of tests/support/offered.py.

With `full`, in every language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import Route

from portal.languages import describe
from tests.support import axe, vnu
from tests.support.live import LivePortal
from tests.support.offered import (
    AT_THE_GATE,
    LONG_WORDS,
    OFFERED,
    at_the_gate,
)
from tests.support.snapshots import Snapshot, Snapshots
from tests.support.visitor import Visitor

pytestmark = pytest.mark.browser

AS_SENT = {"content-length", "content-encoding"}  # true of the packed page alone
WEIGHT = 14_336  # bytes that reach a phone in its first round trip (A5.5)
# Scrolls sideways by more than a hair: width of the content against width of the window.
TOO_WIDE = "() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
# Playwright’s own way waits for an event that never comes with script off.
ADD_STYLE = (
    "css => { const style = document.createElement('style');"
    " style.textContent = css; document.head.append(style) }"
)
# A heading that is pushed to the left is read as from left to right.
DIRECTION = (
    "() => { const s = getComputedStyle(document.querySelector('h1'));"
    " return s.textAlign === 'left' ? 'ltr' : s.direction }"
)
LARGE = (
    "html{font-size:200%!important}"
    "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
)

in_each_language = pytest.mark.parametrize("language", at_the_gate(AT_THE_GATE))


@pytest.fixture(scope="module")
def snapshots(
    live_portal: LivePortal, roomy_config: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Snapshots]:
    folder = tmp_path_factory.mktemp("errors") / "data"
    made = Snapshots.of_portal(live_portal, folder, roomy_config)
    yield made
    made.broken.close()


def _show(page: BrowserPage, shot: Snapshot) -> None:
    """Open a page exactly as it was sent, also when it was the answer to a form."""

    def give(route: Route) -> None:
        headers = {n: v for n, v in shot.page.headers if n.lower() not in AS_SENT}
        route.fulfill(status=shot.page.status, headers=headers, body=shot.page.text)

    page.route(shot.page.url, give, times=1)
    page.goto(shot.page.url)


def _each(page: BrowserPage, shots: list[Snapshot]) -> Iterator[Snapshot]:
    for shot in shots:
        _show(page, shot)
        yield shot


_SCHEMES = ("light", "dark")
# At the gate each direction in one of the two: the rules look at the same markup in every language,
# and most of their time goes into colours.
_AXE = [
    pytest.param(
        code,
        scheme,
        marks=[] if (code, scheme) in {("en", "light"), ("ar", "dark")} else [pytest.mark.full],
    )
    for code in OFFERED
    for scheme in _SCHEMES
]


@pytest.mark.parametrize(("language", "scheme"), _AXE)
def test_axe_finds_nothing(
    language: str, scheme: str, snapshots: Snapshots, open_page: Callable[..., BrowserPage]
) -> None:
    """Every rule, with the colours for light and for dark."""
    page = open_page(reduced_motion="reduce", color_scheme=scheme)
    page.add_init_script(axe.AXE_SCRIPT)  # compiled once
    found: dict[str, list[str]] = {}
    for shot in _each(page, snapshots.of(language)):
        for line in axe.violations(page):
            found.setdefault(line, []).append(shot.name)
    assert not found, "\n".join(f"{line} on {', '.join(names)}" for line, names in found.items())


@pytest.mark.parametrize("language", at_the_gate({LONG_WORDS, "ar"}))
def test_everything_stays_inside_and_runs_in_its_direction(
    language: str, snapshots: Snapshots, open_page: Callable[..., BrowserPage]
) -> None:
    """Phones, a desk, and 320 pixels: what 400 % zoom leaves of 1280 (WCAG 1.4.10). Then text
    twice as large, with the wider spacing that people set (WCAG 1.4.4, 1.4.12)."""
    page = open_page(script=False, bypass_csp=True)  # for the larger text alone
    found = []
    for shot in _each(page, snapshots.of(language)):
        for width in (1280, 390, 320):
            found += [f"{shot.id} at {width}: {over} px too wide" for over in _over(page, width)]
        if page.evaluate(DIRECTION) != describe(_language_of(shot)).direction:
            found.append(f"{shot.id}: runs in the wrong direction")
        page.evaluate(ADD_STYLE, LARGE)
        found += [f"{shot.id} in large: {over} px too wide" for over in _over(page, 640)]
    assert not found, "\n".join(found)


def _over(page: BrowserPage, width: int) -> list[int]:
    page.set_viewport_size({"width": width, "height": 844})
    over = int(page.evaluate(TOO_WIDE))
    return [over] if over > 0 else []


def _language_of(shot: Snapshot) -> str:
    """The page of a hospital is in a language of its own."""
    return str(shot.page.tree.one("html")["lang"])


# The markup is the same in every language but for direction; a run costs half a minute.
_CHECKED = ("en", "ar")
_ONLY_FULL = [
    pytest.param((one,), marks=pytest.mark.full) for one in OFFERED if one not in _CHECKED
]


@pytest.mark.parametrize("codes", [_CHECKED, *_ONLY_FULL], ids="-".join)
def test_the_checker_finds_no_error(
    codes: tuple[str, ...], snapshots: Snapshots, live_portal: LivePortal, tmp_path: Path
) -> None:
    shots = [shot for code in codes for shot in snapshots.of(code)]
    files = {f"{shot.id}.html": shot.page.text for shot in shots}
    visitor = Visitor(live_portal.url)
    files |= {f"style-{n}.css": visitor.get(url).text for n, url in enumerate(_styles(shots))}
    found = vnu.errors(tmp_path, files)
    assert not found, "\n".join(found)


def _styles(shots: list[Snapshot]) -> list[str]:
    links = {
        urljoin(shot.page.url, node["href"])
        for shot in shots
        for node in shot.page.tree.all("link", rel="stylesheet")
    }
    return sorted(links)


@in_each_language
def test_page_and_style_fit_into_the_first_round_trip(
    language: str,
    snapshots: Snapshots,
    live_portal: LivePortal,
    record_property: Callable[[str, object], None],
) -> None:
    visitor, shots = Visitor(live_portal.url), snapshots.of(language)
    sizes = {url: visitor.get(url, Accept_Encoding="br").size for url in _styles(shots)}
    weights = {
        shot.id: shot.wire_bytes + sum(sizes[url] for url in _styles([shot])) for shot in shots
    }
    heaviest = max(weights, key=lambda name: weights[name])
    record_property(
        f"heaviest page in {language}, HTML + CSS, brotli bytes",
        f"{weights[heaviest]} ({heaviest})",
    )
    too_heavy = {name: weight for name, weight in weights.items() if weight > WEIGHT}
    assert not too_heavy


@in_each_language
def test_no_page_sets_a_cookie(language: str, snapshots: Snapshots) -> None:
    assert not [shot.id for shot in snapshots.of(language) if shot.page.header("Set-Cookie")]


@in_each_language
def test_each_page_leads_to_itself_in_every_language(language: str, snapshots: Snapshots) -> None:
    """The list of languages stands on each page, by own names, and leads to the same page."""
    for shot in snapshots.of(language):
        links = shot.page.tree.all("a", hreflang=True)
        own = [link for link in links if link.get("lang") == link["hreflang"]]
        assert len({link["hreflang"] for link in own}) >= len(OFFERED) - 1, shot.id
