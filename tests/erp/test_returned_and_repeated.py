"""Money that came back, payments told twice, and that nothing is used twice or lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from erp.matching_cases import POLICY, file_of, owed_payout, payment_of, result_of, verdicts
from hypothesis import given, settings
from hypothesis import strategies as st
from only_solution import assert_only_solution

from reconcile.domain.money import Money, totals
from reconcile.domain.policy.payments import PaymentPolicy, Tolerance
from reconcile.erp.matching.match import match_payments
from reconcile.erp.matching.money_back import CAME_IN
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.result import Matching, Verdict, residual
from reconcile.erp.payments.model import Payment, PaymentFile, PaymentStatus, Place


def test_a_returned_payment_reopens_its_payout_and_a_new_one_pays_it_again() -> None:
    back = payment_of(
        "pay_12345", "-100", status=PaymentStatus.RETURNED, reason="AC04", booked=date(2026, 4, 17)
    )
    again = payment_of("pay_12345", booked=date(2026, 4, 20), id="again")
    failed = [("sure", "failed by reference", ("pay_12345",))]

    assert verdicts(result_of([payment_of("pay_12345"), back], [owed_payout("pay_12345")])) == failed
    assert verdicts(result_of([back], [owed_payout("pay_12345", stage="PAID")])) == failed
    assert verdicts(result_of([payment_of("pay_12345"), back, again], [owed_payout("pay_12345")])) == [
        ("maybe", "paid by reference", ("pay_12345",))
    ]


def test_a_rejected_order_reopens_its_payout() -> None:
    order = payment_of("", "0 XXX", status=PaymentStatus.REJECTED, order="pay_12345", reason="AC01")
    result = result_of([order], [owed_payout("pay_12345", stage="SCHEDULED")])

    assert verdicts(result) == [("sure", "failed by reference", ("pay_12345",))]


def test_money_back_that_is_given_to_no_payout_questions_every_payment_of_its_amount() -> None:
    """The payee's own payment of that amount matched nothing, and another partner was paid as much."""
    owed = [owed_payout("pay_1"), owed_payout("pay_2", "70", "Beta Reseller")]
    back = payment_of(
        "", "-100", status=PaymentStatus.RETURNED, payee="Beta Reseller", booked=date(2026, 4, 16)
    )
    payments = [payment_of("pay_1"), payment_of("", payee="Beta Reseller"), back]

    result = result_of(payments, owed)

    assert [one.payout_id for match in result.matches for one in match.owed] == []
    (doubted,) = (match for match in result.suggestions if match.owed[0].payout_id == "pay_1")
    assert "may be its money, come back (-100.00 USD)" in doubted.evidence


@pytest.mark.parametrize(
    ("payments", "owed"),
    [
        ([payment_of("pay_1 and pay_2", "200")], [owed_payout("pay_1"), owed_payout("pay_2")]),
        ([payment_of("pay_1", "60"), payment_of("pay_1", "40")], [owed_payout("pay_1")]),
    ],
    ids=["one of two payouts of a payment", "the two parts of a payout"],
)
def test_money_back_questions_what_it_may_be_of_a_larger_match(
    payments: list[Payment], owed: list[Owed]
) -> None:
    back = payment_of("", "-100", status=PaymentStatus.RETURNED, booked=date(2026, 4, 16))

    assert [match.verdict for match in result_of(payments, owed).matches] == [Verdict.PAID]
    assert result_of([*payments, back], owed).matches == ()


@pytest.mark.parametrize("references", [("pay_1",), ("BILL-1",), ()])
def test_a_row_in_an_unknown_state_questions_the_payout_that_it_names(references: tuple[str, ...]) -> None:
    """By the id of the payout, too, where that is not among the references of the payout."""
    owed = [owed_payout("pay_1", references=references, po_number="PO-77")]
    paid = payment_of("", po_texts=("PO-77",), payee="Acme Partners")
    odd = payment_of("pay_1", "5", status=PaymentStatus.UNKNOWN, reason="On hold")

    by_number = replace(odd, references=(), po_texts=("PO-77",))
    alone, beside = result_of([paid], owed), result_of([paid, odd], owed)

    assert [match.verdict for match in alone.matches] == [Verdict.PAID]
    assert beside.matches == result_of([paid, by_number], owed).matches == ()
    assert ["says 'On hold' of it" in match.evidence for match in beside.suggestions] == [True]


def test_part_of_a_payment_that_came_back_is_for_a_person() -> None:
    back = payment_of("pay_12345", "-40", status=PaymentStatus.RETURNED)

    assert verdicts(result_of([payment_of("pay_12345"), back], [owed_payout("pay_12345")]))[0][0] == "differs"


@pytest.mark.parametrize("stage", ["DECLINED", "DRAFT", "POSTPONED", "BLOCKED", "PENDING_REVIEW"])
def test_a_payment_for_a_payout_that_is_not_open_is_pointed_out(stage: str) -> None:
    result = result_of([payment_of("pay_12345")], [owed_payout("pay_12345", stage=stage)])

    assert verdicts(result) == []
    assert (
        result.strays[0].why == f"The payment is for a payout that is not to be paid: pay_12345 is {stage}."
    )
    assert [(finding.rule, finding.cell) for finding in result.findings] == [("payout-not-open", "line 2")]


