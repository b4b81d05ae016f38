"""What people do with notes in a browser, by hooks and field names only."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.flows import STUDY

SELECT = """([section, words]) => {
  const walker = document.createTreeWalker(document.getElementById(section), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, at = node.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at); range.setEnd(node, at + words.length);
    getSelection().removeAllRanges(); getSelection().addRange(range);
    return true;
  }
  return false;
}"""
EDITOR = "[data-part=editor]"
CARDS = "main [data-note-id]"


def study(language: str, rest: str = "") -> str:
    return f"/{language}/studies/{STUDY}/{rest}"


def fill(page: Page, text: str) -> None:
    """Type into the open editor and keep it."""
    area = page.locator(f"{EDITOR} textarea")
    expect(area).to_be_focused()
    area.fill(text)
    page.locator(f"{EDITOR} [data-do=save]").click()
    expect(page.locator(EDITOR)).to_have_count(0)


def note_on_section(page: Page, section: str, text: str) -> None:
    page.locator(f"[id='{section}'] .note-here button").click()
    fill(page, text)


def choose(page: Page, section: str, words: str) -> None:
    """Select words of one text, as a finger or a mouse does."""
    assert page.evaluate(SELECT, [section, words]), f"‘{words}’ is not in one text of {section}"
    expect(page.locator("[data-part=bar] button")).to_be_visible()


def note_on_words(page: Page, section: str, words: str, text: str) -> None:
    choose(page, section, words)
    page.locator("[data-part=bar] button").click()
    fill(page, text)


def stored(page: Page, key: str = "notes") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(
        f"JSON.parse(localStorage.getItem('{key}') || '[]')"
    )
    return found


def share(page: Page, language: str = "en") -> tuple[str, str]:
    """All notes; the path of the link and the passcode as shown."""
    page.goto(f"/{language}/notes")
    expect(page.locator("[data-part=item]").first).to_be_visible()
    page.locator("[data-do=share]").click()
    made = page.locator("[data-part=made]")
    expect(made).to_be_visible()
    link = made.locator("[data-fill=link]").inner_text()
    passcode = made.locator("[data-fill=passcode]").inner_text()
    assert re.fullmatch(r"(\d{4} ){4}\d{4}", passcode), passcode
    return "/" + link.split("/", 3)[3], passcode


def try_passcode(page: Page, typed: str) -> None:
    page.fill("#passcode", typed)
    page.locator("[data-part=ask] button").click()


def read_shared(page: Page, link: str, passcode: str) -> None:
    page.goto(link)
    try_passcode(page, passcode)
    expect(page.locator("[data-part=opened] [data-part=item]").first).to_be_visible()


def memory_of(pid: int) -> Iterator[bytes]:
    """All that a process and its children hold in memory, region by region."""
    for one in (pid, *_children(pid)):
        maps = Path(f"/proc/{one}/maps").read_text(encoding="utf-8")
        with Path(f"/proc/{one}/mem").open("rb", buffering=0) as memory:
            for line in maps.splitlines():
                place, rights, *_ = line.split()
                start, end = (int(number, 16) for number in place.split("-"))
                if "rw" in rights and "[v" not in line:
                    yield _region(memory.fileno(), start, end)


def _region(descriptor: int, start: int, end: int) -> bytes:
    try:
        return os.pread(descriptor, end - start, start)
    except OSError:  # given back in between
        return b""


def _children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text(encoding="utf-8").split():
            yield int(child)
            yield from _children(int(child))
