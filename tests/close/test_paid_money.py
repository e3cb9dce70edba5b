"""Paid is money: what payments allot, with their own days and amounts; the stage speaks only without them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from builders import END, make_line, make_payout, make_snapshot, money
from closing import APRIL_END, close_of, frozen_of, paid

from reconcile.close.close import Close, make_close
from reconcile.close.ledger.allotments import allotments
from reconcile.close.ledger.stages import Known, stages_paid
from reconcile.close.pack import pack_of
from reconcile.close.remeasurement.rates import rates_from
from reconcile.close.rollforward import Movement
from reconcile.domain.pack_table import SumOf
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.policy.payments import PaymentPolicy, Tolerance
from reconcile.domain.settlement import Answer, Answers, Settlement, carried_out
from reconcile.erp.matching.match import match_payments
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.outcome.settlements import Occasion, settlements_of
from reconcile.erp.payments.model import Payment, PaymentFile, PaymentStatus, Place

EARLY_MARCH = datetime(2026, 3, 10, tzinfo=UTC)
LATE = datetime(2026, 4, 3, 9, tzinfo=UTC)
FULL = (make_payout(stage="PAID", updated_at=EARLY_MARCH), make_line(total="1000 USD"))


def _moves(close: Close) -> dict[str, Decimal]:
    (roll,) = close.rolls
    assert roll.residual == 0
    return {movement.value: amount for movement, amount in roll.sums.items() if amount}


def _found(close: Close) -> dict[str, list[str]]:
    return {one.name: [each.record_id for each in one.objections] for one in close.checks if one.objections}


def settled(day: str, total: str, **given: object) -> Settlement:
    """What a run of `payments` recorded of one payout."""
    plain: dict[str, object] = {
        "workbook_id": "wb",
        "payout_id": "pay_1",
        "partner_id": "ptn_1",
        "state": "matched",
        "verdict": "paid",
        "how": "reference",
        "code": "",
        "amount": money(total),
        "reference": "TX",
        "payment_id": f"id-{day}-{total}",
        "paid_on": day,
        "file": "bank.csv",
        "sha256": "",
        "read_at": f"{day}T10:00:00+00:00",
        "read_by": "ana",
    }
    return Settlement(**{**plain, **given})  # type: ignore[arg-type]


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


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([settled("2026-03-20", "1000 USD")], [("2026-03-20", 1000)]),
        (
            # Read twice: each run writes a workbook of its own.
            [settled("2026-03-20", "1000 USD"), settled("2026-03-20", "1000 USD", workbook_id="wb-2")],
            [("2026-03-20", 1000)],
        ),
        (
            [
                settled("2026-03-28", "600 USD", state="differs", verdict="differs", code="short"),
                settled("2026-04-10", "400 USD", state="differs", verdict="differs", code="short"),
            ],
            [("2026-03-28", 600), ("2026-04-10", 400)],
        ),
        (
            [settled("2026-03-20", "1000 USD"), settled("2026-03-25", "-1000 USD", verdict="failed")],
            [("2026-03-20", 1000), ("2026-03-25", -1000)],
        ),
        ([settled("2026-03-25", "-1000 USD", verdict="failed")], []),
        (
            [settled("2026-03-20", "999.50 USD", code="bank fee")],
            [("2026-03-20", 999.5), ("2026-03-20", 0.5)],
        ),
        ([settled("2026-03-20", "900 USD", code="bank fee")], [("2026-03-20", 900)]),
        ([settled("2026-03-20", "920 EUR", code="exchange difference")], [("2026-03-20", 1000)]),
        ([settled("2026-03-20", "900 USD", state="differs", verdict="differs", how="amount")], None),
        ([settled("2026-03-20", "900 EUR", state="differs", verdict="differs")], None),
    ],
)
def test_what_payments_recorded_becomes_money_with_its_day(
    rows: list[Settlement], expected: list[tuple[str, float]] | None
) -> None:
    policy = PaymentPolicy(tolerance={"USD": Tolerance(Decimal(1))})
    found = allotments(rows, make_snapshot(*FULL), policy)

    if expected is None:
        assert found == {}
    else:
        assert [(one.day.isoformat(), one.amount.amount) for one in found["pay_1"]] == [
            (day, Decimal(str(amount))) for day, amount in expected
        ]


@pytest.mark.parametrize(("stage", "counts"), [("PAID", True), ("APPROVED", False)])
def test_a_suggestion_counts_once_a_person_accepted_it(stage: str, counts: bool) -> None:  # noqa: FBT001
    row = settled("2026-03-20", "1000 USD", state="suggested")
    found = allotments([row], make_snapshot(make_payout(stage=stage), FULL[1]), PaymentPolicy())

    assert bool(found) is counts


def _recorded(
    workbook_id: str, *payments: Payment, owed: tuple[Owed, ...] = (), stage: str = "APPROVED"
) -> tuple[Settlement, ...]:
    """What a run of `payments` on a file with these payments records; of one payout of 1,000 USD, if none is named."""
    plain = Owed("pay_1", "ptn_1", "Acme", money("1000 USD"), stage, END.date(), ("pay_1",))
    result = match_payments([PaymentFile("bank.csv", "CSV", "", payments)], owed or [plain], PaymentPolicy())
    return tuple(settlements_of(result, Occasion(workbook_id, LATE, "ana", {})))


def _payment(line: int, day: date, total: str, id_: str = "", **more: object) -> Payment:
    place = Place("bank.csv", f"line {line}")
    plain = Payment(place, money(total), id=id_, booked=day, payee="Acme", references=("pay_1",))
    return replace(plain, **more)  # type: ignore[arg-type]


def test_a_part_that_was_read_before_counts_once_and_on_its_own_day() -> None:
    first = _payment(2, date(2026, 3, 20), "900 USD", "TX-1")
    rest = _payment(3, date(2026, 4, 20), "100 USD", "TX-2")
    rows = (*_recorded("wb-march", first), *_recorded("wb-april", first, rest))

    found = allotments(rows, make_snapshot(*FULL), PaymentPolicy())["pay_1"]

    assert [(one.day, one.amount) for one in found] == [
        (date(2026, 3, 20), money("900 USD")),
        (date(2026, 4, 20), money("100 USD")),
    ]


def test_equal_payments_of_one_file_both_count_and_once_each_when_the_file_is_read_again() -> None:
    halves = [_payment(line, date(2026, 3, 20), "500 USD") for line in (2, 3)]
    rows = (*_recorded("wb-1", *halves), *_recorded("wb-2", *halves))

    found = allotments(rows, make_snapshot(*FULL), PaymentPolicy())["pay_1"]

    assert [one.amount for one in found] == [money("500 USD")] * 2


SENT = _payment(2, date(2026, 3, 20), "1000 USD", "TX-1")
BACK = _payment(3, date(2026, 3, 25), "-1000 USD", "TX-2", status=PaymentStatus.RETURNED)


@pytest.mark.parametrize(
    "files",
    [[(SENT, BACK)] * 2, [(SENT,), (SENT, BACK), (SENT, BACK)], [(SENT,), (BACK,), (BACK,)]],
    ids=["both twice", "sent, then both twice", "sent, then back twice"],
)
def test_money_that_came_back_counts_once_however_often_it_is_read(files: list[tuple[Payment, ...]]) -> None:
    rows: list[Settlement] = []
    for number, payments in enumerate(files):
        rows += _recorded(f"wb-{number}", *payments, stage="FAILED" if number else "APPROVED")

    found = allotments(rows, make_snapshot(make_payout(stage="FAILED"), FULL[1]), PaymentPolicy())

    assert sum((one.amount.amount for one in found.get("pay_1", ())), Decimal(0)) == 0


def test_a_payment_of_several_payouts_is_allotted_as_far_as_it_goes_and_once() -> None:
    owed = tuple(
        Owed(name, "ptn_1", "Acme", money(total), "APPROVED", END.date(), (name,))
        for name, total in (("pay_1", "600 USD"), ("pay_2", "400 USD"))
    )
    part = _payment(2, date(2026, 3, 20), "700 USD", "TX-1", references=("pay_1", "pay_2"))
    rest = _payment(3, date(2026, 4, 20), "300 USD", "TX-2", references=("pay_1", "pay_2"))
    rows = (*_recorded("wb-1", part, owed=owed), *_recorded("wb-2", part, rest, owed=owed))
    snapshot = make_snapshot(make_payout(total="600 USD"), make_payout("pay_2", "400 USD"))

    found = allotments(rows, snapshot, PaymentPolicy())

    assert {name: [(one.day.month, one.amount) for one in parts] for name, parts in found.items()} == {
        "pay_1": [(3, money("600 USD"))],
        "pay_2": [(3, money("100 USD")), (4, money("300 USD"))],
    }


def test_two_banks_that_number_from_one_sent_two_payments() -> None:
    first, second = (_payment(2, date(2026, 3, 20), total, "1") for total in ("600 USD", "400 USD"))
    rows = (*_recorded("wb-1", first), *_recorded("wb-2", second))

    found = allotments(rows, make_snapshot(*FULL), PaymentPolicy())["pay_1"]

    assert [one.amount for one in found] == [money("600 USD"), money("400 USD")]


def _of_two_solutions() -> tuple[Settlement, ...]:
    """A payment of 350 USD, which two pairs of payouts come to."""
    owed = tuple(
        Owed(
            f"pay_{total}", "ptn_1", "Acme", money(f"{total} USD"), "APPROVED", END.date(), (f"pay_{total}",)
        )
        for total in (100, 150, 200, 250)
    )
    return _recorded("wb-1", _payment(2, date(2026, 4, 15), "350 USD", "TX-1", references=()), owed=owed)


PAYOUTS = tuple(make_payout(f"pay_{total}", f"{total} USD", stage="PAID") for total in (100, 150, 200, 250))
STAGES = {"paid": "PAID"}


@pytest.mark.parametrize("chosen", [("pay_100", "pay_250"), ("pay_150", "pay_200"), ()])
def test_of_several_solutions_the_one_that_was_carried_out_is_allotted(chosen: tuple[str, ...]) -> None:
    """Even where the other payouts were paid as well, by payments of their own."""
    done = {("wb-1", payout_id, "PAID") for payout_id in chosen}

    known = carried_out(_of_two_solutions(), done, STAGES, {})

    assert set(allotments(known, make_snapshot(*PAYOUTS), PaymentPolicy())) == set(chosen)


def test_half_of_a_solution_is_no_solution() -> None:
    done = {("wb-1", "pay_100", "PAID"), ("wb-1", "pay_200", "PAID"), ("wb-2", "pay_250", "PAID")}

    assert carried_out(_of_two_solutions(), done, STAGES, {}) == ()


def test_two_solutions_that_differ_by_the_payment_alone_decide_nothing() -> None:
    """Which of two payments a payout had is not to be seen from its stage."""
    owed = (Owed("pay_1", "ptn_1", "Acme", money("100 USD"), "APPROVED", END.date(), ("pay_1",)),)
    payments = [
        _payment(line, date(2026, 4, line), "100 USD", f"TX-{line}", references=()) for line in (10, 20)
    ]
    rows = _recorded("wb-1", *payments, owed=owed)

    assert {one.payment_id for one in rows} == {"TX-10", "TX-20"}
    assert carried_out(rows, {("wb-1", "pay_1", "PAID")}, STAGES, {}) == ()


def _answers(*chosen: int) -> Answers:
    """What a person answered to the suggestions of the workbook, in their order; 0 for No."""
    return {
        ("wb-1", number): Answer("wb-1", number, one, "PAID", (), (), "back.xlsx", "Matches", "A2")
        for number, one in enumerate(chosen, start=1)
    }


EVERY_STAGE = {("wb-1", one.id, "PAID") for one in PAYOUTS}


@pytest.mark.parametrize(
    ("chosen", "allotted"),
    [(1, {"pay_100", "pay_250"}), (2, {"pay_150", "pay_200"}), (0, set())],
    ids=["the first solution", "the second solution", "No"],
)
def test_the_answer_says_what_was_paid_though_all_payouts_were_set_to_paid_by_hand(
    chosen: int, allotted: set[str]
) -> None:
    known = carried_out(_of_two_solutions(), EVERY_STAGE, STAGES, _answers(chosen))

    assert set(allotments(known, make_snapshot(*PAYOUTS), PaymentPolicy())) == allotted


@pytest.mark.parametrize("chosen", [0, 1])
def test_a_no_to_the_only_solution_counts_beside_a_payout_that_was_set_to_paid_by_hand(chosen: int) -> None:
    rows = [settled("2026-03-20", "1000 USD", state="suggested 1.1", workbook_id="wb-1")]
    known = carried_out(rows, {("wb-1", "pay_1", "PAID")}, STAGES, _answers(chosen))

    assert [one.state for one in known] == ["suggested"] * chosen


def test_answers_that_cross_do_not_swap_the_days_of_their_payments() -> None:
    """Each of two payments could be for each of two payouts; the answers give the first one the second."""
    early, late = "2026-03-10", "2026-03-20"
    rows = [
        settled(day, "1000 USD", payout_id=payout, state=f"suggested {number}.{solution}", workbook_id="wb-1")
        for number, day in ((1, early), (2, late))
        for solution, payout in enumerate(("pay_1", "pay_2") if number == 1 else ("pay_2", "pay_1"), 1)
    ]
    both = {("wb-1", payout, "PAID") for payout in ("pay_1", "pay_2")}
    payouts = make_snapshot(*(make_payout(one, "1000 USD", stage="PAID") for one in ("pay_1", "pay_2")))
    found = allotments(carried_out(rows, both, STAGES, _answers(2, 2)), payouts, PaymentPolicy())

    assert {payout: [str(one.day) for one in paid] for payout, paid in found.items()} == {
        "pay_1": [late],
        "pay_2": [early],
    }
    assert carried_out(rows, both, STAGES, {}) == ()
