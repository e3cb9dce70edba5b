"""Writes a snapshot as a workbook that people can edit for days and send back."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, Final

from reconcile.atomic import replacing
from reconcile.domain.edited import Export
from reconcile.domain.fields import FIELDS, RecordKind, Values
from reconcile.domain.finding import Finding
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.progress import Progress, telling
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import ConfigurationError
from reconcile.workbook.contract import (
    META,
    NEW_ROWS,
    PAPERS,
    SHEETS,
    Layout,
    Place,
    Row,
    line_row,
    lines_in_order,
    load_layout,
    new_row,
    payout_row,
    payouts_in_order,
    place_of,
)
from reconcile.workbook.export.data_sheet import write_data_sheet
from reconcile.workbook.export.data_validation import add_rules
from reconcile.workbook.export.decline_reasons import ListedReason, listed_reasons
from reconcile.workbook.export.extra_sheets import Proposal, write_extra
from reconcile.workbook.export.lists_sheet import write_lists
from reconcile.workbook.export.meta_sheet import write_meta
from reconcile.workbook.export.start_sheet import write_start
from reconcile.workbook.export.styles import Styles
from reconcile.workbook.export.xlsxwriter_port import Workbook, Worksheet, XlsxWriterException

# The columns up to these go on paper: those with ids and days of change would shrink the page too far.
# Characters side by side on a page in landscape that can still be read: of 11 points about 6 are left.
_PAGE_WIDTH: Final = 210
_LAST_PRINTED: Final = {RecordKind.PAYOUT: "stage_at_export", RecordKind.LINE: "status"}


@dataclass(frozen=True, slots=True)
class Beside:
    """What a workbook says beside its records.

    note: on `Start here`, to those who edit. tried_reasons: whether Introw took the decline
    reasons that a run has used.
    """

    note: str = ""
    tried_reasons: Mapping[str, bool] = field(default_factory=dict)


NOTHING: Final = Beside()


def write_workbook(
    path: Path,
    snapshot: Snapshot,
    export: Export,
    policy: Policy,
    templates: Path | None = None,
    proposal: Proposal | None = None,
    *,
    on_progress: Progress | None = None,
    beside: Beside = NOTHING,
) -> tuple[Finding, ...]:
    """Write the export of a snapshot to `path`, replacing a file that is there, whole or not at all.

    `templates`: a folder whose `workbook.toml` replaces the built-in one. `proposal`: edits that stand in the
    workbook already, and further sheets. `on_progress` is told of the rows. `beside`: what else it says.
    Returns warnings for the texts that no cell can hold. Raises ConfigurationError where the file cannot be
    written or the template used.
    """
    layout = load_layout(templates)
    layout = layout.with_reasons_told() if policy.reasons_on_statements else layout
    try:
        with replacing(path) as stream:
            source = _Source(snapshot, export, policy, proposal or Proposal(), on_progress, beside)
            findings = _write(stream, source, layout)
    except XlsxWriterException as error:
        raise ConfigurationError(f"The workbook {path} cannot be written ({error}).") from error
    return tuple(replace(finding, file=path.name) for finding in findings)


@dataclass(frozen=True, slots=True)
class _Source:
    """What a workbook is made of, and who is told of its rows."""

    snapshot: Snapshot
    export: Export
    policy: Policy
    proposal: Proposal
    on_progress: Progress | None
    beside: Beside

    @property
    def reasons(self) -> tuple[ListedReason, ...]:
        """The decline reasons of the drop-down."""
        return listed_reasons(self.policy.names, self.beside.tried_reasons)

    def rows(self, kind: RecordKind, place: Place) -> Iterator[Row[Any]]:
        rows = _rows(kind, self.snapshot, self.export.workbook_id, self.proposal.edits)
        return telling(rows, place.name, place.rows, self.on_progress)


def _write(stream: IO[bytes], source: _Source, layout: Layout) -> list[Finding]:
    snapshot, export, policy = source.snapshot, source.export, source.policy
    workbook = Workbook(stream)
    workbook.set_properties({"title": layout.start["title"], "created": export.exported_at})
    styles = Styles(workbook, layout)
    places = _places(snapshot, layout, with_payouts=source.proposal.new_payouts)
    unread: dict[RecordKind, frozenset[str]] = {}
    start = workbook.add_worksheet(layout.sheets["start"])
    findings: list[Finding] = []
    for kind, place in places.items():
        sheet = workbook.add_streaming_sheet(place.name)
        rows = source.rows(kind, place)
        unshown, lacking = write_data_sheet(sheet, place, rows, styles, layout.columns[SHEETS[kind]])
        findings += unshown
        unread[kind] = frozenset(field.name for field in FIELDS[kind]) & lacking
        add_rules(sheet, place, styles, policy, unread[kind], source.reasons)
        sheet.set_tab_color(layout.colours["accent"])
        _set_print(sheet, place.name, layout)
        sheet.repeat_rows(0)
        if kind in _LAST_PRINTED:
            sheet.print_area(0, 0, place.rows, place.indexes[_LAST_PRINTED[kind]])
    for extra in source.proposal.sheets:
        sheet = write_extra(workbook, extra, styles)
        _set_print(sheet, layout.sheets[extra.key], layout)
        sheet.repeat_rows(0)
        widths = [text.width for text in layout.columns[extra.key].values()]
        if (pages := math.ceil(sum(widths) / _PAGE_WIDTH)) > 1:
            # Side by side, with the answer and the number of the match on each.
            sheet.fit_to_pages(pages, 0)
            sheet.repeat_columns(0, 1)
    write_start(start, snapshot, export, places, styles, source.beside.note)
    _set_print(start, layout.sheets["start"], layout)
    lists = workbook.add_worksheet(layout.sheets["lists"])
    write_lists(workbook, lists, snapshot, source.reasons, styles, with_batches=source.proposal.new_payouts)
    write_meta(workbook.add_worksheet(META), export, snapshot, places.values(), unread, styles)
    workbook.close()
    return findings


def _places(snapshot: Snapshot, layout: Layout, *, with_payouts: bool) -> dict[RecordKind, Place]:
    rows = {
        RecordKind.PAYOUT: len(snapshot.payouts),
        RecordKind.LINE: len(snapshot.lines),
        RecordKind.NEW_LINE: NEW_ROWS,
    }
    rows |= {RecordKind.NEW_PAYOUT: NEW_ROWS} if with_payouts else {}
    return {kind: place_of(kind, layout, count) for kind, count in rows.items()}


def _rows(
    kind: RecordKind, snapshot: Snapshot, workbook_id: str, edits: Mapping[str, Values]
) -> Iterator[Row[Any]]:
    if kind is RecordKind.PAYOUT:
        payouts = payouts_in_order(snapshot)
        return (payout_row(one, snapshot, workbook_id, edits.get(one.id)) for one in payouts)
    if kind is RecordKind.LINE:
        return (line_row(line, snapshot, workbook_id) for line in lines_in_order(snapshot))
    return (new_row(number, snapshot, kind) for number in range(1, NEW_ROWS + 1))


def _set_print(sheet: Worksheet, name: str, layout: Layout) -> None:
    sheet.set_landscape()
    sheet.set_paper(PAPERS[layout.paper["size"]])
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    page = _footer_text(layout.paper["page"]).replace("{page}", "&P").replace("{pages}", "&N")
    sheet.set_footer(f"&L{_footer_text(name)}&R{page}")


def _footer_text(text: str) -> str:
    """A text as footers spell it: there an ampersand starts a code."""
    return text.replace("&", "&&")
