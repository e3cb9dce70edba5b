"""A baseline is kept in pieces, and comes back whole or not at all."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest
from builders import make_line, make_payout, make_snapshot
from pydantic import TypeAdapter

from reconcile.domain.period import Period
from reconcile.domain.snapshot import Scope, Snapshot
from reconcile.store.baselines import packed, unpacked

SMALL = make_snapshot(
    make_payout(), make_line(description="two\nlines\tand a tab"), make_line("cln_2", payout_id=None)
)
LARGE = make_snapshot(
    *(make_payout(f"pay_{n}", statement_note="naïve\u2028") for n in range(1_000)),
    *(make_line(f"cln_{n}", f"{n}.50 USD") for n in range(2_345)),
)
SCOPED = replace(
    SMALL, scope=Scope(("APPROVED",), (), (Period.parse("2026-Q1"),), ("",), "payouts", ("a/1", ""))
)
EMPTY = make_snapshot()


@pytest.mark.parametrize("snapshot", [SMALL, LARGE, SCOPED, EMPTY], ids=["small", "large", "scoped", "empty"])
def test_a_snapshot_comes_back_as_it_was(snapshot: Snapshot) -> None:
    found = unpacked(packed(snapshot))

    assert found == snapshot
    assert list(found.lines) == list(snapshot.lines)
    assert found.fingerprint == snapshot.fingerprint


@pytest.mark.parametrize("snapshot", [SMALL, LARGE, SCOPED, EMPTY], ids=["small", "large", "scoped", "empty"])
def test_what_an_earlier_version_kept_as_one_text_is_read(snapshot: Snapshot) -> None:
    assert unpacked(zlib.compress(TypeAdapter(Snapshot).dump_json(snapshot))) == snapshot


def test_a_part_of_a_baseline_is_none() -> None:
    kept = packed(LARGE)

    with pytest.raises(zlib.error, match="cut off"):
        unpacked(kept[:-10])
    with pytest.raises(ValueError, match="beginning"):
        unpacked(zlib.compress(b"lines\t{}\n"))
