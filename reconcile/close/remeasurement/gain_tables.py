"""The remeasurement as tables of the pack, and as a line of its cover."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from reconcile.close.close import Close
from reconcile.close.remeasurement.remeasure import Balance, MeasuredMove, Remeasurement
from reconcile.domain.money import Money
from reconcile.domain.pack_table import Cell, Column, RowSum, SumOf, Table, headed
from reconcile.domain.policy.dimensions import values_of

_ZERO = Decimal(0)
_CURRENCY, _KIND = Column("currency", "Currency"), Column("kind", "Kind")
_PARTNER, _PARTNER_ID = Column("partner", "Partner"), Column("partner_id", "Partner ID", "id")
_TO: Final = Column("to", "In")
_ENTITY: Final = Column("entity", "Entity")


def gain_facts(close: Close) -> tuple[tuple[str, str], ...]:
    """What the rates came to, in short; nothing where nothing is remeasured."""
    found = close.further.remeasurement
    if found is None:
        return ()
    loss = sum((one.loss for one in found.balances), _ZERO)
    realised = sum((one.realised for one in found.balances), _ZERO)
    word = "loss" if loss > 0 else "gain"
    said = f"{word} of {Money(abs(loss), found.functional)}"
    if loss or realised:
        said += f", of which realised {Money(realised if loss > 0 else -realised, found.functional)}"
    rates = ", ".join(f"{code} {rate.rate} of {rate.day}" for code, rate in found.closing_rates.items())
    begins = "; begins with this close" if found.is_first and found.balances else ""
    return (("Remeasurement", f"{said} ({rates or 'nothing in other currencies'}){begins}"),)


def gain_tables(close: Close) -> tuple[Table, ...]:
    """The gains and losses per currency, and the balances behind them."""
    found = close.further.remeasurement
    return (_gains(close, found), _foreign(close, found), _balances(close, found)) if found else ()


def measured_moves_tables(close: Close) -> tuple[Table, ...]:
    """Every movement at its rate."""
    found = close.further.remeasurement
    return (_moves(found),) if found else ()


def _gains(close: Close, found: Remeasurement) -> Table:
    columns = (
        _CURRENCY,
        *headed("number", opening_rate="Rate, opening", closing_rate="Rate, end"),
        _TO,
        *headed("money", opening="Opening", moved="Moved", loss="Loss", closing="Closing"),
        Column("residual", "Residual", "rest"),
        *headed("money", realised="Realised", unrealised="Not realised", booked="Booked here"),
        Column("elsewhere", "Finance system", "money"),
        Column("booked_off", "Loss - booked", "rest"),
    )
    codes = sorted({one.currency for one in found.balances})
    note = (
        "Opening at the rate of the last close, movements at the rates of their days, closing at the rate of "
        "the end; what is left is the loss, or a gain where it is below zero. Realised: what payments cost "
        "beyond what they settled."
    )
    rows = tuple(_gain(close, found, code) for code in codes)
    return Table("gains", "Gains and losses", columns, rows, note, "to", is_summed=True)


def _gain(close: Close, found: Remeasurement, code: str) -> tuple[Cell, ...]:
    mine = [one for one in found.balances if one.currency == code]
    here = ("currency", code)
    loss, realised = sum((one.loss for one in mine), _ZERO), sum((one.realised for one in mine), _ZERO)
    booked = sum(
        (
            one.functional.amount
            for one in close.further.gain_journal
            if one.functional and (one.currency, one.side) == (code, "gain or loss")
        ),
        _ZERO,
    )
    leaves = close.frozen.policy.remeasurement.payables == "finance system"
    elsewhere = sum((one.loss for one in mine if one.kind == "payables" and leaves), _ZERO)
    opening, closing = found.opening_rates.get(code), found.closing_rates.get(code)
    sums = {
        "opening": sum((one.opening_functional for one in mine), _ZERO),
        "moved": sum((one.moved_functional for one in mine), _ZERO),
        "loss": loss,
        "closing": sum((one.closing_functional for one in mine), _ZERO),
    }
    return (
        code,
        opening.rate if opening else None,
        closing.rate if closing else None,
        found.functional,
        *(SumOf("remeasurement", name, (here,), amount) for name, amount in sums.items()),
        _residual(sums["opening"] + sums["moved"] + loss - sums["closing"]),
        SumOf("remeasured", "realised", (here,), realised),
        RowSum((("loss", 1), ("realised", -1)), loss - realised),
        booked,
        elsewhere,
        RowSum((("loss", 1), ("booked", -1), ("elsewhere", -1)), loss - booked - elsewhere),
    )


def _residual(amount: Decimal) -> RowSum:
    return RowSum((("opening", 1), ("moved", 1), ("loss", 1), ("closing", -1)), amount)


def _whose(close: Close, one: Balance) -> tuple[Cell, ...]:
    """The columns that both tables of balances begin with."""
    rules = close.frozen.policy.dimensions
    entity = values_of(rules, one.partner_id, "", one.currency).get("entity")
    return (one.currency, *((entity,) if "entity" in rules else ()), one.partner, one.partner_id, one.kind)


def _whose_columns(close: Close) -> tuple[Column, ...]:
    entity = (_ENTITY,) if "entity" in close.frozen.policy.dimensions else ()
    return (_CURRENCY, *entity, _PARTNER, _PARTNER_ID, _KIND)


def _where(one: Balance) -> tuple[tuple[str, str], ...]:
    return (("currency", one.currency), ("partner_id", one.partner_id), ("kind", one.kind))


def _foreign(close: Close, found: Remeasurement) -> Table:
    """What is remeasured, in its own currency."""
    columns = (
        *_whose_columns(close),
        *headed("money", opening="Opening", moved="Moved", closing="Closing"),
        Column("residual", "Residual", "rest"),
    )
    terms = (("opening", 1), ("moved", 1), ("closing", -1))
    rows = tuple(
        (
            *_whose(close, one),
            one.opening,
            SumOf("remeasured", "amount", _where(one), one.moved, exact=True),
            one.closing,
            RowSum(terms, one.opening + one.moved - one.closing),
        )
        for one in found.balances
    )
    note = (
        "Accruals: accrued, prepaid and receivable, as the closes book them. Payables: billed and not paid."
    )
    return Table("foreign", "In other currencies", columns, rows, note, "currency", is_summed=True)


def _balances(close: Close, found: Remeasurement) -> Table:
    columns = (
        *_whose_columns(close),
        _TO,
        *headed("money", opening="Opening", moved="Moved", loss="Loss", closing="Closing"),
        Column("residual", "Residual", "rest"),
    )
    rows = tuple(
        (
            *_whose(close, one),
            found.functional,
            one.opening_functional,
            SumOf("remeasured", "functional", _where(one), one.moved_functional, exact=True),
            one.loss,
            one.closing_functional,
            _residual(one.opening_functional + one.moved_functional + one.loss - one.closing_functional),
        )
        for one in found.balances
    )
    note = "Above zero is owed; a loss is above zero, a gain below. Cents are spread over partners so that "
    note += "accounts come to their balance at the rate."
    return Table("remeasurement", "Remeasurement", columns, rows, note, "to", is_summed=True)


def _moves(found: Remeasurement) -> Table:
    columns = (
        Column("day", "Date", "date"),
        Column("movement", "Movement"),
        _KIND,
        _PARTNER,
        _PARTNER_ID,
        *headed("id", payout="Payout ID", line="Line ID"),
        _CURRENCY,
        *headed("number", amount="Moved", rate="Rate"),
        Column("rate_day", "Rate of", "date"),
        _TO,
        *headed("money", functional="At the rate", settled="Stood at", realised="Realised loss"),
    )
    rows = tuple(_move(one, found.functional) for balance in found.balances for one in balance.moves)
    note = "Each at the rate of its day, or the average of the period; what is no payment of the period, and "
    note += "was not earned in it, at the rate of the end."
    return Table("remeasured", "Movements at their rates", columns, rows, note, "to", is_summed=True)


def _move(one: MeasuredMove, to: str) -> tuple[Cell, ...]:
    move = one.move
    return (
        move.day,
        move.movement,
        move.kind,
        move.partner,
        move.partner_id,
        move.payout_id,
        move.line_id,
        move.currency,
        move.amount,
        one.rate.rate,
        one.rate.day,
        to,
        one.functional,
        one.settled_at,
        one.realised,
    )
