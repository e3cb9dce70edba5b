"""Which payment paid which payout, and that nothing is used twice or lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
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

POLICY = PaymentPolicy()


def _owed(payout_id: str, amount: str = "100", partner: str = "Acme Partners", **given_: object) -> Owed:
    number, _, currency = amount.partition(" ")
    plain = Owed(
        payout_id,
        partner,
        partner,
        Money(Decimal(number), currency or "USD"),
        "APPROVED",
        date(2026, 3, 31),
        (payout_id,),
    )
    return replace(plain, **given_)  # type: ignore[arg-type]


def _paid(reference: str = "", amount: str = "100", **given_: object) -> Payment:
    number, _, currency = amount.partition(" ")
    place = Place("bank.csv", "line 2")
    plain = Payment(
        place, Money(Decimal(number), currency or "USD"), booked=date(2026, 4, 15), references=(reference,)
    )
    return replace(plain, **given_)  # type: ignore[arg-type]


def _file(*payments: Payment, name: str = "bank.csv", ledger: bool = False) -> PaymentFile:
    placed = tuple(
        replace(one, place=Place(name, f"line {line}")) for line, one in enumerate(payments, start=2)
    )
    return PaymentFile(name, "CSV", "", placed, ledger=ledger)


def _match(payments: list[Payment], owed: list[Owed], policy: PaymentPolicy = POLICY) -> Matching:
    return match_payments([_file(*payments)], owed, policy)


def _told(result: Matching) -> list[tuple[str, str, tuple[str, ...]]]:
    """Each decision in short: where it stands, why, and the payouts."""
    groups = {"sure": result.matches, "maybe": result.suggestions, "differs": result.differing}
    return [
        (where, f"{match.verdict} by {match.how}", tuple(owed.payout_id for owed in match.owed))
        for where, matches in groups.items()
        for match in matches
    ]


@pytest.mark.parametrize(
    "written",
    [
        "pay_00000000000approved",
        "PAY-00000000000APPROVED",
        "Payout pay_00000000000approved thanks",
        "EREF+pay00000000000approvedSVWZ+x".replace("SVWZ", " SVWZ"),
        "pay_000000 00000approved",
    ],
)
def test_a_payout_id_is_found_however_banks_write_it(written: str) -> None:
    result = _match([_paid(written)], [_owed("pay_00000000000approved")])

    assert _told(result) == [("sure", "paid by reference", ("pay_00000000000approved",))]


@pytest.mark.parametrize(
    ("written", "told"),
    [("pay_00000000000approvedX", ["maybe"]), ("xpay_00000000000approved", ["maybe"]),
     ("pay_0000000000approved", [])],
)  # fmt: skip
def test_an_id_inside_another_word_never_pays_by_itself(written: str, told: list[str]) -> None:
    result = _match([_paid(written)], [_owed("pay_00000000000approved")])

    assert [where for where, _, _ in _told(result)] == told


def test_a_bill_number_leads_to_its_payout_and_not_to_a_longer_one() -> None:
    owed = [
        _owed("pay_1", references=("pay_1", "BILL-0001")),
        _owed("pay_2", references=("pay_2", "BILL-00012")),
    ]
    result = _match([_paid("Invoice BILL-00012, thank you")], owed)

    assert _told(result) == [("sure", "paid by reference", ("pay_2",))]


def test_a_po_number_matches_where_the_amount_or_the_name_agrees_too() -> None:
    owed = [_owed("pay_1", po_number="A3-1")]
    agreeing = _match([_paid(po_texts=("PO A3-1",), amount="100")], owed)
    both = _match([_paid(po_texts=("PO A3-1",), amount="100", payee="ACME PARTNERS LTD")], owed)
    named = _match([_paid(po_texts=("PO A3-1",), amount="90", payee="ACME PARTNERS LTD")], owed)
    chance = _match([_paid(po_texts=("PO A3-1",), amount="90", payee="Somebody else")], owed)
    other = _match([_paid(po_texts=("A31",), amount="100")], owed)

    assert _told(agreeing) == [("maybe", "paid by po-number", ("pay_1",))]
    assert _told(both) == [("sure", "paid by po-number", ("pay_1",))]
    assert _told(named) == [("differs", "differs by po-number", ("pay_1",))]
    assert _told(chance) == _told(other) == []


@pytest.mark.parametrize("word", ["N/A", "TBD", "March", "2026"])
def test_a_po_number_that_is_a_word_of_every_day_is_never_matched_by_itself(word: str) -> None:
    result = _match([_paid(po_texts=(word,), amount="100")], [_owed("pay_1", po_number=word)])

    assert result.matches == ()


def test_a_reference_beside_the_name_of_another_partner_is_only_suggested() -> None:
    owed = [_owed("pay_12345"), _owed("pay_67890", partner="Bolt Industries")]
    result = _match([_paid("pay_12345", payee="Bolt Industries")], owed)

    assert result.matches == ()
    assert _told(result) == [("maybe", "paid by reference", ("pay_12345",))]


def test_a_reference_that_leads_to_two_payouts_is_at_most_suggested() -> None:
    owed = [
        _owed("pay_1", "100", references=("BILL-7777",)),
        _owed("pay_2", "250", references=("BILL-7777",)),
    ]
    one = _match([_paid("BILL-7777", "250")], owed)
    none = _match([_paid("BILL-7777", "300")], owed)

    assert _told(one) == [("maybe", "paid by reference", ("pay_2",))]
    assert _told(none) == []
    assert [(finding.rule, finding.cell) for finding in none.findings] == [("reference-ambiguous", "line 2")]
    assert "BILL-7777 leads to 2 payouts: pay_1, pay_2." in none.strays[0].why


def test_amount_currency_and_name_within_the_window_only_suggest() -> None:
    owed = [
        _owed("pay_1", "100", "Łódź Cloud sp. z o.o."),
        _owed("pay_2", "100 EUR", "Łódź Cloud sp. z o.o."),
    ]
    payment = _paid(amount="100 EUR", payee="LODZ CLOUD SP Z O O")
    late = replace(payment, booked=date(2027, 3, 1))

    assert _told(_match([payment], owed)) == [("maybe", "paid by amount", ("pay_2",))]
    assert _told(_match([late], owed)) == []
    assert _told(_match([replace(payment, payee="Bolt")], owed)) == []


def test_similar_names_are_told_apart_by_their_rare_words() -> None:
    owed = [_owed(f"pay_{name}", "100", f"{name} Peak Consulting") for name in ("Blue", "Summit", "Harbor")]

    assert _told(_match([_paid(payee="SUMMIT PEAK CONS. CONSULTING GMBH")], owed)) == [
        ("maybe", "paid by amount", ("pay_Summit",))
    ]
    assert _told(_match([_paid(payee="Peak Consulting")], owed)) == []


def test_sums_are_suggested_both_ways() -> None:
    owed = [_owed("pay_1", "100"), _owed("pay_2", "30.50"), _owed("pay_3", "7")]
    together = _match([_paid(amount="130.50", payee="Acme Partners")], owed)
    apart = _match([_paid(amount=part, payee="Acme Partners") for part in ("4", "2", "1")], owed)

    assert _told(together) == [("maybe", "paid by sum", ("pay_1", "pay_2"))]
    assert _told(apart) == [("maybe", "paid by sum", ("pay_3",))]
    assert len(apart.suggestions[0].payments) == 3


def test_several_payments_that_name_one_payout_pay_it_together() -> None:
    result = _match([_paid("pay_12345", "60"), _paid("pay_12345", "40")], [_owed("pay_12345")])

    assert _told(result) == [("sure", "paid by reference", ("pay_12345",))]


def test_one_payment_that_names_two_payouts_pays_both() -> None:
    result = _match([_paid("pay_12345 pay_67890", "150")], [_owed("pay_12345"), _owed("pay_67890", "50")])

    assert _told(result) == [("sure", "paid by reference", ("pay_12345", "pay_67890"))]


def test_one_payment_for_two_payouts_of_which_one_is_paid_already_pays_the_other() -> None:
    owed = [_owed("pay_12345", stage="PAID"), _owed("pay_67890", "50")]

    assert _told(_match([_paid("pay_12345 pay_67890", "150")], owed)) == [
        ("sure", "paid by reference", ("pay_12345", "pay_67890"))
    ]


def test_a_payment_made_twice_pays_once_and_says_so_with_its_line() -> None:
    result = _match([_paid("pay_12345", id="a"), _paid("pay_12345", id="b")], [_owed("pay_12345")])

    assert _told(result) == [("sure", "paid by reference", ("pay_12345",))]
    assert [(finding.rule, finding.cell) for finding in result.findings] == [("paid-twice", "line 3")]
    assert result.strays[0].why == "The payout pay_12345 is paid already, by bank.csv, line 2."


@pytest.mark.parametrize(("amount", "code"), [("70", "short"), ("130", "over")])
def test_an_amount_that_is_not_right_differs_and_nothing_is_paid(amount: str, code: str) -> None:
    result = _match([_paid("pay_12345", amount)], [_owed("pay_12345")])

    assert _told(result) == [("differs", "differs by reference", ("pay_12345",))]
    assert (result.differing[0].code, str(result.differing[0].difference)) == (
        code,
        f"{Decimal(amount) - 100:,.2f} USD",
    )


def test_two_parts_that_are_too_little_are_partial() -> None:
    result = _match([_paid("pay_12345", "60"), _paid("pay_12345", "10")], [_owed("pay_12345")])

    assert result.differing[0].code == "partial"


@pytest.mark.parametrize(
    ("amount", "code"), [("99.99", "rounding"), ("98", "bank fee"), ("101", "over"), ("100", "")]
)
def test_within_the_tolerance_it_is_paid_with_a_reason(amount: str, code: str) -> None:
    policy = PaymentPolicy(tolerance={"USD": Tolerance(Decimal(1), Decimal(2))})
    result = _match([_paid("pay_12345", amount)], [_owed("pay_12345")], policy)

    assert _told(result) == [("sure", "paid by reference", ("pay_12345",))]
    assert result.matches[0].code == code


def test_the_tolerance_is_that_of_the_currency() -> None:
    policy = PaymentPolicy(tolerance={"USD": Tolerance(Decimal(5)), "default": Tolerance(Decimal(1))})
    owed = [_owed("pay_12345", "100 EUR")]

    assert _told(_match([_paid("pay_12345", "97 EUR")], owed, policy))[0][0] == "differs"
    assert _told(_match([_paid("pay_12345", "99 EUR")], owed, policy))[0][0] == "sure"


def test_another_currency_is_never_compared_and_the_ordered_amount_is() -> None:
    owed = [_owed("pay_12345", "100 USD")]
    taken = _paid("pay_12345", "92 EUR")
    ordered = replace(taken, instructed=Money(Decimal(100), "USD"))

    assert _told(_match([taken], owed)) == [("differs", "differs by reference", ("pay_12345",))]
    assert _match([taken], owed).differing[0].code == "exchange difference"
    assert _told(_match([ordered], owed)) == [("sure", "paid by reference", ("pay_12345",))]


def test_a_returned_payment_reopens_its_payout_and_a_new_one_pays_it_again() -> None:
    back = _paid("pay_12345", "-100", status=PaymentStatus.RETURNED, reason="AC04", booked=date(2026, 4, 17))
    again = _paid("pay_12345", booked=date(2026, 4, 20), id="again")
    failed = [("sure", "failed by reference", ("pay_12345",))]

    assert _told(_match([_paid("pay_12345"), back], [_owed("pay_12345")])) == failed
    assert _told(_match([back], [_owed("pay_12345", stage="PAID")])) == failed
    assert _told(_match([_paid("pay_12345"), back, again], [_owed("pay_12345")])) == [
        ("maybe", "paid by reference", ("pay_12345",))
    ]


def test_a_rejected_order_reopens_its_payout() -> None:
    order = _paid("", "0 XXX", status=PaymentStatus.REJECTED, order="pay_12345", reason="AC01")
    result = _match([order], [_owed("pay_12345", stage="SCHEDULED")])

    assert _told(result) == [("sure", "failed by reference", ("pay_12345",))]


def test_money_back_that_is_given_to_no_payout_questions_every_payment_of_its_amount() -> None:
    """The payee's own payment of that amount matched nothing, and another partner was paid as much."""
    owed = [_owed("pay_1"), _owed("pay_2", "70", "Beta Reseller")]
    back = _paid("", "-100", status=PaymentStatus.RETURNED, payee="Beta Reseller", booked=date(2026, 4, 16))
    payments = [_paid("pay_1"), _paid("", payee="Beta Reseller"), back]

    result = _match(payments, owed)

    assert [one.payout_id for match in result.matches for one in match.owed] == []
    (doubted,) = (match for match in result.suggestions if match.owed[0].payout_id == "pay_1")
    assert "may be its money, come back (-100.00 USD)" in doubted.evidence


