"""Reads a payments file: what it is, is told from its content, not from its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from xml.etree.ElementTree import Element  # only the type: defusedxml does the parsing

from reconcile.domain.policy.payments import SETTLED
from reconcile.erp.payments.budget import Budget
from reconcile.erp.payments.formats import camt, xml
from reconcile.erp.payments.formats.bai2 import read_bai2
from reconcile.erp.payments.formats.balances import check_balances
from reconcile.erp.payments.formats.decode import Decoded, decode, decode_bank_text
from reconcile.erp.payments.formats.delimited import grid_of
from reconcile.erp.payments.formats.layout import TableLayout
from reconcile.erp.payments.formats.mt940 import read_mt940
from reconcile.erp.payments.formats.ofx import read_ofx
from reconcile.erp.payments.formats.pain import read_pain
from reconcile.erp.payments.formats.signs import payments_of
from reconcile.erp.payments.formats.table import Hints, drafts_of, open_table
from reconcile.erp.payments.formats.table_header import (
    Header,
    find_header,
    label_forms,
    recognises,
    refuse_doubles,
    same_form,
)
from reconcile.erp.payments.formats.xero import read_xero
from reconcile.erp.payments.model import Grid, PaymentFile, PaymentStatus, Place, Source, found
from reconcile.errors import PaymentFileError

_MT940: Final = re.compile(r"^:(?:25|28C?|60[FM]|61):", re.MULTILINE)
_STATEMENT: Final = re.compile(r"^:20:", re.MULTILINE)
_DEAD: Final = re.compile(r"^\s*<(!DOCTYPE )?html", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file: the hints of the person, and the layouts to try, or the one that is named.

    settled: the codes of a status report that say that the money left.
    """

    hints: Hints
    layouts: tuple[TableLayout, ...]
    settled: tuple[str, ...] = SETTLED


def read_payments(source: Source, reading: Reading) -> PaymentFile:
    """The payments of a file, whatever its format.

    Raises PaymentFileError for a file that cannot be read, only by guessing, or not within the limits, and
    ConfigurationError where an extra is missing.
    """
    source.budget.check_size(len(source.content))
    if source.grids:
        file = _workbook(source, reading)
    else:
        file = _special(source, reading) or _delimited(source, reading)
    _check_payments(file, source.budget)
    return _nothing_noted(file)


def _check_payments(file: PaymentFile, budget: Budget) -> None:
    """Raises PaymentFileError for more payments than are read, and for too long a text or an amount."""
    for number, one in enumerate(file.payments, start=1):
        spot = one.place.spot
        budget.check_row(number, (one.payee, one.order, one.reason, *one.references), spot)
        budget.check_digits(len(one.amount.amount.as_tuple().digits), spot)


def _special(source: Source, reading: Reading) -> PaymentFile | None:
    """The payments where the file is of one of the formats that say themselves what they are."""
    top = source.content[:2000].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    if b"OFXHEADER" in top.upper().replace(b"\x00", b"")[:400] or b"<OFX>" in top.upper():
        return read_ofx(source)
    if not top.startswith((b"<", b'{"', b"[")) and _is_mt940(source.content.decode("latin-1")):
        return read_mt940(source, decode_bank_text(source.name, source.content))
    text = decode(source.name, source.content)
    start = text.text.lstrip("\ufeff \t\r\n")
    if _DEAD.match(start):
        raise PaymentFileError(f"{source.name} is a web page, probably of a login. Download the file again.")
    if start.startswith("<"):
        return _xml(source, reading)
    if start.startswith(("{", "[")) and not start.startswith("{1:"):
        return read_xero(source, start, reading.hints)
    if start.startswith("01,") and ("/" in start.splitlines()[0] or "\n02," in start):
        return read_bai2(source, start)
    return read_mt940(source, text) if _is_mt940(start) else None


def _is_mt940(text: str) -> bool:
    begin = _STATEMENT.search(text)
    return begin is not None and _MT940.search(text, begin.end()) is not None


def _xml(source: Source, reading: Reading) -> PaymentFile:
    root = _document(source.name, xml.parsed(source.name, source.content))
    names = [child.tag for child in root]
    if any(name in camt.MESSAGES for name in names):
        return camt.read_camt(source, root)
    if "CstmrPmtStsRpt" in names:
        return read_pain(source, root, reading.settled)
    raise PaymentFileError(
        f"{source.name} is XML, but neither a statement (camt.052, 053, 054) nor a status report (pain.002)."
    )


