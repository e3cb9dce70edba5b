"""The state store keeps what must outlive a command, and says so when it cannot."""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from reconcile.domain.bill import IssuedBill, PaidAccount
from reconcile.domain.edited import Export
from reconcile.domain.money import Money
from reconcile.domain.snapshot import Environment, Scope, Snapshot
from reconcile.errors import DecisionNeeded, StateError
from reconcile.store.audit import audit
from reconcile.store.entries import Entry, entry_hash
from reconcile.store.run import Effect, Run
from reconcile.store.store import Store

NOW = datetime(2026, 4, 5, 9, 30, tzinfo=UTC)
HERE = Environment("https://api.introw.io")
RUN = Run("run-1", str(HERE), "wb-1", NOW.isoformat(), None, "ana", "running", '{"plan": 1}')


def _export(workbook_id: str = "wb-1") -> Export:
    return Export(workbook_id, 1, "0.1.0", HERE, Scope(), NOW, "ana", "f")


def test_a_baseline_comes_back_as_it_was(tmp_path: Path) -> None:
    snapshot = Snapshot(HERE, Scope(stages=("APPROVED",)), NOW, {}, {}, {})
    with Store(tmp_path / "state.db") as store:
        store.save_export(_export(), snapshot)
    with Store(tmp_path / "state.db") as store:
        kept, unknown = store.baseline("wb-1"), store.baseline("wb-2")

    assert kept == snapshot
    assert unknown is None


@pytest.mark.parametrize("kept", [b"", b"nonsense", zlib.compress(b"lines\t{]\n"), zlib.compress(b"{}")])
def test_a_damaged_baseline_is_refused_in_a_sentence(kept: bytes, tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        store.save_export(_export(), Snapshot(HERE, Scope(), NOW, {}, {}, {}))
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("UPDATE exports SET baseline = ?", (kept,))
    connection.close()

    with (
        Store(tmp_path / "state.db") as store,
        pytest.raises(StateError, match=r"state\.db holds a damaged baseline of wb-1\. Put a backup"),
    ):
        store.baseline("wb-1")


def test_a_journal_is_chained_from_its_first_entry_on(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        store.start_run(RUN)
        for number in range(2):
            store.append(RUN, Entry(NOW.isoformat(), f"op-{number}", "intent", {"attempt": 1}))
        entries = store.entries("run-1")

    before = ["run-1", *(one.hash for one in entries)]
    body = '{"attempt": 1}'
    assert entries[1].hash == entry_hash(before[1], 2, NOW.isoformat(), "op-0", "intent", body)
    assert entries[2].hash == entry_hash(before[2], 3, NOW.isoformat(), "op-1", "intent", body)


def test_what_a_workbook_caused_is_remembered_with_its_latest_value(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        store.start_run(RUN)
        for text in ("first", "second"):
            entry = Entry(NOW.isoformat(), "op-1", "outcome", {"outcome": "applied"})
            store.append(RUN, entry, [Effect("wb-1", "set internal_note", "cln_1", text)])

        assert store.effects("wb-1", "set internal_note") == {"cln_1": "second"}
        assert store.effects("wb-2", "set internal_note") == {}


def test_runs_are_listed_by_environment(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        store.start_run(RUN)
        store.append(RUN, Entry(NOW.isoformat(), "", "end", {"state": "stopped"}), state="stopped")

        assert [run.state for run in store.runs(HERE)] == ["stopped"]
        assert store.runs(Environment("https://elsewhere.example")) == ()


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    with Store(tmp_path / "deep" / "state.db"):
        mode = (tmp_path / "deep" / "state.db").stat().st_mode

    assert mode & 0o077 == 0


def test_a_file_that_is_no_database_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"not a database at all, but long enough to be read as one" * 40)

    with pytest.raises(StateError, match="cannot be used"):
        Store(path)


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(StateError, match="newer reconcile"):
        Store(path)


def _bill(number: str, reason: str = "") -> IssuedBill:
    amount = Money(Decimal("12.50"), "USD")
    return IssuedBill(
        number, "pay_1", "", "ptn_1", amount, "xero", "x.csv", "ab", "2026-04-05", "ana", reason
    )


def test_bills_that_were_made_before_others_went_out_are_not_remembered(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        known = len(store.bills(HERE))
        store.record_bills(HERE, [_bill("B-1")], known=known)

        with pytest.raises(DecisionNeeded, match="in the meantime"):
            store.record_bills(HERE, [_bill("B-2")], [_account("a1")], known=known)
        assert (len(store.bills(HERE)), store.paid_accounts(HERE)) == (1, ())


def _account(fingerprint: str) -> PaidAccount:
    return PaidAccount("ptn_1", fingerprint, "payment", "RC1.xml", "2026-04-05", "ana")


def test_paid_accounts_are_remembered_in_order_and_sealed(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with Store(path) as store:
        store.record_bills(HERE, [_bill("B-1")], [_account("a1")])
        store.record_bills(HERE, [_bill("B-2")], [replace(_account("a2"), file="RC2.xml")])

        assert [one.fingerprint for one in store.paid_accounts(HERE)] == ["a1", "a2"]
        assert audit(store.record()) == ()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE paid_accounts SET fingerprint = 'a1'")
    connection.close()
    with Store(path) as store:
        assert len(audit(store.record())) == 1


def test_bills_that_went_out_are_remembered_in_order_and_per_environment(tmp_path: Path) -> None:
    first, again = _bill("B-1"), _bill("B-1", "the file was lost")
    with Store(tmp_path / "state.db") as store:
        store.record_bills(HERE, [first])
        store.record_bills(HERE, [again])
        store.record_bills(HERE, [])

        assert store.bills(HERE) == (first, again)
        assert store.bills(Environment("https://elsewhere.example")) == ()


def test_a_store_of_an_earlier_version_gets_the_tables_that_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with Store(path) as store:
        store.start_run(RUN)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE bills")
        connection.execute("PRAGMA user_version = 1")
    connection.close()

    with Store(path) as store:
        assert store.bills(HERE) == ()
        assert store.run("run-1") == RUN


@pytest.mark.parametrize("missing", [1, 1000, 4096, 10_000])
def test_a_store_whose_end_is_missing_says_so(missing: int, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with Store(path) as store:
        store.start_run(RUN)
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size - missing)

    with pytest.raises(StateError, match=str(path)), Store(path) as store:
        store.runs()


def test_runs_that_begin_in_the_same_second_are_listed_newest_first(tmp_path: Path) -> None:
    begun = ["run-b", "run-a", "run-c"]
    with Store(tmp_path / "state.db") as store:
        for name in begun:
            store.start_run(replace(RUN, run_id=name))
        listed = [run.run_id for run in store.runs()]

    assert listed == begun[::-1]
