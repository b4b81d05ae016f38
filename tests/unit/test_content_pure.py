"""Content knows nothing of the web or the database."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

FORBIDDEN = {"flask", "flask_babel", "flask_mail", "jinja2", "sqlalchemy", "wtforms", "werkzeug"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize(
    "path", sorted((ROOT / "portal/content").rglob("*.py")), ids=lambda p: p.name
)
def test_no_module_of_content_imports_the_web(path: Path) -> None:
    assert not imported(path) & FORBIDDEN


def test_loading_the_config_brings_in_no_web_and_no_network() -> None:
    code = (
        "import sys; from pathlib import Path; from portal.content.load import load_config;"
        f"load_config(Path({str(ROOT / 'config')!r}));"
        f"print(sorted({FORBIDDEN | {'dns', 'socket_server'}!r} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert run.stdout.strip() == "[]"