def test_a_payout_that_is_paid_already_is_settled() -> None:
    assert verdicts(result_of([payment_of("pay_12345")], [owed_payout("pay_12345", stage="PAID")])) == [
        ("sure", "settled by reference", ("pay_12345",))
    ]


def test_a_pass_that_is_not_automatic_only_suggests_and_one_that_is_off_does_nothing() -> None:
    payment = payment_of("pay_12345", payee="Acme Partners")
    cautious = PaymentPolicy(automatic=("po-number",))
    amounts = PaymentPolicy(passes=("amount",))

    assert verdicts(result_of([payment], [owed_payout("pay_12345")], cautious)) == [
        ("maybe", "paid by reference", ("pay_12345",))
    ]
    assert verdicts(result_of([payment], [owed_payout("pay_12345")], amounts)) == [
        ("maybe", "paid by amount", ("pay_12345",))
    ]


def test_the_same_payment_in_two_files_counts_once() -> None:
    with_id, without = payment_of("pay_12345", id="B1", account="1"), payment_of("other", "7")
    files = [file_of(with_id, without, without), file_of(without, with_id, name="later.csv")]
    result = match_payments(files, [owed_payout("pay_12345")], POLICY)

    assert verdicts(result) == [("sure", "paid by reference", ("pay_12345",))]
    assert [str(one.payment.place) for one in result.repeated] == ["later.csv, line 2", "later.csv, line 3"]
    assert len(result.strays) == 2


def test_a_status_report_and_the_statement_tell_of_one_payment() -> None:
    order = payment_of("", order="pay_12345", report=True)
    files = [file_of(order, name="status.xml"), file_of(payment_of("", order="pay_12345", id="B1"))]
    result = match_payments(files, [owed_payout("pay_12345")], POLICY)

    assert verdicts(result) == [("sure", "paid by reference", ("pay_12345",))]
    assert [str(one.payment.place) for one in result.repeated] == ["status.xml, line 2"]


def _both(ledger: list[Payment], bank: list[Payment], *owed: Owed) -> Matching:
    """What comes of a file of a finance system and a file of the bank together."""
    files = [file_of(*ledger, name="xero.csv", ledger=True), file_of(*bank)]
    return match_payments(files, owed, POLICY)


@pytest.mark.parametrize(
    ("ledger", "bank"),
    [
        (payment_of("BILL-0001"), payment_of("Thank you for bill-0001", booked=date(2026, 4, 18))),
        (payment_of("BILL-0001", id="L1", payee="Acme Inc."), payment_of("x", id="B1", payee="ACME")),
        (
            payment_of("", po_texts=("PO-2026-7",), references=("BILL-0001",)),
            payment_of("PO 2026 7 BILL-0001"),
        ),
    ],
    ids=["by reference", "by payee", "by purchase order"],
)
def test_what_a_ledger_and_a_bank_both_tell_of_is_one_payment(ledger: Payment, bank: Payment) -> None:
    result = _both([ledger], [bank], owed_payout("pay_00001", references=("pay_00001", "BILL-0001")))

    assert verdicts(result) == [("sure", "paid by reference", ("pay_00001",))]
    assert [str(one.place) for one in result.matches[0].payments] == ["bank.csv, line 2"]
    assert [str(one.payment.place) for one in result.repeated] == ["xero.csv, line 2"]
    assert [one.rule for one in result.findings] == ["payment-again"]


def test_a_payment_that_the_bank_made_twice_is_still_paid_twice_beside_the_ledger() -> None:
    result = _both(
        [payment_of("pay_00001")],
        [payment_of("pay_00001", id="1"), payment_of("pay_00001", id="2")],
        owed_payout("pay_00001"),
    )

    assert [str(one.payment.place) for one in result.strays] == ["bank.csv, line 3"]
    assert {one.rule for one in result.findings} == {"payment-again", "paid-twice"}


@pytest.mark.parametrize(
    "bank",
    [
        payment_of("pay_00001", "100.01"),
        payment_of("pay_00001", "100 EUR"),
        payment_of("pay_00001", booked=date(2026, 4, 23)),
        payment_of("pay_00001", payee="Bolt"),
        payment_of("pay_00001", "-100", status=PaymentStatus.RETURNED),
        payment_of("pay_00002", payee="Acme and Bolt"),
    ],
    ids=["amount", "currency", "days", "payee", "returned", "reference"],
)
def test_payments_that_are_not_alike_are_two_and_it_is_said(bank: Payment) -> None:
    result = _both([payment_of("pay_00001", payee="Acme")], [bank], owed_payout("pay_00001"))

    assert result.repeated == ()
    assert "ledger-and-bank" in {one.rule for one in result.findings}