@pytest.mark.parametrize(
    ("payments", "owed"),
    [
        ([_paid("pay_1 and pay_2", "200")], [_owed("pay_1"), _owed("pay_2")]),
        ([_paid("pay_1", "60"), _paid("pay_1", "40")], [_owed("pay_1")]),
    ],
    ids=["one of two payouts of a payment", "the two parts of a payout"],
)
def test_money_back_questions_what_it_may_be_of_a_larger_match(
    payments: list[Payment], owed: list[Owed]
) -> None:
    back = _paid("", "-100", status=PaymentStatus.RETURNED, booked=date(2026, 4, 16))

    assert [match.verdict for match in _match(payments, owed).matches] == [Verdict.PAID]
    assert _match([*payments, back], owed).matches == ()


@pytest.mark.parametrize("references", [("pay_1",), ("BILL-1",), ()])
def test_a_row_in_an_unknown_state_questions_the_payout_that_it_names(references: tuple[str, ...]) -> None:
    """By the id of the payout, too, where that is not among the references of the payout."""
    owed = [_owed("pay_1", references=references, po_number="PO-77")]
    paid = _paid("", po_texts=("PO-77",), payee="Acme Partners")
    odd = _paid("pay_1", "5", status=PaymentStatus.UNKNOWN, reason="On hold")

    by_number = replace(odd, references=(), po_texts=("PO-77",))
    alone, beside = _match([paid], owed), _match([paid, odd], owed)

    assert [match.verdict for match in alone.matches] == [Verdict.PAID]
    assert beside.matches == _match([paid, by_number], owed).matches == ()
    assert ["says 'On hold' of it" in match.evidence for match in beside.suggestions] == [True]


