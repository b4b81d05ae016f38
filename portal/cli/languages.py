"""`flask languages`: collect, carry over, compile and check the catalogues.

Works with an empty environment and never loads the portal.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import click

from portal.cli.catalogue_checks import findings, progress
from portal.cli.catalogues import (
    STATUS_HEADER,
    CatalogueError,
    PortalCatalog,
    Tree,
    carried_over,
    collect,
    mo_bytes,
    po_bytes,
    read,
)
from portal.cli.errors import CommandError
from portal.cli.reviews import changed, sign
from portal.cli.translators import export, import_
from portal.clock import Clock
from portal.content.read_portal import read_portal
from portal.languages import REVIEW_STATES
from portal.settings import ROOT, config_folder


@click.group()
def languages() -> None:
    """Texts and translations (docs/translate.md)."""


@languages.command()
def update() -> None:
    """Collect all texts; bring every offered language's catalogue up to date."""
    tree = Tree(ROOT)
    template = _collected(tree)
    _write(tree.template, po_bytes(template))
    for language in sorted({*_offered(), *tree.languages}):
        path = tree.po(language)
        old = _read(path, language) if path.exists() else _new(language)
        fresh = carried_over(template, old, language, old.review)
        changed = _write(path, po_bytes(fresh))
        click.echo(f"{tree.name(path)}: {'updated' if changed else 'as it was'}")


@languages.command("compile")
def compile_() -> None:
    """Compile every catalogue, so that the portal can read it."""
    tree = Tree(ROOT)
    for language in tree.languages:
        path = tree.po(language)
        catalog = _read(path, language)
        catalog.changed = len(changed(tree, catalog))
        _write(path.with_suffix(".mo"), mo_bytes(catalog))


@languages.command()
def check() -> None:
    """List everything that keeps an offered language from being complete."""
    try:
        found = findings(Tree(ROOT), _offered())
    except CatalogueError as error:
        raise click.ClickException(str(error)) from None
    for finding in found:
        click.echo(str(finding))
    if found:
        raise SystemExit(1)
    click.echo(f"catalogues are right: {', '.join(_offered())}")


@languages.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def status(*, as_json: bool) -> None:
    """Say for each language how many texts there are, how many are done and who reviewed them."""
    try:
        rows = progress(Tree(ROOT), _offered())
    except CatalogueError as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps([row.as_dict() for row in rows], ensure_ascii=False, indent=2))
        return
    for row in rows:
        who = f" ({row.role}, {row.on})" if row.role else ""
        offered = "offered" if row.offered else "not offered"
        since = f", signed as {row.signed}, {row.changed} changed since" if row.changed else ""
        click.echo(
            f"{row.language}: {row.translated} of {row.texts} texts, {row.percent} %, "
            f"{row.review}{who}{since}, {offered}"
        )


@languages.command()
@click.argument("language")
@click.option("--state", type=click.Choice(REVIEW_STATES), required=True)
@click.option("--role", required=True, help="Who has read it: a role, no name of a person.")
@click.option("--on", default="", metavar="YYYY-MM-DD", help="The day; default today.")
def review(language: str, state: str, role: str, on: str) -> None:
    """Note that every text of LANGUAGE, as it stands now, has been read and by whom."""
    tree, day = Tree(ROOT), on or Clock().now().date().isoformat()
    if language not in tree.languages:
        raise CommandError(f"There is no catalogue “{language}”.")
    open_ends = [one for one in findings(tree, [language]) if STATUS_HEADER not in one.message]
    if found := open_ends:
        raise CommandError(f"Not complete, so nothing is signed. {found[0]}")
    if ";" in role or not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        raise CommandError("Write a role without “;” and a day like 2026-11-22.")
    catalog = _read(tree.po(language), language)
    catalog.review = f"{state}; {role}; {day}"
    _write(tree.po(language), po_bytes(catalog))
    sign(tree, catalog)
    click.echo(f"{language}: {catalog.review}. Now run: flask languages compile")


languages.add_command(export)
languages.add_command(import_)


def _offered() -> tuple[str, ...]:
    """Languages of portal.toml. Exits with its mistakes if it cannot be read."""
    folder = config_folder(os.environ)
    portal, problems = read_portal(folder / "portal.toml", folder)
    if portal is None:
        raise click.ClickException("\n".join(str(problem) for problem in problems))
    return portal.languages.offered


def _new(language: str) -> PortalCatalog:
    """A first catalogue says honestly that nobody has read it."""
    today = Clock().now().date().isoformat()
    return PortalCatalog(language, f"draft; project team; {today}")


def _collected(tree: Tree) -> PortalCatalog:
    try:
        return collect(tree.root)
    except CatalogueError as error:
        raise click.ClickException(str(error)) from None


def _read(path: Path, language: str) -> PortalCatalog:
    try:
        return read(path, language)
    except CatalogueError as error:
        raise click.ClickException(str(error)) from None


def _write(path: Path, content: bytes) -> bool:
    """Write only what changed, so that make and editors see no false change."""
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True
