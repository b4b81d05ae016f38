"""Mistakes in screener.yaml, each with what the check must say."""

from __future__ import annotations

from tests.unit.config_copy import D
from tests.unit.mistakes import Mistake

SCREENER = D + "screener.yaml"
_WEIGHT = "        shown_if: [{question: age_now, one_of: ['1_5', '6']}]"
_SMALL = "            small: Also called B-ALL or T-ALL\n"
_C0A = "              - {criteria: [C0a], status: met, say: The study is for this illness.}\n"


def _wrong(old: str, new: str, said: str, advice: str = r"\w", below: int = 0) -> Mistake:
    return Mistake(SCREENER, old, new, said, advice, below)


IN_SCREENER = {
    # loops and questions nobody reaches
    "question that waits for itself": _wrong(
        _WEIGHT,
        "        shown_if: [{question: weight, one_of: [under7]}]",
        "A loop: “weight”",
        "earlier",
    ),
    "question that waits for a later one": _wrong(
        _WEIGHT, "        shown_if: [{question: ras, one_of: ['yes']}]", "A loop: “ras”", "earlier"
    ),
    "option that waits for a later question": _wrong(
        "            when: [{question: who, one_of: [parent, other]}]",
        "            when: [{question: daily, one_of: [good]}]",
        "A loop: “daily”",
    ),
    "option nobody is offered": _wrong(
        "          - code: unknown\n            text: I don’t know\n            apart: true\n"
        "            effects:\n              - criteria: [C0a]",
        "          - code: lbl\n            text: I don’t know\n            apart: true\n"
        "            effects:\n              - criteria: [C0a]",
        "Nobody is offered the option “lbl”",
    ),
    "effect that cannot happen": _wrong(
        "                when: [{question: age_now, one_of: ['6']}]",
        "                when: [{question: age_now, one_of: ['20']}]",
        "This effect of “7_10” can never happen",
        "when",
        -3,
    ),
    # options without effect or next step
    "option that leads nowhere": _wrong(
        "          - code: lbl\n            text: Lymphoblastic lymphoma (LBL)\n"
        "            small: Also called B-LBL or T-LBL\n            effects:\n" + _C0A,
        "          - code: lbl\n            text: Lymphoblastic lymphoma (LBL)\n",
        "The answer “lbl” decides nothing and opens no question",
        "Add an effect",
    ),
    "option that leads nowhere for some": _wrong(
        "              - criteria: [C1c]\n                status: ask\n"
        "                say: The rule is not clear for this age, so the team will check.\n"
        "                when: [{question: age_now, one_of: ['6']}]\n",
        "",
        "decides nothing for some people",
        "Add an effect",
        -8,
    ),
    # codes that nobody knows
    "unknown question": _wrong(
        _WEIGHT, _WEIGHT.replace("age_now", "age"), "“age” is no question", "Correct"
    ),
    "unknown answer": _wrong(
        _WEIGHT, _WEIGHT.replace("'6'", "'66'"), "“66” is no answer of the question “age_now”"
    ),
    "number for an answer": _wrong(
        _WEIGHT, _WEIGHT.replace("'6'", "6"), "“6” is not a text", "quotes"
    ),
    "yes for an answer": _wrong(
        "        shown_if: [{question: ras, one_of: ['yes', 'no']}]",
        "        shown_if: [{question: ras, one_of: [yes, 'no']}]",
        "“yes” is not a text",
        "quotes",
    ),
    "unknown criterion": _wrong("[C21.3, C18, C19]", "[C21.3, C18, C99]", "“C99” is no criterion"),
    "criterion nobody decides": _wrong(
        "  - code: C21.other\n",
        "  - code: C13\n    name: Other illness\n  - code: C21.other\n",
        "No answer decides the criterion “C13”",
    ),
    "criterion that is not in study.yaml": _wrong(
        "    number: '21.4'", "    number: '21.9'", "“21.9” is no criterion of study.yaml"
    ),
    "unknown wait": _wrong("wait: own_cells", "wait: own_cell", "“own_cell” is no wait"),
    "unknown note": _wrong("notes: [turns_21_soon]", "notes: [turns_21]", "“turns_21” is no note"),
    "unknown status": _wrong("status: not_met", "status: no", "status", "not_met"),
    "unknown reader": _wrong("reader: person", "reader: nurse", "“nurse”", "child"),
    "question twice": _wrong("      - code: sample", "      - code: weight", "stands here twice"),
    "code with a capital": _wrong("code: refractory", "code: Refractory", "cannot be a code"),
    "unknown other part": _wrong("NCT05751044,", "NCT05751045,", "no study “NCT05751045”"),
    "unknown reason for other parts": _wrong(
        "not_if: [C0a, C1a, C1b]", "not_if: [C0a, C1x, C1b]", "“C1x” is no criterion"
    ),
    # waits
    "wait without a day": _wrong(
        "            date_in: surgery_last\n",
        "",
        "The wait “operation” has no day to count from",
        "date_in",
        2,
    ),
    "day that decides nothing": _wrong(
        "          - code: refractory\n            text: Treatment has not made it go away\n",
        "          - code: refractory\n            text: Treatment has not made it go away\n"
        "            date_in: since\n",
        "“refractory” asks for a day that decides nothing",
        "wait",
        2,
    ),
    "day with the name of a question": _wrong(
        "date_in: gvhd_meds_last", "date_in: gvhd", "“gvhd” is the name of something else"
    ),
    "wait of no length": _wrong(
        "    length: {days: 42}", "    length: {days: 0}", "needs a length", "days: 7"
    ),
    "wait of two lengths": _wrong(
        "    length: {days: 42}", "    length: {days: 42, months: 1}", "needs a length"
    ),
    "look back of no length": _wrong("        look_back: {months: 1}",
                                     "        look_back: {months: 0}", "needs days or months"),
    "status and wait": _wrong(
        "              - criteria: [C19]\n                wait: gvhd_medicine",
        "              - criteria: [C19]\n                status: ask\n"
        "                wait: gvhd_medicine",
        "needs a status or a wait",
    ),
    "neither status nor wait": _wrong(
        "              - criteria: [C19]\n                wait: gvhd_medicine\n",
        "              - criteria: [C19]\n",
        "needs a status or a wait",
    ),
    "wait that nothing uses": _wrong(
        "  - code: operation\n",
        "  - code: rest\n    length: {days: 1}\n    kind: within\n  - code: operation\n",
        "Nothing uses “rest”",
    ),
    "unknown kind of wait": _wrong("kind: elapsed", "kind: about", "“about”", "elapsed"),
    # words
    "word set without a text": _wrong(
        "          person: Which illness does the child or young person have?\n",
        "",
        "“person” is missing",
        "Add",
        -3,
    ),
    "word set with an empty text": _wrong(
        "          you: How much do you weigh?", "          you: ''", "“you” is empty"
    ),
    "unknown word set": _wrong(
        "          you: How much do you weigh?",
        "          you: How much do you weigh?\n          mum: How much does she weigh?",
        "“mum” is not known",
        "child",
        1,
    ),
    "effect without a sentence": _wrong(
        "                say: The study is for illness that did not go away.\n",
        "",
        "“say” is missing",
        "Add",
        -2,
    ),
    "no sentence for a month alone": _wrong(
        "                say_at_latest: 42 days (6 weeks) must pass. It is {date} at the latest.\n",
        "",
        "“say_at_latest” is missing",
        "at the latest",
        -3,
    ),
    "sentence without its day": _wrong(
        "say: 42 days (6 weeks) must pass. That is on {date}.",
        "say: 42 days (6 weeks) must pass.",
        "“say” does not name the day",
        "{date}",
    ),
    "sentence that is never shown": _wrong(
        "                say_at_latest: >-\n                  Up to 7 days",
        "                say: That is on {date}.\n"
        "                say_at_latest: >-\n                  Up to 7 days",
        "“say” is never shown",
        "Remove",
    ),
    "day that nothing fills": _wrong(
        "say: No wait is needed.", "say: No wait from {date}.", "nothing fills {date}"
    ),
    "since without look_back": _wrong(
        "text: It has come back after treatment", "text: It came back since {since}",
        "nothing fills {since}", "look_back",
    ),
    "other placeholder": _wrong(
        "say: No wait is needed.", "say: No wait, {name}.", "“{name}”", "{date}"
    ),
    "word that families misread": _wrong(
        "label: May be possible", "label: Eligible", "misread", "can join"
    ),
    "outcome missing": _wrong(
        "outcomes:\n  - code: looks_possible\n", "outcomes:\n  - code: ask_team\n",
        "“looks_possible” stands",
    ),
    "option without words": _wrong(
        "          - code: refractory\n            text: Treatment has not made it go away\n",
        "          - code: refractory\n",
        "“text” is missing",
    ),
    "unknown key in an option": _wrong(
        _SMALL, _SMALL.replace("small", "smal"), "“smal” is not known", "“small”"
    ),
}  # fmt: skip