def test_a_text_that_many_payments_share_makes_no_pairs() -> None:
    many = [payment_of("Spring bonus", id=str(number)) for number in range(60)]
    result = _both(many, [payment_of("Spring bonus", id="B1")])

    assert result.repeated == ()
    assert [one.rule for one in result.findings] == ["ledger-and-bank"]


NAMES = ("Acme Partners", "Bolt", "Blue Peak Consulting", "Summit Peak Consulting", "Acme")


AMOUNTS = st.integers(1, 12).map(lambda coins: Money(Decimal(coins) * 25, "USD" if coins % 4 else "EUR"))


OWED = st.builds(
    Owed,
    payout_id=st.integers(1, 9).map(lambda n: f"pay_00000{n}"),
    partner_id=st.sampled_from(NAMES),
    partner=st.sampled_from(NAMES),
    amount=AMOUNTS,
    stage=st.sampled_from(("APPROVED", "PAID", "FAILED", "DECLINED", "SCHEDULED")),
    day=st.just(date(2026, 3, 31)),
    references=st.lists(st.integers(1, 6).map(lambda n: f"BILL-000{n}"), max_size=2).map(tuple),
    po_number=st.sampled_from(("", "PO-77", "3-1", "000123")),
).map(lambda one: replace(one, references=(one.payout_id, *one.references)))


REFERENCES = st.sampled_from(
    (
        "",
        *(f"pay_00000{n}" for n in range(1, 10)),
        *(f"BILL-000{n}" for n in range(1, 7)),
        "pay_000001 and pay_000002",
        "pay_000002 and BILL-0003",
        "pay_000004 pay_000005 pay_000006",
    )
)


@st.composite
def _payments(draw: st.DrawFn) -> Payment:
    status = draw(st.sampled_from((*PaymentStatus, PaymentStatus.PAID, PaymentStatus.PAID)))
    amount = draw(AMOUNTS)
    return Payment(
        place=Place("", ""),
        amount=-amount if status in ("returned", "received", "ignored") else amount,
        status=status,
        id=draw(st.sampled_from(("", "", "A", "B", "C"))),
        booked=date(2026, 4, draw(st.integers(1, 5))),
        payee=draw(st.sampled_from(("", *NAMES))),
        references=(draw(REFERENCES),),
        po_texts=(draw(st.sampled_from(("", "PO-77", "3-1"))),),
    )


def _whole(files: list[PaymentFile]) -> dict[str, Decimal]:
    return totals(payment.amount for file in files for payment in file.payments)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(_payments(), max_size=8), min_size=1, max_size=3),
    st.lists(OWED, max_size=8, unique_by=lambda one: one.payout_id),
    st.sampled_from((POLICY, PaymentPolicy(tolerance={"default": Tolerance(Decimal(25))}))),
)
def test_nothing_is_used_twice_and_the_parts_add_up_to_the_whole(
    contents: list[list[Payment]], owed: list[Owed], policy: PaymentPolicy
) -> None:
    files = [
        file_of(*payments, name=f"{number}.csv", ledger=number == 1)
        for number, payments in enumerate(contents)
    ]
    result = match_payments(files, owed, policy)
    groups = (*result.matches, *result.suggestions, *result.differing)
    places = [
        *(payment.place for match in groups for payment in match.payments),
        *(stray.payment.place for stray in (*result.strays, *result.received)),
        *(payment.place for payment in (*result.ignored, *result.unknown)),
        *(one.payment.place for one in result.repeated),
    ]
    ids = [one.payout_id for match in groups for one in match.owed]
    ids += [one.payout_id for one in (*result.unpaid, *result.others)]

    assert sorted(map(str, places)) == sorted(str(one.place) for file in files for one in file.payments)
    assert sorted(ids) == sorted(one.payout_id for one in owed)
    assert not any(residual(result.payment_parts, _whole(files)).values())
    assert not any(residual(result.owed_parts, totals(one.amount for one in owed)).values())
    assert match_payments(files, owed, policy) == result
    _nothing_is_paid_by_itself_that_is_in_doubt(result)
    for match in result.matches:
        if match.verdict == "paid":
            assert_only_solution(match, result, owed, policy)


def _nothing_is_paid_by_itself_that_is_in_doubt(result: Matching) -> None:
    """No sure match has anything but money that left, and nothing that came in has the amount of its money."""
    sure = [match for match in result.matches if match.verdict == "paid"]
    assert {one.status for match in sure for one in match.payments} <= {PaymentStatus.PAID}
    named = {text for one in result.unknown for text in one.references}
    assert not named & {owed.payout_id for match in sure for owed in match.owed}
    came_in = [
        stray.payment for stray in (*result.received, *result.strays) if stray.payment.status in CAME_IN
    ]
    for back in came_in:
        for match in sure:
            assert not any(_may_be_back(one, back) for one in match.payments)


def _may_be_back(one: Payment, back: Payment) -> bool:
    days = (back.booked - one.booked).days if back.booked and one.booked else 0
    same = (one.amount.amount, one.amount.currency) == (-back.amount.amount, back.amount.currency)
    return same and 0 <= days <= POLICY.return_days
