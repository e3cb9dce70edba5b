"""Payouts become bills: each with its whole amount, once, or left out with a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from builders import END, make_line, make_payout, make_snapshot
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.domain.bill import IssuedBill
from reconcile.domain.money import Money, totals
from reconcile.domain.records import CommissionLine, Payout
from reconcile.erp.bills.import_files import lay_out
from reconcile.erp.bills.layout import Accounts, Column, Due, FileLayout, Layout
from reconcile.erp.bills.make_bills import Circumstances, due_date, in_currencies, make_bills
from reconcile.erp.bills.manifest import tie_out
from reconcile.erp.bills.model import Bill, Billing, Why
from reconcile.erp.bills.vendors import Vendor

TODAY = date(2026, 4, 8)
ACME = Vendor("ptn_1", "Acme Ltd", "V1")
COLUMNS = (Column("Vendor", "{vendor}"), Column("Amount", "{amount}"))


def _layout(**given: object) -> Layout:
    file = FileLayout("bills-{currency}-{number}.csv", COLUMNS)
    return Layout(**{"name": "test", "title": "Test", "files": (file,), **given})  # type: ignore[arg-type]


def _made(*records: Payout | CommissionLine, layout: Layout | None = None, **given: object) -> Billing:
    circumstances = {"vendors": {"ptn_1": ACME}, "issued": (), "today": TODAY, **given}
    return make_bills(make_snapshot(*records), layout or _layout(), Circumstances(**circumstances))  # type: ignore[arg-type]


def _issued(payout_id: str, total: str = "1000", line_id: str = "", number: str = "") -> IssuedBill:
    amount = Money(Decimal(total), "USD")
    return IssuedBill(
        number or payout_id, payout_id, line_id, "ptn_1", amount, "test", "f.csv", "", "2026-04-01", "ana"
    )


def test_a_payout_becomes_a_bill_with_a_row_for_every_line() -> None:
    (bill,) = _made(
        make_payout(po_number="77"), make_line("cln_1", "400 USD"), make_line("cln_2", "600 USD")
    ).bills

    assert (bill.number, bill.kind, bill.amount) == ("pay_1", "bill", Money(Decimal(1000), "USD"))
    assert [(row.line_id, row.amount, row.description) for row in bill.rows] == [
        ("cln_1", Decimal(400), "Referral"),
        ("cln_2", Decimal(600), "Referral"),
    ]
    assert (bill.date, bill.due) == (date(2026, 3, 31), date(2026, 4, 30))


def test_a_payout_whose_lines_are_in_other_currencies_is_one_row() -> None:
    (bill,) = _made(make_payout(), make_line("cln_1", "400 EUR"), make_line("cln_2", "600 USD")).bills

    assert [(row.amount, row.description) for row in bill.rows] == [
        (Decimal(1000), "Commission 2026-Q1 pay_1")
    ]


def test_a_payout_whose_lines_do_not_add_up_is_held_back() -> None:
    (left,) = _made(make_payout(), make_line("cln_1", "400 USD")).left_out

    assert left.why is Why.HELD
    assert "1,000.00 USD and its lines add up to 400.00 USD" in left.reason


@pytest.mark.parametrize("detail", ["line", "payout"])
def test_a_payout_without_lines_is_held_back_however_it_is_laid_out(detail: str) -> None:
    (left,) = _made(make_payout(), layout=_layout(detail=detail)).left_out

    assert left.why is Why.HELD
    assert left.reason == "it says 1,000.00 USD and has no line"


def test_a_partner_without_a_vendor_is_held_back_and_not_guessed() -> None:
    (left,) = _made(make_payout(), make_line(total="1000 USD"), vendors={}).left_out

    assert left.why is Why.HELD
    assert "Acme (ptn_1) has no vendor" in left.reason


def test_a_layout_that_names_no_vendor_needs_no_mapping() -> None:
    file = FileLayout("f-{currency}-{number}.csv", (Column("Partner", "{partner_id}"),))
    made = _made(make_payout(), make_line(total="1000 USD"), layout=_layout(files=(file,)), vendors={})

    assert len(made.bills) == 1


@pytest.mark.parametrize(("kinds", "why"), [(("bill",), Why.HELD), (("bill", "credit"), None)])
def test_a_negative_payout_is_a_credit_or_held_back(kinds: tuple[str, ...], why: Why | None) -> None:
    file = FileLayout("f-{currency}-{number}.csv", COLUMNS, kinds=kinds)  # type: ignore[arg-type]
    made = _made(make_payout(total="-50 USD"), make_line(total="-50 USD"), layout=_layout(files=(file,)))

    assert [left.why for left in made.left_out] == ([why] if why else [])
    assert [bill.kind for bill in made.bills] == ([] if why else ["credit"])


def test_an_empty_payout_is_nothing_to_pay() -> None:
    (left,) = _made(make_payout(total="0 USD")).left_out

    assert left.why is Why.EMPTY


def test_what_was_billed_before_is_left_out_and_says_where_it_went() -> None:
    (left,) = _made(make_payout(), make_line(total="1000 USD"), issued=[_issued("pay_1")]).left_out

    assert (left.why, left.fix) == (Why.BILLED, "")
    assert left.reason == "billed as pay_1 in f.csv on 2026-04-01 by ana"


def test_a_payout_that_moved_after_it_was_billed_is_pointed_out() -> None:
    (left,) = _made(make_payout(), make_line(total="1000 USD"), issued=[_issued("pay_1", "900")]).left_out

    assert "then 900.00 USD and now 1,000.00 USD" in left.reason
    assert "--again" in left.fix


def test_again_bills_it_once_more_under_the_same_number() -> None:
    (bill,) = _made(make_payout(), make_line(total="1000 USD"), issued=[_issued("pay_1")], again=True).bills

    assert bill.number == "pay_1"


def test_a_bill_per_line_leaves_out_only_the_lines_that_were_billed() -> None:
    layout = _layout(per="line", number="L-{line_id}")
    made = _made(
        make_payout(),
        make_line("cln_1", "400 USD"),
        make_line("cln_2", "600 USD"),
        layout=layout,
        issued=[_issued("pay_1", "400", "cln_1", "L-cln_1")],
    )

    assert [(bill.number, bill.amount.amount) for bill in made.bills] == [("L-cln_2", Decimal(600))]
    assert [(left.why, left.amount.amount) for left in made.left_out] == [(Why.BILLED, Decimal(400))]


def test_a_bill_per_line_cannot_be_made_of_lines_in_other_currencies() -> None:
    layout = _layout(per="line", number="L-{line_id}")
    (left,) = _made(make_payout(), make_line(total="1000 EUR"), layout=layout).left_out

    assert "other currencies" in left.reason


def test_two_payouts_that_would_share_a_number_are_both_held_back() -> None:
    layout = _layout(number="B-{period}-{payout_id:.3}")
    made = _made(
        make_payout("pay_1"),
        make_line("cln_1", "1000 USD"),
        make_payout("pay_2"),
        make_line("cln_2", "1000 USD", "pay_2"),
        layout=layout,
    )

    assert made.bills == ()
    assert [left.why for left in made.left_out] == [Why.HELD, Why.HELD]


def test_a_number_that_another_payout_has_had_is_held_back() -> None:
    made = _made(
        make_payout("pay_2"),
        make_line(total="1000 USD", payout_id="pay_2"),
        issued=[_issued("pay_1", number="pay_2")],
    )

    assert made.bills == ()


def test_a_number_that_is_too_long_for_the_system_is_held_back() -> None:
    (left,) = _made(make_payout(), make_line(total="1000 USD"), layout=_layout(number_limit=4)).left_out

    assert "pay_1 is longer than the 4 characters of Test" in left.reason


def test_more_decimals_than_the_currency_has_are_held_back() -> None:
    (left,) = _made(make_payout(total="10.005 USD"), make_line(total="10.005 USD")).left_out

    assert "more decimals than USD has" in left.reason


@pytest.mark.parametrize(
    ("partner", "plan", "currency", "account"),
    [
        ("ptn_1", "Gold", "EUR", "A"),
        ("ptn_2", "Gold", "EUR", "B"),
        ("ptn_2", "x", "EUR", "C"),
        ("x", "x", "x", "D"),
    ],
)
def test_an_account_is_found_by_partner_then_plan_then_currency(
    partner: str, plan: str, currency: str, account: str
) -> None:
    accounts = Accounts("D", {"ptn_1": "A"}, {"Gold": "B"}, {"EUR": "C"})

    assert accounts.account(partner, plan, currency) == account


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (Due(), "2026-03-02"),
        (Due(days=0, months=1), "2026-02-28"),
        (Due(days=0, months=1, end_of_month=True), "2026-02-28"),
        (Due(days=15, months=0, end_of_month=True), "2026-02-15"),
        (Due(days=0, months=11), "2026-12-31"),
    ],
)
def test_a_due_date_follows_its_rule(due: Due, expected: str) -> None:
    assert due_date(date(2026, 1, 31), due).isoformat() == expected


@pytest.mark.parametrize(
    ("source", "day"), [("period_end", END.date()), ("today", TODAY), ("created", date(2026, 5, 1))]
)
def test_a_bill_has_the_date_that_the_layout_says(source: str, day: date) -> None:
    created = datetime(2026, 5, 1, 23, tzinfo=UTC)
    layout = _layout(date_from=source)
    (bill,) = _made(make_payout(created_at=created), make_line(total="1000 USD"), layout=layout).bills

    assert bill.date == day


@pytest.mark.parametrize("source", ["period_end", "created", "today"])
def test_a_bill_is_never_dated_into_a_closed_period(source: str) -> None:
    closed = date(2026, 4, 30)
    (bill,) = _made(
        make_payout(), make_line(total="1000 USD"), layout=_layout(date_from=source), closed_until=closed
    ).bills

    assert bill.date == date(2026, 5, 1)
    assert bill.due > bill.date


def test_only_the_currencies_asked_for_are_billed() -> None:
    records = (make_payout(), make_payout("pay_2", "5 EUR"), make_line("cln_2", "5 EUR", "pay_2"))
    made = _made(*records, currencies=("EUR",))

    assert [bill.payout.id for bill in made.bills] == ["pay_2"]
    assert in_currencies(make_snapshot(*records), ("EUR",)) == [Money(Decimal(5), "EUR")]


_AMOUNTS = st.integers(-10_000, 10_000).map(lambda cents: Decimal(cents) / 100)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    amounts=st.lists(
        st.tuples(st.lists(_AMOUNTS, min_size=1, max_size=4), st.sampled_from(["USD", "EUR"]), st.booleans()),
        max_size=6,
    ),
    per=st.sampled_from(["payout", "line"]),
    credits_too=st.booleans(),
)
def test_every_cent_in_scope_is_in_a_file_or_left_out_with_a_reason(
    amounts: list[tuple[list[Decimal], str, bool]],
    per: str,
    credits_too: bool,  # noqa: FBT001  drawn by hypothesis
) -> None:
    records: list[Payout | CommissionLine] = []
    issued = []
    for number, (parts, currency, before) in enumerate(amounts):
        payout = make_payout(f"pay_{number}", f"{sum(parts)} {currency}")
        records.append(payout)
        records += [
            make_line(f"cln_{number}_{place}", f"{part} {currency}", payout.id)
            for place, part in enumerate(parts)
        ]
        if before:
            issued.append(_issued(payout.id))
    kinds = ("bill", "credit") if credits_too else ("bill",)
    file = FileLayout("f-{currency}-{number}.csv", COLUMNS, kinds=kinds, max_rows=3)  # type: ignore[arg-type]
    layout = _layout(files=(file,), per=per, number="{line_id}{payout_id}")
    billing, files = lay_out(_made(*records, layout=layout, issued=issued), layout)
    ties = tie_out(in_currencies(make_snapshot(*records), ()), billing)
    written = totals(bill.amount for one in files for bill in one.bills)

    assert [tie.residual for tie in ties] == [0] * len(ties)
    assert written == totals(bill.amount for bill in billing.bills)
    assert all(_sum(bill) == bill.amount.amount for bill in billing.bills)
    assert len({bill.number for bill in billing.bills}) == len(billing.bills)


def _sum(bill: Bill) -> Decimal:
    return sum((row.amount for row in bill.rows), Decimal(0))
