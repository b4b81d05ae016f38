"""`flask languages export` and `import`: what goes to translators and what comes back."""

from __future__ import annotations

from pathlib import Path

import click

from portal.cli.catalogues import CatalogueError, PortalCatalog, Tree, po_bytes, read
from portal.cli.errors import CommandError
from portal.cli.exchange import (
    ExchangeError,
    TakenIn,
    csv_text,
    take_in_csv,
    take_in_xliff,
    xliff_text,
)
from portal.languages import SOURCE
from portal.settings import ROOT

_SHOWN = 10


@click.command("export")
@click.argument("language")
@click.option("--format", "kind", type=click.Choice(["xliff", "csv"]), default="xliff")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: printed.")
def export(language: str, kind: str, out: Path | None) -> None:
    """All texts of LANGUAGE with their translations so far, for a translator."""
    catalog = _catalogue(Tree(ROOT), language)
    try:
        text = csv_text(catalog) if kind == "csv" else xliff_text(catalog)
    except ExchangeError as error:
        raise CommandError(str(error)) from None
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}.") from None


@click.command("import")
@click.argument("language")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(language: str, file: Path) -> None:
    """Take a translator’s FILE (.csv, .xlf, .xliff) into the catalogue of LANGUAGE.

    An empty translation leaves what is there. With one broken placeholder, link or tag nothing
    is taken.
    """
    tree = Tree(ROOT)
    taken = _taken(_catalogue(tree, language), file)
    if taken.wrong:
        more = f"\n… and {len(taken.wrong) - _SHOWN} more" if len(taken.wrong) > _SHOWN else ""
        said = "\n".join(taken.wrong[:_SHOWN])
        raise CommandError(f"Nothing was taken from {file.name}:\n{said}{more}")
    if taken.filled:
        tree.po(language).write_bytes(po_bytes(taken.catalog))
    click.echo(f"{tree.name(tree.po(language))}: {taken.filled} texts taken.")
    if taken.unknown:
        click.echo(f"{len(taken.unknown)} English texts of the file are no longer used.", err=True)


def _taken(old: PortalCatalog, file: Path) -> TakenIn:
    try:
        if file.suffix.lower() != ".csv":
            return take_in_xliff(old, file)
        return take_in_csv(old, file.read_text(encoding="utf-8-sig"))
    except ExchangeError as error:
        raise CommandError(str(error)) from None
    except UnicodeDecodeError:
        raise CommandError(f"{file.name} is not UTF-8. Save it as “CSV UTF-8”.") from None


def _catalogue(tree: Tree, language: str) -> PortalCatalog:
    if language == SOURCE or language not in tree.languages:
        known = ", ".join(one for one in tree.languages if one != SOURCE)
        raise CommandError(f"There is no translation “{language}”. There are: {known}.")
    try:
        return read(tree.po(language), language)
    except CatalogueError as error:
        raise CommandError(str(error)) from None
