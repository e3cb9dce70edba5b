"""Layouts: which columns of a payments table mean what, as TOML files that a user may copy and change.

`known-payments.toml` holds the layouts of many services and banks, a section each. The keys of a layout:

    title         what it reads, for people
    recognise     groups of headers; a table with one header of each group is taken for this layout
    ledger        true where the file comes from a finance system, false where it comes from a bank
    encoding, separator, decimal ("dot", "comma"), date_order ("dmy", "mdy"), currency: found in the file,
                  or taken from here where the file does not tell
    sign          "positive" or "negative": which amounts are payments
    paid, pending, rejected, returned, ignored: what the status column says of such rows; an empty text among
                  `paid` lets rows without a status be paid
    out, into     what the direction column says of money that went out, and of money that came in
    kinds         what the kind column says of rows that are payments; the others are ignored
    between       what the direction or the kind column says of money between own accounts; no payments
    unread        columns that are never taken for the currency, the state or the direction of a row
    payee_prefixes: what stands before the name in the payee column: `Payment to`
    totals        the first words of total rows
    [columns]     for each meaning, its headers, best first
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from reconcile import resources
from reconcile.errors import ConfigurationError

_SINGLE: Final = ("xero-payments", "netsuite-payments", "quickbooks-payments", "generic-payments")
_KNOWN: Final = "known-payments"
COMPARED: Final = ("example", "fields", "none")
"""What a header row was compared with: an export in public, the fields of an interface, or nothing public."""

ROLES: Final = (
    "id", "date", "value_date", "payee", "amount", "total", "paid_out", "paid_in", "currency", "reference",
    "bill", "po_number", "memo", "status", "reason", "kind", "balance", "direction", "account",
    "instructed", "instructed_currency", "fee",
)  # fmt: skip
_FOLDER: Final = "erp"
_WORDS: Final = (
    "paid", "pending", "ignored", "rejected", "returned", "out", "into", "kinds", "between", "payee_prefixes",
    "totals",
)  # fmt: skip
_CHOICES: Final = {
    "decimal": ("", "dot", "comma"),
    "date_order": ("", "dmy", "mdy"),
    "sign": ("", "positive", "negative"),
    "compared": ("", *COMPARED),
}


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A layout; see the keys above. name: that of its file."""

    name: str
    title: str = ""
    recognise: tuple[tuple[str, ...], ...] = ()
    ledger: bool = True
    encoding: str = ""
    separator: str = ""
    decimal: str = ""
    date_order: str = ""
    currency: str = ""
    sign: str = ""
    paid: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    out: tuple[str, ...] = ()
    into: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    payee_prefixes: tuple[str, ...] = ()
    compared: str = ""
    totals: tuple[str, ...] = ("total", "totals", "grand total", "sum", "summe", "gesamt")
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def with_words(self, words: Mapping[str, Iterable[str]]) -> TableLayout:
        """The layout with more words for a state: `paid`, `pending`, `rejected`, `returned`, `ignored`."""
        more: dict[str, Any] = {
            state: (*getattr(self, state), *map(word_form, said)) for state, said in words.items()
        }
        return replace(self, **more)


def word_form(word: str) -> str:
    """A word of a column as it is compared: without case, with spaces for underscores."""
    return " ".join(word.casefold().replace("_", " ").split())


def built_in(templates: Path | None) -> tuple[TableLayout, ...]:
    """The layouts that files are tried with, the general one last."""
    return (*known_tables(templates), *(load_table_layout(name, templates) for name in _SINGLE))


def known_tables(templates: Path | None) -> tuple[TableLayout, ...]:
    """The layouts of services and banks, by the sections of their file. Raises ConfigurationError."""
    file = resources.template(f"{_FOLDER}/{_KNOWN}.toml", templates)
    return tuple(
        _layout(file, section, f"{name}.") if isinstance(section, dict) else _refuse(file, name)
        for name, section in resources.layout_content(file).items()
    )


def load_table_layout(name: str, templates: Path | None) -> TableLayout:
    """A layout by its name in `templates/erp/`, or by the path of a TOML file.

    Raises ConfigurationError, naming file and key.
    """
    path = Path(name)
    if path.suffix == ".toml":
        return _layout(path, resources.layout_content(path))
    known = next((one for one in known_tables(templates) if one.name == name), None)
    if known is not None:
        return known
    file = resources.template(f"{_FOLDER}/{name}.toml", templates)
    return _layout(file, resources.layout_content(file))


def _refuse(file: Path, key: str) -> TableLayout:
    raise _wrong(file, key, "must be a section")


def _layout(file: Path, content: Mapping[str, Any], section: str = "") -> TableLayout:
    """A layout. section: where it stands in a file of several, with a dot."""
    known = {one.name: one for one in fields(TableLayout) if one.name != "name"}
    values: dict[str, Any] = {}
    for key, value in content.items():
        if key not in known:
            raise _wrong(file, section + key, f"is not known; there are: {', '.join(known)}")
        values[key] = _value(file, key, value)
    for key, choices in _CHOICES.items():
        if values.get(key, "") not in choices:
            raise _wrong(file, section + key, f"must be one of: {', '.join(filter(None, choices))}")
    columns = values.get("columns", {})
    if not {"amount", "paid_out"} & columns.keys():
        raise _wrong(file, f"{section}columns", "needs an amount, or a paid_out")
    return TableLayout(section.removesuffix(".") or file.stem, **values)


def _value(file: Path, key: str, value: object) -> object:
    if key == "columns":
        return _columns(file, value)
    if key == "recognise":
        if not isinstance(value, list):
            raise _wrong(file, key, "must be a list of lists of headers")
        return tuple(_texts(file, key, group) for group in value)
    if key == "ledger":
        if not isinstance(value, bool):
            raise _wrong(file, key, "must be true or false")
        return value
    if key in _WORDS:
        return tuple(word_form(text) for text in _texts(file, key, value))
    if key == "unread":
        return _texts(file, key, value)
    if not isinstance(value, str):
        raise _wrong(file, key, "must be a text")
    return value


def _columns(file: Path, value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise _wrong(file, "columns", "must be a table")
    for role in value:
        if role not in ROLES:
            raise _wrong(file, f"columns.{role}", f"is not known; there are: {', '.join(ROLES)}")
    return {role: _texts(file, f"columns.{role}", headers) for role, headers in value.items()}


def _texts(file: Path, key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise _wrong(file, key, "must be a list of texts")
    return tuple(value)


def _wrong(file: Path, key: str, problem: str) -> ConfigurationError:
    return ConfigurationError(f"In the layout {file} the key {key} {problem}.")
