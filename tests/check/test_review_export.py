from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from builders import make_line, make_payout, make_snapshot

from reconcile.check.export_review import review_export
from reconcile.domain.period import Period
from reconcile.domain.records import CommissionLine
from reconcile.domain.snapshot import Scope


def test_a_payout_that_is_the_sum_of_its_lines_is_not_worth_a_word() -> None:
    snapshot = make_snapshot(make_payout(total="750.5 USD"), make_line(), make_line("cln_2", "250.50 USD"))

    assert review_export(snapshot) == ()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([make_line()], "is 1,000.00 USD, but its 1 line has 500.00 USD."),
        ([make_line(), make_line("cln_2", "500.01 USD")], "but its 2 lines have 1,000.01 USD."),
        ([], "but its 0 lines have 0.00 USD."),
        ([make_line(payout_id=None)], "but its 0 lines have 0.00 USD."),
    ],
)
def test_a_payout_that_is_not_the_sum_of_its_lines_is_named_with_both_amounts(
    lines: list[CommissionLine], said: str
) -> None:
    (finding,) = review_export(make_snapshot(make_payout(), *lines))

    assert finding.message.startswith("Payout pay_1 of Acme ")
    assert finding.message.endswith(said)
    assert (finding.severity, finding.rule, finding.record_id) == ("warning", "payout-total", "pay_1")


def test_amounts_of_different_currencies_are_never_compared() -> None:
    snapshot = make_snapshot(make_payout(), make_line(), make_line("cln_2", "1 EUR"))

    assert review_export(snapshot) == ()


def test_amounts_that_nobody_can_pay_exactly_are_one_warning_with_a_count() -> None:
    fine = [make_line(f"cln_{n}", "0.123 USD", None) for n in range(1, 8)]
    (finding,) = review_export(make_snapshot(*fine, make_line("cln_8", "0.123 KWD", None)))

    assert (finding.severity, finding.rule) == ("warning", "money-decimals")
    assert finding.message == (
        "7 amounts have more decimals than the currency has: cln_1 (0.123 USD), cln_2 (0.123 USD), "
        "cln_3 (0.123 USD), cln_4 (0.123 USD), cln_5 (0.123 USD) and 2 more. They are exported as they are."
    )


def test_an_amount_of_a_payout_with_too_many_decimals_is_named() -> None:
    snapshot = make_snapshot(make_payout(total="0.5 JPY"), make_line(total="0.5 JPY"))

    assert [one.message.split(":")[0] for one in review_export(snapshot)] == [
        "2 amounts have more decimals than the currency has"
    ]


@pytest.mark.parametrize(("minutes", "warned"), [(-1, False), (0, True), (14, True), (15, False)])
def test_an_export_just_after_its_period_says_that_the_crm_may_not_have_been_read(
    minutes: int,
    warned: bool,  # noqa: FBT001  a parameter of the table above
) -> None:
    march = Period(date(2026, 3, 1), date(2026, 3, 31))
    at = datetime(2026, 4, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    snapshot = replace(make_snapshot(), scope=Scope(periods=(march,)), taken_at=at)

    assert [one.rule for one in review_export(snapshot)] == (["crm-late"] if warned else [])
