"""What the record tells later: every run with its file and money, the life of a record, a past report."""

from __future__ import annotations

import json

import pytest
from cli_session import APPROVED, APPROVED_LINE, DECLINE, DUPLICATE, SET_AMOUNT, CliSession

from reconcile.cli import reconcile, run
from reconcile.workbook.copy.cell_editor import Keystroke

SET_PO = Keystroke("Payouts", APPROVED, "PO number", "PO-1")


@pytest.fixture
def two_runs(cli: CliSession) -> list[str]:
    """A run that sets a PO number and an amount, and one that changes the PO number and declines a line."""
    cli.run("apply", cli.edit(cli.export(), SET_PO, SET_AMOUNT, name="ana.xlsx"), "--yes")
    again = Keystroke("Payouts", APPROVED, "PO number", "PO-2")
    cli.run("apply", cli.edit(cli.export(name="two.xlsx"), again, *DECLINE, name="ben.xlsx"), "--yes")
    runs = json.loads(cli.run("history", "--json")[1])
    return [one["run_id"] for one in runs]


def test_the_record_tells_each_run_and_the_life_of_each_payout_and_line(
    cli: CliSession, two_runs: list[str]
) -> None:
    _, listed, _ = cli.run("history")
    _, payout, _ = cli.run("history", APPROVED)
    _, line, _ = cli.run("history", DUPLICATE, "--json")
    _, table, _ = cli.run("history", APPROVED_LINE, "--csv")
    last, first = (one for one in listed.splitlines())
    declined, reason = (one for one in json.loads(line) if one["run"])

    assert ": 2 applied, -" in last
    assert "ben.xlsx" in last
    assert "ana.xlsx: 2 applied, " in first
    assert "USD" in first
    assert " → PO-1  ana.xlsx, Payouts!" in payout
    assert payout.count("  exported as wb-") == 2
    assert "PO number: PO-1 → PO-2  ben.xlsx, Payouts!" in payout
    assert payout.index(two_runs[1]) < payout.index(two_runs[0])
    assert f"{APPROVED_LINE} Amount: " in payout
    assert (declined["field"], declined["after"], declined["run"]) == ("action", "Decline", two_runs[0])
    assert reason["after"] == "DUPLICATE"
    assert "512.5,USD,applied" in table

    # A past report is made from the record alone.
    page = cli.folder / "again.html"
    cli.setenv("INTROW_API_KEY", "")
    _, shown, _ = cli.run("report", two_runs[1])
    code, _, told = cli.run("report", two_runs[1], "--report", page)
    _, newest, _ = cli.run("report", "--json")

    assert "PO-1" in shown
    assert "Read back. Everything ties out." in shown
    assert (code, told) == (0, f"Report: {page}\n")
    assert "PO-1" in page.read_text(encoding="utf-8")
    assert json.loads(newest)["run"]["run_id"] == two_runs[0]


@pytest.mark.parametrize("command", ["history", "report"])
def test_what_the_record_does_not_know_is_said(cli: CliSession, command: str) -> None:
    code, _, err = cli.run(command, "run-nowhere")

    assert code == 2
    assert "There is no run run-nowhere" in err


def test_a_command_that_is_not_there_is_answered_with_one_that_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["chekc"]) == 2
    assert "There is no command 'chekc'. Did you mean check?" in capsys.readouterr().err
    assert reconcile.name == "reconcile"


@pytest.mark.parametrize(
    "words",
    [
        ("diff", "mrach.xlsx"),
        ("apply", "mrach.xlsx"),
        ("doctor", "mrach.xlsx", "--repair", "clean.xlsx", "--workbook", "wb-x"),
        ("bills", "--to", "xero", "-o", "bills", "--open-bills", "mrach.xlsx"),
        ("export", "-o", "set", "--split-by", "partner", "--recipients", "mrach.xlsx"),
    ],
    ids=lambda words: words[0],
)
def test_a_file_that_is_not_there_is_spoken_of_before_the_key(
    words: tuple[str, ...], cli: CliSession
) -> None:
    (cli.folder / "march.xlsx").write_bytes(b"")
    cli.setenv("INTROW_API_KEY", "")

    code, _, err = cli.run(*words)

    assert code == 2
    assert "There is no file mrach.xlsx. Check the path. Did you mean march.xlsx?" in err


def test_a_wrong_key_is_spoken_of(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT)
    cli.setenv("INTROW_API_KEY", "wrong-key")
    code, _, err = cli.run("diff", edited)

    assert code == 3
    assert "refused the API key (401): it is wrong, expired or revoked" in err


def test_names_that_are_not_there_are_answered_with_those_that_are(cli: CliSession) -> None:
    _, _, partner = cli.run("export", "--partner", "Acme", "-o", cli.folder / "a.xlsx")
    _, _, stage = cli.run("export", "--stage", "PAYED", "-o", cli.folder / "a.xlsx")
    code, _, layout = cli.run("bills", "--to", "sage", "-o", cli.folder / "bills")

    assert "Did you mean Acme Partners?" in partner
    assert "Did you mean PAID?" in stage
    assert code == 2
    assert "There is no layout 'sage'; there are: " in layout
    assert "xero" in layout


def test_a_list_of_recipients_serves_exports_that_have_only_some_of_its_partners(cli: CliSession) -> None:
    names = cli.folder / "who.csv"
    names.write_text("part,recipient\nAcme Partners,ana\nGone Ltd,ben\n", encoding="utf-8")
    split = ("export", "--split-by", "partner", "--recipients", names)
    code, out, err = cli.run(*split, "-o", cli.folder / "set")
    names.write_text("part,recipient\nGone Ltd,ben\n", encoding="utf-8")
    refused, _, reason = cli.run(*split, "-o", cli.folder / "other")

    assert code == 0, err
    assert "ana" in out
    assert refused == 2
    assert "names no part of this export" in reason
