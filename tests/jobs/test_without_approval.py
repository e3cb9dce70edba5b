"""What was done without the approval that the rules on record asked for is found, in words.

A version of the program that knows no approvals, or a script, writes to the store and asks nobody: here the
store is written to without a claim, with every seal in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from closing import april_line, frozen_of
from evidence_packs import session_in
from signers import team_settings
from tampered_stores import HERE

from reconcile.cli import run as command
from reconcile.close.frozen import write_inputs
from reconcile.domain.bill import PAYS, IssuedBill, PaidAccount
from reconcile.domain.money import Money
from reconcile.errors import DecisionNeeded
from reconcile.jobs.approvals.rules_on_record import change_words, keep_rules, put_rules_on_record
from reconcile.jobs.approvals.without_approval import without_approval
from reconcile.jobs.session import Session
from reconcile.store.closes import KeptClose, save_close
from reconcile.store.store import Store

PEOPLE = {"ana": ["prepare", "close"], "ben": ["approve"], "cleo": ["approve"]}
START = datetime(2026, 4, 5, 9, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "state.db") as made:
        yield made


def session(folder: Path, rules: str, at: datetime = START) -> Session:
    """A session with people and these rules."""
    text = team_settings(PEOPLE, rules) if rules else "[profiles.default]\n"
    return replace(session_in(folder, text), clock=lambda: at)


def close_of(folder: Path, at: datetime, **given: object) -> KeptClose:
    frozen = frozen_of(april_line(), at=at, **given)  # type: ignore[arg-type]
    stream = BytesIO()
    write_inputs(stream, frozen)
    period = frozen.period
    return KeptClose(
        frozen.close_id,
        str(HERE),
        str(period),
        period.start,
        period.end,
        at.isoformat(),
        "ana",
        stream.getvalue().decode(),
        {},
    )


def bill_of(number: str, at: datetime, layout: str) -> IssuedBill:
    return IssuedBill(
        number,
        f"pay_{number}",
        "",
        "ptn_1",
        Money(Decimal(50), "USD"),
        layout,
        "bills.csv",
        "0" * 64,
        at.isoformat(),
        "ana",
    )


def test_a_close_without_sign_off_while_people_were_set_is_named(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_rules(session(tmp_path, 'ask_for = ["waiver"]\n'), store)
    save_close(store, close_of(tmp_path, START + timedelta(hours=1), waivers={"no-po": "by mail"}))

    (said,) = without_approval(store)
    assert said.startswith(
        "The close of 2026-03 (close-2026-03) of 2026-04-05 10:00 UTC by ana has no approval"
    )
    assert "a close is prepared and reviewed by different people; a check is waived: no-po" in said
    code = command(
        ["history", "--verify", "--config", str(tmp_path / "settings.toml"), "--state", str(store.path)]
    )
    out, err = capsys.readouterr()
    assert code == 1
    assert "1 thing was done without an approval that the rules on record of then asked for." in out
    assert said in " ".join(err.split())


def test_a_close_from_before_there_were_people_is_not(store: Store, tmp_path: Path) -> None:
    save_close(store, close_of(tmp_path, START))
    keep_rules(session(tmp_path, 'ask_for = ["any"]\n', START - timedelta(minutes=3)), store)

    assert without_approval(store) == ()


def test_rules_that_came_days_before_by_the_clocks_count_whatever_the_order(
    store: Store, tmp_path: Path
) -> None:
    """Seals can be made anew in another order by somebody who can write to the store."""
    save_close(store, close_of(tmp_path, START))
    keep_rules(session(tmp_path, 'ask_for = ["any"]\n', START - timedelta(days=9)), store)

    assert len(without_approval(store)) == 1


def test_the_order_is_that_of_the_record_and_not_of_clocks(store: Store, tmp_path: Path) -> None:
    """Whoever sets the clock back before the day of the rules is found all the same."""
    keep_rules(session(tmp_path, 'ask_for = ["any"]\n'), store)
    save_close(store, close_of(tmp_path, START - timedelta(days=400)))

    assert len(without_approval(store)) == 1


@pytest.mark.parametrize(
    ("rules", "layout", "why"),
    [
        ('ask_for = ["bills"]\n', "csv", "2 bills in a set"),
        ('ask_for = ["paying"]\n', f"csv{PAYS}", "a bank pays 2 payments by it"),
        ('ask_for = ["paying"]\n', "csv", ""),
        ('ask_for = ["first-payment"]\n', f"csv{PAYS}", "the first payment: ptn_1"),
        ("ask_for = []\namounts = { USD = 99 }\n", False, "100.00 USD moves, more than 99.00 USD"),
        ("ask_for = []\namounts = { USD = 100 }\n", False, ""),
    ],
)
def test_a_set_of_bills_that_nobody_approved_is_named(
    rules: str, layout: str, why: str, store: Store, tmp_path: Path
) -> None:
    keep_rules(session(tmp_path, rules), store)
    at = START + timedelta(hours=1)
    account = PaidAccount("ptn_1", "hash", "payment", "bills.csv", at.isoformat(), "ana")
    store.record_bills(HERE, [bill_of(one, at, layout) for one in "AB"], [account] if layout != "csv" else [])

    found = without_approval(store)
    assert [why in one for one in found] == ([True] if why else [])


def test_an_account_that_changed_between_two_payment_files_is_seen(store: Store, tmp_path: Path) -> None:
    keep_rules(session(tmp_path, 'ask_for = ["changed-account"]\n'), store)
    for hours, account in ((1, "one"), (2, "one"), (3, "another")):
        at = START + timedelta(hours=hours)
        paid = PaidAccount("ptn_1", account, "payment", f"{hours}.csv", at.isoformat(), "ana")
        store.record_bills(HERE, [bill_of(str(hours), at, f"csv{PAYS}")], [paid])

    (said,) = without_approval(store)
    assert "12:00 UTC by ana" in said
    assert "the bank account changed: ptn_1" in said


def test_rules_that_were_loosened_without_an_approver_of_before_are_named(
    store: Store, tmp_path: Path
) -> None:
    strict = session(tmp_path, 'ask_for = ["any", "undo"]\nagree_to_loosening = true\n')
    keep_rules(strict, store)
    later = session(tmp_path, 'ask_for = ["any"]\nagree_to_loosening = true\n', START + timedelta(days=1))
    put_rules_on_record(later, store)

    (said,) = without_approval(store)
    assert "were loosened on 2026-04-06 09:00 UTC by the user ana without an approver of before" in said
    assert "ask_for named undo, and does not now" in said


def test_rules_that_were_loosened_where_nobody_must_agree_are_no_fault(store: Store, tmp_path: Path) -> None:
    keep_rules(session(tmp_path, 'ask_for = ["any", "undo"]\n'), store)
    keep_rules(session(tmp_path, 'ask_for = ["undo"]\n', START + timedelta(days=1)), store)
    keep_rules(session(tmp_path, 'ask_for = ["any", "undo"]\n', START + timedelta(days=2)), store)

    assert without_approval(store) == ()


def test_rules_that_are_loosened_tightened_and_loosened_again_are_told_each_time(
    store: Store, tmp_path: Path
) -> None:
    strict, loose = 'ask_for = ["any", "undo"]\n', 'ask_for = ["any"]\n'
    for day, rules in enumerate((strict, loose, strict, loose)):
        keep_rules(session(tmp_path, rules, START + timedelta(days=day)), store)
    said = change_words(session(tmp_path, loose, START + timedelta(days=9)), store)

    assert [one.partition(": ")[2] for one in said] == [
        "ask_for: any, undo -> any.",
        "ask_for: any -> any, undo.",
        "ask_for: any, undo -> any.",
    ]


def test_each_loosening_needs_an_approver_of_its_own(store: Store, tmp_path: Path) -> None:
    agree = "agree_to_loosening = true\n"
    strict, loose = f'ask_for = ["any", "undo"]\n{agree}', f'ask_for = ["any"]\n{agree}'
    keep_rules(session(tmp_path, strict), store)
    with pytest.raises(DecisionNeeded, match="want an approver to agree"):
        keep_rules(session(tmp_path, loose, START + timedelta(days=1)), store)
    put_rules_on_record(session(tmp_path, loose, START + timedelta(days=1)), store)
    keep_rules(session(tmp_path, strict, START + timedelta(days=2)), store)
    with pytest.raises(DecisionNeeded, match="want an approver to agree"):
        keep_rules(session(tmp_path, loose, START + timedelta(days=3)), store)
    put_rules_on_record(session(tmp_path, loose, START + timedelta(days=3)), store)

    assert [one[:49] for one in without_approval(store)] == [
        "The rules of approval were loosened on 2026-04-06",
        "The rules of approval were loosened on 2026-04-08",
    ]
