"""What a close refuses, and what stands beside it: the ledger, statements, the status."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from cli.close_cases import MARCH, numbers_of, rolled_forward, run_close
from cli_session import APPROVED, SET_STAGE, CliSession

from reconcile.sandbox.choices import Choices


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
        (
            ("--period", "2026-04", "-o", "x", "--journal", "sap"),
            2,
            "There is no journal layout 'sap'; there are: csv,",
        ),
        (("--period", "2026-04", "-o", "x", "--rates", "no.csv"), 2, "no.csv cannot be read"),
        (("--period", "2026-04", "-o", "x", "--again", " "), 2, "--again needs a reason"),
    ],
)
def test_bad_input_is_refused_in_one_sentence_and_nothing_is_closed(
    cli: CliSession, arguments: tuple[str, ...], code: int, said: str
) -> None:
    run_close(cli)
    answered, _, err = cli.run("close", *arguments)
    _, listed, _ = cli.run("close", "--list")

    assert answered == code
    assert said in err
    assert len(listed.splitlines()) == 1


def test_a_missing_rate_is_a_sentence_and_nothing_is_closed(cli: CliSession) -> None:
    rates = cli.folder / "rates.csv"
    rates.write_text("currency,to,rate,date\nEUR,USD,1.1,2026-03-31\n", encoding="utf-8")
    code, _, err = run_close(cli, "--rates", rates)
    _, listed, _ = cli.run("close", "--list")

    assert code == 2
    assert "rates.csv has no rate from CAD to USD" in err
    assert "No period is closed yet." in listed


def test_a_reporting_currency_is_stated_with_its_rates_and_their_date(cli: CliSession) -> None:
    rates = cli.folder / "rates.csv"
    codes = {"CAD": "0.7", "EUR": "1.1", "GBP": "1.3", "JPY": "0.0067", "KWD": "3.2"}
    rows = "".join(f"{code},USD,{rate},2026-03-31\n" for code, rate in codes.items())
    rates.write_text(f"currency,to,rate,date\n{rows}", encoding="utf-8")
    code, out, err = run_close(cli, "--rates", rates)
    assert code == 0, out + err
    reported = {row[0]: row for row in numbers_of(cli)["reported"]}

    assert reported["EUR"][2:4] == ["1.1", "2026-03-31"]
    assert reported["USD"][4] == reported["USD"][1]


def test_a_close_ties_to_the_general_ledger_before_and_after_its_journal_is_booked(cli: CliSession) -> None:
    balance, booked = cli.folder / "tb.csv", cli.folder / "gl.csv"
    cli.settings(
        (cli.folder / "reconcile.toml").read_text(encoding="utf-8") + '[close.gl]\ncurrency = "USD"\n'
    )
    balance.write_text("Account,Debit,Credit\nAs at 2026-03-31,,\n2100 Accrued,,12.00\n", encoding="utf-8")
    refused, out, _ = run_close(cli, "--gl", balance)
    balance.write_text("Account,Debit,Credit\n2100 Accrued,0.00,0.00\n", encoding="utf-8")
    code, said, err = run_close(cli, "--gl", balance)
    files = [one.read_text(encoding="utf-8-sig") for one in (cli.folder / "close").glob("journal-*.csv")]
    posted = [files[0].splitlines()[0], *(row for text in files for row in text.splitlines()[1:])]
    for day, _, _, payout, amount, currency, *_ in numbers_of(cli)["paid"]:
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
    run_close(cli)
    code, out, err = cli.run("statements", "--period", MARCH, "-o", cli.folder / "statements")
    names = {row[2]: row[1] for row in numbers_of(cli)["partners"]}
    files = sorted((cli.folder / "statements").iterdir())
    found = {file.name: _texts_of(file) for file in files}
    own = {name: next(key for key, one in names.items() if key in text) for name, text in found.items()}
    closing = {row["currency"]: Decimal(row["closing"]) for row in rolled_forward(cli).values()}

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
    run_close(cli)
    cli.settings("default_profile = 'other'\n[profiles.other]\nrate = 100000\n")
    code, _, err = run_close(cli, folder="other")
    first, _, _ = run_close(cli, "--first", folder="other")

    assert (code, first) == (1, 0)
    assert "This state store has no close of other at http" in err


def test_a_pack_that_cannot_be_written_closes_nothing(cli: CliSession) -> None:
    (cli.folder / "close").write_text("a file where the folder should be", encoding="utf-8")
    code, _, err = run_close(cli, folder="close/pack")
    _, listed, _ = cli.run("close", "--list")

    assert code == 2
    assert "cannot be made" in err
    assert "No period is closed yet." in listed


def test_a_pack_that_cannot_be_made_leaves_nothing_in_its_folder(cli: CliSession) -> None:
    looks = cli.folder / "looks"
    looks.mkdir()
    (looks / "close.html").write_text("{{ nothing }}", encoding="utf-8")
    code, _, err = run_close(cli, "--templates", looks)
    _, listed, _ = cli.run("close", "--list")

    assert code == 2
    assert "close.html cannot be used" in err
    assert not (cli.folder / "close").exists()
    assert "No period is closed yet." in listed


def test_the_status_tells_where_the_month_stands(cli: CliSession) -> None:
    edited = cli.edit(cli.export("--stage", "APPROVED"), SET_STAGE)
    _, before, _ = cli.run("close", "--status", "--period", MARCH)
    cli.run("apply", edited, "--yes")
    run_close(cli)
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
    run_close(cli)
    cli.export("--stage", "APPROVED")
    _, march, _ = cli.run("close", "--status", "--period", MARCH, "--json")
    _, april, _ = cli.run("close", "--status", "--period", "2026-04", "--json")

    assert {one["step"]: one["state"] for one in json.loads(march)}["export"] == "not started"
    assert {one["step"]: one["state"] for one in json.loads(april)}["export"] == "done"


def test_the_page_prints_without_a_network(
    cli: CliSession, program: Callable[[str], str], tmp_path: Path
) -> None:
    chromium = program("chromium")
    run_close(cli)
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
    code, _, err = run_close(cli, "--statements")
    with (cli.folder / "close" / "statements.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["payout_id"]: row for row in csv.DictReader(stream)}
    verified, _, _ = cli.run("close", "--verify")

    assert (code, verified) == (0, 0)
    assert f"{len(rows)} statements: as many calls and credits" in err
    assert rows[APPROVED]["link"].startswith("http")
    assert rows[APPROVED]["expires_at"]


def test_a_server_that_fails_over_the_statements_leaves_the_period_open(cli: CliSession) -> None:
    cli.fault("POST /payouts/*/statement: 500 50")
    code, _, err = run_close(cli, "--statements")
    _, listed, _ = cli.run("close", "--list")

    assert code == 3, err
    assert "No period is closed yet." in listed


def test_too_few_credits_for_the_statements_close_nothing(
    open_cli: Callable[[Choices], CliSession],
) -> None:
    cli = open_cli(Choices(rate=100_000, credits=30))
    code, _, err = run_close(cli, "--statements")
    _, listed, _ = cli.run("close", "--list")

    assert code == 1
    assert "Nothing was closed. The statements take" in err
    assert "No period is closed yet." in listed
