"""`flask study check`: what a study office runs after each change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli.study import study
from tests.support.offered import OFFERED
from tests.unit.config_copy import ConfigCopy, D


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ConfigCopy:
    made = ConfigCopy.make(tmp_path)
    monkeypatch.setenv("PORTAL_CONFIG", str(made.root))
    return made


@pytest.fixture
def run(config: ConfigCopy) -> Callable[..., Result]:
    return lambda *arguments: CliRunner().invoke(study, ["check", *arguments])


def test_right(run: Callable[..., Result]) -> None:
    result = run()
    assert result.exit_code == 0
    assert result.output == (
        "config is right: 5 studies (1 complete), 34 hospitals (34 not confirmed yet), "
        "39 words, languages " + ", ".join(OFFERED) + "\n"
    )


def test_wrong(config: ConfigCopy, run: Callable[..., Result]) -> None:
    line = config.edit(D + "study.yaml", "code: open", "code: recruiting")
    result = run()
    assert result.exit_code == 2
    assert result.output.startswith(f"config/{D}study.yaml:{line}: code: “recruiting” is not known")


def test_a_date_in_the_future_is_wrong_here(config: ConfigCopy, run: Callable[..., Result]) -> None:
    config.edit(D + "study.yaml", "text_date: 2026-11-22", "text_date: 2999-01-01")
    assert run().exit_code == 2


def test_live_refuses_the_examples(run: Callable[..., Result]) -> None:
    result = run("--live")
    assert result.exit_code == 2
    assert "34 of 34 hospitals are not confirmed" in result.output


def test_live_is_right_once_the_office_is_real(
    config: ConfigCopy, run: Callable[..., Result]
) -> None:
    config.edit(D + "study.yaml", "central.office@hem-ismart-d.example", "office@hospital.org")
    config.edit("portal.toml", "allow_unreviewed = []", f"allow_unreviewed = {json.dumps(OFFERED)}")
    result = run("--live")
    assert result.exit_code == 0, result.output
