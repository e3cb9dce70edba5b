"""The end of the chain that is noted beside the store is whole, however many threads note one at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from reconcile.store.anchor import anchors_of, note_end
from reconcile.store.seals import Head

ENDS = (Head(1, "1" * 64), Head(10**11, "2" * 64))
"""Of different lengths: the end of one that is written over the other shows."""


def test_threads_that_note_an_end_at_the_same_time_leave_no_line_that_is_none(tmp_path: Path) -> None:
    store = tmp_path / "state.db"

    def note(number: int) -> bool:
        note_end(store, ENDS[number % 2], ())
        return all(one.seals > 0 for one in anchors_of(store))

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(note, range(400)))

    assert [path.name for path in tmp_path.iterdir()] == ["state.db.seal"]


def test_a_store_in_which_nothing_is_sealed_has_no_end(tmp_path: Path) -> None:
    store = tmp_path / "state.db"
    note_end(store, Head(), ())

    assert anchors_of(store) == ()
    assert not list(tmp_path.iterdir())
