"""The tie to the general ledger as tables of the pack, and as a line of its cover."""

from __future__ import annotations

from reconcile.close.close import Close
from reconcile.close.gl.compare_postings import Kind
from reconcile.close.gl.tie import Tie
from reconcile.domain.pack_table import Cell, Column, RowSum, SumOf, Table, headed
from reconcile.domain.phrases import counted

_ACCOUNT, _CURRENCY = Column("account", "Account", "id"), Column("currency", "Currency")


def gl_fact(close: Close) -> tuple[str, str]:
    """Whether the close ties, in short."""
    gl = close.frozen.gl
    if gl is None:
        return "General ledger", "not compared"
    open_ties = [one for one in close.ties if not one.is_tied]
    said = f"{len(open_ties)} of {counted(len(close.ties), 'account')} differ" if open_ties else "ties"
    waits = sum(bool(one.to_book) for one in close.ties) and "; the journal of this close is to be booked"
    return "General ledger", f"{said} ({gl.kind}, {gl.file}, SHA-256 {gl.sha256[:12]}){waits or ''}"


def gl_tables(close: Close) -> tuple[Table, ...]:
    """The tie and its reconciling items; none where no export was brought."""
    return (tie_table(close), items_table(close)) if close.frozen.gl else ()


def tie_table(close: Close) -> Table:
    """Sub-ledger and general ledger per account and currency, and what lies between them."""
    columns = (
        _ACCOUNT,
        _CURRENCY,
        *headed("money", opening="Opening, sub-ledger", gl_opening="Opening, GL"),
        *headed("money", closing="Closing, sub-ledger", items="Reconciling items", gl_closing="Closing, GL"),
        *headed("rest", unexplained="GL - sub-ledger - items", rest="Left after this journal"),
        Column("verdict", "Verdict"),
    )
    rows = tuple(_tied(one) for one in close.ties)
    note = (
        "Debits are above zero, credits below. Of an expense both sides are what was booked in the "
        "period. What differs by the journal of this close alone ties when that is booked."
    )
    return Table("gl", "General ledger", columns, rows, note, "currency")


def _tied(one: Tie) -> tuple[Cell, ...]:
    where = (("account", one.account), ("currency", one.currency))
    items = SumOf("gl_items", "amount", where, sum((each.amount for each in one.items), one.closing * 0))
    return (
        one.account,
        one.currency,
        one.opening,
        one.gl_opening,
        one.closing,
        items,
        one.gl_closing,
        RowSum((("gl_closing", 1), ("closing", -1), ("items", -1)), one.difference - items.value),
        one.rest,
        "ties" if one.is_tied else "differs",
    )


def items_table(close: Close) -> Table:
    """Why the two sides differ, reason by reason."""
    columns = (
        _ACCOUNT,
        _CURRENCY,
        Column("kind", "Kind"),
        Column("amount", "Amount", "money"),
        *headed("text", said="What", place="Where in the export"),
    )
    rows = tuple(
        (tie.account, tie.currency, one.kind.value, one.amount, one.said, one.place)
        for tie in close.ties
        for one in tie.items
    )
    names = ", ".join(one.value for one in Kind)
    return Table("gl_items", "Reconciling items", columns, rows, f"By kind: {names}.", "currency")
