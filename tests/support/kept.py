"""What every test makes anew and what never differs: made once per process, to save time.

The values are those that the portal’s own code makes; only the second making is spared.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import pytest
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from portal.content.load import load_config
from portal.content.model import Config
from portal.services import parts
from portal.store.database import Store
from portal.store.migrate import upgrade

_State = tuple[tuple[str, int, int], ...]


def kept_config(folder: Path) -> Config:
    """As `load_config`; read again when any file below the folder is another."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    found = [(str(path), path.stat()) for path in files]
    return _read_once(folder, tuple((path, it.st_mtime_ns, it.st_size) for path, it in found))


@lru_cache(maxsize=8)
def _read_once(folder: Path, _state: _State) -> Config:
    return load_config(folder)


@pytest.fixture(scope="session", autouse=True)
def _config_is_read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "load_config", kept_config)
        yield


def make_tables(store: Store) -> None:
    """The tables as after all migrations; a new SQLite file is a copy of one that is ready."""
    file = Path(store.engine.url.database or "")
    if store.is_sqlite and not file.exists():
        shutil.copyfile(_ready_tables(), file)
    else:
        upgrade(store)


@lru_cache(maxsize=1)
def _ready_tables() -> Path:
    file = Path(tempfile.mkdtemp(prefix="portal-tables-")) / "ready.sqlite3"
    store = Store.open(f"sqlite:///{file}")
    upgrade(store)
    store.engine.dispose()
    return file


class KeptTemplates(BytecodeCache):
    """Compiled templates in memory, shared by all applications of this process."""

    compiled: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if found := self.compiled.get(bucket.key):
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()
