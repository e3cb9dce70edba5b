"""State stores that earlier versions wrote are taken over, keep working, and show what was done to them.

The files in `old` were written by the program as it was when each version was current: an export, a run with
a changed line and (but in 8 and 9) a new one, and from version 5 on a bill. Those of 11 and later are the
one of 10 as the programs of these versions took it over, one after the other; from 13 on with a kept workbook and,
from 14 on, the id of the store and a refusal, as they wrote them.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from postgres_server import PostgresServer
from sqlalchemy import select
from tampered_stores import NOW, changed, found, places

from reconcile.cli import run as command
from reconcile.domain.snapshot import Environment
from reconcile.errors import StateError
from reconcile.store.approval.kept_approvals import store_id
from reconcile.store.copying import copy_store
from reconcile.store.database import copy_of
from reconcile.store.entries import Entry
from reconcile.store.evidence.kept_files import kept_content
from reconcile.store.run import Effect
from reconcile.store.store import Store
from reconcile.store.tables import REFUSALS

OLD = Path(__file__).parent / "old"
VERSIONS = {
    2: "http://127.0.0.1:8092",
    5: "http://127.0.0.1:8095",
    7: "http://127.0.0.1:8097",
    10: "http://127.0.0.1:8100",
    11: "http://127.0.0.1:8100",
    12: "http://127.0.0.1:8100",
    13: "http://127.0.0.1:8100",
    14: "http://127.0.0.1:8100",
    15: "http://127.0.0.1:8100",
    16: "http://127.0.0.1:8100",
    17: "http://127.0.0.1:8100",
}
LATE = (13, 14, 15, 16, 17)
UNSEALED = (2, 5, 7)
"""The versions of which not every row had a seal."""


def rows_of(path: Path) -> list[str]:
    """Everything in a store, as SQL."""
    with closing(sqlite3.connect(path)) as store:
        version = store.execute("PRAGMA user_version").fetchone()[0]
        return [f"version {version}", *store.iterdump()]


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> int:
    """The version of a store."""
    number: int = request.param
    return number


@pytest.fixture
def path(version: int, tmp_path: Path) -> Path:
    """A copy of the store of that version."""
    target = tmp_path / "state.db"
    shutil.copy(OLD / f"version_{version}.db", target)
    return target


def test_an_old_store_still_knows_what_it_knew(path: Path, version: int) -> None:
    here = Environment(VERSIONS[version])
    with Store(path) as store:
        (run,) = store.runs(here)
        (export,) = store.exports(here)
        made = store.effects(export.workbook_id, "create line")
        baseline = store.baseline(export.workbook_id)

        assert run.state == "finished"
        assert store.entries(run.run_id)[-1].kind == "end"
        assert len(made) == 1
        assert baseline is not None
        assert str(baseline.lines["cln_1"].amount) == "500.00 USD"
        assert len(store.bills(here)) == (1 if version > 2 else 0)


def test_an_old_store_is_written_on_and_stays_whole(path: Path, version: int) -> None:
    with Store(path) as store:
        (run,) = store.runs()
        again = replace(run, run_id="run-new", state="running", ended_at=None)
        store.start_run(again)
        effect = Effect(run.workbook_id, "create line", "key-new", "cln_new")
        store.append(again, Entry(NOW, "", "end", {"state": "finished"}), [effect], state="finished")
        store.record_bills(Environment(VERSIONS[version]), store.bills(Environment(VERSIONS[version])))

    assert found(path) == ()


@pytest.mark.parametrize("version", LATE, indirect=True)
def test_what_later_versions_kept_beside_runs_is_read_as_well(path: Path, version: int) -> None:
    with Store(path) as store:
        (run,) = store.runs()
        assert kept_content(store, run.run_id, "applied", "march.xlsx") == b"the workbook as it was applied"
        with store.reading() as connection:
            refused = connection.execute(select(REFUSALS.c.reason)).scalars().all()
            assert refused == (["Nobody approved it."] if version > 13 else [])
            assert bool(store_id(connection)) == (version > 13)


@pytest.mark.parametrize("version", [5, 12, *LATE], indirect=True)
def test_an_old_file_is_copied_into_a_database_of_a_team(
    path: Path, version: int, postgres: PostgresServer, tmp_path: Path
) -> None:
    """As `state copy --to` does it: taken over, copied with every seal, and read back."""
    database = postgres.opened(postgres.database(), tmp_path)
    database.make()
    with Store(path) as source, Store(database) as target:
        copied = copy_store(source, target)
        assert [one.run_id for one in target.runs()] == [one.run_id for one in source.runs()]
        assert target.bills(Environment(VERSIONS[version])) == source.bills(Environment(VERSIONS[version]))
    assert (copied.breaks, copied.rows["runs"]) == ((), 1)


@pytest.mark.parametrize("version", UNSEALED, indirect=True)
def test_the_verdict_says_what_was_sealed_as_it_was_found(
    path: Path, version: int, capsys: pytest.CaptureFixture[str]
) -> None:
    code = command(["history", "--verify", "--state", str(path)])
    out = capsys.readouterr().out
    unsealed = 6 if version == 2 else 0

    assert code == 0
    assert f"the rows of a store of version {version}, {unsealed} journal entries without a seal" in out


def test_an_old_store_is_kept_as_it_was_before_it_is_taken_over(path: Path, version: int) -> None:
    before = rows_of(path)
    Store(path).close()
    kept = copy_of(path, version)

    assert rows_of(kept) == before
    assert kept.stat().st_mode & 0o077 == 0
    assert [one.name for one in path.parent.iterdir() if one.name.startswith(kept.name)] == [kept.name]


def test_whoever_goes_back_finds_the_record_whole(path: Path, version: int) -> None:
    """The program before reads the copy; this one stands for it, and takes it over once more."""
    Store(path).close()
    copy_of(path, version).replace(path)
    path.with_name(f"{path.name}.seal").unlink(missing_ok=True)

    assert found(path) == ()


def test_a_store_that_cannot_be_kept_is_not_taken_over(path: Path, version: int) -> None:
    before = path.read_bytes()
    copy_of(path, version).mkdir()

    with pytest.raises(StateError, match="Nothing was changed"):
        Store(path)
    assert path.read_bytes() == before


def test_opening_an_old_store_twice_changes_nothing_more(path: Path) -> None:
    Store(path).close()
    first = path.read_bytes()
    Store(path).close()

    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("UPDATE entries SET body = replace(body, '512.50', '999.00') WHERE kind = 'intent'", "entries"),
        ("UPDATE entries SET body = '{' WHERE number = 3", "entries"),
        ("DELETE FROM entries WHERE number = 3", "entries"),
        ("DELETE FROM entries", "runs"),
        ("UPDATE runs SET state = 'stopped'", "runs"),
    ],
)
@pytest.mark.parametrize("version", UNSEALED, indirect=True)
def test_what_was_changed_before_it_was_taken_over_is_told_by_the_journal(
    change: str, table: str, path: Path
) -> None:
    changed(path, change)

    assert table in {one.table for one in found(path)}


@pytest.mark.parametrize("change", ["UPDATE runs SET started_by = 'eve'", "UPDATE runs SET plan = x'00'"])
@pytest.mark.parametrize("version", [5, 7], indirect=True)
def test_a_run_changed_before_it_was_taken_over_is_told_by_its_first_entry(change: str, path: Path) -> None:
    changed(path, change)

    assert [one.table for one in found(path)] == ["runs"]


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("UPDATE effects SET result_id = 'cln_9'", "effects"),
        ("DELETE FROM exports", "exports"),
        ("UPDATE entries SET body = replace(body, ': ', ':') WHERE number = 3", "entries"),
        ("UPDATE runs SET ended_at = '2026-01-01'", "runs"),
    ],
)
def test_what_is_changed_after_it_was_taken_over_is_told(change: str, table: str, path: Path) -> None:
    Store(path).close()
    changed(path, change)

    assert table in {place.split(":")[0] for place in places(path)}


def test_a_version_set_back_by_hand_seals_nothing_anew(path: Path) -> None:
    Store(path).close()
    changed(path, "UPDATE effects SET result_id = 'cln_9'", "PRAGMA user_version = 2")

    assert {one.table for one in found(path)} == {"effects"}


@pytest.mark.parametrize("version", [8, 9])
def test_a_store_whose_run_made_no_line_is_read_and_stays_whole(version: int, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    shutil.copy(OLD / f"version_{version}.db", path)
    here = Environment(f"http://127.0.0.1:{8090 + version}")
    with Store(path) as store:
        (run,) = store.runs(here)
        assert run.state == "finished"
        assert len(store.entries(run.run_id)) == 5
        assert len(store.bills(here)) == 1
        store.record_bills(here, store.bills(here))

    assert found(path) == ()
