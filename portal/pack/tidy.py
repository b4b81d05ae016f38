"""From a page of the portal to a part of the pack: only to read, and the same bytes each time."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from portal.pack.marked import END, MISSING, UNREVIEWED

_TAG = re.compile(r"(<[^>]*>)")
_MAIN = re.compile(r"<main[^>]*>(.*)</main>", re.DOTALL)
# Elements that would act, load or hold secrets of the moment; what they show stays.
_GONE = re.compile(
    r"<script\b.*?</script>|<input\b[^>]*type=\"hidden\"[^>]*>|<datalist\b.*?</datalist>", re.DOTALL
)
_UNWRAPPED = frozenset({"form", "fieldset", "main", "a", "button", "label", "legend", "nav"})
_DROPPED = re.compile(
    r"\s(?:id|for|href|action|method|name|value|role|type|autofocus|tabindex|novalidate|rel"
    r"|autocomplete|spellcheck|list|hreflang|aria-[a-z]+|data-[a-z-]+)(?:=\"[^\"]*\")?(?=[\s>/])"
)
# Headings of a page stand below those of the pack, which are h1 to h3. The summary of mistakes
# comes before the h1 of its page, so both get one level.
_HEADING = re.compile(r"^(</?)h([1-4])")
_BELOW = {"1": "4", "2": "4", "3": "5", "4": "6"}
_NAME = re.compile(r"</?([a-z0-9]+)")
_CHOICE = re.compile(r"<input\b[^>]*type=\"(radio|checkbox)\"[^>]*>")
_FILLED = re.compile(r"<(select|textarea)\b.*?</\1>", re.DOTALL)
_BOX = re.compile(r"<input\b[^>]*>")
_SPECIAL = {MISSING: '<mark class="missing">', UNREVIEWED: '<mark class="unread">', END: "</mark>"}


def main_part(html: str) -> Markup:
    """What stands in <main>, without addresses, controls and names for machines."""
    found = _MAIN.search(html)
    inside = _GONE.sub("", found[1] if found else html)
    return Markup("".join(_parts(_without_controls(inside))))  # noqa: S704 - the portal’s own markup


def marked_up(text: str) -> Markup:
    """Plain text with its marks as markup."""
    return Markup(_with_marks(str(escape(text))))  # noqa: S704 - escaped just now


def _without_controls(html: str) -> str:
    html = _CHOICE.sub(lambda found: "◯ " if found[1] == "radio" else "☐ ", html)
    for box in (_FILLED, _BOX):
        html = box.sub('<span class="box"></span>', html)
    return html


def _parts(html: str) -> list[str]:
    return [_tag(part) if part.startswith("<") else _with_marks(part) for part in _TAG.split(html)]


def _tag(tag: str) -> str:
    """A tag without what only a live page needs; words in it that only a screen reader says go."""
    name = _NAME.match(tag)
    known = name[1] if name else ""
    if known in _UNWRAPPED:
        kind = "span" if known in {"a", "button", "label"} else "div"
        return f"</{kind}>" if tag.startswith("</") else f'<{kind} class="was-{known}">'
    tag = _HEADING.sub(lambda found: f"{found[1]}h{_BELOW[found[2]]}", tag)
    bare = _DROPPED.sub("", tag.translate(dict.fromkeys(map(ord, _SPECIAL))))
    return (
        bare.replace("<details", "<details open")
        if known == "details" and " open" not in bare
        else bare
    )


def _with_marks(text: str) -> str:
    for mark, markup in _SPECIAL.items():
        text = text.replace(mark, markup)
    return text
