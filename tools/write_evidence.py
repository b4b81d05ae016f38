"""Runs every test at release size and writes what they measured to docs/evidence/<date>.md.

Tests hand over a figure with pytest’s `record_property(name, value)`. With the word `again` it runs
only what failed last time, and adds that to the page; what failed first stays there.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
EVIDENCE = ROOT / "docs" / "evidence"


# As in the Makefile: what measures time runs alone, after the rest.
RUNS = {
    "together.xml": ["-m", "not alone", "--numprocesses=auto", "--dist=loadfile"],
    "alone.xml": ["-m", "alone"],
}


def main() -> int:
    return run_again() if sys.argv[1:] == ["again"] else run_everything()


def run_again() -> int:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "again.xml"
        code = _run(report, ["--last-failed", "--last-failed-no-failures=none"])
        suites = list(ElementTree.parse(report).iter("testsuite"))
    head = f"## What failed, run again at commit {_commit()}"
    lines = ["", head, "", _counts(suites), "", *_table(suites), "", *_failures(suites)]
    file = max(EVIDENCE.glob("*.md"))
    with file.open("a", encoding="utf-8") as page:
        page.write("\n".join(lines))
    sys.stdout.write(f"Added to {file.relative_to(ROOT)}\n")
    return code


def run_everything() -> int:
    with tempfile.TemporaryDirectory() as folder:
        reports = [Path(folder) / name for name in RUNS]
        codes = [_run(report, words) for report, words in zip(reports, RUNS.values(), strict=True)]
        suites = [
            suite for report in reports for suite in ElementTree.parse(report).iter("testsuite")
        ]
    bench = subprocess.run(
        [sys.executable, "-m", "tests.bench.pages"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    EVIDENCE.mkdir(parents=True, exist_ok=True)
    file = EVIDENCE / f"{datetime.now(UTC):%Y-%m-%d}.md"
    file.write_text(_page(suites, bench.stdout or bench.stderr), encoding="utf-8")
    sys.stdout.write(f"Written: {file.relative_to(ROOT)}\n")
    return max(*codes, bench.returncode)


def _run(report: Path, words: list[str]) -> int:
    """All tests of one kind, whatever their size; pytest’s exit code."""
    options = ["--no-header", "-o", "timeout=7200", "-o", "junit_family=xunit1"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", *words],
        cwd=ROOT,
        check=False,
    ).returncode


def _page(suites: list[ElementTree.Element], bench: str) -> str:
    lines = [
        f"# Evidence of {datetime.now(UTC):%Y-%m-%d}",
        "",
        f"Written by `make test-full` at commit {_commit()}:",
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores.",
        "",
        _counts(suites),
        "",
        *_table(suites),
        "",
        "## Kept and rendered pages",
        "",
        "```",
        bench.strip(),
        "```",
        "",
    ]
    return "\n".join([*lines, *_failures(suites)])


def _counts(suites: list[ElementTree.Element]) -> str:
    def count(*names: str) -> float:
        return sum(float(suite.get(name, "0")) for suite in suites for name in names)

    bad, minutes = int(count("failures", "errors")), count("time") / 60
    total, skipped = int(count("tests")), int(count("skipped"))
    passed = total - bad - skipped
    return (
        f"**{total} tests in {minutes:.1f} minutes:"
        f" {passed} passed, {bad} failed, {skipped} skipped.**"
    )


def _table(suites: list[ElementTree.Element]) -> list[str]:
    return ["| figure | value | measured by |", "| --- | --- | --- |", *_figures(suites)]


def _figures(suites: list[ElementTree.Element]) -> list[str]:
    return [
        f"| {one.get('name')} | {one.get('value')} | `{case.get('name')}` |"
        for suite in suites
        for case in suite.iter("testcase")
        for one in case.iter("property")
    ]


def _failures(suites: list[ElementTree.Element]) -> list[str]:
    failed = [
        f"- `{case.get('classname')}::{case.get('name')}`"
        for suite in suites
        for case in suite.iter("testcase")
        if case.find("failure") is not None or case.find("error") is not None
    ]
    return ["## Failed", "", *failed, ""] if failed else []


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
