"""The portal: `create_app(settings)` puts the parts together, in named steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from portal.settings import Settings


def create_app(settings: Settings) -> Flask:
    """One web process. Raises SettingsError or ConfigError: it must not start half-right."""
    from portal.web.factory import build_app

    return build_app(settings)
