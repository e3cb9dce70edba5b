"""The rules for a row of `New payouts`. Which lines go onto it is checked with live, by the plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconcile.check.context import Context, Rule
from reconcile.check.new_rows.new_line_rules import new_partner
from reconcile.check.text_rules import text_unseen
from reconcile.domain.fields import Value, Values
from reconcile.domain.finding import Finding
from reconcile.domain.period import Period, period_of
from reconcile.domain.snapshot import batch_periods
from reconcile.errors import ConfigurationError

_FORMS: Final = "Write a month 2026-03, a quarter 2026-Q1, or two dates 2026-03-01..2026-03-15."


def _period(row: Context) -> Iterator[Finding]:
    text = row.now("period")
    if text is None:
        if row.now("batch_id") is None and not row.context.is_unreadable("period"):
            message = "A new payout needs a period, or a batch, which has one."
            yield from row.found("payout-period", "period", message, _FORMS)
        return
    if parsed(text) is None:
        yield from row.found("payout-period", "period", f"{text!r} is no period.", _FORMS)


def _batch(row: Context) -> Iterator[Finding]:
    batch, period = row.now("batch_id"), parsed(row.now("period"))
    known = batch_periods(row.baseline.payouts.values())
    if batch and batch not in known:
        message = f"Batch {batch} has no payout in this export, so its period is not known."
        fix = "Choose a batch from the drop-down, or name a period instead."
        yield from row.found("batch-unknown", "batch_id", message, fix)
    elif batch and period and period != known[batch]:
        message = f"Batch {batch} is for {known[batch]}, not for {period}, and the dates of the batch win."
        yield from row.found("batch-period", "period", message, "Leave one of the two blank.")


def _exists(row: Context) -> Iterator[Finding]:
    """A payout of the partner on the same batch or for the same days, as the export has it."""
    partner, batch = row.now("partner_id"), row.now("batch_id")
    period = batch_periods(row.baseline.payouts.values()).get(batch or "") or parsed(row.now("period"))
    for payout in row.baseline.payouts.values() if partner else ():
        is_same = period is not None and period_of(payout.period_start, payout.period_end) == period
        if payout.partner_id == partner and (is_same or (batch and payout.batch_id == batch)):
            message = f"Payout {payout.id} is for the same partner and period."
            fix = "Remove the row unless it is one more; `diff` asks about it."
            yield from row.found("payout-exists", "partner_id", message, fix)
            return


def _repeated(row: Context) -> Iterator[Finding]:
    says = _said(row.context.row.values)
    same = [one.number for one in row.around.edited.new_payouts.rows if _said(one.values) == says]
    if len(same) > 1 and row.context.row.number != same[0]:
        message = f"This new payout is for the same partner and period as the one in row {same[0]}."
        yield from row.found("payout-repeated", "partner_id", message, "Remove one of them.")


def parsed(text: str | None) -> Period | None:
    """The period of a text; None for a text that is none."""
    try:
        return Period.parse(text) if text else None
    except ConfigurationError:
        return None


def _said(values: Values) -> tuple[Value, ...]:
    return tuple(values.get(name) for name in ("partner_id", "batch_id", "period"))


NEW_PAYOUT_RULES: Final[tuple[Rule, ...]] = (
    new_partner,
    _period,
    _batch,
    _exists,
    _repeated,
    text_unseen,
)
