"""The month end as a controller does it: close, lock, look again, undo."""

from __future__ import annotations

import csv
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from cli.close_cases import MARCH, numbers_of, rolled_forward, run_close
from cli_session import APPROVED, APPROVED_LINE, SET_AMOUNT, SET_STAGE, CliSession
from libreoffice import Converter
from openpyxl import load_workbook

from reconcile.close.rollforward import Movement
from reconcile.resources import sample


def test_a_period_that_passes_is_frozen_locked_and_listed(cli: CliSession) -> None:
    code, out, err = run_close(cli)
    assert code == 0, out + err
    _, listed, _ = cli.run("close", "--list")
    again, _, refused = run_close(cli, folder="other")

    assert "2026-03 is closed and locked (close-" in out
    assert listed.startswith("2026-03  close-")
    assert again == 1
    assert "2026-03 is closed already" in refused
    assert not (cli.folder / "other").exists()


def test_the_pack_has_a_workbook_a_page_journals_and_what_it_was_made_of(cli: CliSession) -> None:
    run_close(cli, "--journal", "xero", "--journal", "netsuite")

    assert {path.name for path in (cli.folder / "close").iterdir()} >= {
        "close-2026-03.xlsx",
        "close-2026-03.html",
        "numbers.json",
        "inputs.json",
        "xero-journal-USD.csv",
        "netsuite-journal-KWD.csv",
    }


def test_every_number_of_the_roll_forward_is_the_sum_of_its_lines(cli: CliSession) -> None:
    run_close(cli)
    lines = numbers_of(cli)["lines"]
    for currency, row in rolled_forward(cli).items():
        for movement in Movement:
            listed = [Decimal(str(one[2])) for one in lines if one[:2] == [movement.value, currency]]
            assert sum(listed, Decimal(0)) == Decimal(row[movement.name.lower()])


def test_the_formulas_of_the_workbook_give_the_same_numbers_in_a_real_program(
    cli: CliSession, convert: Converter, tmp_path: Path
) -> None:
    run_close(cli)
    book = cli.folder / "close" / "close-2026-03.xlsx"
    emptied = _without_values(book, tmp_path / "emptied.xlsx")
    kept, computed = (
        load_workbook(book, data_only=True),
        load_workbook(convert(emptied, tmp_path / "out"), data_only=True),
    )

    for sheet in (
        "Roll-forward",
        "Bridge",
        "Control totals",
        "Roll-forward by partner",
        "Accruals",
        "Aging",
        "Flux",
    ):
        was = [[cell for cell in row if isinstance(cell, int | float)] for row in kept[sheet].values]
        now = [[cell for cell in row if isinstance(cell, int | float)] for row in computed[sheet].values]
        assert [pytest.approx(row) for row in was] == now
        assert any(row for row in now)
    kept.close()
    computed.close()


def _without_values(source: Path, target: Path) -> Path:
    """The workbook without the results that were written beside its formulas."""
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            content = archive.read(name)
            if name.startswith("xl/worksheets/"):
                content = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", content)
            copy.writestr(name, content)
    return target


def test_what_was_kept_still_gives_the_same_pack_byte_for_byte(cli: CliSession) -> None:
    run_close(cli)
    code, out, _ = cli.run("close", "--verify")
    cli.run("close", "--show", "--period", MARCH, "-o", cli.folder / "again")

    assert code == 0
    assert "the same, byte for byte" in out
    for path in (cli.folder / "close").iterdir():
        assert path.read_bytes() == (cli.folder / "again" / path.name).read_bytes()


def test_a_folder_is_checked_by_its_manifest_without_the_store(cli: CliSession, tmp_path: Path) -> None:
    run_close(cli)
    folder = tmp_path / "sent by mail"
    shutil.copytree(cli.folder / "close", folder)
    whole, out, _ = cli.run("close", "--verify", "-o", folder)
    (folder / "numbers.json").write_text("{}", encoding="utf-8")
    (folder / "close-2026-03.html").unlink()
    (folder / "note.txt").write_text("mine", encoding="utf-8")
    broken, said, _ = cli.run("close", "--verify", "-o", folder)
    (folder / "manifest.json").write_text("[]", encoding="utf-8")
    unreadable, _, refused = cli.run("close", "--verify", "-o", folder)

    assert (whole, broken, unreadable) == (0, 1, 2)
    assert "files are as they were written" in out
    assert "numbers.json differs" in said
    assert "close-2026-03.html is missing" in said
    assert "note.txt is not of the pack" in said
    assert "is not the manifest of a close pack" in refused


