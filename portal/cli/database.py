"""Bring the database up to date."""

from __future__ import annotations

import click

from portal.cli.errors import settings_or_stop


@click.command()
def migrate() -> None:
    """Create or update the tables. Safe to run again."""
    from portal.store.database import Store
    from portal.store.migrate import upgrade

    upgrade(Store.open(settings_or_stop().database_url))
    click.echo("The database is up to date.", err=True)
