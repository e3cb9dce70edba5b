"""The contract costs of a period: what is added, written off and amortised. Pure.

A line of a plan that is capitalised becomes an asset when it is first earned. What the plan's lines were
earned before stays expensed, and so do lines below zero. A line that shrinks, is declined or goes writes off
the same share of what is left of its asset; a line below zero does so to the assets of its partner, plan and
currency: first to one of just its amount, then to the newest. That comes before the amortisation of the
period, and is never taken back (ASC 340-40-35-6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from reconcile.close.contract_cost.asset import Asset, first_day, months_over
from reconcile.close.ledger.movements import Books
from reconcile.close.ledger.positions import Position
from reconcile.domain.policy.contract_cost import ContractCostPolicy

Convert = Callable[[str, Decimal, date], tuple[Decimal, str]]
"""Currency, amount and day of a line to what it is booked as: amount and currency."""
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class AssetMove:
    """What became of one asset in the period.

    opening: what was left of it. added: above zero; impaired, amortised: what came off it, above zero too.
    why: of what was written off.
    """

    asset: Asset
    opening: Decimal = _ZERO
    added: Decimal = _ZERO
    impaired: Decimal = _ZERO
    amortised: Decimal = _ZERO
    why: str = ""

    def plus(self, amount: Decimal, earned: Decimal) -> AssetMove:
        """With so much more. earned: what the line says now."""
        grown = replace(self.asset, cost=self.asset.cost + amount, earned=earned)
        return replace(self, asset=grown, added=self.added + amount)

    def less(self, part: Decimal, why: str) -> AssetMove:
        """Written off by a part of its basis."""
        asset = self.asset
        loss = asset.share(asset.carrying, part, asset.basis)
        why = "; ".join(text for text in (self.why, why) if text)
        impaired = replace(asset, impaired=asset.impaired + loss)
        return replace(self, asset=impaired, impaired=self.impaired + loss, why=why)

    def amortised_until(self, day: date) -> AssetMove:
        """Amortised by the months that are over at the end of a day, in a straight line over what is left."""
        asset = self.asset
        passed = max(asset.passed, min(asset.months, months_over(asset.first, day)))
        part = passed - asset.passed
        amount = asset.share(asset.carrying, part, asset.left) if part else _ZERO
        aged = replace(asset, passed=passed, amortised=asset.amortised + amount)
        return replace(self, asset=aged, amortised=amount)


Moves = dict[tuple[str, str], AssetMove]
"""What became of each asset, by its line and currency."""


@dataclass(frozen=True)
class Lines:
    """The earned lines at both ends of the period, and how an amount is booked."""

    before: Mapping[tuple[str, str], Position]
    now: Mapping[tuple[str, str], Position]
    end: date
    convert: Convert

    @classmethod
    def of(cls, before: Books, now: Books, end: date, convert: Convert) -> Lines:
        """From the ledgers."""
        return cls(_earned(before), _earned(now), end, convert)

    def was(self, key: tuple[str, str]) -> Decimal:
        """What a line came to before the period; zero where it was not earned."""
        return self.before[key].amount if key in self.before else _ZERO

    def is_(self, key: tuple[str, str]) -> Decimal:
        """What a line comes to now."""
        return self.now[key].amount if key in self.now else _ZERO


def _earned(books: Books) -> dict[tuple[str, str], Position]:
    return {(one.line_id, one.currency): one for one in books.positions.values() if one.kind == "earned"}


def capitalised(opening: Iterable[Asset], lines: Lines, policy: ContractCostPolicy) -> tuple[AssetMove, ...]:
    """What became of every asset, in the order of partner, plan and line."""
    moves = {one.key: _followed(AssetMove(one, one.carrying), lines) for one in opening}
    for key, line in lines.now.items():
        term = policy.term(line.plan)
        if term and key not in moves and line.amount > 0 >= lines.was(key):
            moves[key] = _new(line, term, lines, policy)
    below = [one for _, one in sorted(lines.now.items()) if one.amount < 0 and policy.term(one.plan)]
    alike = _alike(moves, below)
    for line in below:
        _claw(moves, alike[_likeness(line)], line, lines, policy)
    made = [one.amortised_until(lines.end) for one in moves.values()]
    return tuple(sorted(made, key=lambda one: (one.asset.partner_id, one.asset.plan, one.asset.key)))


def _followed(move: AssetMove, lines: Lines) -> AssetMove:
    """An asset after what happened to its own line."""
    asset, line = move.asset, lines.now.get(move.asset.key)
    if line:
        move = replace(move, asset=replace(asset, partner_id=line.partner_id))
    amount = max(lines.is_(asset.key), _ZERO)
    if amount < asset.earned:
        why = f"{asset.earned} became {amount}" if line else "declined or gone"
        part = min(asset.earned - amount, asset.basis)
        written = move.less(part, why) if part else move
        clawed = min(asset.clawed, amount)
        return replace(written, asset=replace(written.asset, earned=amount, clawed=clawed))
    if line and amount > asset.earned:
        more, _ = lines.convert(line.currency, amount - asset.earned, line.day)
        return move.plus(more, amount)
    return move


def _new(line: Position, term: int, lines: Lines, policy: ContractCostPolicy) -> AssetMove:
    cost, currency = lines.convert(line.currency, line.amount, line.day)
    asset = _asset(line, term, policy, currency)
    return AssetMove(replace(asset, earned=line.amount, cost=cost), added=cost)


def _asset(line: Position, term: int, policy: ContractCostPolicy, currency: str) -> Asset:
    first = first_day(line.day, next_month=policy.start == "next month")
    return Asset(line.line_id, line.partner_id, line.plan, line.currency, _ZERO, currency, _ZERO, first, term)


def _likeness(line: Position) -> tuple[str, str, str]:
    return line.partner_id, line.plan, line.currency


def _alike(moves: Moves, below: Iterable[Position]) -> dict[tuple[str, str, str], list[tuple[str, str]]]:
    """The assets that lines below zero may take back, by partner, plan and currency."""
    found: dict[tuple[str, str, str], list[tuple[str, str]]] = {_likeness(one): [] for one in below}
    for key, move in moves.items():
        asset = move.asset
        likeness = (asset.partner_id, asset.plan, asset.line_currency)
        if likeness in found:
            found[likeness].append(key)
    return found


def _claw(
    moves: Moves,
    alike: Iterable[tuple[str, str]],
    line: Position,
    lines: Lines,
    policy: ContractCostPolicy,
) -> None:
    """Lets a line below zero take back what it did not yet, and remembers it: it may go and come again."""
    key = (line.line_id, line.currency)
    taken = moves[key].asset.taken if key in moves else max(-lines.was(key), _ZERO)
    if -line.amount <= taken:
        return
    _take(moves, alike, line, -line.amount - taken)
    move = moves.get(key) or AssetMove(_asset(line, policy.term(line.plan), policy, line.currency))
    moves[key] = replace(move, asset=replace(move.asset, taken=-line.amount))


def _take(moves: Moves, alike: Iterable[tuple[str, str]], line: Position, amount: Decimal) -> None:
    """Writes assets off by what a line takes back."""
    mine = [moves[key].asset for key in alike if moves[key].asset.basis > 0]
    mine.sort(key=lambda one: (one.basis == amount, one.first, one.key), reverse=True)
    for asset in mine:
        part = min(amount, asset.basis)
        if part:
            less = moves[asset.key].less(part, f"taken back by {line.line_id}")
            moves[asset.key] = replace(less, asset=replace(less.asset, clawed=asset.clawed + part))
            amount -= part


def carried(moves: Iterable[AssetMove]) -> tuple[Asset, ...]:
    """What the next close opens with: an asset is kept until its term is over, also one written off."""
    return tuple(one.asset for one in moves if one.asset.left)