def test_part_of_a_payment_that_came_back_is_for_a_person() -> None:
    back = _paid("pay_12345", "-40", status=PaymentStatus.RETURNED)

    assert _told(_match([_paid("pay_12345"), back], [_owed("pay_12345")]))[0][0] == "differs"


@pytest.mark.parametrize("stage", ["DECLINED", "DRAFT", "POSTPONED", "BLOCKED", "PENDING_REVIEW"])
def test_a_payment_for_a_payout_that_is_not_open_is_pointed_out(stage: str) -> None:
    result = _match([_paid("pay_12345")], [_owed("pay_12345", stage=stage)])

    assert _told(result) == []
    assert (
        result.strays[0].why == f"The payment is for a payout that is not to be paid: pay_12345 is {stage}."
    )
    assert [(finding.rule, finding.cell) for finding in result.findings] == [("payout-not-open", "line 2")]


def test_a_payout_that_is_paid_already_is_settled() -> None:
    assert _told(_match([_paid("pay_12345")], [_owed("pay_12345", stage="PAID")])) == [
        ("sure", "settled by reference", ("pay_12345",))
    ]


def test_a_pass_that_is_not_automatic_only_suggests_and_one_that_is_off_does_nothing() -> None:
    payment = _paid("pay_12345", payee="Acme Partners")
    cautious = PaymentPolicy(automatic=("po-number",))
    amounts = PaymentPolicy(passes=("amount",))

    assert _told(_match([payment], [_owed("pay_12345")], cautious)) == [
        ("maybe", "paid by reference", ("pay_12345",))
    ]
    assert _told(_match([payment], [_owed("pay_12345")], amounts)) == [
        ("maybe", "paid by amount", ("pay_12345",))
    ]


