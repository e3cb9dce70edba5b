"""Every match says whether it is the only solution; what is one of several is never matched by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from only_solution import assert_only_solution

from reconcile.domain.money import Money
from reconcile.domain.policy.payments import PASSES, PaymentPolicy, Tolerance
from reconcile.erp.matching.match import match_payments
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.result import LISTED, Match, Matching, Solution
from reconcile.erp.payments.model import Payment, PaymentFile, Place

POLICY = PaymentPolicy()
WITHIN_5 = PaymentPolicy(tolerance={"USD": Tolerance(Decimal(5))})


def _owed(payout_id: str, amount: str, stage: str = "APPROVED", **more: object) -> Owed:
    money = Money(Decimal(amount), "USD")
    plain = Owed(payout_id, "ptn_1", "Acme Partners", money, stage, date(2026, 3, 31), (payout_id,))
    return replace(plain, **more)  # type: ignore[arg-type]


def _paid(amount: str, text: str = "", payee: str = "Acme Partners", day: int = 15) -> Payment:
    money = Money(Decimal(amount), "USD")
    return Payment(Place("", ""), money, booked=date(2026, 4, day), payee=payee, references=(text,))


def _match(payments: list[Payment], owed: list[Owed], policy: PaymentPolicy = POLICY) -> Matching:
    placed = [replace(one, place=Place("bank.csv", f"line {line}")) for line, one in enumerate(payments, 2)]
    return match_payments([PaymentFile("bank.csv", "CSV", "", tuple(placed))], owed, policy)


def _payouts(one: Solution) -> set[str]:
    return {owed.payout_id for owed in one.owed}


def _told(match: Match) -> tuple[set[str], str, list[set[str]]]:
    """The payouts of a match, its certificate in words, and the payouts of the other solutions."""
    return (
        _payouts(match.solutions[0]),
        str(match.certificate),
        [_payouts(one) for one in match.certificate.others],
    )


def test_a_sum_that_can_be_made_in_two_ways_says_so_and_lists_the_other() -> None:
    owed = [_owed(amount, amount) for amount in ("100", "150", "200", "250")]
    (suggested,) = _match([_paid("350")], owed).suggestions

    assert _told(suggested) == ({"100", "250"}, "one of 2 solutions", [{"150", "200"}])


def test_a_sum_that_can_be_made_in_one_way_is_the_only_solution() -> None:
    owed = [_owed(amount, amount) for amount in ("100", "150", "220", "250")]
    (suggested,) = _match([_paid("350")], owed).suggestions

    assert _told(suggested) == ({"100", "250"}, "the only solution", [])


def test_several_payments_for_one_payout_say_which_others_come_to_it() -> None:
    payments = [_paid(amount) for amount in ("40", "60", "30", "70")]
    (suggested,) = _match(payments, [_owed("a", "100")]).suggestions

    assert str(suggested.certificate) == "one of 2 solutions"
    assert [str(one.amount) for one in suggested.certificate.others[0].payments] == ["30.00 USD", "70.00 USD"]


def test_a_payout_of_the_amount_is_not_the_only_solution_beside_a_sum_that_comes_to_it() -> None:
    owed = [_owed("whole", "350"), _owed("a", "100"), _owed("b", "250")]
    (suggested,) = _match([_paid("350")], owed).suggestions

    assert _told(suggested) == ({"whole"}, "one of 2 solutions", [{"a", "b"}])


@pytest.mark.parametrize(("payments", "payouts"), [(1, 2), (2, 1), (3, 2)])
def test_more_payouts_than_payments_of_an_amount_or_fewer_are_several_solutions(
    payments: int, payouts: int
) -> None:
    result = _match([_paid("100")] * payments, [_owed(f"pay_{one}", "100") for one in range(payouts)])

    assert [str(one.certificate) for one in result.suggestions] == [
        f"one of {payments + payouts - 1} solutions"
    ] * min(payments, payouts)


def test_as_many_payments_as_payouts_of_an_amount_pay_all_of_them_whichever_is_whose() -> None:
    result = _match([_paid("100")] * 3, [_owed(f"pay_{one}", "100") for one in range(3)])

    assert [one.certificate.is_only for one in result.suggestions] == [True] * 3
    assert "3 payments of this amount for as many payouts" in result.suggestions[0].evidence


def test_solutions_of_payouts_that_another_payment_may_pay_are_listed_too() -> None:
    """The payment of 250 takes the payout of 250; without it 350 would look like 150 + 200 alone."""
    owed = [_owed(amount, amount) for amount in ("100", "150", "200", "250")]
    result = _match([_paid("250"), _paid("350")], owed)
    (of_350,) = (one for one in result.suggestions if one.payments[0].amount.amount == 350)

    assert _told(of_350) == ({"150", "200"}, "one of 2 solutions", [{"100", "250"}])


@pytest.mark.parametrize(
    ("payments", "owed", "policy"),
    [
        ([_paid("100", "pay_1 pay_2")], [_owed("pay_1", "100"), _owed("pay_2", "100")], POLICY),
        ([_paid("100", "pay_1 pay_2")], [_owed("pay_1", "100", "PAID"), _owed("pay_2", "100")], POLICY),
        ([_paid("100", "pay_1 pay_2")], [_owed("pay_1", "100", "DECLINED"), _owed("pay_2", "100")], POLICY),
        (
            [_paid("150", "pay_1 pay_2 pay_3")],
            [_owed("pay_1", "150"), _owed("pay_2", "100"), _owed("pay_3", "50")],
            POLICY,
        ),
        ([_paid("100", "pay_1 pay_2")], [_owed("pay_1", "100"), _owed("pay_2", "4")], WITHIN_5),
        ([_paid("100", "pay_1 pay_2")], [_owed("pay_1", "98"), _owed("pay_2", "103")], WITHIN_5),
        (
            [_paid("100", "pay_1"), _paid("60", "pay_1"), _paid("40", "pay_1")],
            [_owed("pay_1", "100")],
            POLICY,
        ),
        (
            [_paid("100", "pay_1 BILL-7777")],
            [_owed("pay_1", "100"), *(_owed(f"pay_{n}", "100", references=("BILL-7777",)) for n in (2, 3))],
            POLICY,
        ),
        (
            [_paid("100", "BILL-7777")],
            [_owed(f"pay_{n}", "100", references=("BILL-7777",)) for n in (1, 2)],
            POLICY,
        ),
        ([_paid("10", "pay_1")] * 12, [_owed("pay_1", "40")], POLICY),
    ],
    ids=[
        "two of one amount are named", "one of them is paid", "one of them is declined", "one or a sum of two",
        "a payout within the tolerance", "two within the tolerance", "one payment or two that come to it",
        "another reference leads to others", "a reference leads to two", "more ways than are looked for",
    ],
)  # fmt: skip
@pytest.mark.parametrize("automatic", [("reference", "po-number"), ("reference",)])
def test_what_is_named_and_has_several_solutions_is_never_matched_by_itself(
    payments: list[Payment], owed: list[Owed], policy: PaymentPolicy, automatic: tuple[str, ...]
) -> None:
    result = _match(payments, owed, replace(policy, automatic=automatic))

    (suggested,) = result.suggestions
    assert not suggested.certificate.is_only
    assert suggested.certificate.others or not suggested.certificate.complete
    assert [one for one in result.matches if one.verdict == "paid"] == []


def test_a_sum_of_several_solutions_is_not_automatic_even_where_a_policy_would_have_it() -> None:
    """The settings refuse such a policy; the decision does not rest on that."""
    policy = PaymentPolicy()
    object.__setattr__(policy, "automatic", PASSES)
    owed = [_owed(amount, amount) for amount in ("100", "150", "200", "250")]

    assert _match([_paid("350")], owed, policy).matches == ()
    assert len(_match([_paid("350")], [*owed[:1], *owed[3:]], policy).matches) == 1


def test_a_payment_that_names_one_of_two_leaves_the_other_to_the_payment_that_names_both() -> None:
    payments = [_paid("100", "pay_1 pay_2"), _paid("100", "pay_1"), _paid("7", "pay_2")]
    result = _match(payments, [_owed("pay_1", "100"), _owed("pay_2", "100")])

    assert {(one.payments[0].place.spot, one.owed[0].payout_id) for one in result.matches} == {
        ("line 3", "pay_1"),
        ("line 2", "pay_2"),
    }


def test_a_search_that_reached_its_bound_says_so() -> None:
    owed = [_owed(f"pay_{number}", str(10_000_019 + number * 7_919)) for number in range(120)]
    payment = _paid(str(sum(int(one.amount.amount) for one in owed[:3])))
    (suggested,) = _match([payment], owed).suggestions

    assert str(suggested.certificate).endswith("not all solutions were looked for")
    assert len(suggested.certificate.others) <= LISTED


IDS = tuple(f"pay_{number}" for number in range(1, 7))
AMOUNTS = ("25", "50", "75", "100", "4")
STAGES = ("APPROVED", "APPROVED", "SCHEDULED", "PAID", "DECLINED")


@st.composite
def _naming(draw: st.DrawFn, owed: list[Owed]) -> Payment:
    """A payment that names some payouts, and comes to some of those, or to any other amount."""
    named = draw(st.lists(st.sampled_from(owed), min_size=1, max_size=4, unique=True))
    meant = draw(st.lists(st.sampled_from(named), min_size=1, unique=True))
    amount = sum((one.amount.amount for one in meant), Decimal(draw(st.sampled_from((0, 0, 0, -4, 25)))))
    texts = [draw(st.sampled_from(one.references)) for one in named]
    return _paid(str(amount), " ".join(texts), day=draw(st.integers(1, 3)))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_payment_is_matched_by_itself_only_where_trying_everything_finds_no_other_solution(
    data: st.DataObject,
) -> None:
    draw = data.draw
    owed = [
        _owed(name, draw(st.sampled_from(AMOUNTS)), draw(st.sampled_from(STAGES)),
              references=(name, *draw(st.sampled_from(((), ("BILL-7777",), ("BILL-8888",))))))
        for name in IDS
    ]  # fmt: skip
    payments = draw(st.lists(_naming(owed), min_size=1, max_size=4))
    policy = draw(st.sampled_from((POLICY, WITHIN_5)))
    result = _match(payments, owed, policy)

    for match in result.matches:
        if match.verdict == "paid":
            assert_only_solution(match, result, owed, policy)


def test_a_payout_is_not_the_only_solution_where_five_others_come_to_the_payment() -> None:
    owed = [_owed("A1", "100"), *(_owed(f"A{number}", "20") for number in range(2, 7)), _owed("A7", "7")]
    payment = _paid("100", " ".join(one.payout_id for one in owed))

    assert _match([payment], owed).matches == ()
