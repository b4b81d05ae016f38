"""One form is one message, however often its button reaches the server (F2, F25, R6)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.support.canaries import Canaries
from tests.support.flows import find_request, send, send_fields, wait_for_states, write
from tests.support.live import LivePortal
from tests.support.postgres import Postgres
from tests.support.visitor import Visitor

AT_ONCE = 50


def _one_request_and_two_mails(portal: LivePortal, location: str, family: Canaries) -> None:
    visitor = Visitor(portal.url)
    page = wait_for_states(visitor, location, "handed_over")
    reference = page.main.one(data_reference=True)["data-reference"]
    listed = find_request(portal, reference)
    assert len(listed) == 1
    assert sorted(one["to"] for one in listed[0]["deliveries"]) == ["family", "site"]
    mails = [mail for mail in portal.mail.mails() if reference in mail.subject]
    assert len(mails) == 2
    assert len(portal.mail.to(family.email)) == 1


def test_two_posts_of_one_form(live_portal: LivePortal, canaries: Canaries) -> None:
    visitor = Visitor(live_portal.url)
    check = write(visitor, canaries)
    first, second = send(visitor, check), send(visitor, check)
    assert first.location == second.location
    _one_request_and_two_mails(live_portal, first.location, canaries)


def test_back_and_send_after_the_mail_has_gone(live_portal: LivePortal, canaries: Canaries) -> None:
    visitor = Visitor(live_portal.url)
    check = write(visitor, canaries)
    first = send(visitor, check)
    wait_for_states(visitor, first.location, "handed_over")
    assert send(visitor, check).location == first.location
    _one_request_and_two_mails(live_portal, first.location, canaries)


def test_a_real_second_message_is_taken(live_portal: LivePortal, canaries: Canaries) -> None:
    """Nobody guesses by the content that a family did not mean it (F26)."""
    visitor = Visitor(live_portal.url)
    first = send(visitor, write(visitor, canaries))
    second = send(visitor, write(visitor, canaries))
    assert first.location != second.location


def _post_at_once(portal: LivePortal, family: Canaries) -> set[tuple[int, str]]:
    check = write(Visitor(portal.url), family)
    action, fields = check.form("/contact/check").action, send_fields(check)
    together = Barrier(AT_ONCE)

    def press(_number: int) -> tuple[int, str]:
        together.wait(timeout=30)
        answer = Visitor(portal.url, seconds=60).post(action, fields)
        return answer.status, answer.location

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        return set(crowd.map(press, range(AT_ONCE)))


def test_fifty_posts_at_once(live_portal: LivePortal, canaries: Canaries) -> None:
    answers = _post_at_once(live_portal, canaries)
    assert len(answers) == 1
    status, location = answers.pop()
    assert status == 303
    _one_request_and_two_mails(live_portal, location, canaries)


@pytest.mark.postgres
def test_fifty_posts_at_once_on_postgres(
    new_portal: Callable[..., LivePortal], postgres: Postgres, canaries: Canaries
) -> None:
    with new_portal(PORTAL_DATABASE_URL=postgres.new_database()) as portal:
        answers = _post_at_once(portal, canaries)
        assert len(answers) == 1
        status, location = answers.pop()
        assert status == 303
        _one_request_and_two_mails(portal, location, canaries)


@pytest.mark.full
def test_a_thousand_rounds_of_fifty(live_portal: LivePortal) -> None:
    for _ in range(1000):
        family = Canaries()
        answers = _post_at_once(live_portal, family)
        assert {status for status, _ in answers} == {303}
        assert len(answers) == 1
