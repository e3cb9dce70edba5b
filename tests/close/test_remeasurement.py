"""Balances in other currencies stand at the rate of the end, month by month, in both methods.

The ledger in the currency of the books is kept apart, from the standards: see `functional_books`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from builders import make_line, make_payout
from closing import APRIL, MARCH, frozen_of, paid
from double_entry import (
    BANK,
    EXPENSE,
    LIABILITY,
    PAYABLE,
    PREPAID,
    RECEIVABLE,
    Books,
    Company,
    Method,
    end_of,
    exported,
)
from functional_books import BOOKS, GAIN, ZERO, FunctionalBooks, at, rates_of

from reconcile.close.close import Close, make_close
from reconcile.close.frozen import Frozen
from reconcile.close.late import late_entries, true_up
from reconcile.close.ledger.evidence_of_payment import DatedBill
from reconcile.close.pack import pack_of
from reconcile.close.remeasurement.gain_journal import left_on_accounts
from reconcile.close.remeasurement.on_account import OnAccount
from reconcile.close.remeasurement.rates import Rates, rates_from
from reconcile.close.rollup.rolled_up import rolled_up
from reconcile.close.rollup.rollup_tables import rollup_pack
from reconcile.domain.money import Money
from reconcile.domain.pack_table import Pack, value_of
from reconcile.domain.period import Period
from reconcile.domain.policy.close import ClosePolicy, GlPolicy
from reconcile.domain.policy.remeasurement import RemeasurementPolicy
from reconcile.errors import ConfigurationError

POLICY = ClosePolicy(remeasurement=RemeasurementPolicy(BOOKS, GAIN), gl=GlPolicy(payable=PAYABLE))
PARTNERS = {"ptn_1": "USD", "ptn_3": "EUR", "ptn_4": "EUR", "ptn_5": "EUR"}
ACCOUNTS = (LIABILITY, PAYABLE, RECEIVABLE, PREPAID)


def _company(seed: int, method: Method) -> Company:
    return Company(Random(seed), method, partners=PARTNERS, policy=POLICY)


def _frozen(company: Company, month: int) -> Frozen:
    return replace(company.frozen(month), rates=rates_of(end_of(month).date()))


def _recoin(company: Company) -> None:
    """A line of the pool is paid in another currency from now on; none of these comes on a payout."""
    pool = sorted(one.id for one in company.lines.values() if one.payout_id is None)
    if pool:
        line = company.lines[company.random.choice(pool)]
        other = "EUR" if line.amount.currency == "USD" else "USD"
        company.lines[line.id] = replace(line, amount=Money(line.amount.amount, other))
    for line in list(company.lines.values()):
        if line.amount.currency != PARTNERS[line.partner_id]:
            company.lines[line.id] = replace(line, payout_id=None)


def _check(company: Company, books: FunctionalBooks, close: Close) -> None:
    end = close.frozen.period.end
    for account in ACCOUNTS:
        foreign = company.books.balance(end, account, "EUR")
        assert books.balance(end, account, "EUR") == at(foreign, "EUR", end), (account, foreign)
    found = close.further.remeasurement
    assert found
    for one in found.balances:
        assert one.opening + one.moved == one.closing


def _months(company: Company, books: FunctionalBooks, months: range) -> list[Close]:
    """Lives through months, and checks the ledger at the end of each."""
    closes: list[Close] = []
    before: Frozen | None = None
    expense, seen = ZERO, dict[tuple[str, str], Decimal]()
    for month in months:
        company.earn(month)
        company.live_through(month)
        company.change()
        _recoin(company)
        frozen = _frozen(company, month)
        close = make_close(frozen, before)
        books.events()
        company.books.journal(close.journal)
        books.journal(close.journal)
        books.taken = len(company.books.postings)
        books.remeasure(close.further.gain_journal)
        _check(company, books, close)
        end = frozen.period.end
        now = {
            (one.id, one.amount.currency): one.amount.amount
            for one in company.lines.values()
            if one.status != "VOIDED"
        }
        # Everything is earned on the last day of a month, and changed by the next one.
        for code in ("EUR", "USD"):
            keys = [key for key in seen.keys() | now.keys() if key[1] == code]
            expense += at(sum((now.get(key, ZERO) - seen.get(key, ZERO) for key in keys), ZERO), code, end)
        assert books.balance(end, EXPENSE) == expense
        seen, before = now, frozen
        closes.append(close)
    return closes


@pytest.mark.parametrize("method", ["reversing", "clearing"])
@pytest.mark.parametrize("seed", range(3))
def test_a_year_of_bills_payments_edits_and_rates_ties_in_every_account(seed: int, method: Method) -> None:
    company = _company(seed, method)
    books = FunctionalBooks(company)
    closes = _months(company, books, range(1, 13))
    found = [one.further.remeasurement for one in closes]

    assert books.balance(closes[-1].frozen.period.end, GAIN) != 0
    assert any(balance.realised for one in found if one for balance in one.balances)
    assert {kind for one in found if one for kind in (each.kind for each in one.balances)} == {
        "accruals",
        "payables",
    }


@pytest.mark.parametrize("method", ["reversing", "clearing"])
def test_when_all_is_paid_nothing_is_left_and_what_was_paid_is_expense_and_loss(method: Method) -> None:
    company = _company(5, method)
    books = FunctionalBooks(company)
    company.earn(1)
    company.lines = {key: one for key, one in company.lines.items() if one.payout_id}
    first = _close(company, books, 1, None)
    company.earn(2)
    company.lines = {key: one for key, one in company.lines.items() if one.payout_id}
    for number, payout_id in enumerate(sorted(company.payouts)):
        if number % 2:
            company.bill(payout_id, date(2026, 2, 3))
        company.pay(payout_id, date(2026, 2, 20), Decimal(40))
    second = _close(company, books, 2, first)
    for payout_id in sorted(company.payouts):
        company.bill(payout_id, date(2026, 3, 3))
        rest = company.total(payout_id) - sum((one.amount.amount for one in company.paid[payout_id]), ZERO)
        company.pay(payout_id, date(2026, 3, 21), rest)
    third = _close(company, books, 3, second)
    end, found = third.frozen.period.end, third.further.remeasurement

    assert found
    assert [one.closing_functional for one in found.balances] == [0] * len(found.balances)
    for account in ACCOUNTS:
        assert books.balance(end + timedelta(days=1), account) == 0
    assert books.balance(end, EXPENSE) + books.balance(end, GAIN) == -books.balance(end, BANK)
    # Nothing is open, so every loss was realised; cents of both are rounded apart.
    unrealised = sum((one.loss - one.realised for one in found.balances), ZERO)
    assert abs(unrealised) < Decimal("0.10")


def _close(company: Company, books: FunctionalBooks, month: int, before: Close | None) -> Close:
    frozen = _frozen(company, month)
    close = make_close(frozen, before.frozen if before else None)
    books.events()
    company.books.journal(close.journal)
    books.journal(close.journal)
    books.taken = len(company.books.postings)
    books.remeasure(close.further.gain_journal)
    _check(company, books, close)
    return close


def test_what_a_late_entry_booked_is_measured_at_the_rate_at_which_it_was() -> None:
    company = _company(2, "clearing")
    books = FunctionalBooks(company)
    company.earn(1)
    first = _close(company, books, 1, None)
    for line in list(company.lines.values()):
        if line.amount.currency == "EUR":
            company.lines[line.id] = replace(line, amount=Money(line.amount.amount + 70, "EUR"))
    late = late_entries(first.frozen, company.frozen(1).facts)
    entry = true_up(late.booked, first.frozen, 1)
    assert any(line.currency == "EUR" for line in entry)
    company.books.journal(entry)
    books.journal(entry)
    books.taken = len(company.books.postings)
    company.earn(2)
    frozen = replace(_frozen(company, 2), trued_up=late.booked)
    second = make_close(frozen, first.frozen)
    company.books.journal(second.journal)
    books.journal(second.journal)
    books.remeasure(second.further.gain_journal)

    _check(company, books, second)


def _april(method: Method = "reversing", **given: object) -> Close:
    """100 EUR were earned in March at 1.00, and paid in April at 1.20; 50 EUR stay open at 1.10."""
    policy = replace(POLICY, method=method)
    lines = (make_line("cln_1", "100 EUR"), make_line("cln_2", "50 EUR", "pay_2"))
    payouts = (make_payout("pay_1", "100 EUR"), make_payout("pay_2", "50 EUR"))
    march = frozen_of(*payouts, *lines, policy=policy, rates=_rates("2026-03-31=1.00"))
    april = frozen_of(
        *payouts,
        *lines,
        period=APRIL,
        before=march,
        payments={"pay_1": (paid("2026-04-15", "100 EUR"),)},
        policy=policy,
        rates=_rates("2026-04-15=1.20", "2026-04-30=1.10", end=APRIL.end),
    )
    return make_close(replace(april, **given), march)  # type: ignore[arg-type]


def _rates(*days: str, end: date = MARCH.end) -> Rates:
    rows = [["EUR", "USD", text.split("=")[1], text.split("=")[0]] for text in days]
    return rates_from([["currency", "to", "rate", "date"], *rows], "rates.csv", end)


@pytest.mark.parametrize(("method", "against"), [("reversing", EXPENSE), ("clearing", LIABILITY)])
def test_the_loss_is_realised_at_payment_and_the_rest_at_the_end_of_the_period(
    method: Method, against: str
) -> None:
    close = _april(method)
    (balance,) = close.further.remeasurement.balances  # type: ignore[union-attr]

    assert (balance.opening_functional, balance.closing_functional) == (150, 55)
    assert (balance.loss, balance.realised) == (25, 20)
    assert {(one.account, one.amount, one.functional) for one in close.further.gain_journal} == {
        (against, 0, Money(Decimal("-25.00"), "USD")),
        (GAIN, 0, Money(Decimal("25.00"), "USD")),
    }
    assert {one.journal for one in close.further.gain_journal} == {"FX-2026-04-EUR"}


def _row(pack: Pack, key: str) -> dict[str, object]:
    table = pack.table(key)
    return {one.key: value_of(cell) for one, cell in zip(table.columns, table.rows[0], strict=True)}


def test_the_pack_shows_opening_movements_closing_and_the_loss_without_a_residual() -> None:
    pack = pack_of(_april())
    foreign, row, gain = (_row(pack, key) for key in ("foreign", "remeasurement", "gains"))

    assert (foreign["opening"], foreign["moved"], foreign["closing"], foreign["residual"]) == (
        150,
        -100,
        50,
        0,
    )
    assert (row["opening"], row["moved"], row["loss"], row["closing"]) == (150, -120, 25, 55)
    assert (row["residual"], gain["residual"], gain["booked_off"]) == (0, 0, 0)
    assert (gain["realised"], gain["unrealised"], gain["booked"]) == (20, 5, 25)
    assert dict(pack.facts)["Remeasurement"] == (
        "loss of 25.00 USD, of which realised 20.00 USD (EUR 1.10 of 2026-04-30)"
    )


def test_the_finance_system_remeasures_payables_where_the_settings_say_so() -> None:
    bill = DatedBill("B-1", "pay_1", date(2026, 4, 10), Money(Decimal(100), "EUR"))
    rates = _rates("2026-04-10=1.05", "2026-04-15=1.20", "2026-04-30=1.1", end=APRIL.end)
    elsewhere = replace(POLICY, remeasurement=RemeasurementPolicy(BOOKS, GAIN, "finance system"))
    here, there = (_april(bills=(bill,), rates=rates, policy=one) for one in (POLICY, elsewhere))
    row = pack_of(there).table("gains").rows[0]

    assert (_booked(here), _booked(there)) == (25, 10)
    assert value_of(row[-1]) == 0


def _booked(close: Close) -> Decimal:
    mine = [one.functional for one in close.further.gain_journal if one.account == GAIN]
    return sum((one.amount for one in mine if one), ZERO)


def test_a_gain_is_counted_once_over_a_chain_of_closes() -> None:
    """100 EUR at 1.00, 1.10, 1.10 and 1.05: a loss of 10, nothing, a gain of 5."""
    policy = replace(POLICY, method="clearing")
    records = (make_payout("pay_1", "100 EUR"), make_line("cln_1", "100 EUR"))
    before: Frozen | None = None
    booked, closes = [], []
    for month, rate in ((3, "1.00"), (4, "1.10"), (5, "1.10"), (6, "1.05")):
        period = Period.parse(f"2026-{month:02}")
        rates = _rates(f"{period.end}={rate}", end=period.end)
        frozen = frozen_of(*records, period=period, before=before, policy=policy, rates=rates)
        closes.append(make_close(frozen, before))
        booked.append(_booked(closes[-1]))
        before = frozen
    whole = rollup_pack(rolled_up(Period(MARCH.start, date(2026, 6, 30)), closes))

    assert booked == [0, 10, 0, -5]
    rolled = _row(whole, "gains")
    assert (rolled["opening"], rolled["moved"], rolled["loss"], rolled["closing"]) == (0, 100, 5, 105)
    assert (rolled["residual"], rolled["unrealised"]) == (0, 5)


def test_the_first_close_that_remeasures_opens_at_the_rate_of_the_last_close() -> None:
    policy = replace(POLICY, method="clearing")
    records = (make_payout("pay_1", "100 EUR"), make_line("cln_1", "100 EUR"))
    march = frozen_of(*records, policy=ClosePolicy(method="clearing"))
    asked = {"period": APRIL, "before": march, "policy": policy}
    both = _rates("2026-03-31=1.00", "2026-04-30=1.10", end=APRIL.end)
    close = make_close(frozen_of(*records, rates=both, **asked), march)
    only_end = make_close(frozen_of(*records, rates=_rates("2026-04-30=1.10", end=APRIL.end), **asked), march)

    assert _booked(close) == 10
    assert dict(pack_of(close).facts)["Remeasurement"].endswith("begins with this close")
    assert [one.said for one in only_end.further.far] == [
        "opening of 2026-04-01: the nearest rate is of 2026-04-30"
    ]
    assert not only_end.passes


def test_a_payment_without_a_rate_of_its_day_blocks_and_an_average_serves() -> None:
    ends = (["EUR", "USD", "1.00", "2026-03-31", ""], ["EUR", "USD", "1.10", "2026-04-30", "spot"])
    header = ["currency", "to", "rate", "date", "kind"]
    average = ["EUR", "USD", "1.08", "2026-04-30", "average"]
    far = _april(rates=rates_from([header, *ends], "rates.csv", APRIL.end))
    served = _april(rates=rates_from([header, *ends, average], "rates.csv", APRIL.end))
    (check,) = [one for one in far.checks if one.name == "far-rates"]

    assert [(one.record_id, one.said) for one in check.objections] == [
        ("pay_1", "paid on 2026-04-15: the nearest rate is of 2026-03-31")
    ]
    assert check.is_blocking
    assert not served.further.far
    (balance,) = served.further.remeasurement.balances  # type: ignore[union-attr]
    assert balance.realised == 8


def test_rates_that_are_missing_or_to_another_currency_are_refused() -> None:
    with pytest.raises(
        ConfigurationError, match=r"there are amounts in EUR: bring their rates of 2026-04-30"
    ):
        _april(rates=None)
    rows = [["currency", "to", "rate", "date"], ["USD", "EUR", "0.9", "2026-04-30"]]
    with pytest.raises(ConfigurationError, match="the books are kept in USD"):
        _april(rates=rates_from(rows, "rates.csv", APRIL.end))
    rows = [["currency", "to", "rate", "date"], ["GBP", "USD", "1.2", "2026-04-30"]]
    with pytest.raises(ConfigurationError, match=r"rates\.csv has no rate from EUR to USD"):
        _april(rates=rates_from(rows, "rates.csv", APRIL.end))


@pytest.mark.parametrize("method", ["reversing", "clearing"])
@pytest.mark.parametrize("shown", [False, True])
def test_the_general_ledger_ties_with_what_remeasurements_left_on_its_accounts(
    method: Method,
    shown: bool,  # noqa: FBT001  a case
) -> None:
    """Where the finance system enters them in the currency of the books, they stand on the accounts in it."""
    company = _company(3, method)
    before: Close | None = None
    left: tuple[OnAccount, ...] = ()
    entered: list[tuple[date, str, str, Decimal, str]] = []
    for month in range(1, 6):
        company.earn(month)
        company.live_through(month)
        frozen = replace(_frozen(company, month), remeasured=left, is_booked_functional=shown)
        ledger = replace(company, books=Books([*company.books.postings, *entered]))
        close = make_close(replace(frozen, gl=exported(ledger, month)), before.frozen if before else None)
        assert [one for one in close.ties if one.rest] == []
        company.books.journal(close.journal)
        left = left_on_accounts(close.further.gain_journal, left)
        for one in close.further.gain_journal if shown else ():
            assert one.functional
            entered.append((one.date, one.account, BOOKS, one.functional.amount, one.journal))
        before = replace(close, frozen=frozen)

    assert shown is bool(entered)
    assert left
