"""The one table of rules: what each says, how severe it is by itself, and whether a policy may change that.

A finding names its rule by id. `[rules]` in `reconcile.toml` turns a rule off, or makes it a warning or an
error. A fixed rule is none for a policy: without it, a value that nobody could read would be lost in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from reconcile.domain.finding import Finding, Severity

_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


@dataclass(frozen=True, slots=True)
class Rule:
    """severity: its own. says: when it strikes. fixed: no policy changes it."""

    severity: Severity
    says: str
    fixed: bool = False


def _always(says: str) -> Rule:
    return Rule(_ERROR, says, fixed=True)


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        # The workbook as a whole.
        "workbook-unreadable": _always("a file that is not a workbook of ours, or is damaged"),
        "workbook-withdrawn": _always("a workbook that its sender withdrew"),
        "export-unknown": Rule(_WARNING, "the state store did not make the export"),
        "macros": Rule(_WARNING, "the file holds macros; they are never run"),
        "external-links": Rule(_INFO, "formulas refer to other files; these are not read"),
        "sheet-missing": Rule(_WARNING, "the sheet for new lines or payouts is gone"),
        "sheet-copy": Rule(_WARNING, "a sheet looks like one of ours and is not read"),
        "column-missing": Rule(_WARNING, "an editable column is gone; nothing in it is changed"),
        "hidden-column-missing": Rule(_WARNING, "hidden columns are gone"),
        "text-not-shown": Rule(_WARNING, "at export: a text that no cell can hold"),
        "money-decimals": Rule(_WARNING, "at export: amounts with more decimals than their currency has"),
        "crm-late": Rule(_WARNING, "at export: a period that ended less than 15 minutes ago"),
        "payout-total": Rule(_WARNING, "at export: a payout whose amount is not the sum of its lines"),
        # Reading a cell.
        "cell-error": _always("the cell shows an error such as #REF!"),
        "formula-without-value": _always("a formula whose result was not saved"),
        "formula-value": Rule(_INFO, "a formula, whose last result is used"),
        "merged-cell": _always("the cell lies under merged cells"),
        "amount-not-a-number": _always("an amount that is no number"),
        "amount-ambiguous": _always("an amount that can be read in two ways"),
        "amount-currency": _always("an amount that names another currency than its row"),
        "amount-digits": _always("an amount of more digits than a spreadsheet keeps"),
        "text-digits": _always("a text that became a number and lost digits"),
        "text-is-date": _always("a text that became a date"),
        "text-is-number": Rule(_WARNING, "a number typed into a text column; zeros before it may be gone"),
        "text-is-formula": Rule(_WARNING, "a text that a program made a formula of; it counts as unchanged"),
        "not-clearable": _always("`<clear>` where a value is needed"),
        "stage-unknown": _always("a stage that does not exist"),
        "action-unknown": _always("an action that does not exist"),
        "decline-reason-unknown": _always("a decline reason that does not exist"),
        "currency-unknown": _always("a currency that does not exist"),
        "damaged": Rule(_WARNING, "a value that a program damaged; it counts as unchanged"),
        "read-only-edit": Rule(_WARNING, "an edit in a read-only column; it is ignored"),
        # Which row is which record.
        "own-row": Rule(_INFO, "a row of your own, such as a total; it is not read"),
        "id-unreadable": _always("an id cell that holds an error or a formula without result"),
        "id-blank": _always("a row without id"),
        "id-unknown": _always("a row with an id that was not exported"),
        "id-repeated": _always("an id in several rows"),
        "token": _always("a row whose hidden token is not that of its id"),
        "baseline": _always("a row whose hidden values are not those of the export"),
        "values-moved": Rule(_ERROR, "the values of a column stand in other rows than at export"),
        "values-swapped": Rule(_WARNING, "values of a column that changed places with one another"),
        # One field.
        "blank": _always("a blank cell where a value is needed"),
        "choice": _always("a value that is not in its list"),
        "amount-number": _always("an amount that is no number"),
        "amount-zero": Rule(_ERROR, "an amount of zero"),
        "amount-decimals": _always("more decimals than the currency has"),
        "text-unseen": Rule(_WARNING, "a typed text with characters that nobody sees"),
        "text-length": Rule(_ERROR, "a text longer than text_limit (2,000)"),
        # Several fields.
        "po-required": Rule(
            _ERROR, "a stage of po_required_stages without a PO number, or one cleared there"
        ),
        "stage-order": Rule(
            _WARNING, "a stage that goes back, leaves out one of stage_gates, or ends a final one"
        ),
        "payout-emptied": Rule(
            _ERROR,
            "a payout edited while all its lines are declined or detached; `diff` asks live, too",
        ),
        "reason-needed": Rule(_ERROR, "a decline without a reason"),
        "detail-needed": Rule(_ERROR, "the custom reason without a detail"),
        "reason-without-decline": Rule(_ERROR, "a reason or detail without a decline"),
        "action-in-pool": Rule(_ERROR, "an action on a line without a payout"),
        "decimals-beside": Rule(
            _WARNING, "a money edit beside an amount with more decimals than its currency has"
        ),
        "payout-over": Rule(_WARNING, "a money edit on a payout that is paid or declined"),
        "amount-factor": Rule(_WARNING, "an amount that grows or shrinks by more than max_amount_factor"),
        "amount-sign": Rule(_WARNING, "an amount that changes its sign"),
        "reason-alone": Rule(_INFO, "a reason in a row that nobody edited"),
        "reason-missing": Rule(_ERROR, "an edit without a reason that reasons_for or reason_above asks for"),
        # What looks like a slip of the hand; see `check.slips`.
        "slip-block": Rule(_WARNING, "edited amounts that stood in other rows in the same order: pasted"),
        "slip-currency": Rule(_WARNING, "a new line in a currency that its partner has nowhere else"),
        "slip-date": Rule(_WARNING, "an edited amount that may be a date"),
        "slip-decimal": Rule(_WARNING, "an edited amount whose decimal point moved"),
        "slip-digit": Rule(_WARNING, "an edited amount with a digit too many or too few"),
        "slip-filled": Rule(_WARNING, "edited amounts that repeat the one above them: filled down"),
        "slip-history": Rule(_WARNING, "an edited amount far beyond all others of its partner"),
        "slip-neighbour": Rule(_WARNING, "an edited amount that is the one of the row above or below"),
        "slip-round": Rule(_WARNING, "a round amount in the place of a precise one"),
        "slip-transposed": Rule(_WARNING, "an edited amount with two digits that changed places"),
        "currency-changed": Rule(_WARNING, "a line in another currency than at export"),
        "partner-unknown": Rule(_ERROR, "a new line or payout for a partner that is not known"),
        "payout-period": _always("a new payout without a period or a batch, or with what is no period"),
        "batch-unknown": _always("a new payout on a batch that was not exported"),
        "batch-period": Rule(_ERROR, "a new payout for another period than its batch"),
        "payout-exists": Rule(_WARNING, "a new payout beside one of the same partner and period"),
        "payout-repeated": Rule(_ERROR, "two new payouts of one partner and period"),
        "batch-on-payout": Rule(_ERROR, "the action Batch on a line that is on a payout"),
        "batch-without-payout": Rule(_ERROR, "the action Batch without a row of New payouts for the partner"),
        "batch-unclear": Rule(_ERROR, "the action Batch where New payouts has several rows for the partner"),
        "batch-others": Rule(_ERROR, "the action Batch on some of the pending lines that Introw would take"),
        "batch-unread": _always("a new payout whose partner has an Action cell that cannot be read"),
        "batch-later": Rule(_ERROR, "the action Batch on a line dated after the period of the new payout"),
        "batch-currencies": Rule(_ERROR, "the action Batch on lines of several currencies"),
        "payout-unknown": Rule(_ERROR, "a new line for a payout that was not exported"),
        "payout-partner": Rule(_ERROR, "a new line on a payout of another partner"),
        "line-repeated": Rule(_WARNING, "two new lines that say the same"),
        "line-exists": Rule(_WARNING, "a new line that says the same as a line of the export"),
        "left-out": Rule(_INFO, "edits of other records than those that `--only` or `--first` names"),
        "line-made": Rule(
            _WARNING, "a new line that says the same as one that its workbook made; `diff` asks about it"
        ),
        # Several workbooks, and decisions on conflicts.
        "new-line-twice": Rule(_WARNING, "the same new line stands in several workbooks; each is added"),
        "release-moved": Rule(
            _WARNING, 'with `moved_releases = "warn"`: a release of a payout that moved since the export'
        ),
        "decision-unknown": _always("a word on the sheet Conflicts that is no decision"),
        "decision-missing": _always("the sheet Conflicts has no column for decisions any more"),
        "decision-lost": _always("a decision whose hidden cell was changed"),
        "decision-impossible": _always("keep mine where nothing of yours can be kept"),
        "decision-unclear": _always("`--prefer mine` where two workbooks differ"),
        "decision-contradiction": _always("decisions on one conflict that contradict each other"),
        "decision-fallen": Rule(_WARNING, "a decision made on a live value that has moved since"),
        "decision-idle": Rule(_INFO, "a decision on a conflict that is no more"),
    }
)


def graded(finding: Finding, grades: Mapping[str, Severity | None]) -> Finding | None:
    """The finding as severe as a policy's grades have its rule; None where that is off."""
    rule = RULES.get(finding.rule)
    if rule is None or rule.fixed or finding.rule not in grades:
        return finding
    grade = grades[finding.rule]
    return replace(finding, severity=grade) if grade else None
