"""A roll-up as a pack of tables."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from reconcile.close.close import Close
from reconcile.close.list_tables import aging_table, waiting_table
from reconcile.close.pack import entity_of
from reconcile.close.rollforward import Movement, Roll
from reconcile.close.rollup.rolled_books import rolled_books
from reconcile.close.rollup.rolled_up import RollUp
from reconcile.domain.pack_table import Cell, Column, Pack, RowSum, SumOf, Table, headed
from reconcile.domain.phrases import counted, moment

_CURRENCY: Final = Column("currency", "Currency")
_MOVEMENTS: Final = tuple(Column(one.name.lower(), one.value.capitalize(), "money") for one in Movement)
_RESIDUAL: Final = Column("residual", "Residual", "rest")
_TERMS: Final = tuple((one.name.lower(), 1 if one is Movement.CLOSING else -1) for one in Movement)


def rollup_pack(made: RollUp) -> Pack:
    """The roll-up: the roll-forward of all, by period and by partner, and the closes that it is made of."""
    first, last = made.closes[0].frozen, made.closes[-1].frozen
    span = f"{made.period.start} to {made.period.end}"
    return Pack(
        title=f"Roll-up {made.period}",
        facts=(
            ("Entity", entity_of(made.closes[-1])),
            ("Period", f"{span}, {_zones(made)}"),
            ("Environment", str(last.snapshot.environment)),
            (
                "Closes",
                f"{len(made.closes)}, {first.period} ({first.close_id}) to {last.period} ({last.close_id})",
            ),
        ),
        verdict=_verdict(made),
        sound=made.is_sound,
        tables=(
            _rollforward(made),
            _months(made),
            _partners(made),
            *rolled_books(made),
            _closes(made),
            aging_table(made.closes[-1]),
            waiting_table(made.closes[-1]),
        ),
        charted="rollforward",
        open_points=_open_points(made) > 0,
        covered="rollforward",
        footer=f"{entity_of(made.closes[-1])}, {made.period}",
        look=3,
    )


def _zones(made: RollUp) -> str:
    """The time zones in which the closes counted days, in their order."""
    return ", then ".join(dict.fromkeys(one.frozen.snapshot.scope.zone for one in made.closes))


def _verdict(made: RollUp) -> str:
    if made.breaks:
        return " ".join(made.breaks)
    if not made.is_sound:
        return "The roll-forward does not add up: see the residuals."
    closes = counted(len(made.closes), "close")
    said = f"{closes} without a gap, and nothing is left over."
    return (
        f"{said} They passed with {counted(_open_points(made), 'open point')}."
        if _open_points(made)
        else said
    )


def _open_points(made: RollUp) -> int:
    return sum(len(check.objections) for close in made.closes for check in close.checks)


def _rollforward(made: RollUp) -> Table:
    """Every column the sum of the months; the opening is that of the first, the closing that of the last.

    Months go by their number: a spreadsheet may take `2026-01` for a date.
    """
    at = {Movement.OPENING: (("number", "1"),), Movement.CLOSING: (("number", str(len(made.closes))),)}
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            roll.currency,
            *(
                SumOf(
                    "months",
                    one.name.lower(),
                    (("currency", roll.currency), *at.get(one, ())),
                    roll.sums[one],
                )
                for one in Movement
            ),
            RowSum(_TERMS, roll.residual),
        )
        for roll in made.rolls
    )
    return Table("rollforward", "Roll-forward", (_CURRENCY, *_MOVEMENTS, _RESIDUAL), rows, "", "currency")


def _row(roll: Roll, *before: Cell) -> tuple[Cell, ...]:
    """The columns of a roll. Those that the first version does not know are zero."""
    return (*before, *(roll.sums.get(one, Decimal(0)) for one in Movement), RowSum(_TERMS, roll.residual))


def _months(made: RollUp) -> Table:
    columns = (
        Column("number", "No.", "number"),
        Column("period", "Period", "id"),
        _CURRENCY,
        *_MOVEMENTS,
        _RESIDUAL,
    )
    rows = tuple(
        _row(roll, number, str(close.frozen.period), roll.currency)
        for number, close in enumerate(made.closes, start=1)
        for roll in close.rolls
    )
    return Table("months", "By period", columns, rows, "As each was closed.", "currency")


def _partners(made: RollUp) -> Table:
    columns = (
        _CURRENCY,
        Column("partner", "Partner"),
        Column("partner_id", "Partner ID", "id"),
        *_MOVEMENTS,
        _RESIDUAL,
    )
    rows = tuple(_row(roll, roll.currency, roll.partner, roll.partner_id) for roll in made.partner_rolls)
    return Table("partners", "Roll-forward by partner", columns, rows, "", "currency", is_summed=True)


def _closes(made: RollUp) -> Table:
    columns = (
        *headed("id", period="Period", close="Close"),
        *headed("text", at="Closed at", by="By"),
        Column("found", "Open points", "number"),
        *headed("text", waived="Waived", gl="General ledger"),
    )
    return Table("closes", "Closes", columns, tuple(_close(one) for one in made.closes))


def _close(close: Close) -> tuple[Cell, ...]:
    frozen = close.frozen
    tied = "ties" if all(one.is_tied for one in close.ties) else "differs"
    return (
        str(frozen.period),
        frozen.close_id,
        moment(frozen.at),
        frozen.by,
        sum(len(check.objections) for check in close.checks),
        "; ".join(f"{name}: {reason}" for name, reason in frozen.waivers.items()),
        tied if frozen.gl else "not compared",
    )
