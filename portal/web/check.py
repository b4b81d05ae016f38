"""The pre-screener’s pages: start, questions, your answers, result (content brief, part B).

An address holds a position on the person’s own path and nothing else. Answers come from the
cookie and go back to it; nothing is stored, counted or logged here.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from flask import url_for as address_of
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal import languages
from portal.content.text import Text
from portal.forms.question import QuestionForm, example_day
from portal.screener.path import Step
from portal.screener.rules import chosen
from portal.web import answers_cookie
from portal.web.page_cache import keep
from portal.web.result_view import ResultView, in_words, result_view
from portal.web.sitting import Sitting, sitting_of
from portal.web.state import complete_study

bp = Blueprint("check", __name__)
_PATH = "/<lang>/studies/<slug>/check"


@bp.get(_PATH)
def start(slug: str) -> Response:
    here = sitting_of(slug)
    page = make_response(render_template("pages/check-start.html", study=here.study, sitting=here))
    # It names the answers of a cookie, so a browser must ask before it shows an older copy.
    page.headers["Cache-Control"] = "no-cache"
    return page if answers_cookie.came() else keep(page)


@bp.get(f"{_PATH}/<position:number>")
def question(slug: str, number: int) -> ResponseReturnValue:
    here = _open(slug)
    step = here.at(number)
    if step is None:
        return _to_the_path(here, number)
    return _show(here, QuestionForm.of_answer(step))


@bp.post(f"{_PATH}/<position:number>")
def answer(slug: str, number: int) -> ResponseReturnValue:
    here = _open(slug)
    step = here.at(number)
    if step is None or request.form.get("question", step.question.code) != step.question.code:
        # An older page of another tab: its answer belongs to another question.
        return _to_the_path(here, number)
    form = QuestionForm.posted(step, request.form)
    given = form.answer(here.answers, here.today)
    if given is None:
        return _show(here, form), 422
    changed = here.with_answer(step.question.code, given)
    return changed.keep(make_response(_onwards(changed)))


@bp.get(f"{_PATH}/answers")
def answers(slug: str) -> str:
    here = sitting_of(slug)
    return render_template("pages/check-answers.html", study=here.study, sitting=here)


@bp.get(f"{_PATH}/result")
def result(slug: str) -> str:
    here = sitting_of(slug)
    if not here.answers:
        return render_template("pages/check-answers.html", study=here.study, sitting=here)
    view = result_view(here)
    return render_template(
        "pages/check-result.html", study=here.study, sitting=here, view=view, english=_english(view)
    )


@bp.post(f"{_PATH}/result")
def carry_on(slug: str) -> ResponseReturnValue:
    here = sitting_of(slug)
    if request.form.get("action") != "carry_on":
        abort(400)
    if not here.result.can_carry_on:
        return _onwards(here)
    going = replace(here, carry_on=True)
    return going.keep(make_response(_onwards(going)))


@bp.post(f"{_PATH}/delete")
def delete(slug: str) -> Response:
    complete_study(slug)
    return answers_cookie.forget(make_response(_to("deleted", slug)))


@bp.get(f"{_PATH}/deleted")
def deleted(slug: str) -> str:
    return _gone(slug, "deleted")


@bp.get(f"{_PATH}/ended")
def ended(slug: str) -> str:
    return _gone(slug, "ended")


def _open(slug: str) -> Sitting:
    """While the study takes no messages nobody starts: the first page says what to do instead."""
    here = sitting_of(slug)
    if not here.study.accepts_messages:
        abort(_to("start", slug))
    return here


def _to(endpoint: str, slug: str, number: int | None = None) -> Response:
    address = address_of(f"check.{endpoint}", slug=slug, number=number)
    return make_response(redirect(address, 303))


def _onwards(here: Sitting) -> Response:
    """The first open question; with none left, the answers; after an early end, the result."""
    slug, step = here.study.slug, here.step
    if step is not None:
        return _to("question", slug, number=step.number)
    if here.result.can_carry_on and not here.carry_on:
        return _to("result", slug)
    return _to("answers", slug)


def _to_the_path(here: Sitting, number: int) -> Response:
    """An address off the path; without any answer they are over, or were never kept."""
    if not here.answers and number > 1:
        return _to("ended", here.study.slug)
    return _onwards(here)


def _show(here: Sitting, form: QuestionForm) -> str:
    step = form.step
    return render_template(
        "pages/check-question.html",
        study=here.study,
        sitting=here,
        step=step,
        form=form,
        since=here.since(step),
        advice=_kind_words(here, step),
        parts=len(here.screener.parts),
        example=example_day(),
    )


def _kind_words(here: Sitting, step: Step) -> list[Text]:
    """What the answer on the page before asks us to say."""
    last = here.at(step.number - 1)
    ticked = chosen(last.question, here.answers) if last else ()
    return [step.say(option.advice) for option in ticked if option.advice]


def _english(view: ResultView) -> Markup | None:
    """A result in words that nobody has approved stands in English as well (brief A4.4)."""
    code = languages.current()
    if code == languages.SOURCE or languages.review(code).state == "approved":
        return None
    return in_words(languages.SOURCE, "components/result.html", "result_words", view, level=2)


def _gone(slug: str, why: str) -> str:
    here = sitting_of(slug)
    return render_template("pages/check-gone.html", study=here.study, why=why, sitting=here)
