"""Which payment paid which payout, and what is only suggested."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from erp.matching_cases import owed_payout, payment_of, result_of, verdicts

from reconcile.domain.money import Money
from reconcile.domain.policy.payments import PaymentPolicy, Tolerance


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
    result = result_of([payment_of(written)], [owed_payout("pay_00000000000approved")])

    assert verdicts(result) == [("sure", "paid by reference", ("pay_00000000000approved",))]


@pytest.mark.parametrize(
    ("written", "told"),
    [("pay_00000000000approvedX", ["maybe"]), ("xpay_00000000000approved", ["maybe"]),
     ("pay_0000000000approved", [])],
)  # fmt: skip
def test_an_id_inside_another_word_never_pays_by_itself(written: str, told: list[str]) -> None:
    result = result_of([payment_of(written)], [owed_payout("pay_00000000000approved")])

    assert [where for where, _, _ in verdicts(result)] == told


def test_a_bill_number_leads_to_its_payout_and_not_to_a_longer_one() -> None:
    owed = [
        owed_payout("pay_1", references=("pay_1", "BILL-0001")),
        owed_payout("pay_2", references=("pay_2", "BILL-00012")),
    ]
    result = result_of([payment_of("Invoice BILL-00012, thank you")], owed)

    assert verdicts(result) == [("sure", "paid by reference", ("pay_2",))]


def test_a_po_number_matches_where_the_amount_or_the_name_agrees_too() -> None:
    owed = [owed_payout("pay_1", po_number="A3-1")]
    agreeing = result_of([payment_of(po_texts=("PO A3-1",), amount="100")], owed)
    both = result_of([payment_of(po_texts=("PO A3-1",), amount="100", payee="ACME PARTNERS LTD")], owed)
    named = result_of([payment_of(po_texts=("PO A3-1",), amount="90", payee="ACME PARTNERS LTD")], owed)
    chance = result_of([payment_of(po_texts=("PO A3-1",), amount="90", payee="Somebody else")], owed)
    other = result_of([payment_of(po_texts=("A31",), amount="100")], owed)

    assert verdicts(agreeing) == [("maybe", "paid by po-number", ("pay_1",))]
    assert verdicts(both) == [("sure", "paid by po-number", ("pay_1",))]
    assert verdicts(named) == [("differs", "differs by po-number", ("pay_1",))]
    assert verdicts(chance) == verdicts(other) == []


@pytest.mark.parametrize("word", ["N/A", "TBD", "March", "2026"])
def test_a_po_number_that_is_a_word_of_every_day_is_never_matched_by_itself(word: str) -> None:
    result = result_of([payment_of(po_texts=(word,), amount="100")], [owed_payout("pay_1", po_number=word)])

    assert result.matches == ()


def test_a_reference_beside_the_name_of_another_partner_is_only_suggested() -> None:
    owed = [owed_payout("pay_12345"), owed_payout("pay_67890", partner="Bolt Industries")]
    result = result_of([payment_of("pay_12345", payee="Bolt Industries")], owed)

    assert result.matches == ()
    assert verdicts(result) == [("maybe", "paid by reference", ("pay_12345",))]


def test_a_reference_that_leads_to_two_payouts_is_at_most_suggested() -> None:
    owed = [
        owed_payout("pay_1", "100", references=("BILL-7777",)),
        owed_payout("pay_2", "250", references=("BILL-7777",)),
    ]
    one = result_of([payment_of("BILL-7777", "250")], owed)
    none = result_of([payment_of("BILL-7777", "300")], owed)

    assert verdicts(one) == [("maybe", "paid by reference", ("pay_2",))]
    assert verdicts(none) == []
    assert [(finding.rule, finding.cell) for finding in none.findings] == [("reference-ambiguous", "line 2")]
    assert "BILL-7777 leads to 2 payouts: pay_1, pay_2." in none.strays[0].why


def test_amount_currency_and_name_within_the_window_only_suggest() -> None:
    owed = [
        owed_payout("pay_1", "100", "Łódź Cloud sp. z o.o."),
        owed_payout("pay_2", "100 EUR", "Łódź Cloud sp. z o.o."),
    ]
    payment = payment_of(amount="100 EUR", payee="LODZ CLOUD SP Z O O")
    late = replace(payment, booked=date(2027, 3, 1))

    assert verdicts(result_of([payment], owed)) == [("maybe", "paid by amount", ("pay_2",))]
    assert verdicts(result_of([late], owed)) == []
    assert verdicts(result_of([replace(payment, payee="Bolt")], owed)) == []


def test_similar_names_are_told_apart_by_their_rare_words() -> None:
    owed = [
        owed_payout(f"pay_{name}", "100", f"{name} Peak Consulting") for name in ("Blue", "Summit", "Harbor")
    ]

    assert verdicts(result_of([payment_of(payee="SUMMIT PEAK CONS. CONSULTING GMBH")], owed)) == [
        ("maybe", "paid by amount", ("pay_Summit",))
    ]
    assert verdicts(result_of([payment_of(payee="Peak Consulting")], owed)) == []


def test_sums_are_suggested_both_ways() -> None:
    owed = [owed_payout("pay_1", "100"), owed_payout("pay_2", "30.50"), owed_payout("pay_3", "7")]
    together = result_of([payment_of(amount="130.50", payee="Acme Partners")], owed)
    apart = result_of([payment_of(amount=part, payee="Acme Partners") for part in ("4", "2", "1")], owed)

    assert verdicts(together) == [("maybe", "paid by sum", ("pay_1", "pay_2"))]
    assert verdicts(apart) == [("maybe", "paid by sum", ("pay_3",))]
    assert len(apart.suggestions[0].payments) == 3


def test_several_payments_that_name_one_payout_pay_it_together() -> None:
    result = result_of(
        [payment_of("pay_12345", "60"), payment_of("pay_12345", "40")], [owed_payout("pay_12345")]
    )

    assert verdicts(result) == [("sure", "paid by reference", ("pay_12345",))]


def test_one_payment_that_names_two_payouts_pays_both() -> None:
    result = result_of(
        [payment_of("pay_12345 pay_67890", "150")], [owed_payout("pay_12345"), owed_payout("pay_67890", "50")]
    )

    assert verdicts(result) == [("sure", "paid by reference", ("pay_12345", "pay_67890"))]


def test_one_payment_for_two_payouts_of_which_one_is_paid_already_pays_the_other() -> None:
    owed = [owed_payout("pay_12345", stage="PAID"), owed_payout("pay_67890", "50")]

    assert verdicts(result_of([payment_of("pay_12345 pay_67890", "150")], owed)) == [
        ("sure", "paid by reference", ("pay_12345", "pay_67890"))
    ]


def test_a_payment_made_twice_pays_once_and_says_so_with_its_line() -> None:
    result = result_of(
        [payment_of("pay_12345", id="a"), payment_of("pay_12345", id="b")], [owed_payout("pay_12345")]
    )

    assert verdicts(result) == [("sure", "paid by reference", ("pay_12345",))]
    assert [(finding.rule, finding.cell) for finding in result.findings] == [("paid-twice", "line 3")]
    assert result.strays[0].why == "The payout pay_12345 is paid already, by bank.csv, line 2."


@pytest.mark.parametrize(("amount", "code"), [("70", "short"), ("130", "over")])
def test_an_amount_that_is_not_right_differs_and_nothing_is_paid(amount: str, code: str) -> None:
    result = result_of([payment_of("pay_12345", amount)], [owed_payout("pay_12345")])

    assert verdicts(result) == [("differs", "differs by reference", ("pay_12345",))]
    assert (result.differing[0].code, str(result.differing[0].difference)) == (
        code,
        f"{Decimal(amount) - 100:,.2f} USD",
    )


def test_two_parts_that_are_too_little_are_partial() -> None:
    result = result_of(
        [payment_of("pay_12345", "60"), payment_of("pay_12345", "10")], [owed_payout("pay_12345")]
    )

    assert result.differing[0].code == "partial"


@pytest.mark.parametrize(
    ("amount", "code"), [("99.99", "rounding"), ("98", "bank fee"), ("101", "over"), ("100", "")]
)
def test_within_the_tolerance_it_is_paid_with_a_reason(amount: str, code: str) -> None:
    policy = PaymentPolicy(tolerance={"USD": Tolerance(Decimal(1), Decimal(2))})
    result = result_of([payment_of("pay_12345", amount)], [owed_payout("pay_12345")], policy)

    assert verdicts(result) == [("sure", "paid by reference", ("pay_12345",))]
    assert result.matches[0].code == code


def test_the_tolerance_is_that_of_the_currency() -> None:
    policy = PaymentPolicy(tolerance={"USD": Tolerance(Decimal(5)), "default": Tolerance(Decimal(1))})
    owed = [owed_payout("pay_12345", "100 EUR")]

    assert verdicts(result_of([payment_of("pay_12345", "97 EUR")], owed, policy))[0][0] == "differs"
    assert verdicts(result_of([payment_of("pay_12345", "99 EUR")], owed, policy))[0][0] == "sure"


def test_another_currency_is_never_compared_and_the_ordered_amount_is() -> None:
    owed = [owed_payout("pay_12345", "100 USD")]
    taken = payment_of("pay_12345", "92 EUR")
    ordered = replace(taken, instructed=Money(Decimal(100), "USD"))

    assert verdicts(result_of([taken], owed)) == [("differs", "differs by reference", ("pay_12345",))]
    assert result_of([taken], owed).differing[0].code == "exchange difference"
    assert verdicts(result_of([ordered], owed)) == [("sure", "paid by reference", ("pay_12345",))]
