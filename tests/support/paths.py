"""Where things are in a checkout."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
# The commands beside the Python that runs the tests: those of its virtual environment.
BIN = Path(sys.executable).parent
CHECKER = ROOT / "tests" / "browser" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
