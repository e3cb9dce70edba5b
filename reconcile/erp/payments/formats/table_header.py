"""Finds the header of a payments table under its title rows, and which column means what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from reconcile.domain.money import known_currencies
from reconcile.erp.payments.formats.layout import TableLayout
from reconcile.erp.payments.model import Grid, GridRow
from reconcile.errors import PaymentFileError

_LOOK_DOWN: Final = 40
# Letters of a currency code.
_CODE: Final = 3
# How the header of a column of currencies ends.
_CURRENCY_LABELS: Final = (
    "currency", "currencycode", "ccy", "währung", "waehrung", "währungscode", "devise", "valuta", "moneda",
    "munt", "valuuta", "waluta", "currencyname", "currencysymbol", "symbol", "cur", "curr", "isocode", "iso",
)  # fmt: skip
# Of these a table may have several columns; all of them are read.
_MANY: Final = ("reference", "bill", "po_number", "memo")


@dataclass(frozen=True, slots=True)
class Header:
    """A header row: its number, its width, the columns of each meaning from 0, and its texts."""

    row: int
    width: int
    columns: Mapping[str, tuple[int, ...]]
    labels: tuple[str, ...]

    def first(self, role: str) -> int | None:
        """The column of a meaning; None where there is none."""
        places = self.columns.get(role, ())
        return places[0] if places else None

    def currency(self, role: str) -> str:
        """The currency that the label of a meaning names: `Amount (USD)`; empty where it names none."""
        place = self.first(role)
        return "" if place is None else _parted(self.labels[place])[1]

    def has(self, role: str) -> bool:
        """Whether there is such a column."""
        return bool(self.columns.get(role))

    def words(self) -> str:
        """What was found, for people: `date from 'Payment Date', amount from 'Paid'`."""
        named = (
            f"{role.replace('_', ' ')} from {' and '.join(repr(self.labels[place]) for place in places)}"
            for role, places in self.columns.items()
        )
        return ", ".join(named)

    def unread(self) -> str:
        """The columns that have no meaning here, for people; empty where there are none."""
        read = {place for places in self.columns.values() for place in places}
        left = (repr(label) for place, label in enumerate(self.labels) if label and place not in read)
        return ", ".join(left)


def find_header(grid: Grid, layout: TableLayout) -> Header | None:
    """The row near the top with the most columns of a layout; None where none has an amount and a second."""
    best: Header | None = None
    for row in grid[:_LOOK_DOWN]:
        header = _header(row, layout)
        if _enough(header) and (best is None or len(header.columns) > len(best.columns)):
            best = header
    return best


def label_forms(grid: Grid) -> list[frozenset[str]]:
    """The texts of each row that may be a header, as they are compared."""
    return [frozenset(same_form(cell.text) for cell in row.cells) for row in grid[:_LOOK_DOWN]]


def recognises(layout: TableLayout, labels: frozenset[str]) -> bool:
    """Whether a header has one label of each group that the layout is known by."""
    return bool(layout.recognise) and all(
        any(_alias_form(alias) in labels for alias in group) for group in layout.recognise
    )


def guessed_places(header: Header, layout: TableLayout, *, taken: bool = True) -> list[int]:
    """The columns whose meaning may be told by their values: those that the layout does not leave unread.

    taken: without those that have a meaning already.
    """
    used = {place for places in header.columns.values() for place in places} if taken else set()
    unread = {_alias_form(label) for label in layout.unread}
    return [
        place
        for place, label in enumerate(header.labels)
        if place not in used and same_form(label) not in unread
    ]


def with_currency_column(name: str, grid: Grid, header: Header, layout: TableLayout) -> Header:
    """The header with the column that holds currencies, known by its values where its label is not known.

    Raises PaymentFileError where two such columns disagree.
    """
    if header.has("currency"):
        return header
    places = guessed_places(header, layout)
    below = [row for row in grid if row.number > header.row]
    filled = {
        place: [row.text(place).upper() for row in below]
        for place in places
        if _all_currencies([row.text(place) for row in below])
    }
    if not filled:
        return _with_named_currency(below, header, places)
    first, *others = filled
    different = next((place for place in others if filled[place] != filled[first]), None)
    if different is not None:
        raise PaymentFileError(
            f"{name}, line {header.row}: {header.labels[first]!r} and {header.labels[different]!r} both hold "
            "currencies and differ. Name the right one as `currency` in a layout file (--layout)."
        )
    return replace(header, columns={**header.columns, "currency": (first,)})


def _with_named_currency(below: Sequence[GridRow], header: Header, places: Sequence[int]) -> Header:
    """The header with the first filled column that is called a currency, although it holds other words, too.

    What is no currency in it is refused row by row, so that nothing else stands in for it.
    """
    called = (place for place in places if same_form(header.labels[place]).endswith(_CURRENCY_LABELS))
    named = next((place for place in called if any(row.text(place) for row in below)), None)
    return header if named is None else replace(header, columns={**header.columns, "currency": (named,)})


def _all_currencies(found: Sequence[str]) -> bool:
    said = [text for text in found if text]
    return bool(said) and all(len(text) == _CODE and text.upper() in known_currencies() for text in said)


def same_form(label: str) -> str:
    """A header as it is compared: letters and digits only."""
    return "".join(char for char in label.casefold() if char.isalnum())


@cache
def _alias_form(alias: str) -> str:
    """A header of a layout as it is compared."""
    return same_form(alias)


def _parted(label: str) -> tuple[str, str]:
    """A label without the currency at its end, and that currency."""
    bare = label.removesuffix(")").removesuffix("]")
    rest, code = bare[:-_CODE], bare[-_CODE:]
    if code not in known_currencies() or rest[-1:].isalnum() or rest.endswith("_"):
        return label, ""
    return rest.removesuffix("(").removesuffix("[").rstrip(), code


def _enough(header: Header) -> bool:
    money = header.has("amount") or header.has("paid_out")
    return money and any(header.has(role) for role in ("date", "payee", "reference", "bill", "id"))


def _header(row: GridRow, layout: TableLayout) -> Header:
    labels = tuple(cell.text.strip() for cell in row.cells)
    forms = [same_form(_parted(label)[0]) for label in labels]
    columns = {role: _places(forms, role, aliases) for role, aliases in layout.columns.items()}
    amount = columns.get("amount", ())[:1]
    if len(columns.get("currency", ())) > 1 and amount and amount[0] + 1 in columns["currency"]:
        # The amount and the balance may each have their currency behind them.
        columns["currency"] = (amount[0] + 1,)
    return Header(row.number, len(labels), {role: at for role, at in columns.items() if at}, labels)


def _places(forms: Sequence[str], role: str, aliases: Sequence[str]) -> tuple[int, ...]:
    """The columns of a meaning: all of them, or those of the best alias."""
    found: list[int] = []
    for alias in aliases:
        wanted = _alias_form(alias)
        found += [index for index, form in enumerate(forms) if form == wanted and index not in found]
        if found and role not in _MANY:
            break
    return tuple(found)


def refuse_doubles(name: str, header: Header) -> None:
    """Raises PaymentFileError where two columns have the label of one meaning."""
    for role, places in header.columns.items():
        if role not in _MANY and len(places) > 1:
            raise PaymentFileError(
                f"{name}, line {header.row}: two columns are called {header.labels[places[0]]!r}, and either "
                f"could be the {role.replace('_', ' ')}. Rename the one that does not count."
            )
