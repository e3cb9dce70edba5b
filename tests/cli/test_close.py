"""The month end as a controller does it: close, lock, look again, true up."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from cli_session import APPROVED, APPROVED_LINE, SET_AMOUNT, SET_STAGE, CliSession
from libreoffice import Converter
from openpyxl import load_workbook

from reconcile.close.rollforward import Movement
from reconcile.resources import sample
from reconcile.sandbox.choices import Choices

MARCH = "2026-03"


def _close(
    cli: CliSession, *arguments: str | Path, period: str = MARCH, folder: str = "close"
) -> tuple[int, str, str]:
    return cli.run("close", "--period", period, "-o", cli.folder / folder, *arguments)


def _numbers(cli: CliSession, folder: str = "close") -> dict[str, list[list[object]]]:
    said = json.loads((cli.folder / folder / "numbers.json").read_text(encoding="utf-8"))
    return {key: table["rows"] for key, table in said["tables"].items()}


def _rolled(cli: CliSession, folder: str = "close") -> dict[str, dict[str, str]]:
    """The roll-forward by currency and column."""
    said = json.loads((cli.folder / folder / "numbers.json").read_text(encoding="utf-8"))
    table = said["tables"]["rollforward"]
    rows = [dict(zip(table["columns"], map(str, row), strict=True)) for row in table["rows"]]
    return {row["currency"]: row for row in rows}


def test_a_period_that_passes_is_frozen_locked_and_listed(cli: CliSession) -> None:
    code, out, err = _close(cli)
    assert code == 0, out + err
    _, listed, _ = cli.run("close", "--list")
    again, _, refused = _close(cli, folder="other")

    assert "2026-03 is closed and locked (close-" in out
    assert listed.startswith("2026-03  close-")
    assert again == 1
    assert "2026-03 is closed already" in refused
    assert not (cli.folder / "other").exists()


def test_the_pack_has_a_workbook_a_page_journals_and_what_it_was_made_of(cli: CliSession) -> None:
    _close(cli, "--journal", "xero", "--journal", "netsuite")

    assert {path.name for path in (cli.folder / "close").iterdir()} >= {
        "close-2026-03.xlsx",
        "close-2026-03.html",
        "numbers.json",
        "inputs.json",
        "xero-journal-USD.csv",
        "netsuite-journal-KWD.csv",
    }


def test_every_number_of_the_roll_forward_is_the_sum_of_its_lines(cli: CliSession) -> None:
    _close(cli)
    lines = _numbers(cli)["lines"]
    for currency, row in _rolled(cli).items():
        for movement in Movement:
            listed = [Decimal(str(one[2])) for one in lines if one[:2] == [movement.value, currency]]
            assert sum(listed, Decimal(0)) == Decimal(row[movement.name.lower()])


def test_the_formulas_of_the_workbook_give_the_same_numbers_in_a_real_program(
    cli: CliSession, convert: Converter, tmp_path: Path
) -> None:
    _close(cli)
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
    _close(cli)
    code, out, _ = cli.run("close", "--verify")
    cli.run("close", "--show", "--period", MARCH, "-o", cli.folder / "again")

    assert code == 0
    assert "the same, byte for byte" in out
    for path in (cli.folder / "close").iterdir():
        assert path.read_bytes() == (cli.folder / "again" / path.name).read_bytes()


def test_a_folder_is_checked_by_its_manifest_without_the_store(cli: CliSession, tmp_path: Path) -> None:
    _close(cli)
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
    _close(cli)
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
    code, out, _ = _close(cli)
    missing, _, err = _close(cli, "--waive", "no-po", folder="second")
    waived, passed, _ = _close(cli, "--waive", "no-po=ordered by mail", folder="third")

    assert (code, missing, waived) == (1, 2, 0)
    assert "Not closed: Payouts without a PO number: 3." in out
    assert '--waive no-po needs a reason: --waive no-po="why"' in err
    assert "is closed and locked" in passed
    assert "ordered by mail" in (cli.folder / "third" / "close-2026-03.html").read_text(encoding="utf-8")


def test_a_draft_closes_nothing(cli: CliSession) -> None:
    code, out, _ = _close(cli, "--draft")
    _, listed, _ = cli.run("close", "--list")

    assert code == 0
    assert "Nothing was closed: this is a draft." in out
    assert "No period is closed yet." in listed


def test_a_closed_period_is_locked_against_apply_until_it_is_reopened_with_a_reason(cli: CliSession) -> None:
    edited = cli.edit(cli.export("--stage", "APPROVED"), SET_AMOUNT)
    _close(cli)
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
    _close(cli)
    code, _, refused = cli.run("undo", run_id, "--yes")
    done, out, err = cli.run("undo", run_id, "--yes", "--reopen", MARCH, "--reason", "applied too early")

    assert (code, done) == (1, 0), out + err
    assert "2026-03 is closed, and 1 operation would change it" in refused
    assert cli.state()[APPROVED_LINE]["amount"] == "500.00"


def test_an_interrupted_close_leaves_nothing_half_locked(open_cli: Callable[[Choices], CliSession]) -> None:
    cli = open_cli(Choices(rate=100_000, latency=300))
    command = [sys.executable, "-m", "reconcile", "close", "--period", MARCH, "-o", "close"]
    with subprocess.Popen(command, cwd=cli.folder, stderr=subprocess.PIPE, text=True) as closing:
        while not cli.requests():
            assert closing.poll() is None, closing.communicate()[1]
            time.sleep(0.02)
        closing.send_signal(signal.SIGINT)
        _, err = closing.communicate(timeout=120)
    _, listed, _ = cli.run("close", "--list")
    code, _, _ = _close(cli)

    assert closing.returncode == 130
    assert "Traceback" not in err
    assert "No period is closed yet." in listed
    assert code == 0


def test_a_lock_on_money_lets_payouts_go_on_to_be_paid(cli: CliSession) -> None:
    cli.settings('[profiles.default]\nrate = 100000\n[close]\nlocked = "money"\n')
    edited = cli.edit(cli.export("--stage", "APPROVED"), SET_STAGE)
    _close(cli)
    code, out, err = cli.run("apply", edited, "--yes")

    assert code == 0, out + err
    assert cli.state()[APPROVED]["stage"] == "PENDING_PAYMENT"


def test_what_moved_after_the_close_is_listed_with_the_entry_that_trues_it_up(cli: CliSession) -> None:
    _close(cli)
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
    _close(cli)
    cli.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "450.00"})
    code, out, err = _close(cli, period="2026-04", folder="april")
    assert code == 0, out + err
    march, april = _rolled(cli), _rolled(cli, "april")
    closing = {currency: row["closing"] for currency, row in march.items()}

    assert closing == {currency: row["opening"] for currency, row in april.items()}
    assert april["USD"]["adjusted"] == "-50.00"


def test_closed_months_are_rolled_up_and_a_missing_one_is_named(cli: CliSession) -> None:
    _close(cli)
    _close(cli, period="2026-04", folder="april")
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
    _close(cli)
    _close(cli, period="2026-04", folder="april")
    early, _, refused = _close(cli, "--again", "late invoice", folder="second")
    _, _, followed = cli.run("close", "--late", "--period", MARCH)
    code, _, _ = _close(cli, "--again", "late invoice", period="2026-04", folder="third")
    _, listed, _ = cli.run("close", "--list")

    assert (early, code) == (1, 0)
    assert "Only the last close can be made again, and that is: 2026-04." in refused
    assert "The close of 2026-04 took up what moved of 2026-03 until then." in followed
    assert listed.count("made again as close-") == 1
    assert _numbers(cli, "third")["rollforward"] == _numbers(cli, "april")["rollforward"]


def test_a_close_that_is_made_again_leaves_no_file_of_the_first_one_and_none_of_a_person_goes(
    cli: CliSession,
) -> None:
    _close(cli, "--journal", "xero")
    kept = cli.folder / "close" / "xero-journal-EUR.csv"
    kept.write_text("mine", encoding="utf-8")
    code, out, err = _close(cli, "--again", "another layout", "--journal", "netsuite")
    left = {path.name for path in (cli.folder / "close").glob("*journal*")}

    assert code == 0, out + err
    assert {name for name in left if name.startswith("xero")} == {"xero-journal-EUR.csv"}
    assert any(name.startswith("netsuite") for name in left)


def test_a_bill_that_is_issued_after_a_close_is_dated_after_it(cli: CliSession) -> None:
    _close(cli)
    vendors = sample("2026-03/vendors.csv")
    cli.run("bills", "--to", "xero", "--vendors", vendors, "-o", cli.folder / "bills")
    rows = [
        row
        for path in (cli.folder / "bills").glob("*.csv")
        for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    ]

    assert rows
    assert {row["*InvoiceDate"] for row in rows} == {"01 Apr 2026"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--period", "2026-05", "-o", "x"), 1, "the next one begins on 2026-04-01, and not on 2026-05-01"),
        (("--period", "2999-12", "-o", "x"), 2, "The period 2999-12 ends on 2999-12-31, and today is"),
        (("--period", "March", "-o", "x"), 2, "The period 'March' is not one"),
        (("-o", "x"), 2, "Which period? Pass --period 2026-03."),
        (("--period", "2026-04"), 2, "Where to? Pass -o FOLDER."),
        (("--late", "--period", "2026-07"), 1, "2026-07 of default at http"),
        (("--late", "--list", "--period", "2026-03"), 2, "Choose one of"),
        (
            ("--period", "2026-04", "-o", "x", "--waive", "nothing=x"),
            2,
            "--waive nothing: there is no such check",
        ),
        (("--period", "2026-04", "-o", "x", "--journal", "sap"), 2, "There is no file erp/journal-sap.toml"),
        (("--period", "2026-04", "-o", "x", "--rates", "no.csv"), 2, "no.csv cannot be read"),
        (("--period", "2026-04", "-o", "x", "--again", " "), 2, "--again needs a reason"),
    ],
)
def test_bad_input_is_refused_in_one_sentence_and_nothing_is_closed(
    cli: CliSession, arguments: tuple[str, ...], code: int, said: str
) -> None:
    _close(cli)
    answered, _, err = cli.run("close", *arguments)
    _, listed, _ = cli.run("close", "--list")

    assert answered == code
    assert said in err
    assert len(listed.splitlines()) == 1


def test_a_missing_rate_is_a_sentence_and_nothing_is_closed(cli: CliSession) -> None:
    rates = cli.folder / "rates.csv"
    rates.write_text("currency,to,rate,date\nEUR,USD,1.1,2026-03-31\n", encoding="utf-8")
    code, _, err = _close(cli, "--rates", rates)
    _, listed, _ = cli.run("close", "--list")

    assert code == 2
    assert "rates.csv has no rate from CAD to USD" in err
    assert "No period is closed yet." in listed


def test_a_reporting_currency_is_stated_with_its_rates_and_their_date(cli: CliSession) -> None:
    rates = cli.folder / "rates.csv"
    codes = {"CAD": "0.7", "EUR": "1.1", "GBP": "1.3", "JPY": "0.0067", "KWD": "3.2"}
    rows = "".join(f"{code},USD,{rate},2026-03-31\n" for code, rate in codes.items())
    rates.write_text(f"currency,to,rate,date\n{rows}", encoding="utf-8")
    code, out, err = _close(cli, "--rates", rates)
    assert code == 0, out + err
    reported = {row[0]: row for row in _numbers(cli)["reported"]}

    assert reported["EUR"][2:4] == ["1.1", "2026-03-31"]
    assert reported["USD"][4] == reported["USD"][1]


def test_a_close_ties_to_the_general_ledger_before_and_after_its_journal_is_booked(cli: CliSession) -> None:
    balance, booked = cli.folder / "tb.csv", cli.folder / "gl.csv"
    cli.settings(
        (cli.folder / "reconcile.toml").read_text(encoding="utf-8") + '[close.gl]\ncurrency = "USD"\n'
    )
    balance.write_text("Account,Debit,Credit\nAs at 2026-03-31,,\n2100 Accrued,,12.00\n", encoding="utf-8")
    refused, out, _ = _close(cli, "--gl", balance)
    balance.write_text("Account,Debit,Credit\n2100 Accrued,0.00,0.00\n", encoding="utf-8")
    code, said, err = _close(cli, "--gl", balance)
    files = [one.read_text(encoding="utf-8-sig") for one in (cli.folder / "close").glob("journal-*.csv")]
    posted = [files[0].splitlines()[0], *(row for text in files for row in text.splitlines()[1:])]
    for day, _, _, payout, amount, currency, *_ in _numbers(cli)["paid"]:
        posted.append(f"Payment,{day},6200,{payout},{currency},{-Decimal(str(amount))},,")
    booked.write_text("\n".join(posted) + "\n", encoding="utf-8")
    tied, ties, _ = cli.run("close", "--tie", "--period", MARCH, "--gl", booked)
    booked.write_text("\n".join(one for one in posted if ",1290," not in one) + "\n", encoding="utf-8")
    untied, differs, _ = cli.run("close", "--tie", "--period", MARCH, "--gl", booked)

    assert refused == 1
    assert "pass --waive gl-differs=REASON" in out
    assert code == 0, said + err
    assert tied == 0, ties
    assert ties.endswith("2026-03 ties to the general ledger.\n")
    assert untied == 1
    assert "  missing" in differs
    assert "2026-03 does not tie to the general ledger: 1290 USD." in differs


def test_a_closed_period_gives_a_statement_to_each_partner_that_names_no_other(cli: CliSession) -> None:
    early, _, refused = cli.run("statements", "--period", MARCH, "-o", cli.folder / "statements")
    _close(cli)
    code, out, err = cli.run("statements", "--period", MARCH, "-o", cli.folder / "statements")
    names = {row[2]: row[1] for row in _numbers(cli)["partners"]}
    files = sorted((cli.folder / "statements").iterdir())
    found = {file.name: _texts_of(file) for file in files}
    own = {name: next(key for key, one in names.items() if key in text) for name, text in found.items()}
    closing = {row["currency"]: Decimal(row["closing"]) for row in _rolled(cli).values()}

    assert early == 1
    assert "not closed" in refused
    assert code == 0, err
    assert {Decimal(line.split()[-1].replace(",", "")) for line in out.splitlines()[:-1]} == set(
        closing.values()
    )
    assert len(files) == 2 * len(names)
    assert [
        (file, name)
        for file, text in found.items()
        for name in names.values()
        if name not in names[own[file]] and name in text
    ] == []


def _texts_of(file: Path) -> str:
    """All that a page or a workbook says, as text without marks."""
    if file.suffix == ".html":
        return html.unescape(file.read_text(encoding="utf-8"))
    with zipfile.ZipFile(file) as parts:
        return html.unescape(" ".join(parts.read(name).decode() for name in parts.namelist()))


def test_a_store_of_another_environment_begins_no_chain_by_accident(
    cli: CliSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    _close(cli)
    cli.settings("default_profile = 'other'\n[profiles.other]\nrate = 100000\n")
    code, _, err = _close(cli, folder="other")
    first, _, _ = _close(cli, "--first", folder="other")

    assert (code, first) == (1, 0)
    assert "This state store has no close of other at http" in err


def test_a_pack_that_cannot_be_written_closes_nothing(cli: CliSession) -> None:
    (cli.folder / "close").write_text("a file where the folder should be", encoding="utf-8")
    code, _, err = _close(cli, folder="close/pack")
    _, listed, _ = cli.run("close", "--list")

    assert code == 2
    assert "cannot be made" in err
    assert "No period is closed yet." in listed


def test_a_pack_that_cannot_be_made_leaves_nothing_in_its_folder(cli: CliSession) -> None:
    looks = cli.folder / "looks"
    looks.mkdir()
    (looks / "close.html").write_text("{{ nothing }}", encoding="utf-8")
    code, _, err = _close(cli, "--templates", looks)
    _, listed, _ = cli.run("close", "--list")

    assert code == 2
    assert "close.html cannot be used" in err
    assert not (cli.folder / "close").exists()
    assert "No period is closed yet." in listed


def test_the_status_tells_where_the_month_stands(cli: CliSession) -> None:
    edited = cli.edit(cli.export("--stage", "APPROVED"), SET_STAGE)
    _, before, _ = cli.run("close", "--status", "--period", MARCH)
    cli.run("apply", edited, "--yes")
    _close(cli)
    _, after, _ = cli.run("close", "--status", "--period", MARCH, "--json")

    assert "0 of 1 came back" in before
    assert {one["step"]: one["state"] for one in json.loads(after)} == {
        "export": "done",
        "return": "done",
        "diff and approval": "done",
        "apply": "done",
        "bills": "not started",
        "payments": "not started",
        "close": "done",
    }


def test_work_after_a_close_is_no_step_of_the_closed_period(cli: CliSession) -> None:
    _close(cli)
    cli.export("--stage", "APPROVED")
    _, march, _ = cli.run("close", "--status", "--period", MARCH, "--json")
    _, april, _ = cli.run("close", "--status", "--period", "2026-04", "--json")

    assert {one["step"]: one["state"] for one in json.loads(march)}["export"] == "not started"
    assert {one["step"]: one["state"] for one in json.loads(april)}["export"] == "done"


def test_the_page_prints_without_a_network(
    cli: CliSession, program: Callable[[str], str], tmp_path: Path
) -> None:
    chromium = program("chromium")
    _close(cli)
    page, printed = cli.folder / "close" / "close-2026-03.html", tmp_path / "close.pdf"
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic"]
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    profile = f"--user-data-dir={tmp_path / 'chromium'}"
    command = [chromium, *flags, *quiet, profile, f"--print-to-pdf={printed}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    shutil.rmtree(tmp_path / "chromium", ignore_errors=True)

    assert printed.read_bytes().startswith(b"%PDF-")
    assert not re.search(r"(src|href)=.http", page.read_text(encoding="utf-8"))


def test_statements_are_linked_for_a_credit_each_and_refusals_are_said(cli: CliSession) -> None:
    code, _, err = _close(cli, "--statements")
    with (cli.folder / "close" / "statements.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["payout_id"]: row for row in csv.DictReader(stream)}
    verified, _, _ = cli.run("close", "--verify")

    assert (code, verified) == (0, 0)
    assert f"{len(rows)} statements: as many calls and credits" in err
    assert rows[APPROVED]["link"].startswith("http")
    assert rows[APPROVED]["expires_at"]


def test_a_server_that_fails_over_the_statements_leaves_the_period_open(cli: CliSession) -> None:
    cli.fault("POST /payouts/*/statement: 500 50")
    code, _, err = _close(cli, "--statements")
    _, listed, _ = cli.run("close", "--list")

    assert code == 3, err
    assert "No period is closed yet." in listed


def test_too_few_credits_for_the_statements_close_nothing(
    open_cli: Callable[[Choices], CliSession],
) -> None:
    cli = open_cli(Choices(rate=100_000, credits=30))
    code, _, err = _close(cli, "--statements")
    _, listed, _ = cli.run("close", "--list")

    assert code == 1
    assert "Nothing was closed. The statements take" in err
    assert "No period is closed yet." in listed
