"""What families do, step by step, over plain HTTP."""

from __future__ import annotations

import json
from typing import Any

from tests.support.canaries import Canaries
from tests.support.live import LivePortal
from tests.support.page_audit import Page
from tests.support.visitor import Visitor
from tests.support.waiting import wait_until

STUDY = "hem-ismart-d"


def study_path(language: str, rest: str = "") -> str:
    return f"/{language}/studies/{STUDY}/{rest}"


def write(visitor: Visitor, family: Canaries, language: str = "en", **changes: str | None) -> Page:
    """Fill in the contact form; the check page."""
    contact = visitor.get(study_path(language, "contact"))
    assert contact.status == 200
    form = contact.form("/contact")
    typed = dict(family.form(**changes))
    fields = [(name, value) for name, value in form.fields if name not in typed]
    page = visitor.post(form.action, [*fields, *typed.items()])
    assert page.status == 200, f"{page.status}: {page.main.text[:600]}"
    return page


def send_fields(check: Page) -> list[tuple[str, str]]:
    """What the button ‘Send’ of the check page posts."""
    return check.form("/contact/check").filled(action="send")


def send(visitor: Visitor, check: Page) -> Page:
    """Press ‘Send’; the answer that leads to the family’s page."""
    answer = visitor.post(check.form("/contact/check").action, send_fields(check))
    assert answer.status == 303, f"{answer.status}: {answer.text[:600]}"
    return answer


def states(page: Page) -> list[str]:
    """The state of each delivery on the family’s page."""
    return [node["data-state"] for node in page.main.all(data_state=True)]


def wait_for_states(visitor: Visitor, path: str, *wanted: str, seconds: float = 20) -> Page:
    """Look again until every delivery is in one of these states."""
    last: list[list[str]] = []

    def there() -> Page | None:
        page = visitor.get(path)
        last[:] = [states(page)]
        return page if last[0] and set(last[0]) <= set(wanted) else None

    try:
        return wait_until(there, seconds, pause=0.2, why=f"states {wanted}")  # type: ignore[return-value]
    except AssertionError as late:
        raise AssertionError(f"{late}; last seen {last}") from None


def requests_list(portal: LivePortal) -> list[dict[str, Any]]:
    """`flask requests list --json`."""
    done = portal.flask("requests", "list", "--json")
    assert done.returncode == 0, done.stderr
    listed: list[dict[str, Any]] = json.loads(done.stdout)
    return listed


def find_request(portal: LivePortal, reference: str) -> list[dict[str, Any]]:
    return [one for one in requests_list(portal) if one["reference"] == reference]
