"""`kill -9` at any moment, while families write: what a page accepted is never lost (R2, F1 to F5).

Web and workers die at random moments and are started again, as a service manager does. Families
press ‘Send’ again when their line breaks. In the end everybody who was led to a page that says
‘we have your message’ must have their mails.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.store.database import Store
from tests.support import workers
from tests.support.figures import Figure
from tests.support.postgres import Postgres
from tests.support.samples import real_time_parts
from tests.support.smtp_server import ScriptedServer
from tests.support.under_fire import Families, Fire
from tests.support.waiting import wait_until

GATE, FULL = 200, 3000
AT_MOST_APART = 0.2  # seconds between two kills
WRITERS = 3
# Seconds between two messages of one family. A crew that dies ten times a second sends little, and
# what piles up over minutes would be no better evidence.
GATE_REST, FULL_REST = 0.05, 0.3
LEASE_OVER = timedelta(minutes=11)
UNDER_WAY = (
    "SELECT count(*) FROM deliveries WHERE state IN ('accepted', 'retry', 'unknown', 'sending')"
)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@dataclass
class Battle:
    """What came of it."""

    fire: Fire
    families: Families
    seconds: float
    killed_in_a_mail: int


def fight(fire: Fire, store: Store, kills: int, rest: float) -> Battle:
    with fire, ThreadPoolExecutor(WRITERS) as crowd:
        families = Families(fire.url, rest)
        writing = [crowd.submit(families.write_on) for _ in range(WRITERS)]
        begun = time.monotonic()
        for number in range(kills):
            time.sleep(random.uniform(0.02, AT_MOST_APART))
            if number % 6 != 5 or not fire.kill_a_web_process(len(families.accepted)):
                fire.kill_a_worker()
        seconds = time.monotonic() - begun
        families.stopping.set()
        for one in writing:
            one.result(60)
    killed_in_a_mail = count(store, "SELECT count(*) FROM deliveries WHERE state = 'sending'")
    return Battle(fire, families, seconds, killed_in_a_mail)


def count(store: Store, question: str) -> int:
    with store.read() as db:
        return int(db.execute(text(question)).scalar_one())


def finish(fire: Fire, store: Store) -> None:
    """One fresh worker, once the leases of the dead have run out."""
    later = (datetime.now(UTC) + LEASE_OVER).isoformat()
    last = workers.start(fire.environment | {"PORTAL_NOW": later}, fire.data / "workers.log")
    try:
        wait_until(lambda: count(store, UNDER_WAY) == 0, 120, pause=0.2, why="the last mail")
    finally:
        last.kill()
        last.join(10)


def judge(battle: Battle, server: ScriptedServer, figure: Figure, what: str) -> None:
    by_id = {one.message["Message-ID"]: one for one in server.received}
    copies = Counter(str(one.message["To"]) for one in by_id.values())
    to_site = Counter(
        str(one.message["Reply-To"])
        for one in by_id.values()
        if "sites.example" in one.recipients[0]
    )
    accepted, kills = battle.families.accepted, battle.fire.kills
    lost = [one for one in accepted if copies[one] != 1 or to_site[one] != 1]
    twice = len(server.received) - len(by_id)
    figure(f"{what}: kill -9 of web, of workers", f"{kills['web']}, {kills['worker']}")
    figure(f"{what}: seconds of killing", round(battle.seconds))
    figure(f"{what}: workers killed with a mail in their hands", battle.killed_in_a_mail)
    figure(f"{what}: posts without an answer", battle.families.unanswered)
    figure(f"{what}: messages accepted by a page", len(accepted))
    figure(f"{what}: of these lost", len(lost))
    figure(f"{what}: mails twice, each with the same Message-ID", twice)
    assert lost == []
    assert len(accepted) >= sum(kills.values()) // 10, "there was hardly any traffic"
    assert twice <= kills["worker"]
    assert set(battle.families.statuses) <= {200, 303, 503}


def prepared(folder: Path, url: str, config: Path, server: ScriptedServer) -> tuple[Fire, Store]:
    data = folder / "data"
    store = real_time_parts(data, database_url=url).store
    return Fire(data, config, url, server.url), store


def battle(
    folder: Path,
    url: str,
    config: Path,
    server: ScriptedServer,
    figure: Figure,
    kills: int,
    rest: float,
) -> None:
    fire, store = prepared(folder, url, config, server)
    fought = fight(fire, store, kills, rest)
    finish(fire, store)
    what = store.engine.dialect.name
    assert sum(fire.kills.values()) == kills
    assert fire.kills["web"] >= kills // 40
    judge(fought, server, figure, what)
    store.engine.dispose()


def sqlite_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'data' / 'portal.sqlite3'}"


@pytest.mark.alone
@pytest.mark.timeout(400)
def test_two_hundred_kills(
    tmp_path: Path, roomy_config: Path, server: ScriptedServer, figure: Figure
) -> None:
    battle(tmp_path, sqlite_in(tmp_path), roomy_config, server, figure, GATE, GATE_REST)


@pytest.mark.alone
@pytest.mark.full
@pytest.mark.timeout(3600)
def test_three_thousand_kills(
    tmp_path: Path, roomy_config: Path, server: ScriptedServer, figure: Figure
) -> None:
    battle(tmp_path, sqlite_in(tmp_path), roomy_config, server, figure, FULL, FULL_REST)


@pytest.mark.alone
@pytest.mark.full
@pytest.mark.postgres
@pytest.mark.timeout(3600)
def test_kills_on_postgres(
    tmp_path: Path,
    roomy_config: Path,
    server: ScriptedServer,
    figure: Figure,
    postgres: Postgres,
) -> None:
    battle(tmp_path, postgres.new_database(), roomy_config, server, figure, GATE, GATE_REST)
