"""Mistakes in study.yaml, questions.yaml and glossary.yaml."""

from __future__ import annotations

from tests.unit.mistakes import QUESTIONS, STUDY, Mistake

IN_TEXTS = {
    # study.yaml
    "unknown key": Mistake(
        STUDY, "\npart: D", "\npart: D\nparts: D", "“parts” is not", "“part”", 2
    ),
    "unknown key, nothing alike": Mistake(STUDY, "\npart: D", "\npart: D\nzzz: 1", "“zzz”", "", 2),
    "key of another file": Mistake(
        STUDY, "\npart: D", "\nslug: d\npart: D", "“slug” cannot", "", 1
    ),
    "missing key": Mistake(
        STUDY, "looks_for: A", "# looks_for: A", "“looks_for” is missing", "Add", at=STUDY
    ),
    "missing key below": Mistake(STUDY, "  sex: All\n", "", "“sex” is missing", "Add", -6),
    "number for a text": Mistake(STUDY, "part: D", "part: 4", "“4” is not a text", "quotes"),
    "yes for a text": Mistake(STUDY, "  sex: All", "  sex: yes", "“yes” is not a text", "quotes"),
    "text for a list": Mistake(
        STUDY,
        "medicines:\n  - Trametinib\n  - Dexamethasone\n  - Cyclophosphamide\n"
        "  - Cytarabine\n  - Chemo into the fluid around the spine",
        "medicines: Trametinib",
        "A list is expected",
        "“- ”",
    ),
    "list for a text": Mistake(STUDY, "  sex: All", "  sex: [All]", "“a list or entry” is not"),
    "text for an entry": Mistake(
        STUDY,
        "status:\n  code: open\n  checked_on: 2025-10-16\n  source: Public trial listing dated"
        " 16 October 2025; registry copy of 16 September 2025",
        "status: open",
        "One entry",
        "code",
    ),
    "text for a number": Mistake(
        STUDY, "planned_people: 26", "planned_people: '26'", "whole number"
    ),
    "text for true": Mistake(STUDY, "complete: true", "complete: 'true'", "“true” is not true or"),
    "unknown status": Mistake(
        STUDY, "code: open", "code: recruiting", "“recruiting” is not", "open"
    ),
    "day that does not exist": Mistake(
        STUDY, "checked_on: 2025-10-16", "checked_on: 2025-13-16", "not a day", "2026-11-22"
    ),
    "day in words": Mistake(STUDY, "text_date: 2026-11-22", "text_date: 22 November", "not a day"),
    "day in the future": Mistake(
        STUDY, "checked_on: 2025-10-16", "checked_on: 2026-11-23", "in the future", "really"
    ),
    "bad registry number": Mistake(
        STUDY, "nct: NCT05658640", "nct: NCT565", "no registry", "eight"
    ),
    "registry number of another study": Mistake(
        STUDY, "nct: NCT05658640", "nct: NCT05751044", "also in the folder hem-ismart-b"
    ),
    "registry address without https": Mistake(
        STUDY, "url: https://clin", "url: http://clin", "secure"
    ),
    "unknown time zone": Mistake(
        STUDY, "timezone: Europe/Amsterdam", "timezone: CET+1", "timezone"
    ),
    "blank text": Mistake(
        STUDY, "    heading: Will it help?", "    heading: ''", "“heading” is empty"
    ),
    "blank item": Mistake(STUDY, "  - Dexamethasone", "  - ''", "“medicines” is empty", "Write"),
    "link to no word": Mistake(
        STUDY,
        "[placebo](word:placebo)",
        "[placebo](word:placebos)",
        "word:placebos leads",
        "glossary",
    ),
    "link to a page": Mistake(
        STUDY, "[placebo](word:placebo)", "[placebo](https://x.org)", "not markup", "word:term-id"
    ),
    "HTML": Mistake(STUDY, "  - We do not know yet if it helps.", "  - We <b>do</b> not.", "“<b”"),
    "link in a heading": Mistake(
        STUDY,
        "heading: What are the risks?",
        "heading: '[Risks](word:side-effect)'",
        "cannot stand",
    ),
    "unknown filler": Mistake(
        STUDY, "in {days}", "after {weeks}", "“{weeks}” is filled by nothing", "days"
    ),
    "eligible": Mistake(
        STUDY,
        "lay: The team will ask, if this could apply.",
        "lay: Not eligible.",
        "misread",
        "can join",
    ),
    "Eligibility in a heading": Mistake(
        QUESTIONS, "heading: How safe are clinical trials?", "heading: Eligibility?", "misread"
    ),
    "section id twice": Mistake(
        STUDY, "  - id: why", "  - id: what", "“what” is used twice", "own id"
    ),
    "section id with capitals": Mistake(
        STUDY, "  - id: why", "  - id: Why now", "cannot stand in an"
    ),
    "question id twice": Mistake(
        QUESTIONS, "- id: how-safe", "- id: payment", "“payment” is used twice"
    ),
    "criterion twice": Mistake(STUDY, "number: '6.3'", "number: '6.2'", "“6.2” stands here twice"),
    "criterion as a number": Mistake(STUDY, "number: '6.3'", "number: 6.3", "not a text", "quotes"),
    "criterion left out": Mistake(STUDY, "number: '6.3'", "number: '6.4'", "a number is missing"),
    "criterion that is none": Mistake(
        STUDY, "number: '6.3'", "number: 'six'", "no criterion number"
    ),
    "criterion of no kind": Mistake(
        STUDY, "number: '9'\n    kind: exclude", "number: '9'\n    kind: out", "“out”", "include", 1
    ),
    "no central office": Mistake(
        STUDY,
        "central:\n  name: Central office of HEM-iSMART-D\n"
        "  email: central.office@hem-ismart-d.example\n  phone: ''",
        "central:",
        "needs “central”",
        "complete: false",
    ),
    "bad address of the office": Mistake(
        STUDY, "central.office@hem-ismart-d.example", "central office@x.example", "cannot work"
    ),
    "key twice": Mistake(STUDY, "part: D", "name: D", "“name” stands here twice", "Remove"),
    "YAML: tab": Mistake(STUDY, "part: D", "part: D\n\tnct: x", "not valid YAML", "", 1),
    "YAML: colon": Mistake(STUDY, "part: D", "part: D: E", "not valid YAML"),
    "YAML: quote": Mistake(STUDY, "part: D", "part: 'D", "not valid YAML", at=STUDY),
    # questions and words
    "answer without text": Mistake(
        QUESTIONS,
        """      paragraphs:
        - Yes. You can stop at any time.
        - >-
          Talk with the team first, so that they can help you stop the medicines safely. Your
          child will still be cared for.
""",
        "      paragraphs: []\n",
        "“paragraphs” is empty",
        "Write the words",
    ),
    "word twice": Mistake("glossary.yaml", "- id: lbl", "- id: all", "“all” is used twice"),
    "word without meaning": Mistake(
        "glossary.yaml",
        "  meaning: Saying yes",
        "  meant: Saying yes",
        "“meaning” is missing",
        below=-2,
    ),
    "word removed that a text links": Mistake(
        "glossary.yaml", "- id: assent", "- id: assents", "word:assent leads to no", at=STUDY
    ),
}
