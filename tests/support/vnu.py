"""The W3C’s checker over saved pages and style sheets, all in one run of Java."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support.paths import CHECKER

# What the checker does not know yet, and why that is no mistake of ours.
KNOWN: tuple[str, ...] = ()


def errors(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Errors in files by name (`.html` or `.css`), each with its line."""
    assert CHECKER.exists(), "The HTML checker is missing. Run tools/install_test_needs.sh."
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["java", "-jar", CHECKER, "--also-check-css", "--format", "json", "--stdout", *files],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.startswith("{"), f"the checker did not run: {done.stdout} {done.stderr}"
    return [
        f"{message['url'].rpartition('/')[2]}:{message.get('lastLine', '?')}: {message['message']}"
        for message in json.loads(done.stdout)["messages"]
        if message["type"] == "error" and not any(text in message["message"] for text in KNOWN)
    ]
