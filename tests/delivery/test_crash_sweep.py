"""Dead at every step: nothing accepted is lost, nothing goes out twice but in one gap (R1, R4, R5).

A message is written, delivered, reminded of and answered by a process that dies at step 1, then
2, then 3 … until a run completes. After each death a fresh worker finishes.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.crash import CRASHED, GAP, Story, finish, live, run
from tests.support.figures import Figure
from tests.support.postgres import Postgres
from tests.support.samples import make_parts
from tests.support.smtp_server import Received, ScriptedServer

AT_LEAST = 40  # named points (issue 4)
MAILS = {"site": 2, "family": 2}  # request, reminder; copy, ‘they will contact you’


@dataclass
class Lane:
    """Deaths one after another, with a mail server of their own."""

    folder: Path
    database: Callable[[Path], str]
    server: ScriptedServer
    language: str
    everything: bool
    duplicates: int = 0
    names: set[str] = field(default_factory=set)  # of the steps that it died at

    def story(self, step: int) -> Story:
        folder = self.folder / f"step{step}"
        shutil.copytree(self.folder / "empty", folder)
        email = f"family{step}@family.example"
        return Story(folder, self.database(folder), self.server.url, email, self.language)

    def whole_run(self) -> list[str]:
        """The names of all steps, in order."""
        story = self.story(0)
        assert run(live, story, 0, self.everything) == 0
        return story.steps

    def die_at(self, step: int) -> bool:
        """One death and what comes after; False if the run completed before that step."""
        story = self.story(step)
        self.server.received.clear()
        died = run(live, story, step, self.everything) == CRASHED
        name = "none"
        if died:
            name = story.died
            self.names.add(name)
            assert run(finish, story) == 0, f"after step {step}, {name}, nobody could finish"
        self.judge(f"step {step}, {name}", story)
        shutil.rmtree(story.folder)
        return died

    def judge(self, name: str, story: Story) -> None:
        ids = Counter(one.message["Message-ID"] for one in self.server.received)
        to = Counter(dict(_who_got(self.server.received, story)).values())
        assert to == MAILS, f"{name}: {to}"
        twice = sum(ids.values()) - len(ids)
        assert twice <= (1 if GAP in name else 0), f"{name}: {twice} mails went out twice"
        self.duplicates += twice


def _who_got(received: list[Received], story: Story) -> Iterator[tuple[str, str]]:
    """Message-ID and whose it is: a second copy with the same one counts once."""
    for one in received:
        who = "family" if one.recipients[0] == story.email else "site"
        yield one.message["Message-ID"], who


def sweep(
    folder: Path,
    database: Callable[[Path], str],
    language: str = "en",
    everything: bool = False,
) -> tuple[list[str], int]:
    """Die at every step, in two lanes; the names of the steps, and the mails that came twice.

    How many steps a run has may differ by a few: the steps of a death are named by itself.
    """
    with ScriptedServer() as one, ScriptedServer() as other, ThreadPoolExecutor(2) as pool:
        lanes = [Lane(folder, database, server, language, everything) for server in (one, other)]
        names = lanes[0].whole_run()

        def half(number: int) -> None:
            step = 1 + number
            while lanes[number].die_at(step):
                step += 2
            assert step >= len(names) - 4, f"a run completed before step {step}"

        list(pool.map(half, range(2)))
    missed = set(names).difference(*(lane.names for lane in lanes))
    assert len(missed) <= len(names) // 100, missed
    return names, sum(lane.duplicates for lane in lanes)


def sqlite_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'portal.sqlite3'}"


def tell(figure: Figure, what: str, swept: tuple[list[str], int]) -> None:
    names, twice = swept
    different = dict.fromkeys(name.removesuffix(GAP) for name in names)
    assert len(different) >= AT_LEAST
    figure(f"{what}: the {len(different)} names of the points", "; ".join(different))
    figure(f"{what}: points to die at", len(names))
    figure(f"{what}: of these between the server’s 250 and our mark", sum(GAP in n for n in names))
    figure(f"{what}: accepted messages lost", 0)
    figure(f"{what}: mails sent twice, all of them in that gap, same Message-ID", twice)


def empty_database(folder: Path, url: str) -> None:
    parts, _ = make_parts(folder / "empty", database_url=url)
    parts.store.engine.dispose()


@pytest.mark.timeout(600)
def test_a_death_at_every_step(tmp_path: Path, figure: Figure) -> None:
    empty_database(tmp_path, sqlite_of(tmp_path / "empty"))
    tell(figure, "SQLite", sweep(tmp_path, sqlite_of))


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("language", ["en", "nl", "ar"])
def test_a_death_before_and_after_every_step(tmp_path: Path, figure: Figure, language: str) -> None:
    empty_database(tmp_path, sqlite_of(tmp_path / "empty"))
    tell(figure, f"SQLite, {language}", sweep(tmp_path, sqlite_of, language, everything=True))


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.postgres
def test_a_death_at_every_step_on_postgres(
    tmp_path: Path, postgres: Postgres, figure: Figure
) -> None:
    empty = postgres.new_database()
    empty_database(tmp_path, empty)

    def database(_folder: Path) -> str:
        return postgres.new_database(like=empty)

    tell(figure, "PostgreSQL", sweep(tmp_path, database))
