"""Journal entries as files that finance systems import, by layouts in `templates/erp/`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Final, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from reconcile.domain.money import Money, wire_amount
from reconcile.domain.phrases import did_you_mean
from reconcile.domain.policy.dimensions import FIELDS as DIMENSION_FIELDS
from reconcile.domain.policy.dimensions import Dimension, texts_of
from reconcile.domain.spreadsheet import csv_text
from reconcile.erp.bills.layout import Column, dimension_columns, file_name_faults, unknown_fields
from reconcile.errors import ConfigurationError
from reconcile.resources import layout_content, template, template_names

FIELDS: Final = (
    "journal",
    "date",
    "account",
    "description",
    "currency",
    "amount",
    "debit",
    "credit",
    "reverses_on",
    "subsidiary",
    *DIMENSION_FIELDS,
)
"""What a column can hold. A debit is a positive `amount`; `reverses_on` is empty on a reversal."""
FUNCTIONAL_FIELDS: Final = ("currency", "amount", "debit", "credit")
"""What a column can hold of an amount in the currency of the books."""

_KEYS: Final = frozenset(f"{{{name}}}" for name in ("journal", "account", "subsidiary", *DIMENSION_FIELDS))
_AMOUNTS: Final = frozenset(
    f"{{{kind}{name}}}" for kind in ("", "functional_") for name in ("amount", "debit", "credit")
)
NEWEST: Final = {"xero": "xero-2", "netsuite": "netsuite-2"}
"""The layouts of which there is a later version. A close of the first is made again with the first."""


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One line of a journal. amount: a debit where positive. reverses_on: None on what is not reversed.

    dimensions: the values of those that are set. is_reversal: whether it takes back what the day before
    booked. functional: of a remeasurement, the amount in the currency of the books; `amount` is zero then.
    """

    journal: str
    date: dt.date
    account: str
    description: str
    currency: str
    amount: Decimal
    reverses_on: dt.date | None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    is_reversal: bool = False
    functional: Money | None = None


@dataclass(frozen=True, slots=True)
class JournalLayout:
    """How journals are written for one finance system: one file per currency.

    reversals: whether the reversal is written too; some systems make it from `reverses_on`. max_rows: what
    the system takes at once, 0 for no limit; a journal is never cut in two. subsidiary: what the column of
    that name says, where no entity is set. dimensions: the headers of columns that are added for the
    dimensions that are set. functional: those of columns that are added for a remeasurement: its amount in
    the currency of the books, beside a zero in the other; without them it is written as an entry in the
    currency of the books. formula_keys: whether accounts and journal numbers that begin like a formula are
    `kept` or get an apostrophe (`guarded`).
    """

    title: str
    name: str
    columns: tuple[Column, ...]
    date: str = "%Y-%m-%d"
    reversals: bool = True
    max_rows: int = 0
    subsidiary: str = ""
    dimensions: Mapping[Dimension, str] = field(default_factory=dict)
    functional: Mapping[Literal["currency", "amount", "debit", "credit"], str] = field(default_factory=dict)
    formula_keys: Literal["guarded", "kept"] = "guarded"
    encoding: Literal["utf-8", "utf-8-sig", "cp1252"] = "utf-8"
    delimiter: Literal[",", ";", "\t"] = ","
    __pydantic_config__ = ConfigDict(extra="forbid")


def journal_layout(name: str, templates: Path | None) -> JournalLayout:
    """The layout of a name. Raises ConfigurationError where there is none of that name."""
    return load_journal_layout(journal_file(name, templates))


def journal_file(name: str, templates: Path | None) -> Path:
    """The file of a layout. Raises ConfigurationError where there is none of that name."""
    known = template_names("erp", "journal-", ".toml", templates)
    if name not in known:
        raise ConfigurationError(
            f"There is no journal layout {name!r}; there are: {', '.join(known)}.{did_you_mean(name, known)} "
            "Your own: erp/journal-NAME.toml in --templates."
        )
    return template(f"erp/journal-{name}.toml", templates)


