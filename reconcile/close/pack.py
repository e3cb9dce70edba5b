"""The close as tables for people: every number stands beside the list that it is the sum of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from reconcile.close.checks import Objection
from reconcile.close.close import Close
from reconcile.close.contract_cost.cost_tables import asset_tables, cost_facts, cost_tables
from reconcile.close.control_tables import bridge_table, control_table, further_tables, journal_table
from reconcile.close.entry_tables import lines_table, paid_table, partner_numbers
from reconcile.close.gl.gl_tables import gl_fact, gl_tables
from reconcile.close.list_tables import aging_table, exceptions_table, flux_table, waiting_table
from reconcile.close.remeasurement.gain_tables import gain_facts, gain_tables, measured_moves_tables
from reconcile.close.rollforward import MOVEMENTS, Movement, Roll
from reconcile.close.sign_off.signatures import sign_off_facts
from reconcile.close.sign_off.signed_numbers import fingerprint_of_numbers
from reconcile.domain.money import Money, shown_amount, totals
from reconcile.domain.pack_table import Cell, Column, Pack, RowSum, SumOf, Table, headed
from reconcile.domain.phrases import counted, moment

_CURRENCY = Column("currency", "Currency")
_PARTNER = Column("partner", "Partner")
_BRIDGES: Final[Mapping[int, Callable[[Close], tuple[Table, ...]]]] = {
    1: lambda _: (),
    2: lambda close: (bridge_table(close),),
}
_ROLLED: Final = {
    1: "Opening and movements add up to the closing. Amounts are in the currency of the lines. A stage is "
    "as it was when the data was read: Introw keeps no dates of stages.",
    2: "Opening and movements add up to the closing. Amounts are in the currency of the lines. Paid is money "
    "that payments show; where none is known, the stage PAID, from the day it is known to have been there.",
}


def pack_of(close: Close) -> Pack:
    """The close pack."""
    frozen, tables = close.frozen, _tables(close)
    previous = f"{close.previous.period} ({close.previous.close_id})" if close.previous else "none, the first"
    return Pack(
        title=f"Month-end close {frozen.period}",
        facts=(
            *((("Entity", entity_of(close)),) if frozen.version > 2 else ()),
            ("Close", frozen.close_id),
            ("Period", f"{frozen.period.start} to {frozen.period.end}, {frozen.snapshot.scope.zone}"),
            ("Environment", str(frozen.snapshot.environment)),
            ("Scope", str(frozen.snapshot.scope)),
            ("Data of", moment(frozen.snapshot.taken_at)),
            ("Fingerprint of the data", frozen.snapshot.fingerprint),
            (_signed_as(close), f"{frozen.by}, {moment(frozen.at)}"),
            *(_sign_off(close, tables) if frozen.version > 4 else ()),
            ("Tool", f"reconcile {frozen.tool_version}"),
            ("Close before it", previous),
            ("Payments", "matched" if frozen.matched else "not matched: the stage alone says what is paid"),
            *(_FACTS[frozen.version](close)),
        ),
        verdict=verdict(close),
        sound=close.passes,
        tables=tables,
        charted="rollforward" if _is_drawn(close) else "",
        covered="rollforward",
        footer=f"{entity_of(close)}, {frozen.period}, {frozen.close_id}",
        open_points=_has_open_points(close),
        look=frozen.version,
    )


def _is_drawn(close: Close) -> bool:
    """In a first month there is nothing that became something else."""
    return close.frozen.version < 3 or close.previous is not None


def entity_of(close: Close) -> str:
    """Whose books these are: the entity of the settings, else the environment."""
    return close.frozen.policy.entity or str(close.frozen.snapshot.environment)


def verdict(close: Close) -> str:
    """Whether the period passes, and with how many open points."""
    if not close.passes:
        return " ".join(close.obstacles)
    if not _has_open_points(close):
        return "The period passes."
    if close.frozen.version > 2:
        return _passes_with(close)
    found = [check for check in close.checks if check.objections]
    count = sum(len(check.objections) for check in found)
    checks = "1 check" if len(found) == 1 else f"{len(found)} checks"
    return f"The period passes with open points: {checks} found {count:,}. See Checks and Exceptions."


def _passes_with(close: Close) -> str:
    """With how many warnings, items and how much money. An item that two checks find counts once."""
    found = [check for check in close.checks if check.objections]
    items = {one.record_id or one.said: one for check in found for one in check.objections}
    money = ", ".join(str(Money(sum_, code)) for code, sum_ in _money_of(items.values()).items() if sum_)
    waived = [check.name for check in found if check.waived]
    said = f"The period passes with {counted(len(found), 'warning')}: {counted(len(items), 'item')}"
    said += f", {money}." if money else "."
    return said + (f" Waived: {', '.join(waived)}." if waived else "") + " See Checks and Exceptions."


def _money_of(found: Iterable[Objection]) -> Mapping[str, Decimal]:
    return totals(one.amount for one in found if one.amount)


def _has_open_points(close: Close) -> bool:
    return close.frozen.version > 1 and any(check.objections for check in close.checks)


def _signed_as(close: Close) -> str:
    is_final = close.frozen.version == 1 or (close.passes and not close.frozen.draft)
    if is_final:
        return "Closed by"
    return "Prepared, not closed, by" if close.frozen.sign_off is None else "Made, not closed, by"


def _sign_off(close: Close, tables: Sequence[Table]) -> tuple[tuple[str, str], ...]:
    signed = close.frozen.sign_off
    return sign_off_facts(signed, "" if signed is None else fingerprint_of_numbers(close.frozen, tables))


def numbers_fingerprint(close: Close) -> str:
    """The fingerprint of the numbers: what people sign."""
    return fingerprint_of_numbers(close.frozen, _tables(close))


def _read_and_decided(close: Close) -> tuple[tuple[str, str], ...]:
    """How much was read, how much the stage alone says, and what a person decided about the close."""
    frozen = close.frozen
    snapshot = frozen.snapshot
    waived = "; ".join(f"{name}: {reason}" for name, reason in frozen.waivers.items())
    facts = [
        ("Read", f"{counted(len(snapshot.payouts), 'payout')}, {counted(len(snapshot.lines), 'line')}"),
        (
            "Paid by the stage alone",
            f"{counted(len(frozen.stage_paid), 'payout')} at PAID, payment unknown",
        ),
        ("Method", _METHODS[frozen.policy.method]),
        ("Waived", waived or "nothing"),
    ]
    return tuple(facts + ([("Made again because", frozen.again)] if frozen.again else []))


_METHODS: Final = {
    "reversing": "accrual that reverses; bills go to expense",
    "clearing": "accrual that stays; bills go to the liability account",
}
_FACTS: Final[Mapping[int, Callable[[Close], tuple[tuple[str, str], ...]]]] = {
    1: lambda _: (),
    2: _read_and_decided,
    3: lambda close: (*_read_and_decided(close), gl_fact(close)),
    4: lambda close: (*_read_and_decided(close), gl_fact(close)),
    5: lambda close: (*_read_and_decided(close), gl_fact(close)),
    6: lambda close: (
        *_read_and_decided(close),
        gl_fact(close),
        *gain_facts(close),
        *cost_facts(close),
    ),
}


def _tables(close: Close) -> tuple[Table, ...]:
    tables = [
        rollforward_table(close),
        *_BRIDGES[close.frozen.ledger_version](close),
        *gl_tables(close),
        *gain_tables(close),
        *cost_tables(close),
        control_table(close),
        partners_table(close),
        checks_table(close),
        exceptions_table(close),
        journal_table(close),
        *further_tables(close),
        aging_table(close),
        waiting_table(close),
        flux_table(close),
        paid_table(close),
        *measured_moves_tables(close),
        *asset_tables(close),
        lines_table(close),
    ]
    return tuple(tables if close.frozen.rates is None else [tables[0], _reported(close), *tables[1:]])


def rollforward_table(close: Close) -> Table:
    """The roll-forward per currency."""
    columns = (_CURRENCY, *_movement_columns(close), Column("residual", "Residual", "rest"))
    rows = tuple((roll.currency, *_moves(roll, ()), _residual(roll)) for roll in close.rolls)
    return Table(
        "rollforward", "Roll-forward", columns, rows, _ROLLED[close.frozen.ledger_version], "currency"
    )


def partners_table(close: Close) -> Table:
    """The roll-forward per currency and partner."""
    key = _PARTNER_KEYS[close.frozen.ledger_version](close)
    columns = (
        _CURRENCY,
        _PARTNER,
        Column("partner_id", "Partner ID", "id"),
        *_movement_columns(close),
        Column("residual", "Residual", "rest"),
    )
    rows = tuple(
        (
            roll.currency,
            roll.partner,
            roll.partner_id,
            *_moves(roll, key(roll)),
            _residual(roll),
        )
        for roll in close.partner_rolls
    )
    return Table("partners", "Roll-forward by partner", columns, rows, "", "currency", is_summed=True)


Where = tuple[tuple[str, str], ...]


def _by_id(_: Close) -> Callable[[Roll], Where]:
    return lambda roll: (("partner_id", roll.partner_id),)


def _by_number(close: Close) -> Callable[[Roll], Where]:
    """Partners by number: a spreadsheet takes two ids that differ in case, or past 15 digits, for one."""
    numbers = partner_numbers(close)
    return lambda roll: (("partner_no", str(numbers[roll.partner_id])),)


_PARTNER_KEYS: Final = {1: _by_id, 2: _by_number}


def _movement_columns(close: Close) -> tuple[Column, ...]:
    columns = MOVEMENTS[close.frozen.ledger_version]
    return tuple(Column(one.name.lower(), one.value.capitalize(), "money") for one in columns)


def _moves(roll: Roll, more: Where) -> tuple[Cell, ...]:
    """Each column is the sum of its lines on the sheet that lists them."""
    where = (("currency", roll.currency), *more)
    return tuple(
        SumOf("lines", "amount", (*where, ("movement", one.value)), amount)
        for one, amount in roll.sums.items()
    )


def _residual(roll: Roll) -> RowSum:
    terms = tuple((one.name.lower(), 1 if one is Movement.CLOSING else -1) for one in roll.sums)
    return RowSum(terms, roll.residual)


def _reported(close: Close) -> Table:
    rates = close.frozen.rates
    assert rates
    columns = (
        _CURRENCY,
        Column("closing", "Closing", "money"),
        Column("rate", f"Rate to {rates.to}", "number"),
        Column("day", "Rate of", "date"),
        Column("reported", f"Closing in {rates.to}", "money"),
        Column("to", "Reporting currency"),
    )
    rows: list[tuple[Cell, ...]] = []
    for roll in close.rolls:
        rate = rates.rates.get(roll.currency)
        closing = SumOf(
            "lines",
            "amount",
            (("currency", roll.currency), ("movement", "closing")),
            roll.sums[Movement.CLOSING],
        )
        told = (rate.rate, rate.day) if rate else (Decimal(1), None)
        rows.append((roll.currency, closing, *told, close.reported[roll.currency], rates.to))
    note = f"Converted with the rates in {rates.file}, rounded half to even. For reading only."
    return Table("reported", f"In {rates.to}", columns, tuple(rows), note, "to")


def checks_table(close: Close) -> Table:
    """The checks, and what came of them."""
    columns = (
        Column("check", "Check", "id"),
        *headed("text", title="What it looks for", weight="Weight"),
        Column("count", "Found", "number"),
        *headed("text", money="Money", verdict="Verdict", waived="Waived because"),
    )
    rows = []
    for check in close.checks:
        money = ", ".join(f"{shown_amount(amount, code)} {code}" for code, amount in check.money.items())
        verdict = "clear" if not check.objections else "blocks" if check.is_blocking else "look"
        verdict = "waived" if check.waived and check.objections else verdict
        count = len(check.objections)
        rows.append((check.name, check.title, check.weight.value, count, money, verdict, check.waived))
    return Table("checks", "Checks", columns, tuple(rows))


def objections(checks: Table) -> Table:
    """The table of checks in short: those that found something, without what they look for."""
    shown = [place for place, column in enumerate(checks.columns) if column.key not in ("title", "waived")]
    count = [column.key for column in checks.columns].index("count")
    rows = tuple(tuple(row[place] for place in shown) for row in checks.rows if row[count])
    return replace(checks, columns=tuple(checks.columns[place] for place in shown), rows=rows)
