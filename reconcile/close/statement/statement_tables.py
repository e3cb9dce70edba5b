"""A partner's statement as tables."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from reconcile.close.aging import buckets, sums
from reconcile.close.frozen import Frozen
from reconcile.close.rollforward import Entry, Movement, Roll
from reconcile.close.statement.partner_statement import TRANSFERS, PartnerStatement
from reconcile.domain.pack_table import Cell, Column, Pack, RowSum, Table, headed

_CURRENCY, _AMOUNT = Column("currency", "Currency"), Column("amount", "Amount", "money")
_DAY, _PAYOUT = Column("day", "Date", "date"), Column("payout", "Payout", "id")
_COLUMNS: Final = (
    ("opening", "Opening", (Movement.OPENING,)),
    ("earned", "Earned", (Movement.EARNED,)),
    ("adjusted", "Adjustments", (Movement.ADJUSTED,)),
    ("declined", "Declined", (Movement.DECLINED,)),
    ("moved", "Transfers", TRANSFERS),
    ("paid", "Payments", (Movement.PAID,)),
    ("returned", "Returned", (Movement.RETURNED,)),
    ("difference", "Differences", (Movement.DIFFERENCE,)),
)
_MONEY: Final = (Movement.PAID, Movement.RETURNED, Movement.DIFFERENCE)
_CHANGES: Final = (Movement.ADJUSTED, Movement.DECLINED, *TRANSFERS)


def statement_pack(statement: PartnerStatement, frozen: Frozen) -> Pack:
    """The statement: what it is about, then the balance, its movements, and what is open."""
    tables = (_balance(statement), _payments(statement), _changes(statement), _aging(statement, frozen))
    return Pack(
        title=f"Commission statement {frozen.period}",
        facts=(
            ("Partner", statement.partner),
            ("Partner ID", statement.partner_id),
            ("Period", f"{frozen.period.start} to {frozen.period.end}"),
            ("Reference", frozen.close_id),
        ),
        verdict="",
        sound=True,
        tables=(*tables, _open(statement), _earned(statement)),
        charted="",
        look=frozen.version,
    )


def _balance(statement: PartnerStatement) -> Table:
    columns = (
        _CURRENCY,
        *(Column(key, header, "money") for key, header, _ in _COLUMNS),
        Column("closing", "Closing", "money"),
    )
    rows = tuple(_rolled(roll) for roll in statement.rolls)
    return Table("balance", "Balance", columns, rows, "What is owed, above zero in your favour.", "currency")


def _rolled(roll: Roll) -> tuple[Cell, ...]:
    parts = [sum((roll.sums[one] for one in movements), Decimal(0)) for _, _, movements in _COLUMNS]
    closing = RowSum(tuple((key, 1) for key, _, _ in _COLUMNS), sum(parts, Decimal(0)))
    return (roll.currency, *parts, closing)


def _earned(statement: PartnerStatement) -> Table:
    columns = (_DAY, _PAYOUT, Column("plan", "Plan"), Column("text", "Description"), _CURRENCY, _AMOUNT)
    rows = tuple(
        (
            one.day,
            one.payout_id or "",
            one.plan,
            statement.descriptions.get(one.line_id, ""),
            one.currency,
            one.amount,
        )
        for one in statement.of(Movement.EARNED)
    )
    return Table("earned", "Earned", columns, rows, "", "currency")


def _changes(statement: PartnerStatement) -> Table:
    columns = (
        Column("kind", "Kind"),
        _PAYOUT,
        *headed("text", text="Description", why="Reason"),
        _CURRENCY,
        _AMOUNT,
    )
    rows = tuple(
        (
            "transfer" if one.movement in TRANSFERS else one.movement.value,
            one.payout_id or "",
            statement.descriptions.get(one.line_id, ""),
            one.why,
            one.currency,
            one.amount,
        )
        for one in statement.of(*_CHANGES)
    )
    return Table("adjustments", "Adjustments", columns, rows, "", "currency")


def _payments(statement: PartnerStatement) -> Table:
    columns = (_DAY, Column("kind", "Kind"), _PAYOUT, Column("why", "Reference"), _CURRENCY, _AMOUNT)
    rows = tuple(_payment(one) for one in statement.of(*_MONEY))
    return Table("payments", "Payments", columns, rows, "", "currency")


def _payment(one: Entry) -> tuple[Cell, ...]:
    return (one.day, one.movement.value, one.payout_id or "", one.why, one.currency, one.amount)


def _open(statement: PartnerStatement) -> Table:
    columns = (
        Column("record", "Payout or line", "id"),
        Column("days", "Days", "number"),
        Column("bucket", "Age in days"),
        _CURRENCY,
        _AMOUNT,
    )
    rows = tuple(
        (one.payout_id, one.days, one.bucket, one.amount.currency, one.amount.amount)
        for one in statement.open
    )
    return Table(
        "open", "Open items", columns, rows, "By the days since the end of their period.", "currency"
    )


def _aging(statement: PartnerStatement, frozen: Frozen) -> Table:
    names = buckets(frozen.policy.aging_days)
    columns = (
        _CURRENCY,
        *(Column(name, f"{name} days", "money") for name in names),
        Column("all", "All", "money"),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            currency,
            *(row[name] for name in names),
            RowSum(tuple((name, 1) for name in names), sum(row.values(), Decimal(0))),
        )
        for currency, row in sums(statement.open, frozen.policy.aging_days).items()
    )
    return Table("aging", "Ageing", columns, rows, "", "currency")