def test_a_close_that_was_tampered_with_is_found(cli: CliSession) -> None:
    run_close(cli)
    with sqlite3.connect(cli.folder / "state.db") as connection:
        connection.execute(
            "UPDATE closes SET files = replace(files, 'numbers.json\": \"', 'numbers.json\": \"0')"
        )
    connection.close()
    code, out, _ = cli.run("close", "--verify", "--period", MARCH)

    assert code == 1
    assert "differs in numbers.json" in out


def test_a_blocking_check_stops_the_close_until_it_is_waived_with_a_reason(cli: CliSession) -> None:
    cli.settings('[profiles.default]\nrate = 100000\n[close.checks]\nno-po = "blocking"\n')
    code, out, _ = run_close(cli)
    missing, _, err = run_close(cli, "--waive", "no-po", folder="second")
    waived, passed, _ = run_close(cli, "--waive", "no-po=ordered by mail", folder="third")

    assert (code, missing, waived) == (1, 2, 0)
    assert "Not closed: Payouts without a PO number: 3." in out
    assert '--waive no-po needs a reason: --waive no-po="why"' in err
    assert "is closed and locked" in passed
    assert "ordered by mail" in (cli.folder / "third" / "close-2026-03.html").read_text(encoding="utf-8")


def test_a_draft_closes_nothing(cli: CliSession) -> None:
    code, out, _ = run_close(cli, "--draft")
    _, listed, _ = cli.run("close", "--list")

    assert code == 0
    assert "Nothing was closed: this is a draft." in out
    assert "No period is closed yet." in listed


def test_a_closed_period_is_locked_against_apply_until_it_is_reopened_with_a_reason(cli: CliSession) -> None:
    edited = cli.edit(cli.export("--stage", "APPROVED"), SET_AMOUNT)
    run_close(cli)
    told, shown, _ = cli.run("diff", edited)
    code, _, refused = cli.run("apply", edited, "--yes")
    bare, _, reasonless = cli.run("apply", edited, "--yes", "--reopen", MARCH)
    written = cli.writes()
    done, out, err = cli.run("apply", edited, "--yes", "--reopen", MARCH, "--reason", "the partner was right")
    _, listed, _ = cli.run("close", "--list")

    assert (code, bare, done) == (1, 2, 0), out + err
    assert "2026-03 is closed, and 1 operation would change it" in refused
    assert (told, "STOPPED 2026-03 is closed" in shown) == (1, True)
    assert '--reopen 2026-03 --reason "why"' in refused
    assert "--reopen needs a reason" in reasonless
    assert written == []
    assert cli.state()[APPROVED_LINE]["amount"] == "512.50"
    assert "the partner was right" in listed


def test_an_undo_keeps_to_the_lock_as_well(cli: CliSession) -> None:
    cli.run("apply", cli.edit(cli.export("--stage", "APPROVED"), SET_AMOUNT), "--yes")
    _, history, _ = cli.run("history", "--json")
    run_id = json.loads(history)[0]["run_id"]
    run_close(cli)
    code, _, refused = cli.run("undo", run_id, "--yes")
    done, out, err = cli.run("undo", run_id, "--yes", "--reopen", MARCH, "--reason", "applied too early")

    assert (code, done) == (1, 0), out + err
    assert "2026-03 is closed, and 1 operation would change it" in refused
    assert cli.state()[APPROVED_LINE]["amount"] == "500.00"


def test_an_interrupted_close_leaves_nothing_half_locked(cli: CliSession) -> None:
    cli.fault("GET /commission-lines: slow 30")
    command = [sys.executable, "-m", "reconcile", "close", "--period", MARCH, "-o", "close"]
    with subprocess.Popen(command, cwd=cli.folder, stderr=subprocess.PIPE, text=True) as closing:
        while not cli.requests():
            assert closing.poll() is None, closing.communicate()[1]
            time.sleep(0.02)
        closing.send_signal(signal.SIGINT)
        _, err = closing.communicate(timeout=120)
    _, listed, _ = cli.run("close", "--list")
    code, _, _ = run_close(cli)

    assert closing.returncode == 130
    assert "Traceback" not in err
    assert "No period is closed yet." in listed
    assert code == 0


def test_a_lock_on_money_lets_payouts_go_on_to_be_paid(cli: CliSession) -> None:
    cli.settings('[profiles.default]\nrate = 100000\n[close]\nlocked = "money"\n')
    edited = cli.edit(cli.export("--stage", "APPROVED"), SET_STAGE)
    run_close(cli)
    code, out, err = cli.run("apply", edited, "--yes")

    assert code == 0, out + err
    assert cli.state()[APPROVED]["stage"] == "PENDING_PAYMENT"


