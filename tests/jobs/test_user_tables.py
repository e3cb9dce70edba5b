"""Small tables that people bring along: what is too large, or never ends, is refused in one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from openpyxl import Workbook

from reconcile.close.remeasurement.rates import rates_from
from reconcile.domain.policy.file_rules import FileRules
from reconcile.erp.bills.vendors import vendors_from
from reconcile.errors import ConfigurationError, ReconcileError
from reconcile.jobs.exports.split_export import read_recipients
from reconcile.jobs.user_tables import read_any_table

SMALL = FileRules(table_megabytes=1, table_rows=3, table_columns=4, table_field=20)
TOO_LARGE = {
    "table_megabytes": "part,recipient\n" + "a,b\n" * 300_000,
    "table_rows": "a,b\n" * 4,
    "table_columns": "a,b,c,d,e\n",
    "table_field": f"a,{'b' * 21}\n",
}


def _file(folder: Path, text: str) -> Path:
    file = folder / "table.csv"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("setting", TOO_LARGE)
def test_a_table_beyond_a_bound_is_refused_with_the_setting(setting: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=rf"at most \d+ are read.*raise {setting} in \[files\]"):
        read_any_table(_file(tmp_path, TOO_LARGE[setting]), "Vendors", SMALL)


def test_a_sheet_beyond_a_bound_is_refused_too(tmp_path: Path) -> None:
    book = Workbook()
    for _ in range(4):
        book.worksheets[0].append(["a", "b"])
    book.save(tmp_path / "table.xlsx")

    with pytest.raises(ConfigurationError, match="table_rows"):
        read_any_table(tmp_path / "table.xlsx", "Vendors", SMALL)


def test_recipients_are_bounded_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="table_megabytes"):
        read_recipients(_file(tmp_path, TOO_LARGE["table_megabytes"]), [], SMALL)


@pytest.mark.parametrize("name", ["vendors.csv", "vendors.xlsx"])
def test_a_pipe_is_not_waited_for(name: str, tmp_path: Path) -> None:
    pipe = tmp_path / name
    os.mkfifo(pipe)

    with pytest.raises(ConfigurationError, match="is not a file"):
        read_any_table(pipe, "Vendors", FileRules())
    with pytest.raises(ConfigurationError, match="is not a file"):
        read_recipients(pipe, [], FileRules())


@pytest.mark.parametrize(
    "text", ["part,recipient\n\0,\0\n", 'part,recipient\n"' + "x" * 200_000, "\ufeff", "\xff\xfe"]
)
def test_damaged_recipients_end_in_a_sentence(text: str, tmp_path: Path) -> None:
    with pytest.raises(ReconcileError):
        read_recipients(_file(tmp_path, text), [], FileRules())


@pytest.mark.parametrize(
    "number",
    ["1E+999999", "1E+99999999", "9" * 5000, "NaN", "Infinity", "-1", "\u00b2", "\u0663", "1_0", "0x1", ""],
)
def test_a_rate_that_no_rate_can_be_is_refused_with_its_row(number: str) -> None:
    with pytest.raises(ConfigurationError, match="row 2: the rate"):
        rates_from([["currency", "to", "rate", "date"], ["EUR", "USD", number, "2026-03-31"]], "rates.csv")


@pytest.mark.parametrize(
    "day", ["31.03.2026", "2026-13-01", "9" * 5000, "\u0662\u0660\u0662\u0666-03-31", ""]
)
def test_a_day_that_is_none_is_refused_with_its_row(day: str) -> None:
    with pytest.raises(ConfigurationError, match="row 2: write the date"):
        rates_from([["currency", "to", "rate", "date"], ["EUR", "USD", "1.1", day]], "rates.csv")


def test_a_hundred_thousand_vendors_are_read_in_one_pass() -> None:
    rows = [["partner_id", "vendor"], *([f"ptn_{number}", "V"] for number in range(100_000))]

    assert len(vendors_from(rows, "vendors.csv")) == 100_000
