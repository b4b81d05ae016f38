"""Who gets a message when a hospital or the study changes, or is not confirmed (F31, F32)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from portal.content.load import load_config
from portal.mail.content import OutgoingMail
from portal.mail.replies import Outcome
from portal.services.deliver import deliver_next
from portal.services.parts import Parts
from portal.services.routing import NoRouteError, route
from tests.support.in_process import PortalApp
from tests.support.paths import ROOT
from tests.support.samples import make_parts, write_request

SITE = "nl-utrecht-maxima"
DESK = "central.office@hem-ismart-d.example"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "config", tmp_path / "config"))


def change_site(config: Path, **values: str) -> None:
    """Edit one hospital’s row as a study office would."""
    import csv

    file = config / "studies" / "hem-ismart-d" / "sites.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        rows, columns = list(reader), list(reader.fieldnames or [])
    for row in rows:
        if row["site_id"] == SITE:
            row.update(values)
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns)
        writer.writeheader()
        writer.writerows(rows)


def change_study(config: Path, old: str, new: str) -> None:
    file = config / "studies" / "hem-ismart-d" / "study.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def routed(config: Path, *, public: bool = False) -> tuple[str, str]:
    loaded = load_config(config)
    study = loaded.study("hem-ismart-d")
    assert study is not None
    there = route(loaded, study, SITE, public=public)
    return there.address, there.reason


@pytest.mark.parametrize(
    ("values", "public", "expected"),
    [
        ({}, False, (f"{SITE}@sites.example", "chosen")),
        ({}, True, (DESK, "unconfirmed")),
        ({"status": "open", "status_on": "2026-11-01"}, True, (DESK, "unconfirmed")),
        (
            {"status": "open", "status_on": "2026-11-01", "confirmed_on": "2026-11-01",
             "confirmed_by": "Study nurse"},
            True,
            (f"{SITE}@sites.example", "chosen"),
        ),
        ({"status": "paused", "status_on": "2026-11-01"}, False, (DESK, "not_accepting")),
        ({"status": "closed", "status_on": "2026-11-01"}, False, (DESK, "not_accepting")),
        ({"status": "full", "status_on": "2026-11-01"}, False, (DESK, "not_accepting")),
        ({"status": "opening", "status_on": "2026-11-01"}, False, (DESK, "not_accepting")),
    ],
    ids=str,
)  # fmt: skip
def test_routes(
    config: Path, values: dict[str, str], public: bool, expected: tuple[str, str]
) -> None:
    change_site(config, **values)
    assert routed(config, public=public) == expected


def test_a_paused_study_sends_everything_to_the_desk(config: Path) -> None:
    change_study(config, "code: open", "code: paused")
    assert routed(config) == (DESK, "study_not_accepting")


def test_no_desk_and_no_hospital_is_a_fault_not_a_loss(tmp_path: Path, config: Path) -> None:
    from dataclasses import replace

    loaded = load_config(config)
    study = loaded.study("hem-ismart-d")
    assert study is not None
    with pytest.raises(NoRouteError):
        route(loaded, replace(study, central=None), "no-such-site", public=False)
    assert tmp_path


@pytest.fixture
def written(tmp_path: Path, config: Path) -> Iterator[tuple[Parts, str]]:
    parts, _ = make_parts(tmp_path / "data", config=config)
    yield parts, write_request(parts)
    parts.store.engine.dispose()


def deliver_all(parts: Parts) -> list[OutgoingMail]:
    sent: list[OutgoingMail] = []

    def hand_over(mail: OutgoingMail, _now: object) -> Outcome:
        sent.append(mail)
        return Outcome("end", "handed_over", 250)

    while deliver_next(parts, hand_over):
        pass
    return sent


def test_a_hospital_that_closes_while_a_message_waits(
    written: tuple[Parts, str], config: Path, tmp_path: Path
) -> None:
    """The waiting message goes to the desk, and the family’s page tells it."""
    _, request_id = written
    change_site(config, status="closed", status_on=date(2026, 11, 20).isoformat())
    parts, _ = make_parts(tmp_path / "data", config=config)
    to_site = next(mail for mail in deliver_all(parts) if mail.recipient == DESK)
    assert "Princess Máxima Center" in to_site.content.text
    assert to_site.content.language == "en"
    page = family_page(tmp_path / "data", config, parts, request_id)
    assert "Sent to the study’s central office" in page
    assert "takes no messages now" in page
    parts.store.engine.dispose()


def test_a_study_that_pauses_says_so_on_top_of_every_page(
    written: tuple[Parts, str], config: Path, tmp_path: Path
) -> None:
    _, request_id = written
    change_study(config, "code: open", "code: paused")
    parts, _ = make_parts(tmp_path / "data", config=config)
    assert {mail.recipient for mail in deliver_all(parts)} == {DESK, "amira@family.example"}
    page = family_page(tmp_path / "data", config, parts, request_id)
    assert "This study is paused. It takes no new messages now (checked 16 October 2025)." in page
    assert "So your message goes to the study’s central office." in page
    parts.store.engine.dispose()
    app = PortalApp.make(tmp_path / "data", config=config)
    contact = app.client.get("/en/studies/hem-ismart-d/contact")
    assert "takes no messages now" in contact.text
    assert '<form method="post"' not in contact.text
    app.close()


def family_page(data: Path, config: Path, parts: Parts, request_id: str) -> str:
    from portal.security.links import FAMILY_PAGE, Links

    app = PortalApp.make(data, config=config)
    token = Links(parts.keys, FAMILY_PAGE).token(request_id)
    page = app.client.get(f"/en/requests/{token}")
    assert page.status_code == 200
    app.close()
    return page.text
