"""Random months with slips of the hand put in, and with honest edits: what the slip rules are measured on.

Written from the manual and from how people work, not from the rules: amounts are drawn as commissions are
(rates of deals, flat fees, bonuses), honest edits as finance makes them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from builders import make_line, make_payout, make_snapshot, make_workbook

from reconcile.check.review import review
from reconcile.domain.policy.names_and_limits import Policy

CENTS = Decimal("0.01")
FLAT = [Decimal(amount) for amount in (50, 100, 250, 500, 1000)]
RULES_OF_SLIPS = ("slip-", "amount-sign", "values-moved", "values-swapped")


@dataclass
class Month:
    """The amounts of the lines in the order of the sheet, and a chance."""

    amounts: list[Decimal]
    chance: random.Random
    edits: dict[int, Decimal] = field(default_factory=dict)

    def flagged(self) -> set[int]:
        """The edited rows at which a rule tells of a slip."""
        size = len(self.amounts)
        lines = [
            make_line(f"cln_{at:04}", f"{amount} USD", "pay_0", partner_id=f"ptn_{at * 9 // size}")
            for at, amount in enumerate(self.amounts)
        ]
        snapshot = make_snapshot(make_payout("pay_0", f"{sum(self.amounts)} USD"), *lines)
        edits = {f"cln_{at:04}": {"amount": f"{amount:f}"} for at, amount in self.edits.items()}
        found = review(make_workbook(snapshot, edits), snapshot, Policy())
        told = {one.record_id for one in found if one.rule.startswith(RULES_OF_SLIPS)}
        return {at for at in self.edits if f"cln_{at:04}" in told}


def make_month(chance: random.Random, lines: int = 120) -> Month:
    """Commissions as they are: shares of deals, flat fees, a few bonuses."""
    amounts = []
    for _ in range(lines):
        kind = chance.random()
        if kind < 0.75:
            deal = Decimal(str(round(chance.lognormvariate(9, 1), 2)))
            amounts.append((deal * chance.choice((5, 8, 10, 15, 20)) / 100).quantize(CENTS, ROUND_HALF_UP))
        else:
            amounts.append(chance.choice(FLAT))
    return Month(amounts, chance)


def _row(month: Month) -> int:
    return month.chance.randrange(len(month.amounts) - 8)


def _digits(amount: Decimal) -> str:
    return f"{amount:f}"


def transposed(month: Month) -> None:
    """Two digits beside each other are typed the other way round."""
    at = _row(month)
    text = _digits(month.amounts[at])
    places = [
        n
        for n in range(len(text) - 1)
        if text[n].isdigit()
        and text[n + 1].isdigit()
        and text[n] != text[n + 1]
        and text[n : n + 2] != text[0] + "0"
    ]
    if places:
        n = month.chance.choice(places)
        month.edits[at] = Decimal(text[:n] + text[n + 1] + text[n] + text[n + 2 :])


def digit_lost(month: Month) -> None:
    """A key is not hit."""
    at = _row(month)
    text = _digits(month.amounts[at])
    n = month.chance.choice([n for n, sign in enumerate(text.split(".")[0]) if sign.isdigit()])
    shorter = text[:n] + text[n + 1 :]
    month.edits[at] = Decimal(shorter if not shorter.startswith(".") else "0" + shorter)


def digit_doubled(month: Month) -> None:
    """A key is hit twice."""
    at = _row(month)
    text = _digits(month.amounts[at])
    n = month.chance.randrange(len(text.split(".")[0]))
    month.edits[at] = Decimal(text[: n + 1] + text[n:])


def point_moved(month: Month) -> None:
    """The decimal point is forgotten or set one place off."""
    at = _row(month)
    month.edits[at] = month.amounts[at] * Decimal(10) ** month.chance.choice((-2, -1, 1, 2))


def row_shifted(month: Month) -> None:
    """The amount of the row above or below is typed."""
    at = _row(month) + 1
    month.edits[at] = month.amounts[at + month.chance.choice((-1, 1))]


def filled_down(month: Month) -> None:
    """A cell is dragged over those below it."""
    at = _row(month)
    for below in range(1, month.chance.randint(2, 6)):
        month.edits[at + below] = month.amounts[at]


def block_pasted(month: Month) -> None:
    """Some cells are copied over others."""
    at, size = _row(month), month.chance.randint(2, 5)
    source = month.chance.randrange(len(month.amounts) - size)
    for n in range(size):
        month.edits[at + n] = month.amounts[source + n]


def sign_lost(month: Month) -> None:
    """A minus is forgotten, or typed where none belongs."""
    at = _row(month)
    month.edits[at] = -month.amounts[at]


def date_typed(month: Month) -> None:
    """A date lands in the amount: as its serial number, or without separators."""
    day = date(2026, 1, 1) + timedelta(days=month.chance.randrange(180))
    serial = (day - date(1899, 12, 30)).days
    month.edits[_row(month)] = Decimal(month.chance.choice((serial, int(f"{day:%Y%m%d}"))))


def rounded(month: Month) -> None:
    """A placeholder of thousands in the place of the amount."""
    at = _row(month)
    if month.amounts[at] != month.amounts[at].to_integral_value():
        month.edits[at] = Decimal(month.chance.choice((5, 10, 20, 50)) * 1000)


def far_away(month: Month) -> None:
    """An amount of another world."""
    month.edits[_row(month)] = (max(month.amounts) * month.chance.randint(8, 40)).quantize(CENTS)


SLIPS: dict[str, Callable[[Month], None]] = {
    one.__name__: one
    for one in (
        transposed,
        digit_lost,
        digit_doubled,
        point_moved,
        row_shifted,
        filled_down,
        block_pasted,
        sign_lost,
        date_typed,
        rounded,
        far_away,
    )
}


def honest(month: Month) -> None:
    """What finance does: another rate, a part only, a correction of some money, a fixed fee, cents off."""
    chance = month.chance
    for at in chance.sample(range(len(month.amounts)), 12):
        amount = month.amounts[at]
        new = {
            "rate": amount * chance.choice((5, 8, 10, 12, 15, 20)) / chance.choice((5, 8, 10, 15, 20)),
            "part": amount * chance.randint(10, 95) / 100,
            "correction": amount + Decimal(chance.randint(-20_000, 40_000)) / 100,
            "fee": chance.choice(FLAT),
            "cents": amount.to_integral_value(),
            "half": amount / 2,
        }[chance.choice(("rate", "part", "correction", "fee", "cents", "half"))]
        new = new.quantize(CENTS, ROUND_HALF_UP)
        if new > 0 and new != amount:
            month.edits[at] = new


def slipped(kind: str, months: int, seed: int = 0) -> Iterator[bool]:
    """Months with one slip of this kind each: whether a rule told of it."""
    for number in range(months):
        month = make_month(random.Random(f"{kind}/{seed}/{number}"))
        SLIPS[kind](month)
        month.edits = {at: new for at, new in month.edits.items() if new != month.amounts[at]}
        if month.edits:
            yield bool(month.flagged())


def false_flags(months: int, seed: int = 0) -> tuple[int, int]:
    """Honest edits, and of how many of them a rule told."""
    edits = flags = 0
    for number in range(months):
        month = make_month(random.Random(f"honest/{seed}/{number}"))
        honest(month)
        edits += len(month.edits)
        flags += len(month.flagged())
    return edits, flags
