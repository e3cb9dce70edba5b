"""The record of the runs shows every later change, wherever somebody makes it."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconcile.domain.snapshot import Environment
from reconcile.store.audit import audit
from reconcile.store.entries import Entry
from reconcile.store.run import Run
from reconcile.store.store import Store

NOW = datetime(2026, 4, 5, 9, 30, tzinfo=UTC).isoformat()
HERE = str(Environment("https://api.introw.io"))


def _written(path: Path) -> None:
    """Two runs, one after the other, each with two entries after its beginning."""
    with Store(path) as store:
        for name in ("run-1", "run-2"):
            run = Run(name, HERE, "wb-1", NOW, None, "ana", "running", f'{{"plan": "{name}"}}')
            store.start_run(run)
            store.append(run, Entry(NOW, "op-1", "intent", {"body": {"amount": "512.50"}}))
            store.append(run, Entry(NOW, "", "end", {"state": "finished"}), state="finished")


def _found(path: Path) -> list[str]:
    with Store(path) as store:
        return [f"{one.run_id}/{one.entry}" for one in audit(store.record())]


def test_a_record_that_nobody_touched_has_no_breaks(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    _written(path)

    assert _found(path) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("UPDATE entries SET body = replace(body, '512.50', '999.00') WHERE run_id = 'run-1'", "run-1/2"),
        (
            "UPDATE entries SET at = '2026-04-05T09:31:00+00:00' WHERE run_id = 'run-2' AND number = 3",
            "run-2/3",
        ),
        ("DELETE FROM entries WHERE run_id = 'run-1' AND number = 2", "run-1/2"),
        ("DELETE FROM entries WHERE run_id = 'run-2' AND number = 3", "run-2/3"),
        ("DELETE FROM entries WHERE run_id = 'run-2'", "run-2/1"),
        ("DELETE FROM seals WHERE number = 6", "run-2/3"),
        ("DELETE FROM seals WHERE number = 2", "run-1/3"),
        ("UPDATE runs SET state = 'set aside' WHERE run_id = 'run-1'", "run-1/0"),
        ("UPDATE runs SET started_by = 'eve' WHERE run_id = 'run-2'", "run-2/0"),
        ("UPDATE runs SET plan = (SELECT plan FROM runs WHERE run_id = 'run-2')", "run-1/0"),
    ],
)
def test_every_change_shows_with_its_place(change: str, place: str, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    _written(path)
    _changed(path, change)

    assert place in _found(path)


@pytest.mark.parametrize("name", ["run-1", "run-2"])
def test_a_run_that_was_removed_whole_is_missed(name: str, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    _written(path)
    _changed(
        path, f"DELETE FROM entries WHERE run_id = '{name}'", f"DELETE FROM runs WHERE run_id = '{name}'"
    )

    assert f"{name}/0" in _found(path)


def test_the_last_run_removed_with_its_seals_is_missed(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    _written(path)
    tables = [f"DELETE FROM {table} WHERE run_id = 'run-2'" for table in ("entries", "runs", "seals")]
    _changed(path, *tables)

    assert _found(path) == ["/0"]


def test_a_record_without_any_seal_says_so_once_and_what_it_may_mean(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    _written(path)
    _changed(path, "DELETE FROM seals", "DELETE FROM head")
    with Store(path) as store:
        (found,) = audit(store.record())

    assert (found.run_id, found.entry) == ("", 0)
    assert found.what.startswith("none of its 6 entries is sealed; so is")


def test_entries_in_another_order_show(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    _written(path)
    _changed(
        path,
        "UPDATE entries SET number = 30 WHERE run_id = 'run-1' AND number = 2",
        "UPDATE entries SET number = 2 WHERE run_id = 'run-1' AND number = 3",
        "UPDATE entries SET number = 3 WHERE run_id = 'run-1' AND number = 30",
    )

    assert "run-1/2" in _found(path)


def test_an_entry_that_was_added_shows(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    _written(path)
    _changed(
        path,
        "INSERT INTO entries SELECT run_id, 4, at, operation_id, kind, body, hash FROM entries WHERE number = 3",
    )

    assert {"run-1/4", "run-2/4"} <= set(_found(path))


def _changed(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
