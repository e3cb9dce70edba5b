"""A store with a row in every table under seal, and a way to change it past the program."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from reconcile.domain.bill import IssuedBill, PaidAccount
from reconcile.domain.edited import Export
from reconcile.domain.money import Money
from reconcile.domain.settlement import Answer, ReadPayment, Settlement
from reconcile.domain.snapshot import Environment, Scope, Snapshot
from reconcile.domain.split.split_by import SplitWorkbook
from reconcile.store.approval.kept_approvals import (
    Claim,
    KeptStatement,
    Refusal,
    add_refusal,
    add_statement,
    give_id,
    use,
)
from reconcile.store.audit import Break, audit
from reconcile.store.closes import KeptClose, Reopening, record_reopening, save_close
from reconcile.store.entries import Entry
from reconcile.store.evidence.payments_read import keep_answers
from reconcile.store.lock import take
from reconcile.store.run import Effect, Holder, Run
from reconcile.store.seen_words import SeenWord, keep_words
from reconcile.store.sent.withdrawals import WITHDRAWN, Withdrawal, note_withdrawals
from reconcile.store.store import Store

MOMENT: Final = datetime(2026, 4, 5, 9, 30, tzinfo=UTC)
NOW: Final = MOMENT.isoformat()
HERE: Final = Environment("https://api.introw.io")
NAME: Final = str(HERE)


def fill(path: Path) -> None:
    """Two workbooks, two runs, three bills, two paid accounts, payments, two answers, a close that was made again, a reopening, a lock."""
    with Store(path) as store:
        _approvals(store)
        for workbook in ("wb-1", "wb-2"):
            export = Export(workbook, 1, "0.1.0", HERE, Scope(), MOMENT, "ana", "f")
            split = SplitWorkbook("set-1", workbook, f"{workbook}.xlsx", "Acme", "ana@vendor.example")
            store.save_exports([(export, Snapshot(HERE, Scope(), MOMENT, {}, {}, {}))], [split])
        store.note_returns([("wb-1", "wb-1.xlsx")], MOMENT)
        keep_words(store, [SeenWord(NAME, "status", word, 3, NOW, "ana") for word in ("QUEUED", "HELD")])
        for name in ("run-1", "run-2"):
            _run(store, name)
        accounts = [
            PaidAccount("ptn_1", print_, "payment", f"{print_}.xml", NOW, "ana") for print_ in ("a", "b")
        ]
        store.record_bills(HERE, [_bill("B-1"), _bill("B-2"), _bill("B-3")], accounts)
        store.record_settlements(
            HERE, [_settlement("pay_1"), _settlement("pay_2")], [_reading("k-1"), _reading("k-2")]
        )
        keep_answers(store, HERE, "run-1", [_answer(1, 2), _answer(2, 0)], NOW, "ana")
        save_close(store, _close("close-1"))
        save_close(store, _close("close-2"), replaces="close-1")
        record_reopening(store, Reopening(NAME, "2026-03", NOW, "ana", "a late invoice", "run-2"))
        with store.writing() as connection:
            for workbook in ("wb-1", "wb-2"):
                gone = Withdrawal(NAME, workbook, WITHDRAWN, NOW, "ana", f"{workbook} was wrong")
                note_withdrawals(connection, [gone])
            # A process that dies while it holds the lock leaves its note.
            take(connection, NAME, Holder("run-3", "ana", "far-away", 7, NOW), may_take=True, take_over=False)


def _approvals(store: Store) -> None:
    with store.writing() as connection:
        give_id(connection, NOW)
        for number in ("1", "2"):
            kept = KeptStatement(
                number, NAME, "request", f"req-{number}", "f", NOW, "Ana", "text", "signature"
            )
            add_statement(connection, kept)
            use(connection, NAME, Claim(f"req-{number}", "ana", lambda _: ""), f"run-{number}", NOW)
            add_refusal(connection, Refusal(NAME, "f", NOW, "ana", f"reason {number}"))


def _run(store: Store, name: str) -> None:
    run = Run(name, NAME, "wb-1", NOW, None, "ana", "running", f'{{"plan": "{name}"}}')
    store.start_run(run)
    store.append(run, Entry(NOW, "op-1", "intent", {"body": {"amount": "512.50"}}))
    effect = Effect("wb-1", "create line", f"key-{name}", f"cln_{name}")
    store.append(run, Entry(NOW, "op-1", "outcome", {"outcome": "applied"}), [effect])
    store.append(run, Entry(NOW, "", "end", {"state": "finished"}), state="finished")


def _bill(number: str) -> IssuedBill:
    amount = Money(Decimal("12.50"), "USD")
    return IssuedBill(number, "pay_1", "", "ptn_1", amount, "xero", "x.csv", "ab", NOW, "ana", "")


def _settlement(payout_id: str) -> Settlement:
    return Settlement(
        workbook_id="wb-1",
        payout_id=payout_id,
        partner_id="ptn_1",
        state="paid",
        verdict="full",
        how="reference",
        code="",
        amount=Money(Decimal("12.50"), "USD"),
        reference="R-1",
        payment_id="p-1",
        paid_on="2026-04-04",
        file="bank.csv",
        sha256="ab",
        read_at=NOW,
        read_by="ana",
    )


def _reading(key: str) -> ReadPayment:
    return ReadPayment(
        workbook_id="wb-1",
        key=key,
        likeness="ab",
        payment_id="p-1",
        account="",
        order_id="",
        booked="2026-04-04",
        value_date="",
        payee="Acme",
        texts='["R-1"]',
        status="paid",
        amount=Money(Decimal("12.50"), "USD"),
        part="matched",
        becomes="PAID",
        allotted='[{"pay_1": "12.50 USD"}]',
        file="bank.csv",
        sheet="",
        spot=f"line {key}",
        sha256="ab",
        read_at=NOW,
        read_by="ana",
    )


def _answer(suggestion: int, chosen: int) -> Answer:
    payouts, places = (("pay_1",), ("bank.csv, line k-1",)) if chosen else ((), ())
    return Answer("wb-1", suggestion, chosen, "PAID", payouts, places, "back.xlsx", "Matches", "A2")


def _close(close_id: str) -> KeptClose:
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    return KeptClose(close_id, NAME, "2026-03", first, last, NOW, "ana", '{"lines": 1}', {"a.csv": "ab"})


def changed(path: Path, *statements: str) -> None:
    """Runs SQL against the file, as somebody with a database program would."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def found(path: Path, *, whole: bool = True) -> tuple[Break, ...]:
    """What the audit finds in a store."""
    with Store(path) as store:
        return audit(store.record(whole=whole))


def places(path: Path, *, whole: bool = True) -> set[str]:
    """The same as `table: key` or `table: key: column column`."""
    return {
        ": ".join(part for part in (one.table, one.key, " ".join(one.fields)) if part)
        for one in found(path, whole=whole)
    }
