"""The rules for a row of `New lines`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconcile.check.context import Context, Rule
from reconcile.check.line_rules import amount_decimals, over
from reconcile.check.named_partners import partner_names, partners_called
from reconcile.check.text_rules import text_unseen
from reconcile.domain.finding import Finding


def new_partner(row: Context) -> Iterator[Finding]:
    """A partner that is not known, or a name that is that of several."""
    partner = row.now("partner_id")
    if partner and partner not in partner_names(row.baseline):
        several = partners_called(partner, row.baseline)
        message = f"Partner {partner} is not known."
        if several:
            message = f"The name {partner} is that of {len(several)} partners: {', '.join(several)}."
        fix = "Choose a partner from the drop-down."
        yield from row.found("partner-unknown", "partner_id", message, fix)


def _new_payout(row: Context) -> Iterator[Finding]:
    payout_id = row.now("payout_id")
    if payout_id is None:
        return
    payout = row.baseline.payouts.get(payout_id)
    if payout is None:
        message = f"Payout {payout_id} was not in this export."
        fix = "Choose a payout from the drop-down, or leave it empty for the pending pool."
        yield from row.found("payout-unknown", "payout_id", message, fix)
    elif row.now("partner_id") and payout.partner_id != row.now("partner_id"):
        message = f"Payout {payout_id} is of partner {payout.partner_id}, not of {row.now('partner_id')}."
        fix = "Choose a payout of this partner."
        yield from row.found("payout-partner", "payout_id", message, fix)


def _new_line_over_already(row: Context) -> Iterator[Finding]:
    yield from over(row, row.now("payout_id"), "payout_id")


def _repeated(row: Context) -> Iterator[Finding]:
    rows = row.around.new.get(row.likeness, ())
    if len(rows) > 1 and row.context.row.number != rows[0]:
        message = f"This new line says the same as the one in row {rows[0]}."
        fix = "Remove one of them unless both are meant."
        yield from row.found("line-repeated", "amount", message, fix)


def _exists(row: Context) -> Iterator[Finding]:
    known = row.around.existing.get(row.likeness)
    if known:
        message = f"This new line says the same as line {known}, which exists already."
        yield from row.found("line-exists", "amount", message, "Remove it unless it is one more.")


NEW_LINE_RULES: Final[tuple[Rule, ...]] = (
    new_partner,
    _new_payout,
    _new_line_over_already,
    amount_decimals,
    _repeated,
    _exists,
    text_unseen,
)
