"""Each check finds what it is for, and nothing else; it can be off, warn or block, and be waived with a reason."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from builders import END, make_line, make_payout, make_snapshot
from closing import close_of, frozen_of, paid

from reconcile.close.checks import OpenWork
from reconcile.close.close import Close
from reconcile.close.gl.ledger_checks import CHECKS_OF_VERSION
from reconcile.domain.policy.close import CHECK_NAMES, ClosePolicy, Weight

SOUND = (make_payout(stage="PAID", po_number="7"), make_line(total="1000 USD"))


def _found(close: Close) -> dict[str, list[str]]:
    return {
        one.name: [object_.record_id for object_ in one.objections] for one in close.checks if one.objections
    }


def test_the_names_in_the_settings_are_those_of_the_checks() -> None:
    assert tuple(check.name for check in CHECKS_OF_VERSION[max(CHECKS_OF_VERSION)]) == CHECK_NAMES


def test_a_sound_month_has_no_objections() -> None:
    close = close_of(None, *SOUND)

    assert _found(close) == {}
    assert close.passes


def _with(**given: object) -> tuple[object, ...]:
    return (replace(SOUND[0], **given), SOUND[1])  # type: ignore[arg-type]


def test_what_the_program_set_itself_is_no_movement_and_what_came_after_it_is() -> None:
    exported = make_snapshot(make_payout(), make_line(total="1000 USD"))
    now = (make_payout(stage="PAID"), make_line(total="1000 USD"))
    own = {"pay_1": {"stage": "PAID"}}

    assert "moved" in _found(close_of(None, *now, last_export=exported))
    assert "moved" not in _found(close_of(None, *now, last_export=exported, own=own))
    assert "moved" in _found(close_of(None, *now, last_export=exported, own={"pay_1": {"stage": "FAILED"}}))


@pytest.mark.parametrize(
    ("check", "records", "record_id"),
    [
        ("not-final", _with(stage="APPROVED"), "pay_1"),
        ("pool", (*SOUND, make_line("cln_2", "5 USD", None)), "cln_2"),
        ("amount-differs", (SOUND[0], make_line(total="900 USD")), "pay_1"),
        ("amount-differs", (SOUND[0],), "pay_1"),
        ("no-po", _with(po_number=None), "pay_1"),
        (
            "duplicates",
            (*SOUND, make_line("cln_2", "5 USD", None), make_line("cln_3", "5 USD", None)),
            "cln_3",
        ),
        ("empty-or-negative", (make_payout("pay_2", stage="PAID", po_number="7"),), "pay_2"),
        ("unclear-status", (*SOUND, make_line("cln_2", "5 USD", None, status="POTENTIAL")), "cln_2"),
        ("undated", (*SOUND, make_line("cln_2", "5 USD", None, period_end=None, created_at=None)), "cln_2"),
    ],
)
def test_a_check_finds_what_it_is_for(check: str, records: tuple[object, ...], record_id: str) -> None:
    assert record_id in _found(close_of(None, *records))[check]  # type: ignore[arg-type]


def test_amounts_in_other_currencies_are_not_compared() -> None:
    assert "amount-differs" not in _found(close_of(None, SOUND[0], make_line(total="900 EUR")))


def test_lines_of_one_amount_with_unlike_texts_are_no_duplicates() -> None:
    lines = [
        make_line(f"cln_{text}", "5 USD", None, description=text) for text in ("Deal with Stark", "Bonus")
    ]

    assert "duplicates" not in _found(close_of(None, *SOUND, *lines))


@pytest.mark.parametrize("stage", ["APPROVED", "FAILED"])
def test_a_stage_that_moved_backwards_since_the_last_close_is_found(stage: str) -> None:
    before = frozen_of(*SOUND)
    close = close_of(before, *_with(stage=stage))  # type: ignore[arg-type]

    assert _found(close)["backwards"] == ["pay_1"]


@pytest.mark.parametrize(
    ("was", "now"), [("APPROVED", "FAILED"), ("APPROVED", "PENDING_INVOICE"), ("DRAFT", "PAID")]
)
def test_a_stage_that_went_on_or_aside_is_not(was: str, now: str) -> None:
    before = frozen_of(*_with(stage=was))  # type: ignore[arg-type]

    assert "backwards" not in _found(close_of(before, *_with(stage=now)))  # type: ignore[arg-type]


def test_paid_without_a_payment_is_found_only_where_payments_were_matched() -> None:
    assert "paid-unmatched" not in _found(close_of(None, *SOUND))
    assert _found(close_of(None, *SOUND, matched=True))["paid-unmatched"] == ["pay_1"]


def test_a_payment_and_not_paid_blocks_the_close() -> None:
    payments = {"pay_1": (paid("2026-03-30"),)}
    close = close_of(None, *_with(stage="APPROVED"), payments=payments, matched=True)  # type: ignore[arg-type]

    assert _found(close)["matched-unpaid"] == ["pay_1"]
    assert not close.passes


def test_open_work_of_the_store_is_found() -> None:
    close = close_of(
        None, *SOUND, out=(OpenWork("wb-1", "exported"),), unfinished=(OpenWork("run-1", "stopped"),)
    )

    assert _found(close) == {"not-returned": ["wb-1"], "runs-unfinished": ["run-1"]}


def test_what_moved_since_the_last_export_is_found_and_named() -> None:
    exported = make_snapshot(*_with(stage="APPROVED"))  # type: ignore[arg-type]
    close = close_of(None, *SOUND, last_export=exported)
    (moved,) = [one for one in close.checks if one.name == "moved"]

    assert [one.said for one in moved.objections] == ["moved since the last export: stage APPROVED → PAID"]


@pytest.mark.parametrize(
    ("total", "found"), [("2001 USD", True), ("-1000 USD", True), ("499 USD", True), ("1999 USD", False)]
)
def test_an_amount_that_moved_too_far_is_found(total: str, found: bool) -> None:  # noqa: FBT001
    before = frozen_of(*SOUND)
    close = close_of(before, SOUND[0], make_line(total=total))

    assert ("edited-much" in _found(close)) is found


def test_a_check_can_be_off_or_block_and_be_waived() -> None:
    records = _with(po_number=None)
    off = close_of(None, *records, policy=ClosePolicy(checks={"no-po": Weight.OFF}))  # type: ignore[arg-type]
    blocking = ClosePolicy(checks={"no-po": Weight.BLOCKING})
    blocked = close_of(None, *records, policy=blocking)  # type: ignore[arg-type]
    waived = close_of(None, *records, policy=blocking, waivers={"no-po": "ordered by mail"})  # type: ignore[arg-type]

    assert "no-po" not in {one.name for one in off.checks}
    assert blocked.obstacles == ("Payouts without a PO number: 1. Mend them, or pass --waive no-po=REASON.",)
    assert waived.passes
    assert {one.waived for one in waived.checks if one.name == "no-po"} == {"ordered by mail"}


def test_a_check_sums_the_money_at_stake_per_currency() -> None:
    lines = [
        make_line("cln_2", "5 USD", None),
        make_line("cln_3", "7 EUR", None),
        make_line("cln_4", "9 EUR", None),
    ]
    (pool,) = [one for one in close_of(None, *SOUND, *lines).checks if one.name == "pool"]

    assert pool.money == {"EUR": Decimal(16), "USD": Decimal(5)}


def test_payouts_of_other_periods_are_left_alone() -> None:
    other = make_payout("pay_2", period_end=END.replace(month=5), stage="DRAFT")

    assert _found(close_of(None, *SOUND, other)) == {}


def test_a_status_that_nobody_knows_blocks_the_close_and_a_known_one_on_a_payout_does_not() -> None:
    forecast = make_line("cln_2", "5 USD", None, status="POTENTIAL")
    paid_line = make_line(total="1000 USD", status="WHATEVER")

    assert not close_of(None, *SOUND, forecast).passes
    assert close_of(None, SOUND[0], paid_line).passes
