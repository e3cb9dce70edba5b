"""The rules for a line's row, and those that lines and new lines have in common."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from reconcile.check.context import Context, Rule
from reconcile.check.text_rules import text_unseen
from reconcile.domain.fields import BATCH, DECLINE, DETACH
from reconcile.domain.finding import Finding
from reconcile.domain.money import decimals, exponent, is_finer, parse_decimal
from reconcile.domain.phrases import counted
from reconcile.domain.records import CommissionLine
from reconcile.domain.stage import stage_of

_MONEY: Final = ("amount", "currency", "source_amount", "action")


def _reason_needed(row: Context) -> Iterator[Finding]:
    if row.now("action") == DECLINE and row.lacks("decline_reason"):
        message = "A decline needs a reason."
        yield from row.found("reason-needed", "decline_reason", message, "Choose a decline reason.")


def _detail_needed(row: Context) -> Iterator[Finding]:
    custom = row.policy.names.custom_reason
    wanted = row.now("action") == DECLINE and row.now("decline_reason") == custom
    if wanted and row.lacks("decline_detail"):
        message = f"The reason {custom} needs a decline detail."
        yield from row.found("detail-needed", "decline_detail", message, "Say why in a few words.")


def _reason_without_action(row: Context) -> Iterator[Finding]:
    for column in ("decline_reason", "decline_detail"):
        if row.now(column) and row.now("action") != DECLINE and not row.context.is_unreadable("action"):
            message = "There is a decline reason, but Action is not Decline."
            fix = "Set Action to Decline, or empty the reason and the detail."
            yield from row.found("reason-without-decline", column, message, fix)
            return


def _action_in_pool(row: Context) -> Iterator[Finding]:
    line = row.baseline.lines[row.context.row.id or ""]
    if row.now("action") == BATCH:
        yield from _batched(row, line)
    elif row.now("action") and line.payout_id is None:
        message = (
            f"{row.now('action')} works only on a line that is on a payout; this one is in the pending pool."
        )
        fix = "Empty the Action; a pending line is declined in the Introw app."
        yield from row.found("action-in-pool", "action", message, fix)


def _batched(row: Context, line: CommissionLine) -> Iterator[Finding]:
    """`Batch` is for lines of the pending pool whose partner has a row on `New payouts`."""
    if line.payout_id is not None:
        message = f"{BATCH} is for lines of the pending pool; this one is on payout {line.payout_id}."
        fix = f"Empty the Action. To move it, {DETACH} it, and batch it in a later workbook."
        yield from row.found("batch-on-payout", "action", message, fix)
        return
    rows = row.around.edited.new_payouts.rows
    if not any(one.values.get("partner_id") == line.partner_id for one in rows):
        message = f"{BATCH} needs a row of New payouts for the partner of this line, and there is none."
        fix = "Add the row: it says for which period or on which batch the new payout is."
        if not row.around.edited.new_payouts.letters:
            fix = "This workbook has no such sheet: export with --new-payouts."
        yield from row.found("batch-without-payout", "action", message, fix)


def _over_already(row: Context) -> Iterator[Finding]:
    line = row.baseline.lines[row.context.row.id or ""]
    touched = next((name for name in _MONEY if row.changed(name)), None)
    if touched:
        yield from over(row, line.payout_id, touched)


def over(row: Context, payout_id: str | None, column: str) -> Iterator[Finding]:
    """A money edit on a payout that is over."""
    payout = row.baseline.payouts.get(payout_id or "")
    if payout and stage_of(payout.stage).final:
        message = f"The payout of this line is {payout.stage} already; the server may refuse the edit."
        fix = "Undo the edit unless you mean it."
        yield from row.found("payout-over", column, message, fix)


def amount_decimals(row: Context) -> Iterator[Finding]:
    """An amount with more decimals than its currency has."""
    currency = row.now("currency") or ""
    places = exponent(currency)
    for column in ("amount", "source_amount"):
        number = parse_decimal(row.now(column) or "")
        touched = row.changed(column) or row.changed("currency")
        if touched and number is not None and places is not None and decimals(number) > places:
            message = f"{number} has more decimals than {currency} has ({places})."
            fix = f"Round it to {counted(places, 'decimal')}."
            if not places:
                message, fix = (
                    f"{number} has decimals, and {currency} has none.",
                    "Round it to a whole number.",
                )
            yield from row.found("amount-decimals", column, message, fix)


def _decimals_beside(row: Context) -> Iterator[Finding]:
    """A money edit of a line that shares its payout with an amount that nobody can pay exactly."""
    line = row.baseline.lines[row.context.row.id or ""]
    touched = next((name for name in _MONEY if row.changed(name)), None)
    if touched is None or line.payout_id is None:
        return
    beside = (one for one in row.baseline.lines_by_payout.get(line.payout_id, ()) if one.id != line.id)
    fine = next((one for one in beside if is_finer(one.amount)), None)
    if fine:
        message = (
            f"Line {fine.id} of the same payout is {fine.amount}, with more decimals than the currency has: "
            "Introw may round the payout's total otherwise than this plan does."
        )
        fix = "Correct that line as well, or look at the payout in Introw after the run."
        yield from row.found("decimals-beside", touched, message, fix)


def _grown(row: Context) -> Iterator[Finding]:
    before, after = (parse_decimal(text or "") for text in (row.was("amount"), row.now("amount")))
    factor = row.policy.max_amount_factor
    if not before or not after or not row.changed("amount"):
        return
    if not Decimal(1) / factor <= abs(after / before) <= factor:
        message = f"The amount goes from {before} to {after}, a factor of more than {factor}."
        yield from row.found("amount-factor", "amount", message, "Check the decimal point.")


def _turned(row: Context) -> Iterator[Finding]:
    before, after = (parse_decimal(text or "") for text in (row.was("amount"), row.now("amount")))
    if before and after and row.changed("amount") and (before < 0) != (after < 0):
        message = f"The amount changes its sign, from {before} to {after}."
        yield from row.found("amount-sign", "amount", message, "Check the sign.")


def _other_currency(row: Context) -> Iterator[Finding]:
    before, after = row.was("currency"), row.now("currency")
    if before and after and row.changed("currency"):
        message = f"The currency changes from {before} to {after}; the amount is not converted."
        yield from row.found("currency-changed", "currency", message, "Check that the amount is in it.")


LINE_RULES: Final[tuple[Rule, ...]] = (
    _reason_needed,
    _detail_needed,
    _reason_without_action,
    _action_in_pool,
    _over_already,
    amount_decimals,
    _decimals_beside,
    _grown,
    _turned,
    _other_currency,
    text_unseen,
)
