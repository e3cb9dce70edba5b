"""Journals as files: whole, in pieces that a system takes, with the columns that it asks for."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from reconcile.domain.money import Money
from reconcile.erp.journals import NEWEST, JournalRow, journal_files, load_journal_layout
from reconcile.errors import ConfigurationError
from reconcile.jobs.closes.close_files import newest_layouts
from reconcile.resources import template

LAYOUTS = ("csv", "xero", "xero-2", "netsuite", "netsuite-2", "quickbooks")


def _journal(name: str, lines: int, account: str = "6200") -> list[JournalRow]:
    """A journal that balances: debits of one, and a credit for them all."""
    day, after = date(2026, 3, 31), date(2026, 4, 1)
    rows = [JournalRow(name, day, account, "March", "USD", Decimal(1), after) for _ in range(lines - 1)]
    return [*rows, JournalRow(name, day, "2100", "March", "USD", Decimal(1 - lines), after)]


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_shipped_layout_writes_every_line(name: str) -> None:
    layout = load_journal_layout(template(f"erp/journal-{name}.toml"))
    (content,) = journal_files(_journal("ACC-1", 3), layout).values()

    assert len(_rows(content)) == 3


def test_xero_gets_at_most_300_lines_a_file_and_no_journal_is_cut() -> None:
    layout = load_journal_layout(template("erp/journal-xero-2.toml"))
    rows = [row for number in range(3) for row in _journal(f"ACC-{number}", 140)]
    files = journal_files(rows, layout)
    parts = [_rows(content) for content in files.values()]

    assert list(files) == ["xero-journal-USD.csv", "xero-journal-USD-2.csv"]
    assert [len(part) for part in parts] == [280, 140]
    assert all(sum(Decimal(row["*Amount"]) for row in part) == 0 for part in parts)
    assert parts[0][0]["*Date"] == "31 Mar 2026"


def test_a_journal_that_no_file_can_hold_is_refused() -> None:
    layout = load_journal_layout(template("erp/journal-xero-2.toml"))

    with pytest.raises(ConfigurationError, match="has 301 lines, and Xero takes 300"):
        journal_files(_journal("ACC-1", 301), layout)


def test_netsuite_gets_the_subsidiary_of_the_layout() -> None:
    layout = replace(
        load_journal_layout(template("erp/journal-netsuite-2.toml")), subsidiary="Parent : Child"
    )
    (content,) = journal_files(_journal("ACC-1", 2), layout).values()

    assert {row["Subsidiary"] for row in _rows(content)} == {"Parent : Child"}


def test_quickbooks_gets_debits_and_credits_by_account_name() -> None:
    layout = load_journal_layout(template("erp/journal-quickbooks.toml"))
    (content,) = journal_files(_journal("ACC-1", 2, "Commissions:Partners"), layout).values()
    debit, credit = _rows(content)

    assert (debit["Journal No."], debit["Journal Date"]) == ("ACC-1", "03/31/2026")
    assert (debit["Account Name"], debit["Debits"], debit["Credits"]) == ("Commissions:Partners", "1.00", "")
    assert (credit["Debits"], credit["Credits"]) == ("", "1.00")


@pytest.mark.parametrize(("name", "account"), [("xero-2", "=1"), ("xero", "'=1")])
def test_an_account_that_looks_like_a_formula_stays_itself_since_the_second_version(
    name: str, account: str
) -> None:
    layout = load_journal_layout(template(f"erp/journal-{name}.toml"))
    (content,) = journal_files(_journal("ACC-1", 2, "=1"), layout).values()

    assert _rows(content)[0]["*AccountCode"] == account


def test_the_first_version_writes_the_same_bytes_as_ever() -> None:
    layout = load_journal_layout(template("erp/journal-xero.toml"))

    assert journal_files(_journal("ACC-1", 2), layout) == {
        "xero-journal-USD.csv": (
            b"*Narration,*Date,Description,*AccountCode,*TaxRate,*Amount,TrackingName1,TrackingOption1,"
            b"TrackingName2,TrackingOption2\r\n"
            b"ACC-1,31/03/2026,March,6200,Tax Exempt,1.00,,,,\r\n"
            b"ACC-1,31/03/2026,March,2100,Tax Exempt,-1.00,,,,\r\n"
        )
    }


def test_a_new_close_takes_the_newest_version_and_a_layout_of_ones_own_stays(tmp_path: Path) -> None:
    (tmp_path / "erp").mkdir()
    (tmp_path / "erp" / "journal-xero.toml").write_text("", encoding="utf-8")

    assert newest_layouts(("xero", "netsuite", "csv", "xero-2"), None) == (
        NEWEST["xero"],
        NEWEST["netsuite"],
        "csv",
        "xero-2",
    )
    assert newest_layouts(("xero", "netsuite"), tmp_path) == ("xero", NEWEST["netsuite"])


REMEASURED = [
    JournalRow(
        "FX-2026-03-EUR",
        date(2026, 3, 31),
        account,
        "Remeasurement",
        "EUR",
        Decimal(0),
        None,
        functional=Money(Decimal(amount), "USD"),
    )
    for account, amount in (("7900", "25.5"), ("2100", "-25.5"))
]


def test_a_plain_journal_says_a_zero_in_the_currency_and_the_amount_in_that_of_the_books() -> None:
    (content,) = journal_files(REMEASURED, load_journal_layout(template("erp/journal-csv.toml"))).values()
    said = [
        (row["Currency"], row["Debit"], row["Credit"], *(row[f"Books {name}"] for name in SIDES))
        for row in _rows(content)
    ]

    assert said == [("EUR", "0.00", "", "USD", "25.50", ""), ("EUR", "", "0.00", "USD", "", "25.50")]


SIDES = ("currency", "debit", "credit")


def test_the_columns_of_the_books_are_there_only_where_something_is_remeasured() -> None:
    layout = load_journal_layout(template("erp/journal-csv.toml"))
    (content,) = journal_files(_journal("ACC-1", 3), layout).values()

    assert not any(header.startswith("Books") for header in _rows(content)[0])


@pytest.mark.parametrize(
    ("name", "file", "debit"),
    [
        ("xero-2", "xero-journal-USD.csv", "*Amount"),
        ("netsuite-2", "netsuite-journal-USD.csv", "Debit"),
        ("quickbooks", "quickbooks-journal-USD.csv", "Debits"),
    ],
)
def test_a_layout_with_one_amount_to_a_line_has_the_remeasurement_in_the_file_of_the_books(
    name: str, file: str, debit: str
) -> None:
    files = journal_files(REMEASURED, load_journal_layout(template(f"erp/journal-{name}.toml")))

    assert list(files) == [file]
    assert next(row[debit] for row in _rows(files[file])) == "25.50"


def test_netsuite_gets_what_stays_without_a_day_of_reversal_and_no_reversals() -> None:
    rows = _journal("CC-1", 2)
    stays = [replace(row, reverses_on=None) for row in rows]
    reversal = [replace(row, journal="CC-1-R", reverses_on=None, is_reversal=True) for row in rows]
    layout = load_journal_layout(template("erp/journal-netsuite-2.toml"))
    (content,) = journal_files([*stays, *reversal], layout).values()

    assert [(row["External ID"], row["Reversal Date"]) for row in _rows(content)] == [("CC-1", "")] * 2
