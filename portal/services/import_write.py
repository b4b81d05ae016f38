"""Check a planned import on a copy of the configuration, then write it: all of it or nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from portal.content.load import check
from portal.content.model import Problem
from portal.services.import_study import Change, ImportRefused

MOST_SHOWN = 10
FILE_RIGHTS = 0o644
FOLDER_RIGHTS = 0o755


def write_import(changes: Sequence[Change], config_dir: Path, folder: Path, today: date) -> None:
    """Raises ImportRefused, and then nothing was written: the result would have a mistake, a file
    changed meanwhile, or the folder cannot be written."""
    if not changes:
        return
    _refuse_mistakes(changes, config_dir, folder, today)
    if any(_now(change.path) != change.before for change in changes):
        raise ImportRefused("A file changed while the import ran. Run it again.")
    try:
        if folder.exists():
            _replace_all(changes)
        else:
            _make_folder(changes, folder)
    except OSError as error:
        raise ImportRefused(f"{folder} cannot be written: {error.strerror}.") from None


def _refuse_mistakes(
    changes: Sequence[Change], config_dir: Path, folder: Path, today: date
) -> None:
    """Mistakes of this study, or new ones elsewhere; old mistakes of other studies do not stop."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / config_dir.name
        _copy(changes, config_dir, folder, copy)
        found = check(copy, today=today)
    ours = f"{config_dir.name}/studies/{folder.name}/"
    if not found:
        return
    old = {(problem.file, problem.message) for problem in check(config_dir, today=today)}
    wrong = [p for p in found if p.file.startswith(ours) or (p.file, p.message) not in old]
    if wrong:
        raise ImportRefused(_listed(wrong))


def _listed(wrong: Sequence[Problem]) -> str:
    shown = [str(problem) for problem in wrong[:MOST_SHOWN]]
    more = [f"… and {len(wrong) - MOST_SHOWN} more."] if len(wrong) > MOST_SHOWN else []
    head = "Nothing was written, because flask study check would not accept the result:"
    return "\n".join([head, *shown, *more])


def _copy(changes: Sequence[Change], config_dir: Path, folder: Path, copy: Path) -> None:
    """Links to everything that stays, and the new files."""
    _link(config_dir, copy, leave_out="studies")
    _link(config_dir / "studies", copy / "studies", leave_out=folder.name)
    target = copy / "studies" / folder.name
    target.mkdir()
    if folder.exists():
        _link(folder, target)
    for change in changes:
        path = target / change.path.name
        path.unlink(missing_ok=True)
        path.write_bytes(change.after)


def _link(here: Path, there: Path, leave_out: str = "") -> None:
    there.mkdir(exist_ok=True)
    for path in here.iterdir():
        if path.name != leave_out:
            (there / path.name).symlink_to(path.absolute())


def _now(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _make_folder(changes: Iterable[Change], folder: Path) -> None:
    """The folder appears whole; its name begins with a point until then."""
    part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".import-"))
    try:
        for change in changes:
            _write(part / change.path.name, change.after, FILE_RIGHTS)
        part.chmod(FOLDER_RIGHTS)
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    _sync_folder(folder.parent)


def _replace_all(changes: Sequence[Change]) -> None:
    """Each file is replaced whole; if one cannot be, those before it are put back."""
    ready: list[tuple[Path, Path, Change]] = []
    done: list[tuple[Path, Change]] = []
    try:
        for change in changes:
            target = change.path.resolve()  # a file may be a link to where secrets are kept
            rights = target.stat().st_mode & 0o777 if target.exists() else FILE_RIGHTS
            part = target.with_name(f".{target.name}.import-{os.getpid()}")
            ready.append((part, target, change))
            _write(part, change.after, rights)
        for part, target, change in ready:
            part.replace(target)
            done.append((target, change))
    except BaseException:
        for target, change in reversed(done):
            _put_back(target, change)
        raise
    finally:
        for part, _, _ in ready:
            part.unlink(missing_ok=True)
    for folder in {target.parent for _, target, _ in ready}:
        _sync_folder(folder)


def _put_back(target: Path, change: Change) -> None:
    with contextlib.suppress(OSError):
        if change.before is None:
            target.unlink()
        else:
            target.write_bytes(change.before)


def _write(path: Path, content: bytes, rights: int) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), rights)
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