def test_what_moved_after_the_close_is_listed_with_the_entry_that_trues_it_up(cli: CliSession) -> None:
    run_close(cli)
    _, nothing, _ = cli.run("close", "--late", "--period", MARCH)
    cli.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "450.00"})
    _, machine, _ = cli.run("close", "--late", "--period", MARCH, "--json")
    code, out, _ = cli.run("close", "--late", "--period", MARCH, "-o", cli.folder / "late")
    _, again, _ = cli.run("close", "--late", "--period", MARCH, "-o", cli.folder / "late")
    with (cli.folder / "late" / "late-1-journal-USD.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))

    assert "Nothing of 2026-03 moved since its close." in nothing
    assert code == 0
    assert "500.00 → 450.00 USD  adjusted: 500.00 USD became 450.00 USD" in out
    assert [one["moved"] for one in json.loads(machine)] == ["-50.00"]
    assert "6200" in out
    assert "6200" not in again
    assert len(list((cli.folder / "late").glob("late-*-USD.csv"))) == 1
    assert [(row["Account"], row["Debit"], row["Credit"]) for row in rows[:2]] == [
        ("6200", "", "50.00"),
        ("2100", "50.00", ""),
    ]


def test_the_next_close_opens_with_the_closing_of_the_last_one(cli: CliSession) -> None:
    run_close(cli)
    cli.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "450.00"})
    code, out, err = run_close(cli, period="2026-04", folder="april")
    assert code == 0, out + err
    march, april = rolled_forward(cli), rolled_forward(cli, "april")
    closing = {currency: row["closing"] for currency, row in march.items()}

    assert closing == {currency: row["opening"] for currency, row in april.items()}
    assert april["USD"]["adjusted"] == "-50.00"


def test_closed_months_are_rolled_up_and_a_missing_one_is_named(cli: CliSession) -> None:
    run_close(cli)
    run_close(cli, period="2026-04", folder="april")
    code, out, err = cli.run(
        "close", "--rollup", "--period", "2026-03-01..2026-04-30", "-o", cli.folder / "both"
    )
    missing, _, refused = cli.run("close", "--rollup", "--period", "2026-Q2", "-o", cli.folder / "q2")

    assert code == 0, err
    assert "2 closes without a gap, and nothing is left over. They passed with" in out
    assert sorted(path.name for path in (cli.folder / "both").iterdir()) == [
        f"rollup-2026-03-01..2026-04-30.{ending}" for ending in ("html", "json", "xlsx")
    ]
    assert missing == 1
    assert "Closed of it are: 2026-04." in refused


def test_the_last_close_can_be_made_again_with_a_reason_and_no_earlier_one(cli: CliSession) -> None:
    run_close(cli)
    run_close(cli, period="2026-04", folder="april")
    early, _, refused = run_close(cli, "--again", "late invoice", folder="second")
    _, _, followed = cli.run("close", "--late", "--period", MARCH)
    code, _, _ = run_close(cli, "--again", "late invoice", period="2026-04", folder="third")
    _, listed, _ = cli.run("close", "--list")

    assert (early, code) == (1, 0)
    assert "Only the last close can be made again, and that is: 2026-04." in refused
    assert "The close of 2026-04 took up what moved of 2026-03 until then." in followed
    assert listed.count("made again as close-") == 1
    assert numbers_of(cli, "third")["rollforward"] == numbers_of(cli, "april")["rollforward"]


def test_a_close_that_is_made_again_leaves_no_file_of_the_first_one_and_none_of_a_person_goes(
    cli: CliSession,
) -> None:
    run_close(cli, "--journal", "xero")
    kept = cli.folder / "close" / "xero-journal-EUR.csv"
    kept.write_text("mine", encoding="utf-8")
    code, out, err = run_close(cli, "--again", "another layout", "--journal", "netsuite")
    left = {path.name for path in (cli.folder / "close").glob("*journal*")}

    assert code == 0, out + err
    assert {name for name in left if name.startswith("xero")} == {"xero-journal-EUR.csv"}
    assert any(name.startswith("netsuite") for name in left)


def test_a_bill_that_is_issued_after_a_close_is_dated_after_it(cli: CliSession) -> None:
    run_close(cli)
    vendors = sample("2026-03/vendors.csv")
    cli.run("bills", "--to", "xero", "--vendors", vendors, "-o", cli.folder / "bills")
    rows = [
        row
        for path in (cli.folder / "bills").glob("*.csv")
        for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    ]

    assert rows
    assert {row["*InvoiceDate"] for row in rows} == {"01 Apr 2026"}