def test_the_same_payment_in_two_files_counts_once() -> None:
    with_id, without = _paid("pay_12345", id="B1", account="1"), _paid("other", "7")
    files = [_file(with_id, without, without), _file(without, with_id, name="later.csv")]
    result = match_payments(files, [_owed("pay_12345")], POLICY)

    assert _told(result) == [("sure", "paid by reference", ("pay_12345",))]
    assert [str(one.payment.place) for one in result.repeated] == ["later.csv, line 2", "later.csv, line 3"]
    assert len(result.strays) == 2


def test_a_status_report_and_the_statement_tell_of_one_payment() -> None:
    order = _paid("", order="pay_12345", report=True)
    files = [_file(order, name="status.xml"), _file(_paid("", order="pay_12345", id="B1"))]
    result = match_payments(files, [_owed("pay_12345")], POLICY)

    assert _told(result) == [("sure", "paid by reference", ("pay_12345",))]
    assert [str(one.payment.place) for one in result.repeated] == ["status.xml, line 2"]


def _both(ledger: list[Payment], bank: list[Payment], *owed: Owed) -> Matching:
    """What comes of a file of a finance system and a file of the bank together."""
    files = [_file(*ledger, name="xero.csv", ledger=True), _file(*bank)]
    return match_payments(files, owed, POLICY)


