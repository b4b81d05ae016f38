"""`flask study`: is the configuration right? Works with an empty environment."""

from __future__ import annotations

import os

import click

from portal.cli.study_import import import_
from portal.clock import Clock
from portal.content.live import live_problems
from portal.content.load import ConfigError, check, load_config
from portal.content.model import Config
from portal.settings import config_folder, is_loopback

# Stands for “some public address” when --live is asked on a developer's machine.
_SOME_PUBLIC_ADDRESS = "https://portal.public"


@click.group()
def study() -> None:
    """Studies, hospitals and their texts (docs/add-a-study.md)."""


study.add_command(import_)


@study.command("check")
@click.option("--live", is_flag=True, help="Also what must be true before families come.")
def check_(*, live: bool) -> None:
    """List every mistake under config/ with file, line and what to do; exit 2 if there is one."""
    folder = config_folder(os.environ)
    problems = list(check(folder, today=Clock().now().date()))
    try:
        config = load_config(folder)
    except ConfigError:
        config = None
    if config and live:
        problems += live_problems(config, _public_address())
    for problem in problems:
        click.echo(str(problem))
    if problems or config is None:
        raise SystemExit(2)
    click.echo(_summary(config))


def _public_address() -> str:
    given = os.environ.get("PORTAL_BASE_URL", "")
    return _SOME_PUBLIC_ADDRESS if not given or is_loopback(given) else given.rstrip("/")


def _summary(config: Config) -> str:
    sites = [site for one in config.complete_studies for site in one.sites]
    unconfirmed = sum(not site.confirmed for site in sites)
    return (
        f"config is right: {len(config.studies)} studies "
        f"({len(config.complete_studies)} complete), {len(sites)} hospitals "
        f"({unconfirmed} not confirmed yet), {len(config.glossary)} words, "
        f"languages {', '.join(config.portal.languages.offered)}"
    )
