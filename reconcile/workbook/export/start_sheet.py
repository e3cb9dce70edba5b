"""The sheet `Start here`: what this is, how to edit it, what is in it, and totals that follow the edits."""

from __future__ import annotations

from typing import Any, Final

from reconcile.domain.edited import Export
from reconcile.domain.fields import RecordKind
from reconcile.domain.snapshot import Scope, Snapshot
from reconcile.workbook.contract import Place
from reconcile.workbook.export.control_totals import write_totals
from reconcile.workbook.export.page import Page
from reconcile.workbook.export.styles import Styles
from reconcile.workbook.export.xlsxwriter_port import Worksheet

Places = dict[RecordKind, Place]

_LEGEND: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("legend_editable", {"bg_color": "editable"}),
    ("legend_read_only", {"bg_color": "read_only", "font_color": "muted"}),
    ("legend_changed", {"bg_color": "changed", "font_color": "changed_text", "bold": True}),
    ("legend_wrong", {"bg_color": "wrong", "font_color": "wrong_text"}),
    ("legend_declined", {"font_strikeout": True, "font_color": "declined_text"}),
    ("legend_off", {"bg_color": "read_only", "font_color": "off_text", "bold": True}),
)


def write_start(
    sheet: Worksheet, snapshot: Snapshot, export: Export, places: Places, styles: Styles, note: str = ""
) -> None:
    """Write the sheet from top to bottom; plain ranges only, since Gnumeric breaks table references.

    note: what the sender says to those who edit.
    """
    page = Page(sheet, styles)
    page.title()
    if note:
        page.section("note")
        for line in note.splitlines():
            page.paragraph(line)
    page.section("how")
    for number, step in enumerate(styles.layout.steps, start=1):
        page.paragraph(f"{number}.  {step}")
    page.section("legend")
    _write_legend(page)
    page.section("scope")
    for key, text in _facts(page, snapshot, export).items():
        page.fact(key, text)
    page.section("totals", on_new_page=True)
    page.paragraph(styles.layout.start["totals_hint"], font_color="muted")
    if off := len(snapshot.off_their_lines()):
        page.paragraph(_filled(page, "off_their_lines", count=f"{off:,}"), font_color="off_text", bold=True)
    write_totals(page, snapshot, places)


def _write_legend(page: Page) -> None:
    for key, look in _LEGEND:
        box = page.styles.made(border=1, border_color="rule", align="center", valign="vcenter", **look)
        page.sheet.write_string(page.row, 1, page.text("sample"), box)
        page.sheet.write_string(page.row, 2, page.text(key), page.styles.made(valign="vcenter", indent=1))
        page.advance()


def _facts(page: Page, snapshot: Snapshot, export: Export) -> dict[str, str]:
    records = {"payouts": snapshot.payouts, "lines": snapshot.lines, "pool": snapshot.pool}
    counts = {name: f"{len(found):,}" for name, found in records.items()}
    return {
        "environment": str(export.environment),
        "filters": _scope(page, export.scope),
        "exported_at": f"{export.exported_at:%Y-%m-%d %H:%M %Z}".strip(),
        "exported_by": export.exported_by,
        "records": _filled(page, "counted", **counts),
        "workbook": export.workbook_id,
    }


def _scope(page: Page, scope: Scope) -> str:
    """The filters in the words of the template: `Stage: APPROVED, PAID; Period: 2026-03`."""
    filters = {
        "filter_stages": scope.stages,
        "filter_partners": scope.partners,
        "filter_periods": [str(period) for period in scope.periods],
        "filter_batches": scope.batches,
    }
    words = [f"{page.text(key)}: {', '.join(values)}" for key, values in filters.items() if values]
    return "; ".join(words) or page.text("filter_none")


def _filled(page: Page, key: str, **values: str) -> str:
    """A text of the template with its places filled; other braces stay as they are."""
    text = page.text(key)
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