def load_journal_layout(path: Path) -> JournalLayout:
    """The layout in a file. Raises ConfigurationError naming the file and what is wrong in it."""
    try:
        layout = TypeAdapter(JournalLayout).validate_python(layout_content(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"The layout {path}: {where}: {first['msg']}.") from error
    faults = [*file_name_faults(layout.name, ("currency", "part"), "name", "csv")]
    for column in layout.columns:
        faults += unknown_fields(column.value, FIELDS, f"the column {column.header!r}")
    for fault in faults:
        raise ConfigurationError(f"The layout {path}: {fault}.")
    return layout


def journal_files(rows: Iterable[JournalRow], layout: JournalLayout) -> dict[str, bytes]:
    """The files by name: per currency one, or as many as the system needs.

    Raises ConfigurationError for a journal that is longer than a file may be.
    """
    wanted = [_carried(row, layout) for row in rows if layout.reversals or not row.is_reversal]
    layout = _with_functional(layout, wanted)
    layout = _with_dimensions(layout, {name for row in wanted for name in row.dimensions})
    found = {}
    for currency, some in groupby(sorted(wanted, key=lambda row: row.currency), lambda row: row.currency):
        for number, part in enumerate(_parts(some, layout), start=1):
            name = layout.name.format(currency=currency, part=f"-{number}" if number > 1 else "")
            found[name] = _csv(part, layout)
    return found


def _carried(row: JournalRow, layout: JournalLayout) -> JournalRow:
    """A row as the layout can say it: a remeasurement beside a zero, or in the books' currency alone."""
    if row.functional is None or layout.functional:
        return row
    return replace(row, currency=row.functional.currency, amount=row.functional.amount, functional=None)


def _with_functional(layout: JournalLayout, rows: Iterable[JournalRow]) -> JournalLayout:
    """The layout with the columns of the currency of the books, where a row has an amount in it."""
    if not any(row.functional for row in rows):
        return layout
    added = tuple(
        Column(header, f"{{functional_{name}}}") for name, header in layout.functional.items() if header
    )
    return replace(layout, columns=(*layout.columns, *added))


def _with_dimensions(layout: JournalLayout, used: Collection[str]) -> JournalLayout:
    """The layout with a column for each dimension that is set and that it has a header for."""
    added = dimension_columns(layout.dimensions, used)
    return replace(layout, columns=(*layout.columns, *added)) if added else layout


def unplaced(layout: JournalLayout, used: Iterable[str]) -> tuple[str, ...]:
    """The dimensions that are set and that no column of the layout holds."""
    held = " ".join(column.value for column in layout.columns)
    entity = {"entity"} if "{subsidiary}" in held else set()
    return tuple(
        name for name in used if f"{{{name}}}" not in held and name not in {*layout.dimensions, *entity}
    )


def _parts(rows: Iterable[JournalRow], layout: JournalLayout) -> Iterator[list[JournalRow]]:
    """The rows in files of at most so many, each journal whole."""
    part: list[JournalRow] = []
    for journal, some in groupby(rows, lambda row: row.journal):
        mine = list(some)
        if layout.max_rows and len(mine) > layout.max_rows:
            raise ConfigurationError(
                f"The journal {journal} has {len(mine)} lines, and {layout.title} takes {layout.max_rows} "
                "in a file. Use fewer accounts in [close.expense], or close shorter periods."
            )
        if layout.max_rows and part and len(part) + len(mine) > layout.max_rows:
            yield part
            part = []
        part += mine
    if part:
        yield part


def _csv(rows: Iterable[JournalRow], layout: JournalLayout) -> bytes:
    header = [column.header for column in layout.columns]
    cells = (
        [_cell(column, texts) for column in layout.columns] for texts in (_texts(row, layout) for row in rows)
    )
    keys = [place for place, column in enumerate(layout.columns) if column.value in _KEYS]
    literal = keys if layout.formula_keys == "kept" else ()
    text = csv_text(header, cells, delimiter=layout.delimiter, literal=literal)
    return text.encode(layout.encoding, errors="replace")


def _cell(column: Column, texts: Mapping[str, str]) -> str | Decimal:
    text = column.value.format_map(texts)
    return Decimal(text) if text and column.value in _AMOUNTS else text


def _texts(row: JournalRow, layout: JournalLayout) -> dict[str, str]:
    side = row.functional.amount if row.functional else row.amount
    return {
        "journal": row.journal,
        "date": row.date.strftime(layout.date),
        "account": row.account,
        "description": row.description,
        "currency": row.currency,
        **_sides(row.amount, row.currency, side),
        "reverses_on": row.reverses_on.strftime(layout.date) if row.reverses_on else "",
        "subsidiary": row.dimensions.get("entity") or layout.subsidiary,
        **texts_of(row.dimensions),
        **_functional(row.functional),
    }


def _functional(money: Money | None) -> dict[str, str]:
    """The amount in the currency of the books; nothing for rows that have none."""
    if money is None:
        return dict.fromkeys((f"functional_{name}" for name in FUNCTIONAL_FIELDS), "")
    sides = _sides(money.amount, money.currency, money.amount)
    return {f"functional_{name}": text for name, text in ({"currency": money.currency} | sides).items()}


def _sides(amount: Decimal, currency: str, side: Decimal) -> dict[str, str]:
    """An amount as one, and as a debit or a credit. side: what says which of both, since a zero does not."""
    size = wire_amount(abs(amount), currency)
    return {
        "amount": wire_amount(amount, currency),
        "debit": size if side > 0 else "",
        "credit": size if side < 0 else "",
    }
