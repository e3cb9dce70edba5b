"""Which partners were paid before: a payment that a plan is about to book is no earlier one."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import ENVIRONMENT, money

from reconcile.domain.bill import PaidAccount
from reconcile.domain.settlement import Settlement
from reconcile.jobs.approvals.plan_approval import partners_paid
from reconcile.store.store import Store


def _settlement(payout: str, verdict: str) -> Settlement:
    told = ("matched", verdict, "reference", "")
    read = ("", "TX-1", "2026-04-02", "bank.csv", "0" * 64, "2026-04-03T08:00:00+00:00", "ana")
    return Settlement("wb-1", payout, "ptn_1", *told, money("400 USD"), *read)


@pytest.mark.parametrize(
    ("payout", "verdict", "paid"),
    [
        ("pay_0", "paid", True),
        ("pay_0", "failed", False),
        ("pay_1", "paid", False),
        ("pay_0", "settled", True),
    ],
)
def test_a_payment_of_another_payout_counts(tmp_path: Path, payout: str, verdict: str, *, paid: bool) -> None:
    with Store(tmp_path / "state.db") as store:
        store.record_settlements(ENVIRONMENT, [_settlement(payout, verdict)], [])

        assert ("ptn_1" in partners_paid(store, ENVIRONMENT, frozenset({"pay_1"}))) is paid


@pytest.mark.parametrize(("kind", "paid"), [("payment", True), ("prenote", False)])
def test_a_payment_file_counts_and_a_test_of_the_account_does_not(
    tmp_path: Path, kind: str, *, paid: bool
) -> None:
    account = PaidAccount("ptn_1", "f" * 64, kind, "RC1.xml", "2026-04-03T08:00:00+00:00", "ana")
    with Store(tmp_path / "state.db") as store:
        store.record_bills(ENVIRONMENT, [], [account])

        assert ("ptn_1" in partners_paid(store, ENVIRONMENT)) is paid
