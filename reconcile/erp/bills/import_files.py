"""Lays bills out as import files: columns by the layout, split and limited as the system wants. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Final

from reconcile.domain.money import wire_amount
from reconcile.domain.phrases import counted
from reconcile.domain.policy.dimensions import texts_of
from reconcile.domain.spreadsheet import csv_text, starts_a_formula
from reconcile.erp.bills.layout import AMOUNTS, KEYS, Column, FileLayout, Layout
from reconcile.erp.bills.make_bills import period_texts
from reconcile.erp.bills.model import Bill, Billing, BillRow, LeftOut, Why

Cell = str | Decimal


@dataclass(frozen=True, slots=True)
class ImportFile:
    """One file to import. rows: texts, and amounts as numbers. bills: those in it, each whole."""

    name: str
    layout: FileLayout
    currency: str
    rows: tuple[tuple[Cell, ...], ...]
    bills: tuple[Bill, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The texts of the first row."""
        return tuple(column.header for column in self.layout.columns)


def lay_out(billing: Billing, layout: Layout) -> tuple[Billing, tuple[ImportFile, ...]]:
    """The import files, and the billing without the bills that the files cannot say."""
    held = tuple(left for bill in billing.bills for left in _unsayable(bill, layout))
    payouts = {left.payout.id for left in held}
    numbers = {bill.number for bill in billing.bills if bill.payout.id in payouts}
    # A payout whose one line cannot be said is held as a whole: half a payout in the ledger helps nobody.
    whole = tuple(_as_held(bill, held) for bill in billing.bills if bill.number in numbers)
    kept = billing.without(whole, numbers)
    files = [made for file in layout.files for made in _files(kept.bills, file, layout)]
    return kept, tuple(files)


def _as_held(bill: Bill, held: Iterable[LeftOut]) -> LeftOut:
    reason = next(left for left in held if left.payout.id == bill.payout.id)
    return replace(reason, amount=bill.amount)


def _unsayable(bill: Bill, layout: Layout) -> Iterator[LeftOut]:
    """At most one reason why a bill cannot be written as the system wants it."""
    for file in layout.files:
        if bill.kind not in file.kinds:
            continue
        for row in _rows(bill, file, layout):
            for column, cell in zip(file.columns, row, strict=True):
                reason = _fault(column, cell, file, layout)
                if reason:
                    yield LeftOut(Why.HELD, bill.payout, bill.amount, reason[0], reason[1])
                    return
        if file.max_rows and len(bill.rows) > file.max_rows and file.rows == "line":
            yield LeftOut(
                Why.HELD,
                bill.payout,
                bill.amount,
                f"it has {counted(len(bill.rows), 'line')} and {layout.title} takes {file.max_rows}",
                'Bill it in one row (detail = "payout" in the layout).',
            )
            return


def _fault(column: Column, cell: Cell, file: FileLayout, layout: Layout) -> tuple[str, str] | None:
    text = cell if isinstance(cell, str) else str(cell)
    if column.required and not text.strip():
        what = column.value.strip("{}") if column.value in _FIXES else ""
        return f"the column {column.header} would be empty", _FIXES.get("{" + what + "}", "Check the layout.")
    if column.limit and len(text) > column.limit:
        said = f"{column.header} would be {text[:40]!r}..., longer than {column.limit} characters"
        return said, "Shorten it in Introw or in the vendor mapping."
    if file.holds_formulas and column.value in KEYS and starts_a_formula(text):
        said = f"{column.header} would be {text[:40]!r}, which a spreadsheet program runs as a formula"
        return (
            said,
            f'Rename it, or set formula_keys = "kept" in the layout if {layout.title} reads it as text.',
        )
    try:
        text.encode(file.encoding)
    except UnicodeEncodeError as error:
        said = f"{column.header} has {text[error.start]!r}, which {file.encoding} cannot say"
        return said, 'Use encoding = "utf-8-sig" in the layout if the system reads it.'
    return None


_FIXES: Final = {
    "{account}": "Set an account in the layout ([accounts]) or in the vendor mapping.",
    "{tax_type}": "Set tax_type in the layout or in the vendor mapping.",
    "{vendor}": "Fill vendor in the vendor mapping.",
    "{vendor_id}": "Fill vendor_id in the vendor mapping.",
    "{entity}": "Set entity in the layout or in the vendor mapping.",
    "{po_number}": "Give the payout a PO number.",
}


