"""Fixtures for every test that needs the portal: running for real, or inside the process."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal import languages
from portal.places.gazetteer import Gazetteer
from portal.store.database import Store
from tests.support.canaries import Canaries, search
from tests.support.in_process import NOON, PortalApp
from tests.support.kept import make_tables
from tests.support.live import LivePortal
from tests.support.paths import ROOT
from tests.support.postgres import Postgres, empty
from tests.support.samples import SetClock
from tests.support.visitor import Visitor

WATCHED = frozenset({"live_portal", "portal_app", "new_portal", "visitor"})
CANARIES = pytest.StashKey[Canaries]()


@pytest.fixture(scope="session")
def roomy_config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped config with limits that hundreds of tests from one address do not reach."""
    folder = tmp_path_factory.mktemp("config") / "config"
    shutil.copytree(ROOT / "config", folder)
    widen_limits(folder / "portal.toml")
    return folder


def widen_limits(portal_toml: Path) -> None:
    """Multiply every whole number under [limits] that counts per hour."""
    lines, inside = [], False
    for line in portal_toml.read_text(encoding="utf-8").splitlines():
        inside = line.strip() == "[limits]" if line.startswith("[") else inside
        name, equals, value = line.partition("=")
        if inside and equals and "per_hour" in name:
            figure = value.split("#")[0].strip()
            line = f"{name}= {int(figure) * 1000}"
        lines.append(line)
    portal_toml.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="session")
def live_portal(
    tmp_path_factory: pytest.TempPathFactory, roomy_config: Path
) -> Iterator[LivePortal]:
    """The real portal, started once for all tests that only need it to run."""
    folder = tmp_path_factory.mktemp("live")
    with LivePortal(folder, {"PORTAL_CONFIG": str(roomy_config)}) as portal:
        yield portal
    assert not portal.left, f"after Ctrl-C these processes went on: {portal.left}"


@pytest.fixture
def new_portal(
    tmp_path: Path, roomy_config: Path, unpacked_places: Path
) -> Iterator[Callable[..., LivePortal]]:
    """Makes a portal of the test’s own, not yet started: `with new_portal(PORTAL_NOW=…) as p:`."""
    made: list[LivePortal] = []

    def make(**settings: str) -> LivePortal:
        folder = tmp_path / f"portal{len(made)}"
        folder.mkdir()
        data_with_places(folder, unpacked_places)
        made.append(LivePortal(folder, {"PORTAL_CONFIG": str(roomy_config)} | settings))
        return made[-1]

    make.made = made  # type: ignore[attr-defined]
    yield make
    for portal in made:
        portal.stop()


@pytest.fixture
def visitor(live_portal: LivePortal) -> Visitor:
    """Visits the running portal; every page is audited."""
    return Visitor(live_portal.url)


@pytest.fixture(scope="session")
def unpacked_places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The list of places, unpacked once for all tests: that takes half a second."""
    folder = tmp_path_factory.mktemp("places")
    Gazetteer.open(folder)
    return folder


@pytest.fixture
def portal_app(
    tmp_path: Path, roomy_config: Path, unpacked_places: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PortalApp]:
    """The application in this process on an empty SQLite database."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    portal = PortalApp.make(data_with_places(tmp_path, unpacked_places), config=roomy_config)
    yield portal
    portal.close()


@pytest.fixture
def timed_app(tmp_path: Path, roomy_config: Path, unpacked_places: Path) -> Iterator[PortalApp]:
    """The same with a clock that stands where a test puts it; no canaries are searched for."""
    data = data_with_places(tmp_path, unpacked_places)
    portal = PortalApp.make(data, config=roomy_config, clock=SetClock(NOON))
    yield portal
    portal.close()


def data_with_places(folder: Path, unpacked_places: Path) -> Path:
    data = folder / "data"
    data.mkdir()
    for file in unpacked_places.iterdir():
        (data / file.name).hardlink_to(file)
    return data


@pytest.fixture
def client(portal_app: PortalApp):  # type: ignore[no-untyped-def]
    return portal_app.client


@pytest.fixture
def canaries(request: pytest.FixtureRequest) -> Canaries:
    """Marked values for a family’s fields; the test fails if one is left where none may be."""
    made = Canaries()
    request.node.stash[CANARIES] = made
    return made


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """A page made inside this process leaves its language behind for the next test."""
    languages.speak(languages.SOURCE)


@pytest.fixture(autouse=True)
def _no_canary_left(request: pytest.FixtureRequest) -> Iterator[None]:
    used = WATCHED & set(request.fixturenames)
    if not used:
        yield
        return
    things = {name: request.getfixturevalue(name) for name in sorted(used)}
    made: Canaries = request.getfixturevalue("canaries")
    since = time.time() - 1
    logging.getLogger().setLevel(logging.DEBUG)
    yield
    folders, texts = _places(things)
    found = search(made, folders, texts, since)
    assert not found, "A family’s words were left behind:\n" + "\n".join(found)


def _places(things: dict[str, object]) -> tuple[list[Path], dict[str, str]]:
    """Every folder and text that one test’s portals could have written to."""
    folders: list[Path] = []
    texts: dict[str, str] = {}
    for thing in things.values():
        for portal in [thing, *getattr(thing, "made", [])]:
            if isinstance(portal, LivePortal):
                folders += [portal.data, portal.temporary]
                texts[f"output of {portal.url}"] = portal.log.read_text(errors="replace")
            elif isinstance(portal, PortalApp):
                folders.append(portal.data)
                portal = portal.client
            if hasattr(portal, "visited"):
                texts["addresses visited"] = "\n".join(portal.visited)
                cookies = getattr(portal, "cookies", None) or getattr(portal, "cookies_set", [])
                texts["cookies"] = "\n".join(map(str, cookies))
    return folders, texts


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """What the portal printed inside this process is a log, too."""
    report = yield
    made = item.stash.get(CANARIES, None)
    if made and call.when == "call" and report.passed:
        printed = "\n".join(text for _, text in report.sections)
        if found := made.found_in(printed.encode()):
            report.outcome = "failed"
            report.longrepr = "A family’s words were printed:\n" + "\n".join(found)
    return report


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_tables(postgres: Postgres) -> str:
    """A database with all tables."""
    url = postgres.new_database()
    store = Store.open(url)
    make_tables(store)
    store.engine.dispose()
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database: the same test runs on SQLite and on a real PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite3'}"
    url: str = request.getfixturevalue("postgres_tables")
    empty(url)
    return url
