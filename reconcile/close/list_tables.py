"""The lists of a pack: exceptions, aging, open items, flux."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Final

from reconcile.close.aging import buckets, sums
from reconcile.close.close import Close
from reconcile.close.explanations import by_row
from reconcile.close.flux import Explanation, Flux, Key
from reconcile.domain.money import Money
from reconcile.domain.pack_table import Cell, Column, RowSum, SumOf, Table, headed

_CURRENCY = Column("currency", "Currency")
_PARTNER = Column("partner", "Partner")
_AGED: Final = {
    1: "Unpaid payouts by the days between the end of their period and the end of this one.",
    2: "Open items by the days from the end of their period to that of this one. They sum to the closing.",
}
_OPEN: Final = {1: "Unpaid payouts", 2: "Open items"}


def exceptions_table(close: Close) -> Table:
    """Every record that a check objects to."""
    columns = (
        *headed("id", check="Check", record="ID"),
        _PARTNER,
        Column("said", "What"),
        Column("amount", "Amount", "money"),
        _CURRENCY,
    )
    rows = tuple(
        (
            check.name,
            one.record_id,
            one.partner,
            one.said,
            one.amount.amount if one.amount else None,
            one.amount.currency if one.amount else "",
        )
        for check in close.checks
        for one in check.objections
    )
    return Table("exceptions", "Exceptions", columns, rows, "", "currency")


def aging_table(close: Close) -> Table:
    """What is open by its age, per currency."""
    names = buckets(close.frozen.policy.aging_days)
    columns = (
        _CURRENCY,
        *(Column(name, f"{name} days", "money") for name in names),
        Column("all", "All", "money"),
    )
    rows: list[tuple[Cell, ...]] = []
    for currency, row in sums(close.waiting, close.frozen.policy.aging_days).items():
        cells = [
            SumOf("waiting", "amount", (("currency", currency), ("bucket", name)), row[name])
            for name in names
        ]
        total = RowSum(tuple((name, 1) for name in names), sum(row.values(), Decimal(0)))
        rows.append((currency, *cells, total))
    return Table("aging", "Aging", columns, tuple(rows), _AGED[close.frozen.ledger_version], "currency")


def waiting_table(close: Close) -> Table:
    """What is open, by payout or by line of what is on none."""
    columns = (
        Column("payout", "Payout ID", "id"),
        _PARTNER,
        Column("stage", "Stage"),
        Column("days", "Days", "number"),
        Column("bucket", "Bucket"),
        Column("amount", "Amount", "money"),
        _CURRENCY,
    )
    cells = ("payout_id", "partner", "stage", "days", "bucket", "amount.amount", "amount.currency")
    rows = tuple(map(attrgetter(*cells), close.waiting))
    return Table("waiting", _OPEN[close.frozen.ledger_version], columns, rows, "", "currency", is_summed=True)


def flux_table(close: Close) -> Table:
    """What is owed now against the last close, per partner and plan, with what explains it."""
    return _explained_flux(close) if close.frozen.version > 2 else _plain_flux(close)


def _explained_flux(close: Close) -> Table:
    columns = (
        _CURRENCY,
        _PARTNER,
        Column("partner_id", "Partner ID", "id"),
        Column("plan", "Plan"),
        *headed("money", before="Last close", after="This close", delta="Moved"),
        Column("share", "Share", "share"),
        Column("material", "Material"),
        Column("explanation", "Explanation", "note"),
        *headed("text", by="Explained by", carried="At the last close"),
    )
    written = by_row(close.frozen.explanations)
    earlier = by_row(close.previous.explanations) if close.previous else {}
    rows = tuple(_explained(one, written, earlier) for one in close.flux)
    policy = close.frozen.policy
    note = (
        f"Material beyond {policy.flux_amount} and {policy.flux_share:.0%}. Write explanations here, "
        "save, and bring them: close --explain."
    )
    return Table("flux", "Flux", columns, rows, note, "currency", is_summed=True)


def _explained(
    one: Flux, written: Mapping[Key, Explanation], earlier: Mapping[Key, Explanation]
) -> tuple[Cell, ...]:
    key = (one.currency, one.partner_id, one.plan)
    told, carried = written.get(key), earlier.get(key)
    stale = "" if not told or told.explains(one) else f", of {Money(told.moved, one.currency)}"
    return (
        one.currency,
        one.partner,
        one.partner_id,
        one.plan,
        one.before,
        one.after,
        RowSum((("after", 1), ("before", -1)), one.delta),
        one.share,
        "yes" if one.is_material else "",
        told.text if told else "",
        f"{told.by}{stale}" if told else "",
        carried.text if carried else "",
    )


def _plain_flux(close: Close) -> Table:
    columns = (
        _CURRENCY,
        _PARTNER,
        Column("plan", "Plan"),
        *headed("money", before="Last close", after="This close", delta="Moved"),
        Column("share", "Share", "share"),
        *headed("text", material="Material", explanation="Explanation"),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            one.currency,
            one.partner,
            one.plan,
            one.before,
            one.after,
            RowSum((("after", 1), ("before", -1)), one.delta),
            one.share,
            "yes" if one.is_material else "",
            "",
        )
        for one in close.flux
    )
    policy = close.frozen.policy
    limits = f"{policy.flux_amount} and {policy.flux_share:.0%}"
    note = f"Material beyond {limits}. The explanation is for you to write."
    return Table("flux", "Flux", columns, rows, note, "currency", is_summed=True)
