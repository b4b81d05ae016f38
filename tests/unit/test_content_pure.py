"""Content and screener know nothing of the web or the database."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

FORBIDDEN = {"flask", "flask_babel", "flask_mail", "jinja2", "sqlalchemy", "wtforms", "werkzeug"}
PURE = ("content", "screener")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize(
    "path",
    sorted(path for part in PURE for path in (ROOT / "portal" / part).rglob("*.py")),
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_no_module_of_a_pure_part_imports_the_web(path: Path) -> None:
    assert not imported(path) & FORBIDDEN


def calls(path: Path) -> set[str]:
    """Names of everything a module calls."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func
            found |= {name.attr} if isinstance(name, ast.Attribute) else set()
            found |= {name.id} if isinstance(name, ast.Name) else set()
    return found


@pytest.mark.parametrize(
    "path", sorted((ROOT / "portal/screener").rglob("*.py")), ids=lambda path: path.name
)
def test_the_engine_asks_neither_clock_nor_chance_nor_disk(path: Path) -> None:
    assert not calls(path) & {"today", "now", "utcnow", "time", "open", "random", "getenv"}
    assert not imported(path) & {"os", "random", "time", "pathlib", "babel", "gettext"}


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
