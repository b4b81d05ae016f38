"""What one running portal holds; views reach it with `portal()`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import abort, current_app

from portal.content.model import Study
from portal.places.gazetteer import Gazetteer
from portal.security.limits import SourceLimits
from portal.services.parts import Parts


@dataclass(frozen=True)
class Portal(Parts):
    """The parts of every process, and what only the web needs."""

    gazetteer: Gazetteer
    limits: SourceLimits


def portal() -> Portal:
    return cast(Portal, current_app.extensions["portal"])


def complete_study(slug: str) -> Study:
    """The study of an address that only complete studies have; else 404."""
    study = next((s for s in portal().config.complete_studies if s.slug == slug), None)
    return study or abort(404)
