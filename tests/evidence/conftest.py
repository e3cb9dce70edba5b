"""A store with a run, and the pack of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from evidence.pack_cases import Files
from evidence_packs import (
    files_in,
    filled,
    pack_of,
)


@pytest.fixture(scope="module")
def store_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    filled(folder).close()
    return folder


@pytest.fixture(scope="module")
def pack(store_folder: Path) -> Path:
    return pack_of(store_folder).path


@pytest.fixture(scope="module")
def files(pack: Path) -> Files:
    return files_in(pack)
