"""What a table says against its rows, and the days that stand in them. Its columns are looked at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Final

from reconcile.erp.payments.column_kinds import Kind, is_flag, kind_of_column, speaks_against
from reconcile.erp.payments.day_labels import is_bill_day, is_day, is_made_day, may_lie_ahead
from reconcile.erp.payments.doc_words import document_doubt
from reconcile.erp.payments.doubts import doubtful_text, whole_word
from reconcile.erp.payments.formats.amounts import amount_of
from reconcile.erp.payments.formats.dates import day_in
from reconcile.erp.payments.formats.layout import TableLayout
from reconcile.erp.payments.formats.table_header import Header, guessed_places
from reconcile.erp.payments.model import Day, GridRow, Place
from reconcile.erp.payments.payments_made import Proof
from reconcile.erp.payments.remarks import is_remark, says_more
from reconcile.errors import PaymentFileError

_NOWHERE: Final = partial(Place, "", "")
# So many cells of a column are looked at to know that it holds days.
_LOOK_AT: Final = 20
_HELD: Final = (
    "date",
    "value_date",
    "amount",
    "total",
    "paid_out",
    "paid_in",
    "balance",
    "fee",
    "instructed",
)


@dataclass(frozen=True, slots=True)
class RowDoubts:
    """What is known of a table before its rows are looked at. Build it with `doubts_in`.

    columns: those that may speak against a row. texts: those whose words may. names: that hold a name alone.
    alone: those without a meaning. days: those that hold days of their own. remarks: that hold what people
    wrote. document: what its titles say. no_day: the label of the only day, if that is no day of a payment:
    of rows without a state, and of rows with one.
    """

    header: Header
    layout: TableLayout
    proof: Proof
    mark: str
    order: str
    columns: tuple[tuple[int, str, Kind], ...]
    texts: frozenset[int]
    alone: tuple[int, ...]
    names: bool
    days: tuple[tuple[int, str], ...]
    remarks: tuple[int, ...]
    document: str
    no_day: tuple[str, str]

    def of(self, row: GridRow, payee: str, amount: Decimal, states: Sequence[str]) -> tuple[str, str]:
        """What speaks against a payment that left, and why it is not known to be one.

        states: the words for its state; they say that it is paid.
        """
        return self._against(row, payee, amount, states), self.proof.missing(states)

    def days_of(self, row: GridRow) -> tuple[Day, ...]:
        """The days of a row, beside that of its booking and its value."""
        found = ((label, day_in(row.text(place), self.order)) for place, label in self.days)
        return tuple((label, day) for label, day in found if day)

    def _against(self, row: GridRow, payee: str, amount: Decimal, states: Sequence[str]) -> str:
        for place, label, kind in self.columns:
            text = row.text(place)
            if speaks_against(kind, label, text, self.layout):
                return f"{label!r} says {text!r}" if text else f"{label!r} is blank"
            if kind in (Kind.DONE, Kind.PAID) and self._is_another(row, place, amount):
                return f"{label!r} says {text!r}"
        if self.document:
            return self.document
        if label := self.no_day[bool(states)]:
            return f"its only day is {label!r}, which is no day of a payment"
        own = (payee,) if self.names else ()
        told = doubtful_text(self._texts(row), own)
        told = told or next(filter(None, (whole_word(row.text(place)) for place in self.alone)), "")
        told = told or next((text for text in map(row.text, self.remarks) if says_more(text, payee)), "")
        return f"it says {told[:80]!r}" if told else ""

    def _is_another(self, row: GridRow, place: int, amount: Decimal) -> bool:
        """Whether a column says that another amount was paid, sent or approved."""
        try:
            said = amount_of(row.cells[place], _NOWHERE, self.mark) if place < len(row.cells) else None
        except PaymentFileError:
            return False
        return said is not None and abs(said[0]) != abs(amount) and "." in f"{said[0]}"

    def _texts(self, row: GridRow) -> Iterator[str]:
        """The texts of a row but for the payee and the columns left unread; also those beyond the header."""
        width = self.header.width
        for place, cell in enumerate(row.cells):
            if cell.text and (place in self.texts or place >= width):
                yield cell.text.strip()


def _no_day(header: Header, *, known: bool) -> str:
    """The label of the only day, in a table that knows when bills came or are due, and no more.

    known: a state, or the direction of the money, says that it left.
    """
    labels = [header.labels[at] for role in ("date", "value_date") for at in header.columns.get(role, ())]
    if not labels or any(not is_bill_day(label) and not is_made_day(label) for label in labels):
        return ""
    return next((label for label in labels if is_bill_day(label) or not known), "")


def doubts_in(
    header: Header,
    layout: TableLayout,
    rows: Sequence[GridRow],
    proof: Proof,
    titles: Sequence[str],
    marks: tuple[str, str],
) -> RowDoubts:
    """Looks at the columns of a table. marks: the decimal mark, and the order of day and month."""
    known = [place for place in guessed_places(header, layout, taken=False) if header.labels[place]]
    used = {place for places in header.columns.values() for place in places}
    kinds = (
        (place, header.labels[place], kind)
        for place in known
        if (
            kind := kind_of_column(
                header.labels[place], layout, used=place in used, flags=_are_flags(rows, place)
            )
        )
    )
    held = {place for role in _HELD for place in header.columns.get(role, ())}
    days = (
        (place, header.labels[place])
        for place in known
        if place not in held
        and not may_lie_ahead(header.labels[place])
        and _are_days(rows, place, header, marks[1])
    )
    texts = {*header.columns.get("memo", ()), *header.columns.get("reference", ())}
    names = {*header.columns.get("payee", ())} - texts
    remarks = tuple(place for place in known if place not in used and is_remark(header.labels[place]))
    document = document_doubt(titles) or proof.against
    return RowDoubts(
        header, layout, proof, *marks, tuple(kinds), frozenset(known) - names,
        tuple(place for place in known if place not in used),
        bool(names), tuple(days), remarks, document,
        (_no_day(header, known=proof.moved), _no_day(header, known=True)),
    )  # fmt: skip


def _filled(rows: Sequence[GridRow], place: int) -> list[str]:
    return list(islice((text for row in rows if (text := row.text(place))), _LOOK_AT))


def _are_flags(rows: Sequence[GridRow], place: int) -> bool:
    found = _filled(rows, place)
    return bool(found) and all(map(is_flag, found))


def _are_days(rows: Sequence[GridRow], place: int, header: Header, order: str) -> bool:
    """Whether a column holds days, by its values. Eight digits are a day only where the label says so."""
    found = _filled(rows, place)
    named = is_day(header.labels[place])
    return bool(found) and all(day_in(text, order) and (named or not text.isdecimal()) for text in found)
