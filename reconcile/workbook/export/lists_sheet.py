"""The hidden sheet `Lists`: the values behind the drop-downs, each list with a defined name.

Lists typed into a rule may have 255 characters, and a longer one makes Excel repair the file; so every
drop-down goes through a name (field notes: one range rule per column, lists behind names).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from reconcile.domain.fields import ACTIONS, MOVES_OFF
from reconcile.domain.money import exponent, known_currencies
from reconcile.domain.period import Days
from reconcile.domain.phrases import named
from reconcile.domain.records import Payout
from reconcile.domain.snapshot import Snapshot, batch_periods
from reconcile.domain.spreadsheet import column_letters
from reconcile.domain.stage import STAGES, stage_of
from reconcile.workbook.contract import Layout, payouts_in_order, quoted, showable
from reconcile.workbook.export.decline_reasons import ListedReason
from reconcile.workbook.export.styles import TEXT_FORMAT, Styles
from reconcile.workbook.export.xlsxwriter_port import Workbook, Worksheet

STAGE_LIST: Final = "reconcile_stages"
STAGE_WORDS: Final = "reconcile_stage_words"
ACTION_LIST: Final = "reconcile_actions"
REASON_LIST: Final = "reconcile_reasons"
REASON_WORDS: Final = "reconcile_reason_words"
CURRENCY_LIST: Final = "reconcile_currencies"
DECIMALS_TABLE: Final = "reconcile_decimals"
PARTNER_LIST: Final = "reconcile_partners"
PAYOUT_LIST: Final = "reconcile_payouts"
BATCH_LIST: Final = "reconcile_batches"

CHOICES: Final = {
    "stage": STAGE_LIST,
    "action": ACTION_LIST,
    "decline_reason": REASON_LIST,
    "currency": CURRENCY_LIST,
    "partner_id": PARTNER_LIST,
    "payout_id": PAYOUT_LIST,
    "batch_id": BATCH_LIST,
}
"""The name of the list behind the drop-down of each field."""

# Name, first column, last column: a drop-down offers the first one, a rule may look at the ones beside it.
_NAMES: Final = (
    (STAGE_LIST, "stage", "stage"),
    (STAGE_WORDS, "stage", "stage_label"),
    (ACTION_LIST, "action", "action"),
    (REASON_LIST, "reason", "reason"),
    (REASON_WORDS, "reason", "reason_label"),
    (CURRENCY_LIST, "currency", "currency"),
    (DECIMALS_TABLE, "currency", "decimals"),
    (PARTNER_LIST, "partner_choice", "partner_choice"),
    (PAYOUT_LIST, "payout_choice", "payout_choice"),
)
_BATCHES: Final = (BATCH_LIST, "batch_choice", "batch_choice")


def write_lists(
    workbook: Workbook,
    sheet: Worksheet,
    snapshot: Snapshot,
    reasons: Sequence[ListedReason],
    styles: Styles,
    *,
    with_batches: bool = False,
) -> None:
    """Write the lists side by side, define their names, and hide the sheet.

    with_batches: the workbook has a sheet for new payouts, so lines may be batched.
    """
    layout = styles.layout
    columns = _columns(snapshot, reasons, ACTIONS if with_batches else MOVES_OFF, layout)
    if with_batches:
        columns["batch_choice"] = _choices(_batches(snapshot))
    for index, (key, values) in enumerate(columns.items()):
        text = layout.columns["lists"][key]
        sheet.set_column(index, index, text.width)
        sheet.write_string(0, index, text.label, styles.header(editable=False))
        _write_list(sheet, index, values, styles)
    _define_names(workbook, layout, columns)
    sheet.freeze_panes(1, 0)
    sheet.hide()


def _write_list(sheet: Worksheet, index: int, values: Sequence[str | int], styles: Styles) -> None:
    look = styles.made(num_format=TEXT_FORMAT)
    for row, value in enumerate(values, start=1):
        if isinstance(value, int):
            sheet.write_number(row, index, value)
        elif showable(value):
            sheet.write_string(row, index, value, look)


def _define_names(workbook: Workbook, layout: Layout, columns: dict[str, Sequence[str | int]]) -> None:
    letters = {key: column_letters(index) for index, key in enumerate(columns)}
    sheet = quoted(layout.sheets["lists"])
    for name, first, last in (*_NAMES, _BATCHES) if _BATCHES[1] in columns else _NAMES:
        bottom = max(len(columns[first]), 1) + 1
        workbook.define_name(name, f"={sheet}!${letters[first]}$2:${letters[last]}${bottom}")


def _columns(
    snapshot: Snapshot, reasons: Sequence[ListedReason], actions: Sequence[str], layout: Layout
) -> dict[str, Sequence[str | int]]:
    currencies = _currencies(snapshot)
    partners = sorted(_partners(snapshot).items(), key=lambda pair: (pair[1].casefold(), pair[0]))
    payouts = payouts_in_order(snapshot)
    return {
        "stage": list(STAGES),
        "stage_label": [stage.label for stage in STAGES.values()],
        "action": actions,
        "reason": [one.value for one in reasons],
        "reason_label": [one.label for one in reasons],
        "reason_from": [layout.hints[one.origin] for one in reasons],
        "currency": currencies,
        "decimals": [exponent(currency) or 0 for currency in currencies],
        "partner_choice": _choices(partners),
        "payout_choice": _choices((payout.id, _words(payout, snapshot.scope.days)) for payout in payouts),
    }


def _choices(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """What a drop-down of ids offers: each with its words, then the bare ids, which people may paste."""
    found = list(pairs)
    texts = [named(words, record_id) for record_id, words in found if words != record_id]
    return [text for text in texts if text] + [record_id for record_id, _ in found]


def _batches(snapshot: Snapshot) -> list[tuple[str, str]]:
    """The batches by period, the last one first, each with its period in words."""
    found = batch_periods(snapshot.payouts.values())
    latest = sorted(found.items(), key=lambda pair: (pair[1].end, pair[0]), reverse=True)
    return [(batch, str(period)) for batch, period in latest]


def _words(payout: Payout, days: Days) -> str:
    end = days.of_bound(payout.period_end) if payout.period_end else None
    return f"{payout.partner_name}, {end}" if end else payout.partner_name


def _currencies(snapshot: Snapshot) -> list[str]:
    """All currencies, those in use first."""
    used = {line.amount.currency for line in snapshot.lines.values()}
    used |= {payout.amount.currency for payout in snapshot.payouts.values()}
    return sorted(known_currencies(), key=lambda code: (code not in used, code))


def _partners(snapshot: Snapshot) -> dict[str, str]:
    named = {payout.partner_id: payout.partner_name for payout in snapshot.payouts.values()}
    named |= {
        key: snapshot.partner_name(key) for key in {line.partner_id for line in snapshot.lines.values()}
    }
    return named | {partner.id: partner.name for partner in snapshot.partners.values()}


def stages_of(snapshot: Snapshot) -> dict[str, str]:
    """All stages and their labels: the known ones, then those only this server knows."""
    found = {value: stage.label for value, stage in STAGES.items()}
    unknown = sorted({payout.stage for payout in snapshot.payouts.values()} - found.keys())
    return found | {value: stage_of(value).label for value in unknown}
