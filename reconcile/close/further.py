"""What a close books beside its accruals: contract costs, and the remeasurement of other currencies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reconcile.close.checks import Objection
from reconcile.close.contract_cost.cost_journal import ContractCosts, contract_costs, cost_journal
from reconcile.close.frozen import Frozen
from reconcile.close.journal import JournalLine
from reconcile.close.ledger.movements import Books
from reconcile.close.remeasurement.gain_journal import gain_journal
from reconcile.close.remeasurement.remeasure import Remeasurement, remeasured
from reconcile.close.rollforward import Entry
from reconcile.domain.money import Money


@dataclass(frozen=True)
class Further:
    """The contract costs and the remeasurement, each with its journal; empty where the settings ask for none.

    far: the movements that were measured at the rate of a day that is too far away.
    """

    costs: ContractCosts | None = None
    cost_journal: tuple[JournalLine, ...] = ()
    remeasurement: Remeasurement | None = None
    gain_journal: tuple[JournalLine, ...] = ()
    far: tuple[Objection, ...] = ()

    @property
    def journal(self) -> tuple[JournalLine, ...]:
        """Both journals."""
        return (*self.cost_journal, *self.gain_journal)


def further_of(
    frozen: Frozen, previous: Frozen | None, ledgers: tuple[Books, Books], entries: Sequence[Entry]
) -> Further:
    """What the settings ask for. ledgers: at the last close, and now."""
    measured = remeasured(frozen, previous, entries)
    costs = contract_costs(frozen, previous, *ledgers)
    return Further(
        costs,
        cost_journal(costs, frozen) if costs else (),
        measured,
        gain_journal(measured, frozen) if measured else (),
        tuple(_far(measured, frozen)) if measured else (),
    )


def _far(found: Remeasurement, frozen: Frozen) -> Iterator[Objection]:
    """The movements without a rate of their day or of the period, by day; and the opening without one."""
    within, averages = frozen.policy.rate_days, frozen.rates.averages.values() if frozen.rates else ()
    for balance in found.balances:
        for one in balance.moves:
            if one.move.when == "day" and one.rate not in averages:
                days = abs((one.rate.day - one.move.day).days)
                if days > within:
                    said = f"{one.move.movement} on {one.move.day}: the nearest rate is of {one.rate.day}"
                    amount = Money(one.move.amount, one.move.currency)
                    record = one.move.payout_id or one.move.line_id
                    yield Objection(record, balance.partner, said, amount)
    before = frozen.period.start
    for code, rate in found.opening_rates.items():
        if found.is_first and abs((rate.day - before).days) > within + 1:
            whole = sum((one.opening for one in found.balances if one.currency == code), Decimal(0))
            said = f"opening of {before}: the nearest rate is of {rate.day}"
            yield Objection(code, "", said, Money(whole, code))
