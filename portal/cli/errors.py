"""How a command says no: a sentence on standard error and exit code 2."""

from __future__ import annotations

import os

import click

from portal.settings import Settings, SettingsError


class CommandError(click.ClickException):
    """Bad input or a missing setting; nothing was changed."""

    exit_code = 2


def settings_or_stop() -> Settings:
    try:
        return Settings.from_env(os.environ)
    except SettingsError as mistake:
        raise CommandError(str(mistake)) from None
