"""A close that was made by the first version of the numbers still comes out as it was, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconcile.close.close import make_close
from reconcile.close.frozen import from_json
from reconcile.jobs.closes.close_files import pack_files

KEPT = Path(__file__).parent / "first_version"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack of the kept close, made today."""
    folder = tmp_path_factory.mktemp("pack")
    before, inputs = (
        from_json((KEPT / name).read_text(encoding="utf-8"), name) for name in ("before.json", "inputs.json")
    )
    pack_files(make_close(inputs, before), None, folder)
    return folder


@pytest.mark.parametrize("name", sorted(path.name for path in KEPT.iterdir() if path.name != "before.json"))
def test_every_file_is_the_same(written: Path, name: str) -> None:
    assert (written / name).read_bytes() == (KEPT / name).read_bytes()
