"""Layouts: which columns of a payments table mean what, as TOML files that a user may copy and change.

The keys of a layout file:

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
    totals        the first words of total rows
    [columns]     for each meaning, its headers, best first
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from reconcile import resources
from reconcile.errors import ConfigurationError

BUILT_IN: Final = ("xero-payments", "netsuite-payments", "quickbooks-payments", "generic-payments")
"""The layouts that come with the tool; the last one is for tables that no other one knows."""

ROLES: Final = (
    "id", "date", "value_date", "payee", "amount", "total", "paid_out", "paid_in", "currency", "reference",
    "bill", "po_number", "memo", "status", "reason", "kind", "balance", "direction", "account",
)  # fmt: skip
_FOLDER: Final = "erp"
_WORDS: Final = ("paid", "pending", "ignored", "rejected", "returned", "out", "into", "kinds", "totals")
_CHOICES: Final = {
    "decimal": ("", "dot", "comma"),
    "date_order": ("", "dmy", "mdy"),
    "sign": ("", "positive", "negative"),
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
    totals: tuple[str, ...] = ("total", "totals", "grand total", "sum", "summe", "gesamt")
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def with_words(self, words: Mapping[str, Iterable[str]]) -> TableLayout:
        """The layout with more words for a state: `paid`, `pending`, `rejected`, `returned`, `ignored`."""
        more: dict[str, Any] = {
            state: (*getattr(self, state), *(one.casefold() for one in said)) for state, said in words.items()
        }
        return replace(self, **more)


def built_in(templates: Path | None) -> tuple[TableLayout, ...]:
    """The layouts that files are tried with, the general one last."""
    return tuple(load_table_layout(name, templates) for name in BUILT_IN)


def load_table_layout(name: str, templates: Path | None) -> TableLayout:
    """A layout by its name in `templates/erp/`, or by the path of a TOML file.

    Raises ConfigurationError, naming file and key.
    """
    path = Path(name)
    file = path if path.suffix == ".toml" else resources.template(f"{_FOLDER}/{name}.toml", templates)
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"The layout {file} cannot be read: {error}.") from error
    return _layout(file, content)


def _layout(file: Path, content: Mapping[str, Any]) -> TableLayout:
    known = {one.name: one for one in fields(TableLayout) if one.name != "name"}
    values: dict[str, Any] = {}
    for key, value in content.items():
        if key not in known:
            raise _wrong(file, key, f"is not known; there are: {', '.join(known)}")
        values[key] = _value(file, key, value)
    for key, choices in _CHOICES.items():
        if values.get(key, "") not in choices:
            raise _wrong(file, key, f"must be one of: {', '.join(filter(None, choices))}")
    columns = values.get("columns", {})
    if not {"amount", "paid_out"} & columns.keys():
        raise _wrong(file, "columns", "needs an amount, or a paid_out")
    return TableLayout(file.stem, **values)


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
        return tuple(text.casefold() for text in _texts(file, key, value))
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
