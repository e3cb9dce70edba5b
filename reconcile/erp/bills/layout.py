"""A bill layout: which files a finance system imports, with which columns. Read from `templates/erp/`.

A layout is TOML, so that a user can copy and change it without code. The text of a column, a file name or
a bill number may name fields in braces (`{vendor}`); the names are those of FIELDS.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from string import Formatter
from typing import Final, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from reconcile.domain.policy.close import AccountRule
from reconcile.domain.policy.dimensions import DIMENSIONS, Dimension
from reconcile.domain.policy.dimensions import FIELDS as DIMENSION_FIELDS
from reconcile.domain.split.split_by import is_file_name
from reconcile.errors import ConfigurationError
from reconcile.resources import layout_content

FIELDS: Final = (
    "number",
    "vendor",
    "vendor_id",
    "partner_id",
    "partner_name",
    "payout_id",
    "line_id",
    "row_number",
    "po_number",
    "po_note",
    "date",
    "due_date",
    "period",
    "period_start",
    "period_end",
    "amount",
    "total",
    "currency",
    "foreign_currency",
    "description",
    "plan",
    "account",
    "tax_type",
    "entity",
    "kind",
    *(name for name in DIMENSION_FIELDS if name != "entity"),
)
"""What a column can hold. `amount` is the row's, `total` the bill's; `kind` is `bill` or `credit`; `po_note`
is `PO 000123`, or empty without a PO number; `foreign_currency` is empty for the local currency."""

NUMBER_FIELDS: Final = ("payout_id", "line_id", "code", "order_id", "period", "partner_id")
"""What a bill number can be made of: only what never changes. `code` is short; `order_id` fits a bank."""

NAME_FIELDS: Final = ("currency", "entity", "number", "kind")
"""What a file name can be made of. `number` counts the files of one currency and entity."""

AMOUNTS: Final = frozenset({"{amount}", "{total}"})
"""Columns that are numbers. All others are text, and text is kept from being taken for a formula."""

KEYS: Final = frozenset(
    f"{{{name}}}"
    for name in (
        *("number", "vendor", "vendor_id", "partner_id", "payout_id", "line_id", "account"),
        *("tax_type", "entity", *DIMENSION_FIELDS),
    )
)
"""Columns by which a system finds a record: another text there is another record."""

_FIELD = re.compile(r"\{[^{}]*\}")
_WIDE = re.compile(r"[0-9]{4}")
_CLOSED = ConfigDict(extra="forbid", strict=False)


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    value: text with fields in braces. required: a bill with an empty cell is held back. limit: characters;
    a longer text holds the bill back, or is cut where `cut` says that nothing depends on its end.
    """

    header: str
    value: str = ""
    required: bool = False
    limit: int = 0
    cut: bool = False
    __pydantic_config__ = _CLOSED  # a misspelt key is refused


@dataclass(frozen=True, slots=True)
class FileLayout:
    """One kind of file.

    kinds: which bills go into it. rows: one row per `bill` or per `line`. max_rows, max_bills: what the
    system takes at once; 0 for no limit. A bill is never cut in two. formula_keys: what becomes of a key of a
    CSV file that a spreadsheet program would run, such as the vendor `=Equals Consulting`: `kept` as it is,
    where the system reads texts as texts, or `held` back, where people open the file in Excel. dimensions:
    the headers of columns that are added for the dimensions that are set.
    """

    name: str
    columns: tuple[Column, ...]
    kinds: tuple[Literal["bill", "credit"], ...] = ("bill",)
    rows: Literal["bill", "line"] = "line"
    split_by: tuple[Literal["currency", "entity"], ...] = ("currency",)
    max_rows: int = 0
    max_bills: int = 0
    format: Literal["csv", "xlsx"] = "csv"
    encoding: Literal["utf-8", "utf-8-sig", "cp1252"] = "utf-8"
    delimiter: Literal[",", ";", "\t"] = ","
    formula_keys: Literal["kept", "held"] = "held"
    dimensions: Mapping[Dimension, str] = field(default_factory=dict)
    __pydantic_config__ = _CLOSED

    @property
    def holds_formulas(self) -> bool:
        """Whether a key that begins like a formula holds its bill back. A workbook says that it is a text."""
        return self.format == "csv" and self.formula_keys == "held"

    @property
    def keys(self) -> frozenset[int]:
        """The places of the columns that are keys."""
        return frozenset(place for place, column in enumerate(self.columns) if column.value in KEYS)


@dataclass(frozen=True, slots=True)
class Due:
    """When a bill is due: `months` on, then the end of that month if so, then `days` on."""

    days: int = 30
    months: int = 0
    end_of_month: bool = False
    __pydantic_config__ = _CLOSED


@dataclass(frozen=True, slots=True)
class Accounts(AccountRule):
    """The expense account of a row; an empty text where none is set."""

    default: str = ""
    __pydantic_config__ = _CLOSED


