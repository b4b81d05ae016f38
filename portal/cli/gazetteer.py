"""The gazetteer for a command that works with an empty environment."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from portal.places.gazetteer import Gazetteer
from portal.settings import data_folder


def open_gazetteer() -> Gazetteer:
    """Unpacked under the data folder; in a temporary one if that cannot be written."""
    try:
        return Gazetteer.open(data_folder(os.environ))
    except OSError:
        folder = click.get_current_context().with_resource(tempfile.TemporaryDirectory())
        return Gazetteer.open(Path(folder))
