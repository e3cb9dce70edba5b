"""Aging, flux, accruals, true-up, rates: what the pack says beside the roll-forward."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from builders import END, make_line, make_payout
from closing import APRIL_END, close_of, facts_of, frozen_of, paid

from reconcile.close.aging import buckets, sums
from reconcile.close.journal import imbalance
from reconcile.close.late import late_entries, true_up
from reconcile.close.remeasurement.rates import rates_from
from reconcile.domain.policy.close import AccountRule, ClosePolicy
from reconcile.errors import ConfigurationError

RATES = [["currency", "to", "rate", "date"], ["EUR", "USD", "1.1", "2026-03-31"]]


def test_unpaid_payouts_are_aged_by_the_end_of_their_period() -> None:
    payouts = [
        make_payout("pay_new"),
        make_payout("pay_old", "5 EUR", period_end=END.replace(month=1)),
        make_payout("pay_older", "7 EUR", period_end=END.replace(year=2025)),
        make_payout("pay_paid", period_end=END.replace(month=1), stage="PAID"),
        make_payout("pay_declined", stage="DECLINED"),
        make_payout("pay_next", period_end=END.replace(month=5)),
    ]
    lines = [
        make_line(f"cln_{one.id}", str(one.amount).replace(",", ""), one.id, period_end=one.period_end)
        for one in payouts
    ]
    close = close_of(None, *payouts, *lines)

    assert [(one.payout_id, one.days, one.bucket) for one in close.waiting] == [
        ("pay_older", 365, "over 90"),
        ("pay_old", 59, "31-60"),
        ("pay_new", 0, "0-30"),
    ]
    assert sums(close.waiting, (30, 60, 90))["EUR"] == {"0-30": 0, "31-60": 5, "61-90": 0, "over 90": 7}


def test_the_buckets_are_a_setting() -> None:
    assert buckets((15, 45)) == ("0-15", "16-45", "over 45")


def test_a_payout_paid_after_the_period_is_still_waiting_at_its_end() -> None:
    late = {"pay_1": (paid("2026-04-02", "500 USD"),)}
    close = close_of(None, make_payout(stage="PAID"), make_line(), payments=late)

    assert [one.payout_id for one in close.waiting] == ["pay_1"]


def test_flux_is_material_beyond_both_thresholds() -> None:
    before = frozen_of(
        make_line("cln_1", "50000 USD", None), make_line("cln_2", "100 USD", None, plan_name="B")
    )
    close = close_of(
        before,
        make_line("cln_1", "52000 USD", None),
        make_line("cln_2", "1200 USD", None, plan_name="B"),
        make_line("cln_3", "900 USD", None, plan_name="C"),
    )

    assert [(one.plan, one.delta, one.share, one.is_material) for one in close.flux] == [
        ("", Decimal(2000), Decimal("0.0400"), False),
        ("B", Decimal(1100), Decimal("11.0000"), True),
        ("C", Decimal(900), None, False),
    ]


def test_the_accrual_balances_per_currency_and_is_reversed_on_the_next_day() -> None:
    lines = [
        make_line("cln_1", "100 USD", None, plan_name="Gold"),
        make_line("cln_2", "-30 USD", None),
        make_line("cln_3", "5 EUR", None),
    ]
    policy = ClosePolicy(expense=AccountRule("6200", by_plan={"Gold": "6300"}), liability=AccountRule("2100"))
    close = close_of(None, *lines, policy=policy)
    booked = {(one.journal, one.account): one.amount for one in close.journal}

    assert booked == {
        ("ACC-2026-03-EUR", "6200"): 5,
        ("ACC-2026-03-EUR", "2100"): -5,
        ("ACC-2026-03-USD", "6200"): -30,
        ("ACC-2026-03-USD", "6300"): 100,
        ("ACC-2026-03-USD", "2100"): -70,
        ("ACC-2026-03-EUR-R", "6200"): -5,
        ("ACC-2026-03-EUR-R", "2100"): 5,
        ("ACC-2026-03-USD-R", "6200"): 30,
        ("ACC-2026-03-USD-R", "6300"): -100,
        ("ACC-2026-03-USD-R", "2100"): 70,
    }
    assert {one.date for one in close.journal if one.is_reversal} == {date(2026, 4, 1)}
    assert set(imbalance(close.journal).values()) == {0}


def test_every_accrued_line_stands_behind_one_debit_and_one_credit() -> None:
    close = close_of(None, make_line("cln_1", "100 USD", None), make_line("cln_2", "5 EUR", None))
    behind = sorted(line for one in close.journal if not one.is_reversal for line in one.lines)

    assert behind == ["cln_1", "cln_1", "cln_2", "cln_2"]


def test_late_changes_are_the_difference_to_what_was_frozen_and_are_trued_up() -> None:
    frozen = frozen_of(
        make_payout(),
        make_line("cln_1", "100 USD"),
        make_line("cln_2", "30 USD"),
        make_line("cln_3", "9 USD"),
        make_line("cln_4", "4 USD"),
    )
    late = late_entries(
        frozen,
        facts_of(
            frozen,
            make_payout(),
            make_line("cln_1", "90 USD"),
            make_line("cln_2", "30 EUR"),
            make_line("cln_3", "9 USD", status="VOIDED"),
            make_line("cln_new", "2 USD"),
        ),
    )

    assert sorted((one.entry.line_id, one.entry.currency, one.entry.amount) for one in late.changes) == [
        ("cln_1", "USD", -10),
        ("cln_2", "EUR", 30),
        ("cln_2", "USD", -30),
        ("cln_3", "USD", -9),
        ("cln_4", "USD", -4),
        ("cln_new", "USD", 2),
    ]
    entry = {(one.journal, one.account): one.amount for one in true_up(late.booked, frozen)}
    assert entry["ADJ1-2026-03-USD", "6200"] == -51
    assert entry["ADJ1-2026-03-USD", "2100"] == 51


@pytest.mark.parametrize("method", ["reversing", "clearing"])
def test_late_entries_hold_only_what_is_new_since_the_last_ones(method: str) -> None:
    policy = ClosePolicy(method=method)  # type: ignore[arg-type]
    frozen = frozen_of(make_payout(), make_line("cln_1", "100 USD"), policy=policy)
    first = late_entries(frozen, facts_of(frozen, make_payout(), make_line("cln_1", "90 USD"))).booked
    again = facts_of(frozen, make_payout(), make_line("cln_1", "90 USD"))
    then = facts_of(frozen, make_payout(), make_line("cln_1", "70 USD"))

    assert late_entries(frozen, again, first).booked == ()
    assert [one.amount for one in late_entries(frozen, then, first).booked] == [-20]


def test_a_payment_after_the_close_is_no_change_of_the_period_and_one_before_its_end_is() -> None:
    line = make_line("cln_1", "100 USD")
    frozen = frozen_of(make_payout(), line)
    at_paid = make_payout(stage="PAID", updated_at=APRIL_END)

    def moved(**payments: object) -> list[Decimal]:
        late = late_entries(frozen, facts_of(frozen, at_paid, line, **payments))
        return [one.entry.amount for one in late.changes]

    assert moved() == []
    assert moved(payments={"pay_1": (paid("2026-04-02", "100 USD"),)}) == []
    assert moved(payments={"pay_1": (paid("2026-03-30", "100 USD"),)}) == [-100]


def test_nothing_late_gives_no_entry() -> None:
    frozen = frozen_of(make_payout(), make_line("cln_1", "100 USD"))
    late = late_entries(frozen, frozen.facts)

    assert late.changes == ()
    assert true_up(late.booked, frozen) == ()


def test_a_reporting_currency_stands_beside_the_others() -> None:
    close = close_of(
        None,
        make_line("cln_1", "100 USD", None),
        make_line("cln_2", "10.05 EUR", None),
        rates=rates_from(RATES, "rates.csv"),
    )

    assert close.reported == {"EUR": Decimal("11.06"), "USD": Decimal(100)}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([["currency", "rate"]], "rates.csv is no table of rates"),
        ([RATES[0]], "rates.csv has no rates"),
        ([RATES[0], ["EURO", "USD", "1", "2026-03-31"]], "row 2: 'EURO' is no currency"),
        ([RATES[0], ["EUR", "USD", "1,1", "2026-03-31"]], "row 2: the rate '1,1' is not a number"),
        ([RATES[0], ["EUR", "USD", "0", "2026-03-31"]], "row 2: the rate '0' is not a number above zero"),
        ([RATES[0], ["EUR", "USD", "1.1", "31.3.2026"]], "row 2: write the date as 2026-03-31"),
        ([*RATES, ["GBP", "CHF", "1.1", "2026-03-31"]], "row 3: one reporting currency"),
        ([*RATES, RATES[1]], "row 3: one reporting currency"),
    ],
)
def test_what_is_wrong_with_rates_is_said_with_its_row(table: list[list[str]], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        rates_from(table, "rates.csv")


def test_a_currency_without_a_rate_is_named() -> None:
    close = close_of(None, make_line("cln_1", "100 GBP", None), rates=rates_from(RATES, "rates.csv"))

    with pytest.raises(ConfigurationError, match=r"rates\.csv has no rate from GBP to USD"):
        _ = close.reported


def test_of_several_rates_the_nearest_to_the_end_is_its_rate_and_each_day_has_the_nearest() -> None:
    days = ("2026-03-29", "2026-04-02", "2026-03-10")
    rows = [["EUR", "USD", f"1.{number}", day] for number, day in enumerate(days)]
    rates = rates_from([RATES[0], *rows], "rates.csv", date(2026, 3, 31))

    # Two days before and two days after: the earlier one.
    assert rates.rates["EUR"].day == date(2026, 3, 29)
    assert rates.of("EUR", date(2026, 3, 12), 5).day == date(2026, 3, 10)
    assert rates.of("EUR", date(2026, 3, 20), 5).day == date(2026, 3, 29)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["EUR", "USD", "1", "2026-03-31", "mean"]], "row 2: the kind 'mean' is neither spot nor average"),
        ([["EUR", "USD", "1", "2026-03-31", "average"]], "has no rates"),
        ([["EUR", "USD", "1", "2026-03-31", "average"]] * 2, "row 3: .* one rate a day and one average"),
    ],
)
def test_averages_stand_beside_rates(rows: list[list[str]], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        rates_from([[*RATES[0], "kind"], *rows], "rates.csv")