@dataclass(frozen=True, slots=True)
class Layout:
    """How bills are written for one finance system.

    number, number_limit: the bill number and how long it may be. per: one bill per `payout` or per `line`.
    detail: a bill's rows are its payout's `line`s, or one row for the `payout`. date_from: what the bill's
    date is. date: its format, as for strftime. description: the text of a row that is a whole payout or a
    line without a description. local_currency: that of the company's books. pays: whether the file pays by
    itself, so that what is in it is paid and not only booked.
    """

    name: str
    title: str
    files: tuple[FileLayout, ...]
    number: str = "{payout_id}"
    number_limit: int = 0
    per: Literal["payout", "line"] = "payout"
    detail: Literal["payout", "line"] = "line"
    date_from: Literal["period_end", "created", "today"] = "period_end"
    date: str = "%Y-%m-%d"
    description: str = "Commission {period} {payout_id}"
    tax_type: str = ""
    entity: str = ""
    local_currency: str = ""
    pays: bool = False
    due: Due = Due()
    accounts: Accounts = field(default_factory=Accounts)
    __pydantic_config__ = _CLOSED

    @property
    def tells_entity(self) -> bool:
        """Whether its files say, or are divided by, which entity owes a bill."""
        columns = [column.value for file in self.files for column in file.columns]
        is_divided = any("entity" in file.split_by for file in self.files)
        return is_divided or any("{entity}" in value for value in columns)

    def takes(self, kind: str) -> bool:
        """Whether there is a file for bills, or for vendor credits."""
        return any(kind in file.kinds for file in self.files)


def dimension_columns(headers: Mapping[Dimension, str], used: Collection[str]) -> tuple[Column, ...]:
    """A column for each of these dimensions that has a header."""
    return tuple(
        Column(headers[name], f"{{{name}}}") for name in DIMENSIONS if name in headers and name in used
    )


def with_dimensions(layout: Layout, used: Collection[str]) -> Layout:
    """The layout with the columns of the dimensions that are set."""
    added = [(file, dimension_columns(file.dimensions, used)) for file in layout.files]
    files = tuple(replace(file, columns=(*file.columns, *columns)) for file, columns in added)
    return replace(layout, files=files)


def load_layout(name: str, path: Path) -> Layout:
    """The layout in a file. Raises ConfigurationError naming the file and what is wrong in it."""
    content = layout_content(path)
    try:
        layout = TypeAdapter(Layout).validate_python({"name": name, **content})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"The layout {path}: {where}: {first['msg']}.") from error
    for fault in _faults(layout):
        raise ConfigurationError(f"The layout {path}: {fault}.")
    return layout


def _faults(layout: Layout) -> Iterator[str]:
    yield from unknown_fields(layout.number, NUMBER_FIELDS, "number")
    yield from unknown_fields(layout.description, FIELDS, "description")
    if not any(part in layout.number for part in ("{payout_id}", "{code}", "{order_id}", "{line_id}")):
        yield "number must contain {payout_id}, {line_id} or {code}, so that it leads back to the payout"
    if layout.per == "line" and not any(part in layout.number for part in ("{line_id}", "{code}")):
        yield "number must contain {line_id} or {code} where every line is a bill"
    if not layout.files:
        yield "it has no files"
    for file in layout.files:
        yield from _file_faults(file)


def _file_faults(file: FileLayout) -> Iterator[str]:
    yield from file_name_faults(file.name, NAME_FIELDS, "files.name", file.format)
    headers = [column.header for column in file.columns]
    for header in headers:
        if headers.count(header) > 1:
            yield f"the column {header!r} is there twice"
    for column in file.columns:
        yield from unknown_fields(column.value, FIELDS, f"the column {column.header!r}")


def file_name_faults(text: str, known: Iterable[str], where: str, ending: str) -> Iterator[str]:
    """What is wrong with the name of a file: it leads elsewhere, or some systems do not have it."""
    yield from unknown_fields(text, known, where)
    if not is_file_name(_FIELD.sub("x", text)) or not text.endswith(f".{ending}"):
        yield f"{where} {text!r} must be a file name that ends in .{ending}"


def unknown_fields(text: str, known: Iterable[str], where: str) -> Iterator[str]:
    """What is wrong with a text that may name these fields in braces, and no other."""
    try:
        parts = [(name, form) for _, name, form, _ in Formatter().parse(text) if name is not None]
    except ValueError as error:
        yield f"{where}: {text!r} is not well-formed ({error})"
        return
    for name, form in parts:
        if name not in known or "{" in (form or ""):
            yield f"{where} names {{{name}}}; it can name: {', '.join(known)}"
        elif _WIDE.search(form or ""):
            yield f"{where} makes {{{name}}} wider than 999 characters"
