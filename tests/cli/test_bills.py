"""Bills out: from the sample month to the files that finance systems import, once."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from cli_session import APPROVED, CliSession
from openpyxl import Workbook, load_workbook

from reconcile.resources import sample, template

VENDORS = sample("2026-03/vendors.csv")
GOLDEN = Path(__file__).parent.parent / "golden" / "bills"
GERMAN = Path(__file__).parent.parent / "german"
SHIPPED = ("xero", "netsuite", "netsuite-flat", "quickbooks", "csv")


def _bills(
    cli: CliSession, *arguments: str | Path, to: str = "xero", folder: str = "bills"
) -> tuple[int, str, str]:
    return cli.run("bills", "--to", to, "--vendors", VENDORS, "-o", cli.folder / folder, *arguments)


def _manifest(cli: CliSession, folder: str = "bills") -> dict[str, object]:
    found: dict[str, object] = json.loads((cli.folder / folder / "manifest.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.full_month
@pytest.mark.parametrize("system", SHIPPED)
def test_the_sample_month_gives_the_golden_files(cli: CliSession, system: str) -> None:
    stages = ("APPROVED", "PAID", "PENDING_REVIEW", "BLOCKED")  # one of each kind: a credit, a zero, a yen
    code, out, err = _bills(cli, *(word for stage in stages for word in ("--stage", stage)), to=system)
    assert code == (0 if system in ("netsuite", "netsuite-flat", "csv") else 1), out + err
    written = {path.name: path.read_bytes() for path in (cli.folder / "bills").glob("*.csv")}
    golden = GOLDEN / system
    if os.environ.get("RECONCILE_UPDATE"):
        golden.mkdir(parents=True, exist_ok=True)
        for name, content in written.items():
            (golden / name).write_bytes(content)

    assert written == {path.name: path.read_bytes() for path in golden.glob("*.csv")}


def test_the_manifest_proves_what_is_in_the_files(cli: CliSession) -> None:
    _bills(cli)
    said = _manifest(cli)

    for file in said["files"]:  # type: ignore[attr-defined]
        content = (cli.folder / "bills" / file["name"]).read_bytes()
        rows = list(csv.DictReader(content.decode().splitlines()))
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert len(rows) == file["rows"]
        assert sum(Decimal(row["*UnitAmount"]) for row in rows) == Decimal(file["totals"]["USD"])
    assert {bill["payout_id"] for bill in said["bills"]} >= {APPROVED}  # type: ignore[attr-defined]
    assert [tie["residual"] for tie in said["tie_out"]] == ["0.00"]  # type: ignore[attr-defined]


def test_a_payout_is_billed_once_and_again_only_with_a_reason(cli: CliSession) -> None:
    _bills(cli, folder="first")
    code, out, _ = _bills(cli, folder="second")
    blank, _, said = _bills(cli, "--again", " ", folder="third")
    again, _, _ = _bills(cli, "--again", "the file was lost", folder="third")

    assert (code, blank, again) == (0, 2, 0)
    assert "No bill is due." in out
    assert "Billed before: 20" in out
    assert "--again needs a reason" in said
    assert not (cli.folder / "second").exists()
    assert _manifest(cli, "third")["issued_again_because"] == "the file was lost"
    assert len(_manifest(cli, "third")["bills"]) == 20  # type: ignore[arg-type]


def test_a_partner_without_a_vendor_is_held_back_and_the_rest_is_billed(cli: CliSession) -> None:
    mapping = cli.folder / "vendors.csv"
    lines = VENDORS.read_text(encoding="utf-8").splitlines()
    mapping.write_text("\n".join(line for line in lines if "Acme" not in line), encoding="utf-8")
    code, out, _ = _bills(cli, "--vendors", mapping)

    assert code == 1
    assert "Held back: 1" in out
    assert "Add a row for the partner to the vendor mapping" in " ".join(out.split())
    assert len(_manifest(cli)["bills"]) == 19  # type: ignore[arg-type]


def test_the_vendor_mapping_can_be_a_sheet_of_a_workbook(cli: CliSession) -> None:
    book = Workbook()
    sheet = book.create_sheet("Vendors")
    with VENDORS.open(encoding="utf-8", newline="") as stream:
        for row in csv.reader(stream):
            sheet.append(row)
    book.save(cli.folder / "vendors.xlsx")
    code, _, _ = _bills(cli, "--vendors", cli.folder / "vendors.xlsx")

    assert code == 0


def test_a_layout_of_ones_own_can_write_a_workbook(cli: CliSession) -> None:
    folder = cli.folder / "mine" / "erp"
    folder.mkdir(parents=True)
    text = template("erp/bills-csv.toml").read_text(encoding="utf-8")
    text = text.replace(".csv", ".xlsx").replace('rows = "bill"', 'rows = "bill"\nformat = "xlsx"')
    (folder / "bills-mine.toml").write_text(text, encoding="utf-8")
    code, out, err = _bills(cli, "--templates", cli.folder / "mine", to="mine")
    assert code == 0, out + err
    book = load_workbook(cli.folder / "bills" / "bills-USD-1.xlsx")
    rows = {row[0]: row for row in book.active.iter_rows(values_only=True)}
    book.close()

    assert rows[APPROVED][5] == "000123"
    assert rows[APPROVED][10] == 10168.62


def test_the_billed_payouts_can_be_moved_to_a_stage_by_diff_and_apply(cli: CliSession) -> None:
    code, _, err = _bills(cli, "--move-to", "Pending payment", "--partner", "Acme Partners")
    moves = cli.folder / "bills" / "move-to-PENDING_PAYMENT.xlsx"
    applied, out, _ = cli.run("apply", moves, "--yes")

    assert (code, applied) == (0, 0), err + out
    assert cli.state()[APPROVED]["stage"] == "PENDING_PAYMENT"
    assert len(cli.writes()) == 1


def test_the_workbook_that_moves_them_is_in_the_language_of_the_templates(cli: CliSession) -> None:
    german = ("--templates", GERMAN)
    code, _, err = _bills(cli, "--move-to", "PENDING_PAYMENT", "--partner", "Acme Partners", *german)
    moves = cli.folder / "bills" / "move-to-PENDING_PAYMENT.xlsx"
    planned = cli.plan(moves)
    book = load_workbook(moves)

    assert code == 0, err
    assert book.sheetnames[1] == "Auszahlungen"
    assert [(one["target"]["id"], one["body"]) for one in planned["operations"]] == [
        (APPROVED, {"stage": "PENDING_PAYMENT"})
    ]


def test_a_dry_run_writes_nothing_and_remembers_nothing(cli: CliSession) -> None:
    code, out, _ = _bills(cli, "--dry-run")
    then, _, _ = _bills(cli)

    assert (code, then) == (0, 0)
    assert "Bills that would be written" in out
    assert len(_manifest(cli)["bills"]) == 20  # type: ignore[arg-type]


def test_the_manifest_can_be_printed_for_a_machine(cli: CliSession) -> None:
    _, out, _ = _bills(cli, "--json")

    assert json.loads(out) == _manifest(cli)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--to", "sap"), "There is no layout 'sap'"),
        (("--currency", "DOLLAR"), "There is no currency 'DOLLAR'"),
        (("--move-to", "GONE"), "There is no stage 'GONE'"),
        (("--vendors", "nowhere.csv"), "nowhere.csv cannot be read"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(cli: CliSession, arguments: tuple[str, ...], said: str) -> None:
    code, _, err = _bills(cli, *arguments)

    assert code == 2
    assert said in err


def test_a_folder_with_such_files_already_is_refused_before_anything_is_remembered(cli: CliSession) -> None:
    (cli.folder / "bills").mkdir()
    (cli.folder / "bills" / "manifest.json").write_text("{}", encoding="utf-8")
    refused, _, err = _bills(cli)
    then, _, _ = _bills(cli, folder="other")

    assert (refused, then) == (2, 0)
    assert "has manifest.json already, so nothing was written" in err
    assert len(_manifest(cli, "other")["bills"]) == 20  # type: ignore[arg-type]


def test_bills_that_cannot_be_written_are_not_remembered(cli: CliSession) -> None:
    (cli.folder / "file").write_text("no folder", encoding="utf-8")
    (cli.folder / "taken" / "manifest.json").mkdir(parents=True)
    under_a_file, _, err = _bills(cli, folder="file/bills")
    over_a_folder, _, _ = _bills(cli, folder="taken")
    then, _, _ = _bills(cli)

    assert (under_a_file, over_a_folder, then) == (2, 2, 0)
    assert "cannot be made" in err
    assert len(_manifest(cli)["bills"]) == 20  # type: ignore[arg-type]


def test_bills_that_the_store_cannot_remember_are_not_written(cli: CliSession) -> None:
    _bills(cli, "--currency", "EUR")  # the store is there now
    with closing(sqlite3.connect(cli.folder / "state.db")) as store:
        store.execute(
            "CREATE TRIGGER full BEFORE INSERT ON bills BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
        store.commit()
    code, _, err = _bills(cli)

    assert code not in (0, 1)
    assert "Traceback" not in err
    assert list((cli.folder / "bills").iterdir()) == []


def test_what_the_finance_system_holds_already_is_held_and_the_rest_is_billed(cli: CliSession) -> None:
    held = cli.folder / "open.csv"
    held.write_text(f"Contact,Invoice Number,Total\nAcme Partners,{APPROVED},1.00\n", encoding="utf-8")
    code, out, _ = _bills(cli, "--open-bills", held)
    wrong, _, err = _bills(cli, "--open-bills", VENDORS, folder="other")

    assert (code, wrong) == (1, 2)
    assert f"the finance system has it as {APPROVED} (open.csv, row 2)" in " ".join(out.split())
    assert len(_manifest(cli)["bills"]) == 19  # type: ignore[arg-type]
    assert "vendors.csv is no list of open bills" in err
    assert not (cli.folder / "other").exists()


def test_a_template_of_the_finance_system_that_differs_stops_the_command(cli: CliSession) -> None:
    own = cli.folder / "BillTemplate.csv"
    own.write_text("*ContactName;Reference\n", encoding="utf-8")
    code, _, err = _bills(cli, "--header", own)

    assert code == 1
    assert "BillTemplate.csv has the column 'Reference', which the layout does not write." in err
