"""Every reader that is measured takes steps in proportion to its file; counted at small sizes, not timed."""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType
from zipfile import ZipFile

import pytest

from reconcile.errors import ReconcileError

sys.path.append(str(Path(__file__).parent))
readers = importlib.import_module("readers")
FEW, MANY = 60, 240
MOST = 1.2 * MANY / FEW


def _steps(name: str, path: Path) -> int:
    """The calls that reading a file makes, those of built-in functions included; a refusal ends it."""
    work = readers.OTHERS[name][0] if name in readers.OTHERS else readers.files()[name].read
    count = 0

    def note(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        with suppress(ReconcileError):
            work(path)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", [*readers.files(), *readers.OTHERS])
def test_a_reader_takes_steps_in_proportion_to_the_rows(name: str, tmp_path: Path) -> None:
    found = []
    for size in (2, FEW, MANY):  # what is kept after the first time is not counted
        folder = tmp_path / str(size)
        folder.mkdir()
        found.append(_steps(name, readers.make(name, str(size), folder)))

    assert found[2] < MOST * found[1]


def test_a_pack_with_a_fault_in_every_row_is_checked_in_proportion(tmp_path: Path) -> None:
    found = []
    for size in (2, FEW, MANY):
        folder = tmp_path / str(size)
        folder.mkdir()
        path = readers.make("evidence pack", str(size), folder)
        changed = folder / "changed.zip"
        _with_faults(path, changed)
        found.append(_steps("evidence pack", changed))

    assert found[2] < MOST * found[1]


def _with_faults(path: Path, changed: Path) -> None:
    """A copy of a pack in which every row says something else."""
    with ZipFile(path) as archive, ZipFile(changed, "w") as copy:
        for name in archive.namelist():
            content = archive.read(name)
            copy.writestr(name, content.replace(b'"a": "a', b'"a": "b') if name == "record.json" else content)
