"""`flask review-pack`: works with an empty environment."""

from __future__ import annotations

import os
from pathlib import Path

import click

from portal.cli.catalogues import CatalogueError, Tree
from portal.cli.errors import CommandError
from portal.content.load import ConfigError, load_config
from portal.languages import SOURCE
from portal.settings import ROOT, SettingsError, config_folder


@click.command("review-pack")
@click.argument("study")
@click.option("--languages", "wanted", default="", help="Codes like en,de. Default: all offered.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: printed.")
def review_pack(study: str, wanted: str, out: Path | None) -> None:
    """One HTML file with every page, question, result and mail of STUDY, languages side by side.

    STUDY is a folder name or an NCT number. English always comes first.
    """
    folder = config_folder(os.environ)
    try:
        config = load_config(folder)
    except ConfigError as error:
        raise CommandError(str(error)) from None
    found = config.study(study)
    if found is None:
        known = ", ".join(one.slug for one in config.studies)
        raise CommandError(f"There is no study “{study}”. Studies: {known}.")
    chosen = _chosen(wanted, config.portal.languages.offered)
    from portal.pack.build import build  # with all of the web; every `flask` loads this file

    try:
        text = build(found, folder, chosen)
    except (CatalogueError, SettingsError) as error:
        raise CommandError(str(error)) from None
    _write(text, out)


def _chosen(wanted: str, offered: tuple[str, ...]) -> tuple[str, ...]:
    codes = [code.strip() for code in wanted.split(",") if code.strip()] or list(offered)
    known = Tree(ROOT).languages
    if unknown := [code for code in codes if code not in known]:
        raise CommandError(f"There is no catalogue “{unknown[0]}”. Catalogues: {', '.join(known)}.")
    return tuple(dict.fromkeys((SOURCE, *codes)))


def _write(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}.") from None
