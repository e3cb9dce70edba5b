"""A close that was made by an earlier version of the numbers still comes out as it was, byte for byte.

The kept packs were written by the versions of the program that made them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from reconcile.close.close import Close, make_close
from reconcile.close.frozen import VERSION, from_json
from reconcile.jobs.closes.close_files import pack_files

KEPT = Path(__file__).parent / "kept"
FOLDERS = (
    "version_1",
    "version_2",
    "version_2_clearing",
    "version_3",
    "version_4",
    "version_5",
    "version_5_reversing",
)
FILES = [
    (name, path.name)
    for name in FOLDERS
    for path in sorted((KEPT / name).iterdir())
    if path.name != "before.json"
]


@cache
def _close(name: str) -> Close:
    before, inputs = (
        from_json((KEPT / name / file).read_text(encoding="utf-8"), file)
        for file in ("before.json", "inputs.json")
    )
    return make_close(inputs, before)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The packs of the kept closes, made today."""
    folders = {name: tmp_path_factory.mktemp(name) for name in FOLDERS}
    for name, folder in folders.items():
        pack_files(_close(name), None, folder)
    return folders


@pytest.mark.parametrize(("folder", "name"), FILES)
def test_every_file_is_the_same(written: dict[str, Path], folder: str, name: str) -> None:
    assert (written[folder] / name).read_bytes() == (KEPT / folder / name).read_bytes()


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_file_is_there_that_was_not_there_then(written: dict[str, Path], folder: str) -> None:
    lists = {path.name for path in written[folder].iterdir() if path.suffix in (".csv", ".json")}

    assert lists - {"manifest.json"} == {name for one, name in FILES if one == folder}


def test_every_earlier_version_is_kept() -> None:
    assert {_close(name).frozen.version for name in FOLDERS} == set(range(1, VERSION))
