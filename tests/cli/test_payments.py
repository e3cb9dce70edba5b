"""Payments in, through the commands: match, look, accept, diff, apply."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.payment_cases import BACK, BY_NAME, BY_PO, SHORT, TOGETHER, planned_payments, run_payments
from cli_session import APPROVED, CliSession
from openpyxl import load_workbook

from reconcile.domain.snapshot import Environment
from reconcile.store.evidence.payments_read import kept_answers
from reconcile.store.store import Store
from reconcile.workbook.copy.cell_editor import Keystroke

# The sample payments pay the whole sample month.
pytestmark = pytest.mark.full_month


BANK = ("bank.camt053.xml", "bank.ofx", "bank.mt940", "bank.bai2", "bank.csv")


LEDGER = ("xero.csv", "netsuite.csv", "quickbooks.csv")


DECLINED = "pay_vg6xleldg8wu7rmtclt9z1tl"


@pytest.mark.parametrize("name", BANK)
def test_every_bank_file_of_the_month_tells_the_same_story(cli: CliSession, name: str) -> None:
    workbook, said = run_payments(cli, name)

    assert said["counts"] == {
        "paid": 2, "failed": 1, "settled": 0, "suggestions": 2, "differing": 1, "strays": 3, "unpaid": 4,
        "received": 0, "unknown": 0, "ignored": 0, "repeated": 0,
    }  # fmt: skip
    assert [one["amount"] for one in said["tie_out"] if one["part"] == "Residual"] == ["0", "0"]
    changes = planned_payments(cli, workbook)
    assert changes.keys() == {APPROVED, BY_PO, BACK}
    assert changes[APPROVED] == changes[BY_PO] == {"stage": "PAID"}
    assert changes[BACK]["stage"] == "FAILED"
    assert "AC04 Account closed" in changes[BACK]["statement_note"]


@pytest.mark.parametrize("name", LEDGER)
def test_every_file_of_a_finance_system_tells_the_same_story(cli: CliSession, name: str) -> None:
    workbook, said = run_payments(cli, name)

    assert said["counts"] | {"unpaid": 0} == {
        "paid": 3, "failed": 0, "settled": 0, "suggestions": 2, "differing": 1, "strays": 3, "unpaid": 0,
        "received": 0, "unknown": 0, "ignored": 0, "repeated": 0,
    }  # fmt: skip
    assert planned_payments(cli, workbook) == {one: {"stage": "PAID"} for one in (APPROVED, BY_PO, BACK)}


def test_a_payment_that_xero_deleted_pays_nothing(cli: CliSession) -> None:
    workbook, said = run_payments(cli, "xero.json")

    assert said["counts"]["ignored"] == 1
    assert planned_payments(cli, workbook).keys() == {APPROVED, BY_PO}


def test_a_status_report_reopens_what_was_rejected(cli: CliSession) -> None:
    workbook, _ = run_payments(cli, "status.pain002.xml")

    assert planned_payments(cli, workbook) == {
        BACK: {
            "stage": "FAILED",
            "statement_note": "The payment of an unknown date came back: AC01 Incorrect account number",
        }
    }


def test_a_payment_that_comes_back_reopens_a_payout_that_is_paid_in_introw(cli: CliSession) -> None:
    cli.patch(f"/payouts/{APPROVED}", {"stage": "PAID"})
    file = cli.folder / "returns.csv"
    row = f"2026-04-22,Acme,10168.62,USD,{APPROVED},returned,Account closed"
    file.write_text(f"Date,Payee,Amount,Currency,Reference,Status,Reason\n{row}\n", encoding="utf-8")
    workbook, _ = run_payments(cli, file)
    code, out, err = cli.run("apply", workbook, "--yes")

    assert code == 0, out + err
    assert cli.state()[APPROVED]["stage"] == "FAILED"


def test_accepted_suggestions_are_paid_and_the_whole_is_applied_once(cli: CliSession) -> None:
    workbook, said = run_payments(cli, "bank.camt053.xml")
    accepted = cli.edit(
        workbook, Keystroke("Matches", 2, "Accept", "Yes"), Keystroke("Matches", 3, "Accept", "yes")
    )
    code, out, err = cli.run("apply", accepted, "--yes")
    state = cli.state()

    assert code == 0, out + err
    assert {match["how"] for match in said["suggestions"]} == {"amount", "sum"}
    assert {state[one]["stage"] for one in (APPROVED, BY_PO, BY_NAME, *TOGETHER)} == {"PAID"}
    assert (state[BACK]["stage"], state[SHORT]["stage"], state[DECLINED]["stage"]) == (
        "FAILED",
        "APPROVED",
        "DECLINED",
    )
    assert len(cli.writes()) == 6
    cli.run("apply", accepted, "--yes")
    assert len(cli.writes()) == 6
    _, again = run_payments(cli, "bank.camt053.xml", name="again.xlsx")
    assert (again["counts"]["paid"], again["counts"]["failed"], again["counts"]["suggestions"]) == (0, 0, 0)
    went = {text.split(" for ")[1] for one in again["repeated"] for text in one["allotted"]}
    assert went == {APPROVED, BY_PO, BACK, BY_NAME, *TOGETHER}


def test_one_of_several_solutions_is_chosen_by_its_number(cli: CliSession) -> None:
    """Two payments have the amount of the one payout."""
    rows = [f"2026-04-{day},Bright Peak Consulting,38101.37,USD,x{day}" for day in (15, 16)]
    file = cli.folder / "bank.csv"
    file.write_text("\n".join(("Date,Payee,Amount,Currency,Reference", *rows, "")), encoding="utf-8")
    workbook, said = run_payments(cli, file)
    (one,) = said["suggestions"]
    yes, third, second = (Keystroke("Matches", 2, "Accept", text) for text in ("Yes", 3, 2))

    assert one["solutions"] == {
        "count": 2,
        "complete": True,
        "others": [{"payouts": [BY_NAME], "payments": ["bank.csv, line 3"]}],
    }
    assert _found(cli, workbook, yes) == _found(cli, workbook, third) == [("answer-unclear", "Matches!A2")]
    assert planned_payments(cli, cli.edit(workbook, second)) == {BY_NAME: {"stage": "PAID"}}


def _two_of_two(cli: CliSession) -> tuple[Path, Path]:
    """The workbook and the file of two payments, each of which could be for the one payout of its amount."""
    rows = [f"2026-04-{day},Bright Peak Consulting,38101.37,USD,x{day}" for day in (15, 16)]
    file = cli.folder / "bank.csv"
    file.write_text("\n".join(("Date,Payee,Amount,Currency,Reference", *rows, "")), encoding="utf-8")
    return run_payments(cli, file)[0], file


@pytest.mark.parametrize("saved", [False, True], ids=["workbook", "saved plan"])
def test_the_chosen_solution_is_kept_and_told_by_the_history_of_the_payment(
    cli: CliSession, *, saved: bool
) -> None:
    workbook, file = _two_of_two(cli)
    applied = cli.edit(workbook, Keystroke("Matches", 2, "Accept", 2))
    if saved:
        plan = cli.folder / "plan.json"
        cli.run("diff", applied, "--save", plan)
        applied = plan
    assert cli.run("apply", applied, "--yes")[0] == 0
    _, again = run_payments(cli, file, name="again.xlsx")
    code, told, _ = cli.run("history", "x16")

    assert [one["place"] for one in again["repeated"]] == ["bank.csv, line 3"]
    assert code == 0
    assert "payment read, 38,101.37 USD to Bright Peak Consulting on 2026-04-16" in told
    assert f"answered 2: {BY_NAME} to PAID" in told
    assert cli.run("history", "bank.csv")[1].count("payment read") == 4
    assert "answered" in cli.run("history", BY_NAME)[1]


def test_a_no_that_sets_nothing_is_kept_when_the_workbook_is_applied(cli: CliSession) -> None:
    workbook, _ = _two_of_two(cli)
    cli.run("apply", cli.edit(workbook, Keystroke("Matches", 2, "Accept", "no")), "--yes")
    with Store(cli.folder / "state.db") as store:
        (answer,) = kept_answers(store, Environment(cli.url)).values()

    assert (answer.suggestion, answer.chosen, answer.cell) == (1, 0, "A2")
    assert cli.writes() == []


def test_two_answers_that_take_one_payout_or_answer_one_suggestion_apart_are_errors(cli: CliSession) -> None:
    """A row that somebody copied answers its suggestion twice."""
    workbook, _ = _two_of_two(cli)
    book = load_workbook(workbook)
    sheet = book["Matches"]
    token = sheet.max_column
    sheet.cell(3, token).value = sheet.cell(2, token).value
    book.save(workbook)
    first = Keystroke("Matches", 2, "Accept", 2)

    for second in (2, 1, "No"):
        assert _found(cli, workbook, first, Keystroke("Matches", 3, "Accept", second)) == [
            ("answer-twice", "Matches!A3")
        ]


def test_a_suggestion_that_is_not_accepted_changes_nothing(cli: CliSession) -> None:
    workbook, _ = run_payments(cli, "bank.camt053.xml")
    answered = cli.edit(workbook, Keystroke("Matches", 2, "Accept", "No"))

    assert planned_payments(cli, answered).keys() == {APPROVED, BY_PO, BACK}


def test_an_answer_that_cannot_be_meant_is_an_error_with_its_cell(cli: CliSession) -> None:
    workbook, _ = run_payments(cli, "bank.camt053.xml")
    yes = Keystroke("Matches", 2, "Accept", "Yes")

    assert _found(cli, workbook, Keystroke("Matches", 2, "Accept", "maybe")) == [
        ("answer-unknown", "Matches!A2")
    ]
    assert _found(cli, workbook, Keystroke("Matches", 9, "Accept", "Yes")) == [
        ("answer-without-match", "Matches!A9")
    ]
    assert ("answer-contradicts", "Matches!A2") in _found(
        cli, workbook, yes, Keystroke("Payouts", BY_NAME, "Stage", "POSTPONED")
    )
    assert ("answer-without-payout", "Matches!A2") in _found(
        cli, workbook, yes, Keystroke("Payouts", BY_NAME, "Payout ID", None)
    )


def _found(cli: CliSession, workbook: Path, *keystrokes: Keystroke) -> list[tuple[str, str]]:
    """What `check` says to these keystrokes: rule and cell of each finding."""
    code, out, _ = cli.run("check", cli.edit(workbook, *keystrokes), "--json")
    assert code == 1
    return [(one["rule"], f"{one['sheet']}!{one['cell']}") for one in json.loads(out)]


def test_an_answer_in_a_row_of_another_workbook_is_refused(cli: CliSession) -> None:
    first, _ = run_payments(cli, "bank.camt053.xml")
    second, _ = run_payments(cli, "bank.camt053.xml", name="second.xlsx")
    books = load_workbook(first), load_workbook(second)
    token = books[0]["Matches"].max_column
    books[1]["Matches"].cell(2, token).value = books[0]["Matches"].cell(2, token).value
    books[1]["Matches"].cell(2, 1).value = "Yes"
    books[1].save(second)
    _, out, _ = cli.run("check", second, "--json")

    assert [one["rule"] for one in json.loads(out)] == ["answer-without-match"]
