"""Put the pack together: pages, questions, results, mails, every text; side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from flask import Flask
from markupsafe import Markup

from portal import languages
from portal.cli.catalogues import Tree, read
from portal.content.model import Study
from portal.content.screener_model import Question
from portal.languages import Language, Review
from portal.pack.marked import MISSING, UNREVIEWED, Marked
from portal.pack.pages import Seen, pages
from portal.pack.tidy import main_part, marked_up
from portal.pack.visit import ADDRESS, portal_copy
from portal.settings import ROOT
from portal.web.result_view import in_words

PARTS = ("Pages", "Questions", "Results", "Results as pages", "Mails", "Every text")
_SCREENER = "pack/screener.html"


@dataclass(frozen=True)
class Column:
    language: Language
    review: Review
    texts: int
    missing: int

    @property
    def english_below(self) -> bool:
        """Results in these words stand on the page together with the English ones."""
        return self.language.code != languages.SOURCE and self.review.state != "approved"


@dataclass(frozen=True)
class Block:
    """The same thing in each language, in the order of the columns."""

    name: str
    words: tuple[Markup, ...]
    note: str = ""


def build(study: Study, config: Path, chosen: tuple[str, ...]) -> str:
    """The pack as HTML; the same texts give the same bytes.

    Raises CatalogueError: a catalogue is missing or cannot be read.
    """
    tree, day = Tree(ROOT), study.text_date
    marked = {code: Marked(tree, read(tree.po(code), code)) for code in chosen}
    offered = tuple(dict.fromkeys((languages.SOURCE, *chosen)))
    with ExitStack() as stack:
        stack.enter_context(languages.with_catalogues(marked))
        app = stack.enter_context(portal_copy(config, day, offered))
        columns = [_column(one) for one in marked.values()]
        parts = {name: list(blocks) for name, blocks in _parts(app, study, marked, day)}
        with app.test_request_context(base_url=ADDRESS):
            return _page(app, study, columns, parts)


def _column(words: Marked) -> Column:
    missing = sum(words.state(key) == MISSING for key in words.texts)
    code = words.language
    return Column(languages.describe(code), languages.review(code), len(words.texts), missing)


def _parts(
    app: Flask, study: Study, marked: Mapping[str, Marked], day: date
) -> Iterator[tuple[str, Iterator[Block]]]:
    seen = {code: list(pages(app, study, code, day)) for code in marked}
    for part in PARTS:
        if part == "Questions":
            yield part, _questions(app, study, marked)
        elif part == "Results":
            yield part, _results(app, study, marked)
        elif part == "Every text":
            yield part, _every_text(study, marked)
        else:
            yield part, _side_by_side(seen, part)


def _side_by_side(seen: Mapping[str, list[Seen]], part: str) -> Iterator[Block]:
    rows = zip(*([one for one in each if one.part == part] for each in seen.values()), strict=True)
    for row in rows:
        yield Block(row[0].name, tuple(one.words for one in row))


def _questions(app: Flask, study: Study, marked: Mapping[str, Marked]) -> Iterator[Block]:
    """Each question with all its answers, said to each reader, and where each answer leads."""
    if study.screener is None:
        return
    for question in study.screener.questions:
        said = _said(app, study, marked, "question_words", study.screener, question)
        yield Block(question.code, said, note=_shown(question))


def _shown(question: Question) -> str:
    """When it is asked, in codes: the same in every language."""
    return " and ".join(f"{one.question} = {' or '.join(one.one_of)}" for one in question.shown_if)


def _results(app: Flask, study: Study, marked: Mapping[str, Marked]) -> Iterator[Block]:
    screener = study.screener
    if screener is None:
        return
    for outcome in screener.outcomes:
        yield Block(outcome.code, _said(app, study, marked, "outcome_words", outcome))
    for criterion in screener.criteria:
        said = _said(app, study, marked, "criterion_words", screener, criterion)
        yield Block(f"Criterion {criterion.code}", said)
    yield Block("On every result", _said(app, study, marked, "other_words", screener))


def _said(
    app: Flask, study: Study, marked: Mapping[str, Marked], macro: str, *values: object
) -> tuple[Markup, ...]:
    path = f"/{languages.SOURCE}/studies/{study.slug}/"
    with app.test_request_context(path, base_url=ADDRESS):
        return tuple(main_part(in_words(code, _SCREENER, macro, *values)) for code in marked)


def _every_text(study: Study, marked: Mapping[str, Marked]) -> Iterator[Block]:
    """All texts with a place outside the other studies, each plural form on a line of its own."""
    first = next(iter(marked.values()))
    for key, message in first.texts.items():
        places = [name for name, _ in message.locations if not _elsewhere(name, study)]
        if not places:
            continue
        said = tuple(_forms(words, key) for words in marked.values())
        yield Block("", said, note=" ".join(places))


def _elsewhere(name: str, study: Study) -> bool:
    return name.startswith("config/studies/") and f"/{study.slug}/" not in name


def _forms(words: Marked, key: tuple[str, str]) -> Markup:
    message = words.texts.get(key)
    if message is None:
        said: object = key[1]
    else:
        said = message.string if words.words(key) else message.id
    forms = [str(one) for one in said] if isinstance(said, list | tuple) else [str(said)]
    state = words.state(key)
    kind = {MISSING: "missing", UNREVIEWED: "unread"}.get(state, "")
    lines = Markup("<br>").join(marked_up(one) for one in forms)
    return Markup('<mark class="{}">{}</mark>').format(kind, lines) if kind else lines


def _page(app: Flask, study: Study, columns: list[Column], parts: Mapping[str, list[Block]]) -> str:
    body = app.jinja_env.get_template("pack/parts.html").render(columns=columns, parts=parts)
    return app.jinja_env.get_template("pack/pack.html").render(
        study=study,
        columns=columns,
        body=Markup(body),  # noqa: S704 - rendered just now
        mark=sha256(body.encode()).hexdigest(),
        parts=parts,
    )
