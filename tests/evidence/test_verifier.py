"""The single file that checks a pack trusts nothing in the pack that it did not check."""

from __future__ import annotations

from pathlib import Path

import pytest
from evidence_packs import edited, files_in, filled, pack_of, written

from reconcile.evidence.verify import main
from reconcile.jobs.evidence.check_pack import check_pack

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("store")
    filled(folder).close()
    return files_in(pack_of(folder).path)


def test_a_seal_that_no_row_names_is_no_end(files: Files, tmp_path: Path) -> None:
    """Nothing guards such a seal, so that anybody may add the end that somebody has."""
    wanted = "ab" * 32
    made = edited(files, "proofs.json", lambda one: one["seals"].update({"52": {"hash": wanted}}))
    there = written(tmp_path / "changed.zip", made)

    assert main([str(there)]) == 0
    assert main([str(there), "--head", f"52:{wanted}"]) == 1
    assert check_pack(there, f"52:{wanted}").was_changed