@pytest.mark.parametrize(
    ("ledger", "bank"),
    [
        (_paid("BILL-0001"), _paid("Thank you for bill-0001", booked=date(2026, 4, 18))),
        (_paid("BILL-0001", id="L1", payee="Acme Inc."), _paid("x", id="B1", payee="ACME")),
        (_paid("", po_texts=("PO-2026-7",), references=("BILL-0001",)), _paid("PO 2026 7 BILL-0001")),
    ],
    ids=["by reference", "by payee", "by purchase order"],
)
def test_what_a_ledger_and_a_bank_both_tell_of_is_one_payment(ledger: Payment, bank: Payment) -> None:
    result = _both([ledger], [bank], _owed("pay_00001", references=("pay_00001", "BILL-0001")))

    assert _told(result) == [("sure", "paid by reference", ("pay_00001",))]
    assert [str(one.place) for one in result.matches[0].payments] == ["bank.csv, line 2"]
    assert [str(one.payment.place) for one in result.repeated] == ["xero.csv, line 2"]
    assert [one.rule for one in result.findings] == ["payment-again"]


def test_a_payment_that_the_bank_made_twice_is_still_paid_twice_beside_the_ledger() -> None:
    result = _both(
        [_paid("pay_00001")], [_paid("pay_00001", id="1"), _paid("pay_00001", id="2")], _owed("pay_00001")
    )

    assert [str(one.payment.place) for one in result.strays] == ["bank.csv, line 3"]
    assert {one.rule for one in result.findings} == {"payment-again", "paid-twice"}


@pytest.mark.parametrize(
    "bank",
    [
        _paid("pay_00001", "100.01"),
        _paid("pay_00001", "100 EUR"),
        _paid("pay_00001", booked=date(2026, 4, 23)),
        _paid("pay_00001", payee="Bolt"),
        _paid("pay_00001", "-100", status=PaymentStatus.RETURNED),
        _paid("pay_00002", payee="Acme and Bolt"),
    ],
    ids=["amount", "currency", "days", "payee", "returned", "reference"],
)
def test_payments_that_are_not_alike_are_two_and_it_is_said(bank: Payment) -> None:
    result = _both([_paid("pay_00001", payee="Acme")], [bank], _owed("pay_00001"))

    assert result.repeated == ()
    assert "ledger-and-bank" in {one.rule for one in result.findings}


def test_a_text_that_many_payments_share_makes_no_pairs() -> None:
    many = [_paid("Spring bonus", id=str(number)) for number in range(60)]
    result = _both(many, [_paid("Spring bonus", id="B1")])

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
        _file(*payments, name=f"{number}.csv", ledger=number == 1) for number, payments in enumerate(contents)
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
