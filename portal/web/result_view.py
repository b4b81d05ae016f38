"""What a result page tells, and the same said in another language."""

from __future__ import annotations

from dataclasses import dataclass

from flask import get_template_attribute
from markupsafe import Markup

from portal import languages
from portal.content.catalogue_model import Change
from portal.content.model import Study
from portal.content.screener_model import OtherParts, TeamCheck
from portal.content.text import Text
from portal.screener.outcome import Result, team_checks
from portal.web.sitting import Row, Sitting
from portal.web.state import portal


@dataclass(frozen=True)
class ResultView:
    sitting: Sitting
    result: Result
    rows: tuple[Row, ...]
    team: tuple[tuple[TeamCheck, Text], ...]
    others: tuple[Study, ...]  # other parts to ask about; empty where the same limits hold there
    changes: tuple[Change, ...] = ()  # to choose from, where the change is what does not fit

    @property
    def other_parts(self) -> OtherParts | None:
        return self.sitting.screener.other_parts


def result_view(sitting: Sitting) -> ResultView:
    result = sitting.result
    return ResultView(
        sitting,
        result,
        sitting.rows,
        team_checks(sitting.screener, result.reader),
        _others(sitting) if result.show_other_parts else (),
        portal().config.catalogue.changes if result.ask_for_change else (),
    )


def in_words(code: str, template: str, macro: str, *values: object, **named: object) -> Markup:
    """A macro of `templates/` with every word, date and number in that language."""
    with languages.in_language(code):
        return Markup(get_template_attribute(template, macro)(*values, **named))  # noqa: S704


def _others(sitting: Sitting) -> tuple[Study, ...]:
    """The short studies of the list, as far as the configuration knows them."""
    listed = sitting.screener.other_parts
    numbers = listed.studies if listed else ()
    found = (portal().config.study(number) for number in numbers)
    return tuple(study for study in found if study)
