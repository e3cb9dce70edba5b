"""The columns of a general ledger export, found by their headers under the title rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reconcile.domain.money import known_currencies
from reconcile.erp.payments.formats.table_header import same_form
from reconcile.erp.payments.model import Grid, GridRow
from reconcile.errors import PaymentFileError

_LOOK_DOWN: Final = 40
_CODE: Final = 3  # letters of a currency code
_TEXTS: Final = (
    "transactionnumber", "transactionno", "documentnumber", "docnumber", "docno", "journalnumber",
    "journalno", "journal", "num", "number", "no", "reference", "ref", "referenceno", "refno", "externalid",
    "source", "type", "transactiontype", "name", "contact", "vendor", "payee", "description", "memo",
    "memodescription", "memomain", "details", "narration",
)  # fmt: skip
_ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("accountcode", "accountnumber", "accountno", "accountnum", "glcode", "code"),
    "account": (
        "account", "accountname", "glaccount", "accountfullname", "fullname", "distributionaccount",
        "accountdescription", "ledgeraccount",
    ),
    "date": ("date", "transactiondate", "postingdate", "trandate", "journaldate"),
    "currency": ("currency", "currencycode", "transactioncurrency", "sourcecurrency"),
    "debit": (
        "debitsource", "debitforeigncurrency", "foreigndebit", "debitfx", "debittransactioncurrency",
        "debityeartodate", "ytddebit", "debitytd", "debit", "debits", "debitamount",
    ),
    "credit": (
        "creditsource", "creditforeigncurrency", "foreigncredit", "creditfx", "credittransactioncurrency",
        "credityeartodate", "ytdcredit", "creditytd", "credit", "credits", "creditamount",
    ),
    "amount": (
        "amountforeigncurrency", "foreignamount", "amountsource", "amountfx", "amounttransactioncurrency",
        "amount", "net", "netamount", "netchange",
    ),
    "balance": ("balance", "runningbalance", "endingbalance", "closingbalance", "ytdbalance"),
}  # fmt: skip
"""The headers of each meaning, the best first: amounts of the transaction before those of the company."""


@dataclass(frozen=True, slots=True)
class LedgerColumns:
    """The header of an export. places: the column of each meaning. texts: those that say what a booking is.

    currencies: what the header of a column of money names, as `Debit (USD)` does.
    """

    row: int
    labels: tuple[str, ...]
    places: Mapping[str, int]
    texts: tuple[int, ...]
    currencies: Mapping[str, str]

    @property
    def is_dated(self) -> bool:
        """Whether rows are postings, each with its day."""
        return "date" in self.places

    def text(self, row: GridRow, meaning: str) -> str:
        """The text of a meaning; empty where the export has no such column."""
        return row.text(self.places.get(meaning))


def columns_of(name: str, grid: Grid) -> LedgerColumns:
    """The columns, from the row near the top that names most of them.

    Raises PaymentFileError where no row names money and an account or a date.
    """
    found = [_columns(row) for row in grid[:_LOOK_DOWN]]
    fitting = [one for one in found if _is_header(one)]
    if not fitting:
        raise PaymentFileError(
            f"{name} is no export of a general ledger: no row near its top names an account or a date, and a "
            "debit and a credit, or an amount. Export a trial balance, or the transactions of the accounts."
        )
    best = max(fitting, key=lambda one: len(one.places) + len(one.texts))
    return _with_account(best)


def _is_header(one: LedgerColumns) -> bool:
    money = {"debit", "credit"} <= one.places.keys() or bool({"amount", "balance"} & one.places.keys())
    named = bool({"account", "code", "date"} & one.places.keys())
    # QuickBooks leaves the header of the accounts blank.
    return money and (named or not one.labels[0])


def _with_account(found: LedgerColumns) -> LedgerColumns:
    if found.is_dated or {"account", "code"} & found.places.keys():
        return found
    return LedgerColumns(
        found.row, found.labels, {**found.places, "account": 0}, found.texts, found.currencies
    )


def _columns(row: GridRow) -> LedgerColumns:
    labels = tuple(cell.text.strip() for cell in row.cells) or ("-",)
    parted = [_parted(label) for label in labels]
    forms = [form for form, _ in parted]
    places: dict[str, int] = {}
    for meaning, aliases in _ALIASES.items():
        at = next((forms.index(alias) for alias in aliases if alias in forms), None)
        if at is not None:
            places[meaning] = at
    used = set(places.values())
    texts = tuple(at for at, form in enumerate(forms) if form in _TEXTS and at not in used)
    currencies = {meaning: parted[at][1] for meaning, at in places.items() if parted[at][1]}
    return LedgerColumns(row.number, labels, places, texts, currencies)


def _parted(label: str) -> tuple[str, str]:
    """A header without the currency at its end, and that currency: `Debit (USD)`, `Debit USD`."""
    bare = label.rstrip(")] ")
    code, rest = bare[-_CODE:], bare[:-_CODE]
    if code in known_currencies() and rest and not rest[-1].isalnum():
        return same_form(rest), code
    return same_form(label), ""