def _document(name: str, root: Element) -> Element:
    """The document of a message: the root, or the one that an envelope holds beside its AppHdr."""
    inside = [one for one in root.iter() if one.tag == "Document"]
    if len(inside) > 1:
        raise PaymentFileError(f"{name} holds {len(inside)} documents. Save each as a file of its own.")
    return inside[0] if inside else root


def _delimited(source: Source, reading: Reading) -> PaymentFile:
    fixed = reading.layouts[0] if len(reading.layouts) == 1 else None
    decoded = decode(source.name, source.content, fixed.encoding if fixed else "")
    grid, separator = grid_of(source.name, decoded.text, fixed.separator if fixed else "", source.budget)
    how = (f"encoding {decoded.encoding}, separated by {separator}",)
    return _table(source, "", grid, reading, (how, decoded))


def _workbook(source: Source, reading: Reading) -> PaymentFile:
    """The one sheet of a workbook that is a table of payments."""
    fitting = [
        name
        for name, grid in source.grids.items()
        if _chosen(source.name, grid, reading.layouts, refuse=False)
    ]
    if len(fitting) > 1:
        raise PaymentFileError(
            f"{source.name} has several sheets that look like payments: {', '.join(fitting)}. "
            "Keep one of them in the file."
        )
    sheet = fitting[0] if fitting else next(iter(source.grids))
    return _table(source, sheet, source.grids[sheet], reading, ((f"sheet {sheet}",), None))


def _table(
    source: Source, sheet: str, grid: Grid, reading: Reading, before: tuple[tuple[str, ...], Decoded | None]
) -> PaymentFile:
    chosen = _chosen(source.name, grid, reading.layouts)
    assert chosen is not None
    layout, header = chosen
    refuse_doubles(source.name, header)
    table = open_table(source.name, sheet, grid, header, layout, reading.hints)
    drafts = drafts_of(table, source.budget)
    payments = payments_of(table, drafts)
    moved = (PaymentStatus.PAID, PaymentStatus.RECEIVED)
    still = {one.place for one in payments if one.status not in moved}
    words, wrong = check_balances(drafts, money_out=not header.has("amount"), unmoved=still)
    how, decoded = before
    return PaymentFile(
        name=source.name,
        format=layout.title or layout.name,
        sha256=source.sha256,
        payments=payments,
        how=(*how, *table.how, *words),
        findings=(*(decoded.findings if decoded else ()), *table.findings, *wrong),
        ledger=layout.ledger,
    )


def _chosen(
    name: str, grid: Grid, layouts: Sequence[TableLayout], *, refuse: bool = True
) -> tuple[TableLayout, Header] | None:
    """The layout and the header that fit a table: the one that recognises it by most headers, or the last."""
    rows = label_forms(grid)
    possible = [
        layout for layout in layouts if layout is layouts[-1] or any(recognises(layout, row) for row in rows)
    ]
    headers = [(layout, find_header(grid, layout)) for layout in possible]
    fitting = [(layout, header) for layout, header in headers if header]
    known = [
        (layout, header)
        for layout, header in fitting
        if recognises(layout, frozenset(map(same_form, header.labels)))
    ]
    most = max((len(layout.recognise) for layout, _ in known), default=0)
    known = [one for one in known if len(one[0].recognise) == most]
    if len(known) > 1 and refuse:
        names = " and ".join(layout.name for layout, _ in known)
        raise PaymentFileError(f"{name} could be read as {names}; say which with --layout.")
    if known:
        return known[0]
    if fitting and fitting[-1][0] is layouts[-1]:
        return fitting[-1]
    if refuse:
        raise _no_header(name, grid)
    return None


def _no_header(name: str, grid: Grid) -> PaymentFileError:
    first = next((row for row in grid if any(cell.text.strip() for cell in row.cells)), None)
    shown = " | ".join(cell.text.strip() for cell in first.cells)[:100] if first else "nothing"
    line = first.number if first else 1
    return PaymentFileError(
        f"{name}: no line looks like a header with an amount and a date, payee or reference (line {line} is "
        f"{shown!r}). Copy templates/erp/generic-payments.toml, put the file's headers in, and pass it with "
        "--layout."
    )


def _nothing_noted(file: PaymentFile) -> PaymentFile:
    """The file, with a warning where it holds no payment and nothing says why."""
    if file.payments or file.findings:
        return file
    empty = found(
        "no-payments",
        "The file holds no payment, only its header.",
        "Check the filter of the export if there should be some.",
        Place(file.name, "line 1"),
    )
    return replace(file, findings=(*file.findings, empty))
