"""Open the parts for a command, or stop with a sentence."""

from __future__ import annotations

from portal.cli.errors import CommandError, settings_or_stop
from portal.services.parts import Parts, open_parts
from portal.settings import SettingsError


def parts_or_stop() -> Parts:
    try:
        return open_parts(settings_or_stop())
    except SettingsError as mistake:
        raise CommandError(str(mistake)) from None
