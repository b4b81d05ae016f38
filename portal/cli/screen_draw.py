"""The flow of a pre-screener on one A3 sheet (`flask screen --draw`): questions, branches, endings.

Written by hand because a general graph drawer makes 24 boxes of text unreadable: here questions
run down in columns as people meet them, and only branches are lines. Lengths are millimetres.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from xml.sax.saxutils import escape

from portal.cli.screen_table import wait_rule
from portal.content.screener_model import Condition, Effect, Option, Part, Question, Screener

WIDTH, HEIGHT = 420.0, 297.0  # A3 landscape
MARGIN, TOP, BOTTOM = 9.0, 21.0, 290.0
COLUMNS, GUTTER, INDENT = 5, 13.0, 5.0
COLUMN = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * GUTTER) / COLUMNS
LINE, PAD, GAP, LANE = 3.05, 1.2, 4.0, 1.5
CHARACTERS = 50  # in a line of a full-width card
_STYLE = """
text{font-family:Arial,'Liberation Sans',Helvetica,sans-serif;font-size:2.5px;fill:#15282d}
.q{font-weight:bold}.code{fill:#3c5058;font-size:2.25px}.does{fill:#14506b;font-size:2.25px}
.end{font-weight:bold;fill:#7a1f1f;font-size:2.25px}.title{font-size:5px;font-weight:bold}
.card{fill:#fff;stroke:#3c5058;stroke-width:.25}.some{stroke-dasharray:1.2 .8}
.part{fill:#e6f0f3;stroke:none}.flow{fill:none;stroke:#3c5058;stroke-width:.5}
.branch{fill:none;stroke:#14506b;stroke-width:.28}.tip{fill:#14506b}.flowtip{fill:#3c5058}
"""


@dataclass
class Row:
    """A line of text in a card, with its look; `opens` are the questions it leads to."""

    text: str
    look: str
    opens: tuple[str, ...] = ()


@dataclass
class Card:
    """A question or another box. `code` empty: nothing leads here by name."""

    rows: list[Row]
    code: str = ""
    only_some: bool = False
    look: str = "card"
    column: int = 0
    x: float = 0
    y: float = 0
    ys: list[float] = field(default_factory=list)  # of the rows

    @property
    def height(self) -> float:
        return LINE * len(self.rows) + 2 * PAD

    @property
    def right(self) -> float:
        return _left(self.column) + COLUMN

    @property
    def bottom(self) -> float:
        return self.y + self.height


def drawing(study: str, screener: Screener) -> str:
    """An SVG of 420 × 297 mm. Whatever finds no room makes the sheet longer, never unreadable."""
    cards = list(_cards(screener))
    height = _place(cards)
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg"',
        f' width="{WIDTH}mm" height="{height:.1f}mm" viewBox="0 0 {WIDTH} {height:.1f}">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text class="title" x="{MARGIN}" y="12">{escape(study)}: pre-screener</text>',
        f'<text x="{MARGIN}" y="17">{escape(_LEGEND)}</text>',
        *_flow(cards),
        *(piece for card in cards for piece in _drawn(card)),
        *_branches(cards),
        "</svg>",
    ]
    return "\n".join(parts)


_LEGEND = (
    "Read down each column, then from the top of the next. Dashed: asked of some people only; a "
    "blue line comes from the answer that opens it. Under each answer: criterion and status. "
    "ENDS: leads to the result at once; the family may carry on. Words: those for a parent."
)


# --- what stands in the boxes -------------------------------------------------------------------


def _cards(screener: Screener) -> Iterator[Card]:
    opens = _opens(screener)
    for number, part in enumerate(screener.parts, start=1):
        name = f"Part {number} of {len(screener.parts)} · {part.name}"
        yield Card([Row(name, "q")], look="part")
        for question in part.questions:
            yield _question(screener, part, question, opens)
    yield _result(screener)
    yield _key(screener)


def _opens(screener: Screener) -> dict[tuple[str, str], tuple[str, ...]]:
    """(question, answer) → the questions shown only because of it."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for question in screener.questions:
        for condition in question.shown_if:
            for code in condition.one_of:
                key = (condition.question, code)
                found[key] = (*found.get(key, ()), question.code)
    return found


def _question(
    screener: Screener,
    part: Part,
    question: Question,
    opens: dict[tuple[str, str], tuple[str, ...]],
) -> Card:
    some = bool(question.shown_if)
    wide = CHARACTERS - 4 * some
    kind = "choose all that apply" if question.several else "choose one"
    asked = f"only if {_if(question.shown_if)}" if some else "asked of everyone"
    rows = _wrapped(f"{question.code} · {kind} · {asked}", "code", wide + 5)
    rows += _wrapped(question.text.child, "q", wide - 4)
    for option in question.options:
        rows += _option(screener, part, option, opens.get((question.code, option.code), ()), wide)
    return Card(rows, question.code, some)


def _option(
    screener: Screener, part: Part, option: Option, opens: tuple[str, ...], wide: int
) -> list[Row]:
    only = f" [if {_if(option.when)}]" if option.when else ""
    rows = _wrapped(f"○ {option.text.child}{only}", "", wide)
    rows[0].opens = opens
    does = [_does(screener, effect) for effect in option.effects]
    does += [f"words: {option.reader}"] if option.reader else []
    does += [f"note: {note}" for note in option.notes]
    does += [f"→ {', '.join(opens)}"] if opens else []
    if does:
        rows += _wrapped("    " + "; ".join(does), "does", wide + 5)
    for effect in option.effects:
        if part.early_end and effect.status == "not_met":
            only = f" if {_if(effect.when)}" if effect.when else ""
            rows.append(Row(f"    ENDS{only} → result: probably not", "end"))
    return rows


def _does(screener: Screener, effect: Effect) -> str:
    rule = f"wait: {wait_rule(screener.wait(effect.wait))}" if effect.wait else effect.status
    only = f" if {_if(effect.when)}" if effect.when else ""
    return f"{', '.join(effect.criteria)} {rule}{only}"


def _if(conditions: tuple[Condition, ...]) -> str:
    return " and ".join(f"{each.question} = {'/'.join(each.one_of)}" for each in conditions)


def _wrapped(text: str, look: str, wide: int) -> list[Row]:
    lines = textwrap.wrap(text, wide, subsequent_indent="    ", drop_whitespace=True)
    if text.startswith("    "):
        lines = textwrap.wrap(text.strip(), wide, initial_indent="    ", subsequent_indent="    ")
    return [Row(line, look) for line in lines]


_RULES = {
    "probably_not": "any not_met",
    "ask_team": "any ask, or questions left open",
    "needs_time": "any not_now (a wait, with or without a date)",
    "looks_possible": "otherwise",
}


def _result(screener: Screener) -> Card:
    rows = [Row("Result: the first that applies", "q")]
    for code, rule in _RULES.items():
        heading = next((o.heading for o in screener.outcomes if o.code == code), "")
        rows += _wrapped(f"{code}: {rule}", "end", CHARACTERS)
        rows += _wrapped(f"    {heading}", "", CHARACTERS)
    rows += _wrapped(f"{screener.team.heading}: {len(screener.team.items)} items", "", CHARACTERS)
    rows += _wrapped(screener.safety, "q", CHARACTERS - 4)
    return Card(rows)


def _key(screener: Screener) -> Card:
    words = "; ".join(f"{each.code} {each.name}" for each in screener.criteria)
    return Card([Row("Criteria", "q"), *_wrapped(words, "does", CHARACTERS + 5)])


# --- where they stand ---------------------------------------------------------------------------


def _place(cards: list[Card]) -> float:
    """Down the columns; the height of the sheet that this takes."""
    column, y = 0, TOP
    for card, after in zip(cards, [*cards[1:], None], strict=True):
        # The name of a part never stands alone at the foot of a column.
        needed = card.height + (GAP + after.height if card.look == "part" and after else 0)
        if y + needed > BOTTOM and column < COLUMNS - 1:
            column, y = column + 1, TOP
        card.column, card.y = column, y
        card.x = _left(column) + (INDENT if card.only_some else 0)
        card.ys = [y + PAD + LINE * (row + 0.75) for row in range(len(card.rows))]
        y = card.bottom + GAP
    return max(HEIGHT, *(card.bottom + HEIGHT - BOTTOM for card in cards))


def _left(column: int) -> float:
    return MARGIN + column * (COLUMN + GUTTER)


def _drawn(card: Card) -> Iterator[str]:
    look = f"{card.look}{' some' if card.only_some else ''}"
    width = card.right - card.x
    yield (
        f'<rect class="{look}" x="{card.x:.2f}" y="{card.y:.2f}" '
        f'width="{width:.2f}" height="{card.height:.2f}" rx="1"/>'
    )
    for row, y in zip(card.rows, card.ys, strict=True):
        indent = 3.0 if row.text.startswith("    ") else 0.0
        yield (
            f'<text class="{row.look}" x="{card.x + PAD + indent:.2f}" y="{y:.2f}">'
            f"{escape(row.text.strip())}</text>"
        )


def _flow(cards: list[Card]) -> Iterator[str]:
    """The way down: past what is asked of some only, and on to the next column."""
    main = [card for card in cards if not card.only_some][:-1]  # the key is no step
    for card, after in pairwise(main):
        x = _left(card.column) + 2
        if card.column == after.column:
            yield from _arrow(f"M{x} {card.bottom}V{after.y}", x, after.y)
            continue
        for column in range(card.column, after.column):
            foot = max(each.bottom for each in cards if each.column == column) + 1.5
            start = card.bottom if column == card.column else TOP - 2.5
            yield f'<path class="flow" d="M{_left(column) + 2} {start}V{foot}"/>'
            yield from _sign(column, foot + 2)
        top = _left(after.column) + 2
        yield from _arrow(f"M{top} {TOP - 2.5}V{after.y}", top, after.y)
    for card in cards:
        if card.only_some:
            yield f'<path class="flow" d="M{card.x} {card.bottom - 2}h-{INDENT - 2}"/>'


def _sign(column: int, foot: float) -> Iterator[str]:
    """The same letter under one column and above the next."""
    name = chr(ord("A") + column)
    yield f'<text class="q" x="{_left(column) + 3}" y="{foot}">▼ {name}</text>'
    yield f'<text class="q" x="{_left(column + 1) + 3}" y="{TOP - 0.8}">{name} ▼</text>'


def _arrow(path: str, x: float, y: float) -> Iterator[str]:
    yield f'<path class="flow" d="{path}"/>'
    yield f'<path class="flowtip" d="M{x} {y}l-1 -1.8h2z"/>'


def _branches(cards: list[Card]) -> Iterator[str]:
    """From each answer to the question it opens: one lane in the gutter for each question."""
    by_code = {card.code: card for card in cards if card.code}
    lanes: dict[int, list[str]] = {}
    for card in cards:
        for row, y in zip(card.rows, card.ys, strict=True):
            for code in row.opens:
                taken = lanes.setdefault(card.column, [])
                if code not in taken:
                    taken.append(code)
                lane = card.right + 1.8 + LANE * taken.index(code)
                yield from _branch(card, y - 0.8, lane, by_code[code])


def _branch(card: Card, y: float, lane: float, target: Card) -> Iterator[str]:
    into = target.ys[0] - 0.8
    start = f"M{card.right} {y:.2f}H{lane:.2f}"
    if target.column == card.column:
        yield f'<path class="branch" d="{start}V{into:.2f}H{target.right + 1.5}"/>'
        yield f'<path class="tip" d="M{target.right} {into:.2f}l1.8 -1v2z"/>'
        return
    way = ""
    if target.column > card.column + 1:  # over the columns between, above all boxes
        near = _left(target.column) - 2
        way = f"V{TOP - 1.2 - (lane - card.right) / 8:.2f}H{near:.2f}"
    yield f'<path class="branch" d="{start}{way}V{into:.2f}H{target.x - 1.5:.2f}"/>'
    yield f'<path class="tip" d="M{target.x:.2f} {into:.2f}l-1.8 -1v2z"/>'
