"""The contract costs as tables of the pack, and as a line of its cover."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from reconcile.close.close import Close
from reconcile.close.contract_cost.capitalised import AssetMove
from reconcile.close.contract_cost.cost_journal import ContractCosts
from reconcile.domain.money import Money, totals
from reconcile.domain.pack_table import Cell, Column, RowSum, SumOf, Table, headed
from reconcile.domain.phrases import counted
from reconcile.domain.policy.contract_cost import ONE_YEAR, ContractCostPolicy

_CURRENCY: Final = Column("currency", "Currency")
_ROLLED: Final = (("opening", 1), ("added", 1), ("amortised", 1), ("impaired", 1), ("closing", -1))


def cost_facts(close: Close) -> tuple[tuple[str, str], ...]:
    """The contract costs in short; nothing where nothing is capitalised."""
    found = close.further.costs
    if found is None:
        return ()
    sums = totals(Money(one.asset.carrying, one.asset.currency) for one in found.moves)
    said = _said({code: amount for code, amount in sums.items() if amount}) or "nothing left"
    if found.count_expensed:
        money = _said(found.expensed)
        lines = counted(found.count_expensed, "line")
        said += f"; begins with this close: {lines} ({money}) earned before stay expensed"
    return (("Contract costs", said),)


def _said(sums: Mapping[str, Decimal]) -> str:
    return ", ".join(str(Money(amount, code)) for code, amount in sums.items())


def cost_tables(close: Close) -> tuple[Table, ...]:
    """The roll-forward of the assets by plan."""
    found = close.further.costs
    return (_rollforward(found, close.frozen.policy.contract_cost),) if found else ()


def asset_tables(close: Close) -> tuple[Table, ...]:
    """The assets, line by line."""
    found = close.further.costs
    return (_assets(close, found),) if found else ()


def _rollforward(found: ContractCosts, policy: ContractCostPolicy) -> Table:
    columns = (
        _CURRENCY,
        Column("plan", "Plan"),
        Column("count", "Assets", "number"),
        *headed("money", opening="Opening", added="Additions", amortised="Amortisation"),
        *headed("money", impaired="Impairment", closing="Closing"),
        Column("residual", "Residual", "rest"),
        *headed("money", current="Current", non_current="Non-current"),
        Column("split_off", "Closing - both", "rest"),
    )
    groups: dict[tuple[str, str], list[AssetMove]] = {}
    for one in found.assets:
        groups.setdefault((one.asset.currency, one.asset.plan), []).append(one)
    rows = tuple(_rolled(key, some) for key, some in sorted(groups.items()))
    return Table("contract_cost", "Contract costs", columns, rows, _note(policy), "currency", is_summed=True)


def _note(policy: ContractCostPolicy) -> str:
    terms = ", ".join(f"{plan} {term} months" for plan in sorted(policy.plans) if (term := policy.term(plan)))
    short = ", ".join(plan for plan in sorted(policy.plans) if not policy.term(plan))
    month = "in which a line is earned" if policy.start == "same month" else "after it"
    return (
        f"Straight line from the month {month}: {terms or 'nothing new is capitalised'}. "
        + (f"Expensed, since their term is {ONE_YEAR} months or less: {short}. " if short else "")
        + "Impairment: what declines, cuts and negative lines took back. Current: amortised within twelve "
        "months."
    )


def _rolled(key: tuple[str, str], some: list[AssetMove]) -> tuple[Cell, ...]:
    where = (("currency", key[0]), ("plan", key[1]))

    def sum_of(column: str, amounts: Iterable[Decimal]) -> SumOf:
        return SumOf("assets", column, where, sum(amounts, Decimal(0)), exact=True)

    parts = [
        sum_of("opening", (one.opening for one in some)),
        sum_of("added", (one.added for one in some)),
        sum_of("amortised", (-one.amortised for one in some)),
        sum_of("impaired", (-one.impaired for one in some)),
        sum_of("closing", (one.asset.carrying for one in some)),
    ]
    current = sum_of("current", (one.asset.current for one in some))
    rest = sum((one.value for one in parts[:-1]), Decimal(0)) - parts[-1].value
    non_current = sum_of("non_current", (one.asset.carrying - one.asset.current for one in some))
    off = parts[-1].value - current.value - non_current.value
    terms = (("closing", 1), ("current", -1), ("non_current", -1))
    return (*key, len(some), *parts, RowSum(_ROLLED, rest), current, non_current, RowSum(terms, off))


def _assets(close: Close, found: ContractCosts) -> Table:
    columns = (
        Column("partner", "Partner"),
        Column("partner_id", "Partner ID", "id"),
        Column("plan", "Plan"),
        Column("line", "Line ID", "id"),
        Column("first", "Begins", "date"),
        *headed("number", months="Months", passed="Amortised"),
        _CURRENCY,
        *headed("money", cost="Cost", opening="Opening", added="Additions", amortised="Amortisation"),
        *headed("money", impaired="Impairment", closing="Closing"),
        Column("residual", "Residual", "rest"),
        *headed("money", current="Current", non_current="Non-current"),
        Column("why", "Written off because"),
    )
    rows = tuple(_asset(close, one) for one in found.assets)
    note = "One for each line that was capitalised, until its term is over."
    return Table("assets", "Contract cost assets", columns, rows, note, "currency", is_summed=True)


def _asset(close: Close, one: AssetMove) -> tuple[Cell, ...]:
    asset = one.asset
    rest = one.opening + one.added - one.amortised - one.impaired - asset.carrying
    return (
        close.frozen.snapshot.partner_name(asset.partner_id),
        asset.partner_id,
        asset.plan,
        asset.line_id,
        asset.first,
        asset.months,
        asset.passed,
        asset.currency,
        asset.cost,
        one.opening,
        one.added,
        -one.amortised,
        -one.impaired,
        asset.carrying,
        RowSum(_ROLLED, rest),
        asset.current,
        asset.carrying - asset.current,
        one.why,
    )
