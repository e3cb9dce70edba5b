"""Workbooks that are out, as a close counts them: one split once, and none that a newer export replaces."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from builders import ENVIRONMENT, EXPORTED, make_export, make_payout, make_snapshot

from reconcile.domain.snapshot import Scope
from reconcile.domain.split.split_by import SplitWorkbook
from reconcile.jobs.closes.close_inputs import sets_out, workbooks_out
from reconcile.store.sent.withdrawals import WITHDRAWN, Withdrawal, note_withdrawals
from reconcile.store.store import Store

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
SNAPSHOT = make_snapshot(make_payout())
EXPORT = make_export(SNAPSHOT)


def test_the_workbooks_of_one_split_are_one_piece_of_open_work(tmp_path: Path) -> None:
    exports = [
        replace(EXPORT, workbook_id=f"wb_{number}", scope=Scope(partners=(f"ptn_{number}",)))
        for number in range(4)
    ]
    split_workbooks = [
        SplitWorkbook("set_1", one.workbook_id, f"{one.workbook_id}.xlsx", "", "") for one in exports
    ]
    with Store(tmp_path / "state.db") as store:
        store.save_exports([(one, SNAPSHOT) for one in exports], split_workbooks)
        (found,) = sets_out(store, workbooks_out(store, ENVIRONMENT, MARCH))

    assert found.id == "set_1"
    assert found.said.startswith("4 of 4 workbooks of a split are out")


def test_a_withdrawn_workbook_of_a_split_is_awaited_no_more(tmp_path: Path) -> None:
    exports = [replace(EXPORT, workbook_id=f"wb_{number}") for number in range(48)]
    split_workbooks = [
        SplitWorkbook("set_1", one.workbook_id, f"{one.workbook_id}.xlsx", "", "") for one in exports
    ]
    gone = [
        Withdrawal(str(ENVIRONMENT), f"wb_{number}", WITHDRAWN, "2026-04-06T08:00:00+00:00", "ana", "wrong")
        for number in range(2)
    ]
    with Store(tmp_path / "state.db") as store:
        store.save_exports([(one, SNAPSHOT) for one in exports], split_workbooks)
        with store.writing() as connection:
            note_withdrawals(connection, gone)
        out = workbooks_out(store, ENVIRONMENT, MARCH)
        (found,) = sets_out(store, out)

    assert len(out) == 46
    assert found.said.startswith("46 of 48 workbooks of a split are out, 2 withdrawn; the first exported")


def test_a_newer_export_of_the_same_scope_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    later = replace(EXPORT, workbook_id="wb_later", exported_at=EXPORTED + timedelta(days=1))
    other = replace(EXPORT, workbook_id="wb_other", scope=Scope(stages=("PAID",)))
    with Store(tmp_path / "state.db") as store:
        for one in (EXPORT, other, later):
            store.save_export(one, SNAPSHOT)
        found = workbooks_out(store, ENVIRONMENT, MARCH)

    assert {one.id for one in found} == {"wb_later", "wb_other"}
