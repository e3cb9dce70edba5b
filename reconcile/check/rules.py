"""Rules that look at several fields of a row. Each is a function of a row; all run, all report.

The sources: introw-api.md 2.12 to 2.15 (declines, detaches, creation) and 5.2 (what may be edited).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from reconcile.check.spot import Spot, graded, spots
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import DECLINE, Unread, Value
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import decimals, exponent, parse_decimal
from reconcile.domain.policy import Policy
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import stage_of

_MONEY = ("amount", "currency", "source_amount", "action")


@dataclass(frozen=True)
class Context:
    """A row under the rules, with what is known around it."""

    spot: Spot
    baseline: Snapshot
    policy: Policy

    def now(self, name: str) -> str | None:
        """The field's value in the workbook; None for blank or untouched without a baseline."""
        return _known(self._now(name))

    def was(self, name: str) -> str | None:
        """The field's value at the export."""
        return _known(self._was(name))

    def changed(self, name: str) -> bool:
        """Whether the person changed the field."""
        return self._now(name) != self._was(name)

    def lacks(self, name: str) -> bool:
        """Whether the field is blank. One that could not be shown, or not be read, is not known to be."""
        return self._now(name) is None and not self.spot.is_unreadable(name)

    def _now(self, name: str) -> Value:
        return self.spot.row.values.get(name, self._was(name))

    def _was(self, name: str) -> Value:
        return (self.spot.baseline or {}).get(name)

    def found(self, severity: Severity, rule: str, column: str, message: str, fix: str) -> Iterator[Finding]:
        """A finding at a cell of the row, as severe as the policy has it."""
        grade = graded(self.policy, rule, severity)
        if grade:
            yield self.spot.finding(grade, rule, column, message, fix)


def _known(value: Value) -> str | None:
    return None if isinstance(value, Unread) else value


Rule = Callable[[Context], Iterator[Finding]]


def rule_findings(edited: EditedWorkbook, baseline: Snapshot, policy: Policy) -> Iterator[Finding]:
    """What the rules find, sheet by sheet and row by row."""
    for sheet, rules in ((edited.payouts, _PAYOUT_RULES), (edited.lines, _LINE_RULES)):
        for spot in spots(edited, sheet, baseline):
            if spot.exported is not None:
                yield from _run(rules, Context(spot, baseline, policy))
    for spot in spots(edited, edited.new_lines, baseline):
        yield from _run(_NEW_LINE_RULES, Context(spot, baseline, policy))


def _run(rules: tuple[Rule, ...], context: Context) -> Iterator[Finding]:
    for rule in rules:
        yield from rule(context)


def _po_required(row: Context) -> Iterator[Finding]:
    stage = row.now("stage")
    if row.changed("stage") and stage in row.policy.po_required_stages and row.lacks("po_number"):
        message = f"Stage {stage} needs a PO number."
        yield from row.found(Severity.ERROR, "po-required", "po_number", message, "Enter the PO number.")


def _reason_needed(row: Context) -> Iterator[Finding]:
    if row.now("action") == DECLINE and row.lacks("decline_reason"):
        message = "A decline needs a reason."
        yield from row.found(
            Severity.ERROR, "reason-needed", "decline_reason", message, "Choose a decline reason."
        )


def _detail_needed(row: Context) -> Iterator[Finding]:
    custom = row.policy.names.custom_reason
    wanted = row.now("action") == DECLINE and row.now("decline_reason") == custom
    if wanted and row.lacks("decline_detail"):
        message = f"The reason {custom} needs a decline detail."
        yield from row.found(
            Severity.ERROR, "detail-needed", "decline_detail", message, "Say why in a few words."
        )


def _reason_without_action(row: Context) -> Iterator[Finding]:
    for column in ("decline_reason", "decline_detail"):
        if row.now(column) and row.now("action") != DECLINE and not row.spot.is_unreadable("action"):
            message = "There is a decline reason, but Action is not Decline."
            fix = "Set Action to Decline, or empty the reason and the detail."
            yield from row.found(Severity.ERROR, "reason-without-decline", column, message, fix)
            return


