"""Edited versions of the overview’s section on risks: what changed, and what must be found."""

from __future__ import annotations

from dataclasses import dataclass

EYES = "Less often it can affect the eyes, heart or lungs."
LATER = "The medicines may make it harder to have children later."
TIRED = "fever or tiredness"
START = "<p>All of these medicines"
CHEMO = (
    "<p>Chemo can lower the blood counts. That can lead to infection, bleeding and tiredness. "
    "It can also cause sickness, hair loss and a sore mouth.</p>"
)
HEADING = "<h2>What are the risks?</h2>"


@dataclass(frozen=True)
class Edit:
    """An edited version: what is changed, which passage is meant, and what it reads now."""

    name: str
    changes: tuple[tuple[str, str], ...]
    passage: str = EYES
    now: str = EYES  # empty: it is gone, and no other may be marked
    beside: str = ""  # words of the block where it must stand


EDITS = [
    Edit(
        "a comma and another verb",
        ((EYES, EYES.replace("often it can", "often, it may")),),
        now="Less often, it may affect the eyes, heart or lungs.",
    ),
    Edit(
        "words put in",
        ((EYES, EYES.replace("eyes, heart or", "eyes, the heart or the")),),
        now="Less often it can affect the eyes, the heart or the lungs.",
    ),
    Edit(
        "words taken out",
        ((EYES, "Less often it affects eyes, heart or lungs."),),
        now="Less often it affects eyes, heart or lungs.",
    ),
    Edit("a sentence before", ((EYES, f"Most of these get better. {EYES}"),)),
    Edit("a sentence behind", ((EYES, f"{EYES} The team looks for that at each visit."),)),
    Edit("a paragraph gone", ((CHEMO, ""),)),
    Edit(
        "the sentence before is another",
        (
            (
                "Trametinib can cause a rash, runny poo, fever or tiredness.",
                "Skin trouble is usual.",
            ),
        ),
    ),
    Edit("moved to the top", ((f" {EYES}</p>", "</p>"), (START, f"<p>{EYES}</p>{START}"))),
    Edit("a paragraph of its own", ((f" {EYES}", f"</p>\n<p>{EYES}"),)),
    Edit("a link to a word", ((EYES, EYES.replace("eyes", '<a class="word" href="#x">eyes</a>')),)),
    Edit("bold", ((EYES, EYES.replace("Less often", "<b>Less often</b>")),)),
    Edit(
        "said twice",
        ((START, f"<p>Know this first. {EYES} Ask us.</p>{START}"),),
        beside="Trametinib can cause",
    ),
    Edit(
        "more precise",
        ((LATER, "These medicines can make it harder to have children later in life."),),
        LATER,
        "These medicines can make it harder to have children later in life",
    ),
    Edit(
        "laid out anew",
        ((LATER, LATER.replace(" ", "\n   ").replace(".", "!")),),
        LATER,
        "The medicines may make it harder to have children later",
    ),
    Edit(
        "a short one with another start", (("runny poo, fever", "diarrhoea, fever"),), TIRED, TIRED
    ),
    Edit(
        "a short one, slightly other",
        ((TIRED, "fevers or tiredness"),),
        TIRED,
        "fevers or tiredness",
    ),
    Edit("another heading", ((HEADING, "<h2>What can go wrong, and how often?</h2>"),)),
    Edit(
        "one more organ",
        ((EYES, EYES.replace("heart or lungs", "heart, lungs or liver")),),
        now="Less often it can affect the eyes, heart, lungs or liver.",
    ),
    Edit("a list", (("<p>Steroids", "<ul><li>Steroids"), (f"{EYES}</p>", f"{EYES}</li></ul>"))),
    Edit(
        "all else short",
        (
            (CHEMO, ""),
            (LATER, ""),
            (
                "Steroids can change mood, sleep, hunger and blood sugar.",
                "Steroids can change sleep.",
            ),
        ),
    ),
]
GONE = [
    Edit("taken out", ((EYES, ""),), now=""),
    Edit(
        "another one like it",
        ((EYES, ""), (LATER, "Less often it can change the skin, hair or nails.")),
        now="",
    ),
    Edit(
        "its words elsewhere by chance",
        ((TIRED, "a cough"), ("sickness, hair loss", f"sickness, {TIRED}, hair loss")),
        TIRED,
        "",
    ),
    Edit(
        "moved to another section",
        ((EYES, ""), ('<section id="why"', f'<p>{EYES}</p><section id="why"')),
        now="",
    ),
    Edit(
        "twice, and neither neighbour left",
        (
            (f" {EYES}</p>", f" Yes. {EYES} Yes.</p><p>Yes. {EYES} Yes.</p>"),
            (LATER, ""),
            ("fever or tiredness.", "a cough."),
        ),
        now="",
    ),
    Edit("the whole section", (('id="risks"', 'id="dangers"'),), now=""),
]
