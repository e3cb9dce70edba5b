"""Paid is money: what payments allot, with their own days and amounts; the stage speaks only without them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from builders import END, make_line, make_payout, make_snapshot
from close.paid_cases import FULL, LATE
from closing import APRIL_END, close_of, frozen_of, paid

from reconcile.close.close import Close, make_close
from reconcile.close.ledger.stages import Known, stages_paid
from reconcile.close.pack import pack_of
from reconcile.close.remeasurement.rates import rates_from
from reconcile.close.rollforward import Movement
from reconcile.domain.pack_table import SumOf
from reconcile.domain.policy.names_and_limits import Names


def _moves(close: Close) -> dict[str, Decimal]:
    (roll,) = close.rolls
    assert roll.residual == 0
    return {movement.value: amount for movement, amount in roll.sums.items() if amount}


def _found(close: Close) -> dict[str, list[str]]:
    return {one.name: [each.record_id for each in one.objections] for one in close.checks if one.objections}


def test_what_was_added_and_edited_after_a_payment_is_still_owed() -> None:
    before = frozen_of(make_payout(), make_line(total="1000 USD"))
    close = close_of(
        before,
        make_payout(stage="PAID"),
        make_line(total="1100 USD"),
        make_line("cln_2", "250 USD"),
        payments={"pay_1": (paid("2026-04-10"),)},
    )

    assert _moves(close) == {
        "opening": 1000,
        "adjusted": 100,
        "moved in": 250,
        "paid": -1000,
        "closing": 350,
    }


def test_each_part_payment_counts_in_its_own_month() -> None:
    parts = {"pay_1": (paid("2026-03-28", "600 USD", "A"), paid("2026-04-10", "400 USD", "B"))}
    march = frozen_of(*FULL, payments=parts)
    april = close_of(march, *FULL, payments=parts)

    assert _moves(make_close(march, None)) == {"earned": 1000, "paid": -600, "closing": 400}
    assert _moves(april) == {"opening": 400, "paid": -400}
    assert [(one.day, one.source) for one in april.of(Movement.PAID)] == [(date(2026, 4, 10), "bank.csv")]


def test_a_payment_that_came_back_is_owed_whatever_the_stage_says() -> None:
    before = frozen_of(*FULL)
    back = {"pay_1": (paid("2026-03-20"), paid("2026-04-02", "-1000 USD", "R"))}
    close = close_of(before, *FULL, payments=back)

    assert _moves(close) == {"returned": 1000, "closing": 1000}
    assert _found(close)["paid-differs"] == ["pay_1"]


def test_a_prepayment_is_in_the_month_in_which_it_was_paid_and_is_an_asset_until_it_is_earned() -> None:
    line = make_line(total="1000 USD", period_end=APRIL_END)
    payout = make_payout(stage="PAID", period_end=APRIL_END)
    payments = {"pay_1": (paid("2026-03-20"),)}
    march = frozen_of(payout, line, payments=payments)
    first, april = make_close(march, None), close_of(march, payout, line, payments=payments)

    assert _moves(first) == {"paid": -1000, "closing": -1000}
    assert [one.part for one in first.of(Movement.CLOSING)] == ["prepaid"]
    assert _moves(april) == {"opening": -1000, "earned": 1000}
    assert not april.of(Movement.PAID)


def test_what_was_paid_beyond_and_on_a_declined_payout_is_an_asset_and_is_found() -> None:
    close = close_of(
        None,
        make_payout(stage="PAID"),
        make_line(total="1000 USD"),
        make_payout("pay_2", "80 USD", stage="DECLINED"),
        make_line("cln_2", "80 USD", "pay_2"),
        payments={
            "pay_1": (paid("2026-03-20", "1200 USD"),),
            "pay_2": (paid("2026-03-20", "80 USD", payout="pay_2"),),
        },
    )
    found = _found(close)

    assert [(one.payout_id, one.part, one.amount) for one in close.of(Movement.CLOSING)] == [
        ("pay_1", "prepaid", -200),
        ("pay_2", "prepaid", -80),
    ]
    assert found["paid-differs"] == ["pay_1"]
    assert found["paid-declined"] == ["pay_2"]
    assert found["credit-balance"] == ["pay_1", "pay_2"]
    assert not close.passes


def test_paid_twice_is_found_with_both_payments() -> None:
    twice = {"pay_1": (paid("2026-03-20", reference="A"), paid("2026-03-21", reference="B"))}
    close = close_of(None, *FULL, payments=twice)
    (found,) = [one for one in close.checks if one.name == "paid-differs"]

    assert [one.said for one in found.objections] == ["2 payments, together 2,000.00 USD, of 1,000.00 USD"]
    assert _moves(close)["closing"] == -1000


def test_a_stage_that_may_be_of_after_the_end_leaves_the_payout_owed_and_is_found() -> None:
    records = (make_payout(stage="PAID", updated_at=LATE), make_line(total="1000 USD"))
    march = frozen_of(*records)
    close, april = make_close(march, None), close_of(march, *records)

    assert _moves(close) == {"earned": 1000, "closing": 1000}
    assert _found(close)["cut-off"] == ["pay_1"]
    assert _moves(april) == {"opening": 1000, "paid": -1000}


def test_a_payout_that_was_seen_at_paid_before_its_last_change_was_paid_by_then() -> None:
    earlier = make_snapshot(*FULL)
    now = make_snapshot(make_payout(stage="PAID", po_number="7", updated_at=LATE), FULL[1])
    found = stages_paid(now, Names(), {}, Known(snapshots=(earlier,)))

    assert found["pay_1"].day == date(2026, 3, 10)


def test_what_the_stage_said_was_paid_stays_when_lines_are_edited_or_voided_afterwards() -> None:
    before = frozen_of(*FULL, make_line("cln_2", "700 USD"))
    close = close_of(
        before, FULL[0], make_line(total="800 USD"), make_line("cln_2", "700 USD", status="VOIDED")
    )

    assert _moves(close) == {"adjusted": -200, "declined": -700, "closing": -900}
    assert _found(close)["edited-after-paid"] == ["cln_1", "cln_2"]


def test_payments_that_take_the_place_of_a_stage_move_nothing_where_they_come_to_the_same() -> None:
    before = frozen_of(*FULL)
    same = close_of(before, *FULL, payments={"pay_1": (paid("2026-03-11"),)})
    less = close_of(before, *FULL, payments={"pay_1": (paid("2026-03-11", "900 USD"),)})

    assert same.rolls == ()
    assert _moves(less) == {"paid": 100, "closing": 100}


def test_the_payment_of_lines_in_other_currencies_pays_the_share_of_each() -> None:
    records = (make_payout(stage="PAID"), make_line(total="600 USD"), make_line("cln_2", "333 EUR"))
    close = close_of(None, *records, payments={"pay_1": (paid("2026-03-20", "500 USD"),)})
    closing = {one.currency: one.sums[Movement.CLOSING] for one in close.rolls}

    assert closing == {"USD": 300, "EUR": Decimal("166.50")}
    assert [one.residual for one in close.rolls] == [0, 0]


def test_a_line_without_a_period_is_of_the_period_of_its_payout() -> None:
    made = datetime(2026, 4, 2, tzinfo=UTC)
    line = make_line(total="1000 USD", period_end=None, created_at=made)
    close = close_of(None, make_payout(), line)

    assert _moves(close) == {"earned": 1000, "closing": 1000}


def test_a_merged_partner_takes_over_what_is_owed_without_a_residual() -> None:
    before = frozen_of(make_payout(), make_line(total="1000 USD"))
    payout = make_payout(partner_id="ptn_2", partner_name="Bolt")
    close = close_of(before, payout, make_line(total="1000 USD", partner_id="ptn_2"))
    moves = {
        (roll.partner, movement.value): amount
        for roll in close.partner_rolls
        for movement, amount in roll.sums.items()
        if amount
    }

    assert moves == {
        ("Acme", "opening"): 1000,
        ("Acme", "moved out"): -1000,
        ("Bolt", "moved in"): 1000,
        ("Bolt", "closing"): 1000,
    }
    assert [roll.residual for roll in close.partner_rolls] == [0, 0]


def test_partners_whose_ids_differ_in_case_or_past_the_fifteenth_digit_are_told_apart_by_number() -> None:
    ids = ["ptn_aB", "ptn_Ab", "1234567890123451", "1234567890123452"]
    lines = [make_line(f"cln_{one}", "10 USD", None, partner_id=one) for one in ids]
    close = close_of(None, *lines)
    pack = pack_of(close)
    rows, keys = pack.table("partners").rows, [one.key for one in pack.table("lines").columns]
    where = {str(row[2]): cell.where for row in rows for cell in row if isinstance(cell, SumOf)}
    numbers = {
        row[keys.index("partner_id")]: row[keys.index("partner_no")] for row in pack.table("lines").rows
    }

    assert {one: dict(where[one])["partner_no"] for one in ids} == {one: str(numbers[one]) for one in ids}
    assert len(set(numbers.values())) == len(ids)
    assert all(cell.exact for row in pack.table("journal").rows for cell in row if isinstance(cell, SumOf))


def test_a_payout_that_a_run_set_to_paid_was_paid_on_that_day() -> None:
    now = make_snapshot(make_payout(stage="PAID", updated_at=LATE), FULL[1])
    found = stages_paid(now, Names(), {}, Known(set_on={"pay_1": date(2026, 3, 28)}))

    assert found["pay_1"].day == date(2026, 3, 28)


@pytest.mark.parametrize(("day", "blocks"), [("2026-03-31", False), ("2019-03-31", True)])
def test_a_rate_that_is_not_of_the_end_of_the_period_blocks(day: str, blocks: bool) -> None:  # noqa: FBT001
    table = [["currency", "to", "rate", "date"], ["EUR", "USD", "1.1", day]]
    close = close_of(None, make_line("cln_1", "10 EUR", None), rates=rates_from(table, "rates.csv"))

    assert close.passes is not blocks


@pytest.mark.parametrize(("version", "said"), [(5, "1 payments"), (6, "1 payment")])
def test_one_payment_is_said_as_the_version_of_the_close_said_it(version: int, said: str) -> None:
    part = {"pay_1": (paid("2026-03-20", "400 USD"),)}
    close = close_of(None, *FULL, payments=part, version=version)
    (found,) = [one for one in close.checks if one.name == "paid-differs"]

    assert found.objections[0].said.startswith(f"{said}, together")


def test_a_currency_that_closes_at_zero_needs_no_rate() -> None:
    table = [["currency", "to", "rate", "date"], ["EUR", "USD", "1.1", "2026-03-31"]]
    rates = rates_from(table, "rates.csv")
    lines = make_line("cln_1", "10 GBP", None), make_line("cln_2", "-10 GBP", None)

    assert close_of(None, *lines, rates=rates).reported == {"GBP": 0}


def test_the_checks_see_what_is_open_or_moved_whatever_its_period() -> None:
    old = END.replace(year=2025)
    records = (
        make_payout("pay_old", "-50 USD", period_end=old),
        make_line("cln_old", "-50 USD", "pay_old", period_end=old),
        make_payout("pay_2", "70 USD", period_end=old, stage="PAID", updated_at=LATE),
        make_line("cln_2", "70 USD", "pay_2", period_end=old),
    )
    found = _found(close_of(frozen_of(*records), *records, matched=True))

    assert found["empty-or-negative"] == ["pay_old"]
    assert found["no-po"] == ["pay_2"]
    assert found["paid-unmatched"] == ["pay_2"]
    assert found["over-age"] == ["pay_old"]
    assert found["credit-balance"] == ["pay_old"]


def test_what_a_partner_owes_is_not_netted_with_what_another_is_owed() -> None:
    close = close_of(
        None,
        make_line("cln_1", "100 USD", None),
        make_line("cln_2", "-30 USD", None),
        make_line("cln_3", "-40 USD", None, partner_id="ptn_2"),
    )
    booked = {(one.account, one.amount) for one in close.journal if not one.is_reversal}

    assert {(one.line_id, one.part) for one in close.of(Movement.CLOSING)} == {
        ("cln_1", "accrued"),
        ("cln_2", "accrued"),
        ("cln_3", "receivable"),
    }
    assert booked == {("6200", 30), ("2100", -70), ("1290", 40)}