def _files(bills: Iterable[Bill], file: FileLayout, layout: Layout) -> Iterator[ImportFile]:
    mine = [bill for bill in bills if bill.kind in file.kinds]

    def group(bill: Bill) -> tuple[str, str]:
        entity = bill.entity if "entity" in file.split_by else ""
        return bill.amount.currency if "currency" in file.split_by else "", entity

    for (currency, entity), some in groupby(sorted(mine, key=group), group):
        for number, part in enumerate(_parts(some, file), start=1):
            texts = {"currency": currency or "all", "entity": _safe(entity) or "all", "number": number}
            name = file.name.format(kind=part[0].kind if len(file.kinds) == 1 else "bill", **texts)
            rows = tuple(row for bill in part for row in _rows(bill, file, layout))
            yield ImportFile(name, file, currency, rows, tuple(part))


def _safe(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in text)


def _parts(bills: Iterable[Bill], file: FileLayout) -> Iterator[list[Bill]]:
    """The bills in files of at most so many bills and rows; a bill is never cut in two."""
    part: list[Bill] = []
    height = 0
    for bill in bills:
        rows = len(bill.rows) if file.rows == "line" else 1
        if part and (len(part) == file.max_bills or (file.max_rows and height + rows > file.max_rows)):
            yield part
            part, height = [], 0
        part.append(bill)
        height += rows
    if part:
        yield part


def _rows(bill: Bill, file: FileLayout, layout: Layout) -> Iterator[tuple[Cell, ...]]:
    sign = -1 if bill.kind == "credit" and "bill" not in file.kinds else 1
    rows = bill.rows if file.rows == "line" else bill.rows[:1]
    for number, row in enumerate(rows, start=1):
        texts = _texts(bill, row, number, layout)
        yield tuple(_cell(column, texts, bill, row, sign) for column in file.columns)


def _cell(column: Column, texts: Mapping[str, str], bill: Bill, row: BillRow, sign: int) -> Cell:
    """The amounts of a file of credits are positive; in a file of both they keep their sign."""
    if column.value in AMOUNTS:
        amount = row.amount if column.value == "{amount}" else bill.amount.amount
        return Decimal(wire_amount(sign * amount, bill.amount.currency))
    text = column.value.format_map(texts)
    text = text.strip() if column.value == "{po_number}" else " ".join(text.split())
    return text[: column.limit - 1] + "…" if column.cut and len(text) > column.limit else text


def _texts(bill: Bill, row: BillRow, number: int, layout: Layout) -> dict[str, str]:
    payout, currency = bill.payout, bill.amount.currency
    return {
        "number": bill.number,
        "vendor": bill.vendor.vendor,
        "vendor_id": bill.vendor.vendor_id,
        "partner_id": payout.partner_id,
        "partner_name": payout.partner_name,
        "payout_id": payout.id,
        "line_id": row.line_id,
        "row_number": str(number),
        "po_number": payout.po_number or "",
        "po_note": _po_note(payout.po_number or ""),
        "date": bill.date.strftime(layout.date),
        "due_date": bill.due.strftime(layout.date),
        **period_texts(payout, layout.date, bill.days),
        "amount": wire_amount(row.amount, currency),
        "total": wire_amount(bill.amount.amount, currency),
        "currency": currency,
        "foreign_currency": "" if currency == layout.local_currency else currency,
        "description": row.description,
        "plan": row.plan,
        "account": row.account,
        "tax_type": row.tax_type,
        "entity": bill.entity,
        "kind": bill.kind,
        **{name: text for name, text in texts_of(row.dimensions).items() if name != "entity"},
    }


def _po_note(po_number: str) -> str:
    """The PO number with the letters PO in front, once."""
    return f"PO {po_number}" if po_number and not po_number.upper().startswith("PO") else po_number


def as_csv(file: ImportFile) -> bytes:
    """The file as CSV: amounts with a dot, keys as they are, other texts safe from being run as a formula."""
    text = csv_text(file.header, file.rows, delimiter=file.layout.delimiter, literal=file.layout.keys)
    return text.encode(file.layout.encoding)
