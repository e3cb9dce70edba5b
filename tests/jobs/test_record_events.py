"""The life of a record tells what happened to it beside the runs: exports, returns, bills, payments, closes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from builders import ENVIRONMENT, make_export, make_line, make_payout, make_snapshot

from reconcile.domain.bill import IssuedBill
from reconcile.domain.money import Money
from reconcile.domain.settlement import Settlement
from reconcile.domain.split.split_by import SplitWorkbook
from reconcile.jobs.runs.record_events import events_of
from reconcile.jobs.runs.record_life import Life
from reconcile.store.closes import KeptClose, save_close
from reconcile.store.store import Store

MONEY = Money(Decimal(1000), "USD")
AT = "2026-04-{:02}T08:00:00+00:00"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store in which pay_1 was exported, sent back, billed, paid and closed, and pay_2 was exported alone."""
    mine = make_snapshot(make_payout(), make_line())
    export = replace(
        make_export(mine), workbook_id="wb-mine", exported_at=datetime(2026, 4, 1, 8, tzinfo=UTC)
    )
    other = make_snapshot(make_payout("pay_2"))
    split = SplitWorkbook("set-1", "wb-mine", "acme.xlsx", "Acme", "ana@acme.example")
    bill = IssuedBill("B-1", "pay_1", "", "ptn_1", MONEY, "xero", "b.csv", "ab", AT.format(3), "ben", "")
    paid = Settlement(
        *("w", "pay_1", "ptn_1", "matched", "paid", "reference", "", MONEY),
        *("PO-1", "TX-1", "2026-04-03", "bank.csv", "ab", AT.format(4), "cyd"),
    )
    inputs = json.dumps({"payouts": {"pay_1": {}}, "lines": {"cln_1": {}}})
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    close = KeptClose(
        "close-1", str(ENVIRONMENT), "2026-03", first, last, AT.format(5), "dan", inputs, {"a.csv": "ab"}
    )
    with Store(tmp_path / "state.db") as opened:
        opened.save_exports([(export, mine)], [split])
        opened.save_export(replace(export, workbook_id="wb-other"), other)
        opened.note_returns([("wb-mine", "acme.xlsx")], datetime(2026, 4, 2, 8, tzinfo=UTC))
        opened.record_bills(ENVIRONMENT, [bill])
        opened.record_settlements(ENVIRONMENT, [paid])
        save_close(opened, close)
        yield opened


def told(store: Store, record_id: str) -> list[str]:
    return list(Life(record_id, events_of(store, ENVIRONMENT, record_id)).as_text())


def test_the_life_of_a_payout_names_exports_returns_bills_payments_and_closes(store: Store) -> None:
    assert told(store, "pay_1") == [
        "Acme · pay_1",
        "2026-04-01 08:00 UTC  ops  exported as wb-mine for ana@acme.example  acme.xlsx",
        "2026-04-02 08:00 UTC    wb-mine came back",
        "2026-04-03 08:00 UTC  ben  bill B-1: 1,000.00 USD  b.csv",
        "2026-04-04 08:00 UTC  cyd  payment matched, paid: 1,000.00 USD on 2026-04-03, reference PO-1  bank.csv",
        "2026-04-05 08:00 UTC  dan  in the close of 2026-03, close-1",
    ]


def test_the_life_of_a_line_names_what_names_the_line_itself(store: Store) -> None:
    kinds = [one.kind for one in events_of(store, ENVIRONMENT, "cln_1")]

    assert kinds == ["export", "return", "close"]


@pytest.mark.parametrize("record_id", ["pay_", "cln_11", "ptn", "1"])
def test_a_part_of_an_id_is_no_record(store: Store, record_id: str) -> None:
    assert events_of(store, ENVIRONMENT, record_id) == ()


def test_the_rows_for_programs_have_the_columns_of_the_runs(store: Store) -> None:
    life = Life("pay_1", events_of(store, ENVIRONMENT, "pay_1"))
    rows = json.loads(life.as_json())

    assert {tuple(row) for row in rows} == {tuple(life.as_csv().splitlines()[0].split(","))}
    assert [(row["field"], row["place"]) for row in rows][2] == ("bill", "b.csv")
