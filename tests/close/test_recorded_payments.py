"""What payments and the answers of people recorded becomes money of a close, once and with its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from builders import END, make_payout, make_snapshot, money
from close.paid_cases import FULL, LATE

from reconcile.close.ledger.allotments import allotments
from reconcile.domain.policy.payments import PaymentPolicy, Tolerance
from reconcile.domain.settlement import Answer, Answers, Settlement, carried_out
from reconcile.erp.matching.match import match_payments
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.outcome.settlements import Occasion, settlements_of
from reconcile.erp.payments.model import Payment, PaymentFile, PaymentStatus, Place


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