def _action_in_pool(row: Context) -> Iterator[Finding]:
    line = row.baseline.lines[row.spot.row.id or ""]
    if row.now("action") and line.payout_id is None:
        message = (
            f"{row.now('action')} works only on a line that is on a payout; this one is in the pending pool."
        )
        fix = "Empty the Action; a pending line is declined in the Introw app."
        yield from row.found(Severity.ERROR, "action-in-pool", "action", message, fix)


def _over_already(row: Context) -> Iterator[Finding]:
    line = row.baseline.lines[row.spot.row.id or ""]
    touched = next((name for name in _MONEY if row.changed(name)), None)
    if touched:
        yield from _over(row, line.payout_id, touched)


def _new_line_over_already(row: Context) -> Iterator[Finding]:
    yield from _over(row, row.now("payout_id"), "payout_id")


def _over(row: Context, payout_id: str | None, column: str) -> Iterator[Finding]:
    payout = row.baseline.payouts.get(payout_id or "")
    if payout and stage_of(payout.stage).final:
        message = f"The payout of this line is {payout.stage} already; the server may refuse the edit."
        fix = "Undo the edit unless you mean it."
        yield from row.found(Severity.WARNING, "payout-over", column, message, fix)


def _amount_decimals(row: Context) -> Iterator[Finding]:
    currency = row.now("currency") or ""
    places = exponent(currency)
    for column in ("amount", "source_amount"):
        number = parse_decimal(row.now(column) or "")
        touched = row.changed(column) or row.changed("currency")
        if touched and number is not None and places is not None and decimals(number) > places:
            message = f"{number} has more decimals than {currency} has ({places})."
            fix = "Round it to the currency's decimals."
            yield from row.found(Severity.ERROR, "amount-decimals", column, message, fix)


def _new_payout(row: Context) -> Iterator[Finding]:
    payout_id = row.now("payout_id")
    if payout_id is None:
        return
    payout = row.baseline.payouts.get(payout_id)
    if payout is None:
        message = f"Payout {payout_id} was not in this export."
        fix = "Choose a payout from the drop-down, or leave it empty for the pending pool."
        yield from row.found(Severity.ERROR, "payout-unknown", "payout_id", message, fix)
    elif row.now("partner_id") and payout.partner_id != row.now("partner_id"):
        message = f"Payout {payout_id} is of partner {payout.partner_id}, not of {row.now('partner_id')}."
        fix = "Choose a payout of this partner."
        yield from row.found(Severity.ERROR, "payout-partner", "payout_id", message, fix)


def _new_partner(row: Context) -> Iterator[Finding]:
    partner = row.now("partner_id")
    known = row.baseline.partners.keys() | {payout.partner_id for payout in row.baseline.payouts.values()}
    if partner and partner not in known:
        message = f"Partner {partner} is not known."
        fix = "Choose a partner from the drop-down."
        yield from row.found(Severity.ERROR, "partner-unknown", "partner_id", message, fix)


def _grown(row: Context) -> Iterator[Finding]:
    before, after = (parse_decimal(text or "") for text in (row.was("amount"), row.now("amount")))
    factor = row.policy.max_amount_factor
    if not before or not after or not row.changed("amount"):
        return
    if not Decimal(1) / factor <= abs(after / before) <= factor:
        message = f"The amount goes from {before} to {after}, a factor of more than {factor}."
        yield from row.found(Severity.WARNING, "amount-factor", "amount", message, "Check the decimal point.")


_PAYOUT_RULES: tuple[Rule, ...] = (_po_required,)
_LINE_RULES: tuple[Rule, ...] = (
    _reason_needed,
    _detail_needed,
    _reason_without_action,
    _action_in_pool,
    _over_already,
    _amount_decimals,
    _grown,
)
_NEW_LINE_RULES: tuple[Rule, ...] = (_new_partner, _new_payout, _new_line_over_already, _amount_decimals)
