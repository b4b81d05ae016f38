"""Runs every test at release size and writes what they measured to docs/evidence/<date>.md.

Tests hand over a figure with pytest’s `record_property(name, value)`.
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


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        words = ["-m", "full or not full", f"--junitxml={report}", "-o", "junit_family=xunit1"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--no-header", "-o", "timeout=7200", *words],
            cwd=ROOT,
            check=False,
        )
        suites = ElementTree.parse(report).getroot()
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
    return done.returncode or bench.returncode


def _page(suites: ElementTree.Element, bench: str) -> str:
    suite = suites if suites.tag == "testsuite" else next(iter(suites))
    bad = int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
    total, skipped = int(suite.get("tests", "0")), int(suite.get("skipped", "0"))
    minutes = float(suite.get("time", "0")) / 60
    lines = [
        f"# Evidence of {datetime.now(UTC):%Y-%m-%d}",
        "",
        f"Written by `make test-full` at commit {_commit()}:",
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores.",
        "",
        f"**{total} tests in {minutes:.1f} minutes:",
        f"{total - bad - skipped} passed, {bad} failed, {skipped} skipped.**",
        "",
        "| figure | value | measured by |",
        "| --- | --- | --- |",
        *_figures(suites),
        "",
        "## Kept and rendered pages",
        "",
        "```",
        bench.strip(),
        "```",
        "",
    ]
    return "\n".join([*lines, *_failures(suites)])


def _figures(suites: ElementTree.Element) -> list[str]:
    return [
        f"| {one.get('name')} | {one.get('value')} | `{case.get('name')}` |"
        for case in suites.iter("testcase")
        for one in case.iter("property")
    ]


def _failures(suites: ElementTree.Element) -> list[str]:
    failed = [
        f"- `{case.get('classname')}::{case.get('name')}`"
        for case in suites.iter("testcase")
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
