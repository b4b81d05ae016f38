"""Figures for Prometheus (text format 0.0.4): counts and ages, nothing about a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from portal.services.health import health
from portal.services.parts import Parts
from portal.store import figures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LOOK_BACK = timedelta(days=30)


def as_text(parts: Parts, *, now: datetime) -> str:
    """Raises StoreError."""
    found = health(parts, now=now)
    with parts.store.read() as db:
        attempts = figures.attempts_by_outcome(db)
        written = list(figures.written_between(db, now - _LOOK_BACK, now + timedelta(seconds=1)))
    waits: dict[str, list[float]] = defaultdict(list)
    for row in written:
        if row.answered_at is not None:
            waits[row.language].append((row.answered_at - row.created_at).total_seconds())
    oldest = found.oldest_due.total_seconds() if found.oldest_due else 0.0
    lines = [
        *_metric("portal_deliveries", "Mails by state", "state", found.by_state),
        *_metric("portal_requests", "Requests by state", "state", found.requests_by_state),
        *_metric("portal_attempts_total", "Tries by outcome", "outcome", attempts, "counter"),
        *_metric("portal_oldest_due_seconds", "Age of the oldest due row", "", {"": oldest}),
        *_metric("portal_worker_at_work", "1 if a worker gave a sign of life", "",
                 {"": int(found.worker_at_work(now))}),
        *_metric("portal_answered", "Answered in 30 days", "language",
                 {language: len(times) for language, times in waits.items()}),
        *_metric("portal_answer_seconds_mean", "Mean time to the press, 30 days", "language",
                 {language: sum(times) / len(times) for language, times in waits.items()}),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _metric(
    name: str, words: str, label: str, values: Mapping[str, float], kind: str = "gauge"
) -> Iterable[str]:
    yield f"# HELP {name} {words}."
    yield f"# TYPE {name} {kind}"
    for value, figure in sorted(values.items()):
        marked = f'{{{label}="{value}"}}' if label else ""
        yield f"{name}{marked} {figure}"
