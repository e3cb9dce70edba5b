"""The contract costs of a close, and the journal that books them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reconcile.close.contract_cost.asset import Asset
from reconcile.close.contract_cost.capitalised import AssetMove, Lines, capitalised, carried
from reconcile.close.frozen import Frozen
from reconcile.close.journal import JournalLine, Posted, Side, staying
from reconcile.close.ledger.movements import Books
from reconcile.close.remeasurement.remeasure import rates_asked
from reconcile.domain.money import Money, totals
from reconcile.domain.policy.close import ClosePolicy
from reconcile.domain.policy.dimensions import values_of
from reconcile.errors import ConfigurationError

_PREFIX = "CC"


@dataclass(frozen=True)
class ContractCosts:
    """What became of the assets of a close.

    expensed, count_expensed: in the close that begins to capitalise, the lines of these plans that were
    earned before, per currency; they stay expensed.
    """

    moves: tuple[AssetMove, ...]
    expensed: dict[str, Decimal]
    count_expensed: int = 0

    @property
    def assets(self) -> tuple[AssetMove, ...]:
        """Those that ever had a cost: what lines below zero took back is remembered beside them."""
        return tuple(one for one in self.moves if one.asset.cost)

    @property
    def carried(self) -> tuple[Asset, ...]:
        """What the next close opens with."""
        return carried(self.moves)


def contract_costs(
    frozen: Frozen, previous: Frozen | None, before: Books, now: Books
) -> ContractCosts | None:
    """The contract costs; None where nothing is capitalised and nothing is carried.

    Raises ConfigurationError where assets are carried and the settings have lost their accounts.
    """
    policy = frozen.policy.contract_cost
    if not policy.is_on and not frozen.assets:
        return None
    if not (policy.asset and policy.amortisation and policy.impairment):
        left = ", ".join(
            str(Money(amount, code))
            for code, amount in totals(Money(one.carrying, one.currency) for one in frozen.assets).items()
        )
        raise ConfigurationError(
            f"The last close carries contract costs of {left}. Keep asset, amortisation and impairment in "
            "[close.contract_cost]; take its plans away, and nothing more is capitalised."
        )
    lines = Lines.of(before, now, frozen.period.end, lambda *one: _booked_as(frozen, *one))
    moves = capitalised(frozen.assets, lines, policy)
    begins = previous is None or not previous.policy.contract_cost.is_on
    old = [one for one in lines.before.values() if policy.term(one.plan) and one.amount > 0 and begins]
    return ContractCosts(moves, totals(Money(one.amount, one.currency) for one in old), len(old))


def _booked_as(frozen: Frozen, currency: str, amount: Decimal, day: date) -> tuple[Decimal, str]:
    """The cost of a line: at the rate of its day where the books have a currency of their own."""
    to = frozen.policy.remeasurement.currency
    if not to or currency == to:
        return amount, currency
    rates = rates_asked(frozen, [currency])
    on = day in frozen.period
    rate = rates.of(currency, day, frozen.policy.rate_days) if on else rates.end(currency)
    return rates.at(amount, rate), to


def cost_journal(found: ContractCosts, frozen: Frozen) -> tuple[JournalLine, ...]:
    """The journal, an entry per currency. It stays: what is amortised is not reversed."""
    posted = [each for one in found.moves for each in _posted(one, frozen.policy)]
    return staying(posted, frozen.period, _PREFIX)


def _posted(move: AssetMove, policy: ClosePolicy) -> Iterator[Posted]:
    asset, accounts = move.asset, policy.contract_cost
    expense = policy.expense.account(asset.partner_id, asset.plan, asset.line_currency)
    values = values_of(policy.dimensions, asset.partner_id, asset.plan, asset.line_currency)
    for said, against, amount in (
        ("Contract costs capitalised", expense, -move.added),
        ("Contract costs amortised", accounts.amortisation, move.amortised),
        ("Contract costs written off", accounts.impairment, move.impaired),
    ):
        sides: Iterable[tuple[Side, str, Decimal]] = (
            ("expense", against, amount),
            ("asset", accounts.asset, -amount),
        )
        for side, account, size in sides:
            if size:
                name = f"{said}, {side}"
                yield Posted(side, account, name, asset.currency, size, tuple(values.items()), asset.line_id)
