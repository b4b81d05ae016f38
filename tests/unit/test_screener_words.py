"""The words of the pre-screener: easy to read, never ‘eligible’, never an order to stop."""

from __future__ import annotations

import re

import pytest

from portal.content.screener_model import Question
from portal.content.walk import texts
from portal.screener.outcome import team_checks
from tests.unit.readability import grade
from tests.unit.screener_walks import options, screener

READERS = ("child", "you", "person")
# Brief C8: the names of medicines and of two treatments must match the letters.
HARD_ALONE = 9.0


def all_texts() -> list[str]:
    return list(dict.fromkeys(str(text) for text in texts(screener())))


@pytest.mark.parametrize("reader", READERS)
def test_questions_are_at_grade_six_or_below(reader: str) -> None:
    titles = [str(getattr(question.text, reader)) for question in screener().questions]
    assert len(titles) == 24
    assert grade(titles) <= 6


@pytest.mark.parametrize("reader", READERS)
def test_questions_with_hints_and_help_are_too(reader: str) -> None:
    said = [
        f"{getattr(words, reader)}".rstrip(".?") + "."
        for question in screener().questions
        for words in (question.text, question.hint, question.help)
        if words
    ]
    assert grade(said) <= 6


@pytest.mark.parametrize("question", screener().questions, ids=lambda q: q.code)
def test_no_question_alone_is_hard(question: Question) -> None:
    for reader in READERS:
        assert grade([str(getattr(question.text, reader))]) <= HARD_ALONE


def test_answers_and_results_are_at_grade_six_or_below() -> None:
    answers = [f"{text}." for _, option in options() for text in texts(option.text)]
    reasons = [
        str(text)
        for _, option in options()
        for effect in option.effects
        for words in (effect.say, effect.say_at_latest)
        for text in texts(words)
    ]
    leads = [str(outcome.lead) for outcome in screener().outcomes]
    team = [str(text) for _, text in team_checks(screener(), "child")]
    for said in (answers, reasons, [*leads, screener().safety], team):
        assert grade([text.replace("{date}", "11 October 2026") for text in said]) <= 6


def test_no_text_says_eligible_or_rejected() -> None:
    for text in all_texts():
        assert not re.search(r"eligib|reject|qualif", text, re.IGNORECASE), text


def test_every_piece_that_names_stopping_says_not_to_do_it_alone() -> None:
    for text in all_texts():
        if re.search(r"\b(must stop|on these medicines)\b", text):
            assert re.search(r"(Do not|Never) stop (it|them)( on your own)?", text), text


def test_hints_have_no_full_stop_at_the_end_and_sentences_have_one() -> None:
    for question in screener().questions:
        assert not question.hint or not question.hint.child.endswith(".")
    for _, option in options():
        for effect in option.effects:
            for text in texts((effect.say, effect.say_at_latest)):
                assert text.endswith("."), text


def test_no_wait_says_that_the_study_starts_on_that_day() -> None:
    for text in all_texts():
        assert not re.search(r"(start|begin|join) on \{date\}", text), text


def test_words_for_one_reader_do_not_speak_to_another() -> None:
    for question, option in options():
        for words in (question.text, question.hint, question.help, option.text, option.small):
            if words:
                assert "your child" not in words.you + words.person
                assert "young person" not in words.you + words.child
