"""Contract costs: capitalised, amortised, written off, and nothing twice over a chain of closes.

The schedule here is kept apart, from the standards: what a line of a plan costs is spread in a straight line over
its term (ASC 340-40-35-1, IFRS 15.99), and what is taken back takes its share of the rest with it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from builders import make_line
from closing import APRIL, APRIL_END, MARCH, close_of, frozen_of
from double_entry import EXPENSE, PAYABLE, ZERO, Books, Company, Method, check_accounts, end_of, exported

from reconcile.close.close import Close, make_close
from reconcile.close.contract_cost.asset import months_over
from reconcile.close.contract_cost.capitalised import AssetMove
from reconcile.close.journal import imbalance
from reconcile.close.pack import numbers_fingerprint, pack_of
from reconcile.close.remeasurement.rates import rates_from
from reconcile.close.rollup.rolled_up import rolled_up
from reconcile.close.rollup.rollup_tables import rollup_pack
from reconcile.close.signing import signing_pack
from reconcile.domain.money import Money
from reconcile.domain.pack_table import value_of
from reconcile.domain.period import Period
from reconcile.domain.policy.close import ClosePolicy, GlPolicy
from reconcile.domain.policy.contract_cost import ContractCostPolicy
from reconcile.domain.policy.remeasurement import RemeasurementPolicy
from reconcile.domain.records import CommissionLine
from reconcile.errors import ConfigurationError

ASSET, AMORTISED, IMPAIRED = "1450", "6230", "6240"
PLANS = {"New": 24, "Short": 4}
COSTS = ContractCostPolicy(PLANS, ASSET, AMORTISED, IMPAIRED, practical_expedient=False)
POLICY = ClosePolicy(contract_cost=COSTS)
CENTS = Decimal("0.05")


@dataclass
class Layer:
    """A part of the cost of a line: its amount, the month in which it came, and over how many it goes."""

    amount: Fraction
    month: int
    months: int

    def left(self, month: int) -> Fraction:
        """What is not amortised at the end of a month."""
        gone = min(self.months, month - self.month + 1)
        return self.amount * (self.months - gone) / self.months


@dataclass
class Schedule:
    """The assets of a company by the standards, from its records alone."""

    layers: dict[str, list[Layer]] = field(default_factory=dict)
    seen: dict[str, Decimal] = field(default_factory=dict)
    live: dict[str, Decimal] = field(default_factory=dict)
    born: dict[str, int] = field(default_factory=dict)
    taken: dict[str, Decimal] = field(default_factory=dict)

    def month(self, company: Company, month: int) -> None:
        """What the records say at the end of a month."""
        now = {
            one.id: one.amount.amount if one.status != "VOIDED" else ZERO
            for one in company.lines.values()
            if one.plan_name in PLANS
        }
        for line_id, amount in sorted(now.items()):
            self._line(company.lines[line_id], max(amount, ZERO), month)
        for line_id, amount in sorted(now.items()):
            more = -amount - self.taken.get(line_id, ZERO)
            if amount < 0 < more:
                self._claw(company, company.lines[line_id], more, month)
                self.taken[line_id] = -amount
        self.seen = now

    def _line(self, line: CommissionLine, amount: Decimal, month: int) -> None:
        before = max(self.seen.get(line.id, ZERO), ZERO)
        term = PLANS[line.plan_name or ""]
        if amount > before:
            born = self.born.setdefault(line.id, line.period_end.month if line.period_end else month)
            rest = term - (month - born)
            if line.id not in self.layers and born < month:
                rest, month = term, born
            if rest > 0:
                self.layers.setdefault(line.id, []).append(Layer(Fraction(amount - before), month, rest))
                self.live[line.id] = self.live.get(line.id, ZERO) + amount - before
        elif amount < before and self.live.get(line.id):
            self._cut(line.id, min(before - amount, self.live[line.id]))

    def _cut(self, line_id: str, part: Decimal) -> None:
        share = 1 - Fraction(part) / Fraction(self.live[line_id])
        for layer in self.layers[line_id]:
            layer.amount *= share
        self.live[line_id] -= part

    def _claw(self, company: Company, line: CommissionLine, amount: Decimal, month: int) -> None:
        term = PLANS[line.plan_name or ""]
        mine = [
            key
            for key, live in self.live.items()
            if live > 0
            and month - self.born[key] < term
            and (company.lines[key].partner_id, company.lines[key].plan_name)
            == (line.partner_id, line.plan_name)
        ]
        mine.sort(key=lambda key: (self.live[key] == amount, self.born[key], key), reverse=True)
        for key in mine:
            part = min(amount, self.live[key])
            if part:
                self._cut(key, part)
                amount -= part

    def left(self, line_id: str, month: int) -> Decimal:
        """What is left of a line at the end of a month."""
        whole = sum((one.left(month) for one in self.layers.get(line_id, [])), Fraction(0))
        return Decimal(whole.numerator) / Decimal(whole.denominator)


def _plan(company: Company, month: int) -> None:
    """Gives the lines of a month their plans, and takes an earlier cost back, in whole or in part."""
    for line in list(company.lines.values()):
        if line.id.startswith(f"cln_{month:02}_") and not line.plan_name:
            plan = ("New", "Short", "Other")[int(line.id[-1])]
            company.lines[line.id] = replace(line, plan_name=plan)
    for partner in company.partners if month % 3 == 0 else ():
        earlier = company.lines[f"cln_{month - 2:02}_{partner}_0"]
        size = earlier.amount.amount if month % 2 else (earlier.amount.amount / 3).quantize(Decimal("0.01"))
        if size > 0:
            line_id = f"clw_{month:02}_{partner}"
            taken = Money(-size, earlier.amount.currency)
            company.lines[line_id] = replace(
                earlier, id=line_id, amount=taken, payout_id=None, period_end=end_of(month), status="PENDING"
            )


@pytest.mark.parametrize("method", ["reversing", "clearing"])
@pytest.mark.parametrize("seed", range(3))
def test_a_year_of_costs_ties_to_a_schedule_of_its_own_in_every_account(seed: int, method: Method) -> None:
    company, schedule = Company(Random(seed), method, policy=POLICY), Schedule()
    costs = Books()
    before: Close | None = None
    for month in range(1, 13):
        company.earn(month)
        _plan(company, month)
        company.live_through(month)
        company.change()
        schedule.month(company, month)
        assets = before.further.costs.carried if before and before.further.costs else ()
        frozen = replace(company.frozen(month), assets=assets)
        both = replace(company, books=Books([*company.books.postings, *costs.postings]))
        close = make_close(replace(frozen, gl=exported(both, month)), before.frozen if before else None)
        assert [one for one in close.ties if one.rest] == []
        company.books.journal(close.journal)
        check_accounts(company, close)
        costs.journal(close.further.cost_journal)
        assert set(imbalance(close.further.cost_journal).values()) <= {ZERO}
        _check(close, schedule, company, costs, month)
        before = replace(close, frozen=frozen)
    assert any(one.impaired for one in _moves(before))
    assert any(not one.asset.left and one.asset.plan == "Short" for one in _moves(before))


def _check(close: Close, schedule: Schedule, company: Company, costs: Books, month: int) -> None:
    """Account by account, in each currency."""
    end, moves = close.frozen.period.end, _moves(close)
    for currency in ("USD", "EUR"):
        mine = [one for one in moves if one.asset.currency == currency]
        assert costs.balance(end, ASSET, currency) == sum((one.asset.carrying for one in mine), ZERO)
        # What was earned is expensed, amortised, written off, or still an asset.
        spent = sum((costs.balance(end, one, currency) for one in (EXPENSE, AMORTISED, IMPAIRED)), ZERO)
        assert spent + costs.balance(end, ASSET, currency) == 0
        whole = company.books.balance(end, EXPENSE, currency)
        assert whole + spent + costs.balance(end, ASSET, currency) == company.earned(currency, end)
    left = {one.asset.line_id: one.asset.carrying for one in moves}
    for line_id in schedule.layers:
        assert abs(left.get(line_id, ZERO) - schedule.left(line_id, month)) < CENTS, line_id


def _moves(close: Close | None) -> tuple[AssetMove, ...]:
    return close.further.costs.moves if close and close.further.costs else ()


LONG = ClosePolicy(contract_cost=ContractCostPolicy({"New": 24}, ASSET, AMORTISED, IMPAIRED))


def _new_line(total: str = "2400 USD", line_id: str = "cln_1", **given: object) -> CommissionLine:
    return make_line(line_id, total, None, **{"plan_name": "New", **given})  # type: ignore[arg-type]


def _chain(*months: tuple[CommissionLine, ...], policy: ClosePolicy = LONG, **given: object) -> list[Close]:
    """Closes of March and on, each with these lines."""
    made: list[Close] = []
    for number, lines in enumerate(months):
        period = Period.parse(f"2026-{number + 3:02}")
        before = made[-1].frozen if made else None
        costs = made[-1].further.costs if made else None
        assets = costs.carried if costs else ()
        frozen = frozen_of(*lines, period=period, before=before, policy=policy, assets=assets, **given)
        made.append(make_close(frozen, before))
    return made


def _row(close: Close, table: str = "contract_cost") -> dict[str, object]:
    found = pack_of(close).table(table)
    return {one.key: value_of(cell) for one, cell in zip(found.columns, found.rows[0], strict=True)}


def _entry(close: Close) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in close.further.cost_journal:
        sums[one.account, one.currency] += one.amount
    return {key: amount for key, amount in sums.items() if amount}


def test_a_line_is_capitalised_and_amortised_from_the_month_in_which_it_is_earned() -> None:
    march, april = _chain((_new_line(),), (_new_line(),))

    assert _entry(march) == {(EXPENSE, "USD"): -2400, (ASSET, "USD"): 2300, (AMORTISED, "USD"): 100}
    assert _entry(april) == {(ASSET, "USD"): -100, (AMORTISED, "USD"): 100}
    assert {one.journal for one in march.further.cost_journal} == {"CC-2026-03-USD"}
    assert _row(april) == {
        "currency": "USD",
        "plan": "New",
        "count": 1,
        "opening": 2300,
        "added": 0,
        "amortised": -100,
        "impaired": 0,
        "closing": 2200,
        "residual": 0,
        "current": 1200,
        "non_current": 1000,
        "split_off": 0,
    }


def test_the_term_may_begin_in_the_month_after() -> None:
    policy = replace(LONG, contract_cost=replace(LONG.contract_cost, start="next month"))
    march, april = _chain((_new_line(),), (_new_line(),), policy=policy)

    assert (_row(march)["closing"], _row(april)["closing"]) == (2400, 2300)


def test_what_is_declined_writes_off_what_is_left_and_is_amortised_no_more() -> None:
    gone = _new_line(status="VOIDED")
    _, april, may = _chain((_new_line(),), (gone,), (gone,))

    assert _entry(april) == {(ASSET, "USD"): -2300, (IMPAIRED, "USD"): 2300}
    assert _row(april, "assets")["why"] == "declined or gone"
    assert may.further.cost_journal == ()


@pytest.mark.parametrize(
    ("lines", "impaired"),
    [
        ((_new_line("1800 USD"),), 575),
        ((_new_line(), _new_line("-600 USD", "cln_2", period_end=APRIL_END)), 575),
        ((_new_line(), _new_line("-2400 USD", "cln_2", period_end=APRIL_END)), 2300),
        ((_new_line(), _new_line("-9000 USD", "cln_2", period_end=APRIL_END)), 2300),
        ((_new_line(), _new_line("-600 USD", "cln_2", plan_name="Old", period_end=APRIL_END)), 0),
        ((_new_line(), _new_line("-600 USD", "cln_2", partner_id="ptn_2", period_end=APRIL_END)), 0),
    ],
)
def test_a_cut_and_a_line_below_zero_write_off_their_share(
    lines: tuple[CommissionLine, ...], impaired: int
) -> None:
    _, april = _chain((_new_line(),), lines)

    assert _row(april)["impaired"] == -impaired
    assert _row(april)["residual"] == 0


def test_a_line_below_zero_takes_one_of_its_amount_first_and_then_the_newest() -> None:
    old, new = _new_line("240 USD", "cln_1"), _new_line("480 USD", "cln_2", period_end=APRIL_END)
    _, _, exact = _chain((old,), (old, new), (old, new, _may("-240 USD")))
    _, _, newest = _chain((old,), (old, new), (old, new, _may("-100 USD")))

    assert [bool(one.impaired) for one in _moves(exact) if one.asset.cost] == [True, False]
    assert [bool(one.impaired) for one in _moves(newest) if one.asset.cost] == [False, True]


def _may(total: str) -> CommissionLine:
    return _new_line(total, "cln_3", period_end=APRIL_END.replace(month=5))


def test_a_line_below_zero_takes_back_once_though_it_goes_and_comes_again() -> None:
    line, back = _new_line(), _new_line("-600 USD", "cln_2", period_end=APRIL_END)
    closes = _chain((line,), (line, back), (line, replace(back, status="VOIDED")), (line, back))

    assert [sum(one.impaired for one in _moves(close)) for close in closes] == [0, 575, 0, 0]


def test_what_grows_is_amortised_over_the_months_that_are_left() -> None:
    _, april, may = _chain((_new_line(),), (_new_line("4700 USD"),), (_new_line("4700 USD"),))

    assert (_row(april)["added"], _row(april)["amortised"], _row(may)["amortised"]) == (2300, -200, -200)


def test_terms_of_a_year_or_less_are_expensed_unless_the_settings_say_otherwise() -> None:
    short = replace(LONG.contract_cost, plans={"New": 12})
    (plain,) = _chain((_new_line(),), policy=ClosePolicy(contract_cost=short))
    asked = replace(short, practical_expedient=False)
    (all_of_it,) = _chain((_new_line(),), policy=ClosePolicy(contract_cost=asked))

    assert plain.further.costs is None
    assert _row(all_of_it)["closing"] == 2200


def test_what_was_earned_before_the_setting_was_on_stays_expensed_and_is_counted() -> None:
    march = frozen_of(_new_line())
    both = (_new_line("3000 USD"), _new_line("240 USD", "cln_2", period_end=APRIL_END))
    close = make_close(frozen_of(*both, period=APRIL, before=march, policy=LONG), march)

    assert [one.asset.line_id for one in _moves(close)] == ["cln_2"]
    assert dict(pack_of(close).facts)["Contract costs"] == (
        "230.00 USD; begins with this close: 1 line (2,400.00 USD) earned before stay expensed"
    )


def test_assets_are_carried_when_no_more_is_capitalised_and_need_their_accounts() -> None:
    (march,) = _chain((_new_line(),))
    none = replace(LONG.contract_cost, plans={})
    assert march.further.costs
    given = {"period": APRIL, "before": march.frozen, "assets": march.further.costs.carried}
    kept = frozen_of(_new_line(), policy=ClosePolicy(contract_cost=none), **given)
    lost = frozen_of(_new_line(), policy=ClosePolicy(), **given)

    assert _row(make_close(kept, march.frozen))["closing"] == 2200
    with pytest.raises(ConfigurationError, match=r"carries contract costs of 2,300.00 USD. Keep asset"):
        make_close(lost, march.frozen)


def test_an_asset_keeps_the_rate_of_its_day_where_the_books_have_a_currency() -> None:
    policy = replace(LONG, remeasurement=RemeasurementPolicy("USD", "7900"), gl=GlPolicy(payable=PAYABLE))
    made: list[Close] = []
    for month, rate in ((3, "1.10"), (4, "1.50")):
        period = Period.parse(f"2026-{month:02}")
        rows = [["EUR", "USD", rate, str(period.end)]]
        rates = rates_from([["currency", "to", "rate", "date"], *rows], "rates.csv", period.end)
        before = made[-1].frozen if made else None
        costs = made[-1].further.costs if made else None
        frozen = frozen_of(
            _new_line("2400 EUR"),
            period=period,
            before=before,
            policy=policy,
            rates=rates,
            assets=costs.carried if costs else (),
        )
        made.append(make_close(frozen, before))

    assert _entry(made[0])[ASSET, "USD"] == 2530
    assert _entry(made[1]) == {(ASSET, "USD"): -110, (AMORTISED, "USD"): 110}


@pytest.mark.parametrize(
    ("first", "day", "months"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), 1),
        (date(2026, 3, 1), date(2026, 3, 30), 0),
        (date(2026, 3, 1), date(2027, 2, 28), 12),
        (date(2026, 4, 1), date(2026, 3, 31), 0),
    ],
)
def test_a_month_is_amortised_when_it_is_over(first: date, day: date, months: int) -> None:
    assert months_over(first, day) == months


def test_a_quarter_amortises_its_three_months() -> None:
    line = _new_line(period_end=end_of(1))
    frozen = frozen_of(line, period=Period.parse("2026-Q1"), policy=LONG)

    assert _row(make_close(frozen, None))["closing"] == 2100


def test_the_asset_stands_on_the_page_that_is_signed_and_in_the_fingerprint() -> None:
    march, april = _chain((_new_line(),), (_new_line(),))
    titles = [table.title for table in signing_pack(april, pack_of(april)).tables]

    assert "Contract costs" in titles
    assert "Further journals" in titles
    assert dict(signing_pack(march, pack_of(march)).facts)["Contract costs"] == "2,300.00 USD"
    unlike = make_close(replace(april.frozen, assets=()), march.frozen)
    assert numbers_fingerprint(unlike) != numbers_fingerprint(april)


def test_nothing_is_there_where_nothing_is_capitalised() -> None:
    close = close_of(None, _new_line())

    assert close.further.journal == ()
    assert {"contract_cost", "assets", "further", "gains"}.isdisjoint(
        table.key for table in pack_of(close).tables
    )


def test_months_are_rolled_up_with_what_all_of_them_moved() -> None:
    closes = _chain((_new_line(),), (_new_line(),), (_new_line("1800 USD"),))
    table = rollup_pack(rolled_up(Period(MARCH.start, date(2026, 5, 31)), closes)).table("contract_cost")
    (row,) = table.rows
    said = {one.key: value_of(cell) for one, cell in zip(table.columns, row, strict=True)}

    assert said == {
        "currency": "USD",
        "plan": "New",
        "opening": 0,
        "added": 2400,
        "amortised": -275,
        "impaired": -550,
        "closing": 1575,
        "residual": 0,
    }


def test_a_roll_up_without_contract_costs_has_no_such_table() -> None:
    closes = _chain((_new_line(),), policy=ClosePolicy())

    assert "contract_cost" not in {one.key for one in rollup_pack(rolled_up(MARCH, closes)).tables}
