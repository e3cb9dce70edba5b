"""Payments in, through the commands: match, look, accept, diff, apply."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cli_session import APPROVED, CliSession
from openpyxl import load_workbook

from reconcile.domain.snapshot import Environment
from reconcile.resources import sample
from reconcile.store.evidence.payments_read import kept_answers
from reconcile.store.store import Store
from reconcile.workbook.copy.cell_editor import Keystroke

# The sample payments pay the whole sample month.
pytestmark = pytest.mark.full_month

BANK = ("bank.camt053.xml", "bank.ofx", "bank.mt940", "bank.bai2", "bank.csv")
LEDGER = ("xero.csv", "netsuite.csv", "quickbooks.csv")
BY_PO = "pay_wlxavm3mf6ubtwc9uyjhzpdg"
BY_NAME = "pay_a877pe1uoyijxnmo2ukfxhl5"
TOGETHER = ("pay_0vc25ssothm9kriulst8p7z0", "pay_rhshc5tdsfdge89z0vmg1p9t")
SHORT = "pay_xuv159epk31hnw8ggu1zgwsg"
BACK = "pay_3axdlpbwlx6it2m61lm5h9fy"
DECLINED = "pay_vg6xleldg8wu7rmtclt9z1tl"
# A third of the month's payouts: what is asked here needs no more, and large workbooks take their time.
PAID_PARTNERS = (
    "Acme Partners", "Nuñez e Hijos S.A.", "Bright Peak Consulting", "Summit Peak Consulting",
    "Cedar Peak Consulting", "Iron Digital", "Blue Peak Consulting",
)  # fmt: skip
WHOLE_MONTH = ()


def _sample(name: str) -> Path:
    return sample(f"2026-03/payments/{name}")


def _payments(
    cli: CliSession, *files: str | Path, name: str = "paid.xlsx", only: tuple[str, ...] = PAID_PARTNERS
) -> tuple[Path, Any]:
    """Runs `payments` for the partners that the sample files pay: the workbook, and the result as JSON."""
    paths = [_sample(file) if isinstance(file, str) else file for file in files]
    target = cli.folder / name
    scope = [word for partner in only for word in ("--partner", partner)]
    code, out, err = cli.run("payments", *paths, "-o", target, "--json", *scope)
    assert code == 0, out + err
    return target, json.loads(out)


def _plan(cli: CliSession, workbook: Path) -> dict[str, dict[str, str]]:
    """The changes of payouts that `diff` finds, by payout and field."""
    code, out, err = cli.run("diff", workbook, "--json")
    assert code == 0, out + err
    found: dict[str, dict[str, str]] = {}
    for change in json.loads(out)["changes"]:
        found.setdefault(change["target"]["id"], {})[change["field"]] = change["after"]
    return found


@pytest.mark.parametrize("name", BANK)
def test_every_bank_file_of_the_month_tells_the_same_story(cli: CliSession, name: str) -> None:
    workbook, said = _payments(cli, name)

    assert said["counts"] == {
        "paid": 2, "failed": 1, "settled": 0, "suggestions": 2, "differing": 1, "strays": 3, "unpaid": 4,
        "received": 0, "unknown": 0, "ignored": 0, "repeated": 0,
    }  # fmt: skip
    assert [one["amount"] for one in said["tie_out"] if one["part"] == "Residual"] == ["0", "0"]
    changes = _plan(cli, workbook)
    assert changes.keys() == {APPROVED, BY_PO, BACK}
    assert changes[APPROVED] == changes[BY_PO] == {"stage": "PAID"}
    assert changes[BACK]["stage"] == "FAILED"
    assert "AC04 Account closed" in changes[BACK]["statement_note"]


@pytest.mark.parametrize("name", LEDGER)
def test_every_file_of_a_finance_system_tells_the_same_story(cli: CliSession, name: str) -> None:
    workbook, said = _payments(cli, name)

    assert said["counts"] | {"unpaid": 0} == {
        "paid": 3, "failed": 0, "settled": 0, "suggestions": 2, "differing": 1, "strays": 3, "unpaid": 0,
        "received": 0, "unknown": 0, "ignored": 0, "repeated": 0,
    }  # fmt: skip
    assert _plan(cli, workbook) == {one: {"stage": "PAID"} for one in (APPROVED, BY_PO, BACK)}


def test_a_payment_that_xero_deleted_pays_nothing(cli: CliSession) -> None:
    workbook, said = _payments(cli, "xero.json")

    assert said["counts"]["ignored"] == 1
    assert _plan(cli, workbook).keys() == {APPROVED, BY_PO}


def test_a_status_report_reopens_what_was_rejected(cli: CliSession) -> None:
    workbook, _ = _payments(cli, "status.pain002.xml")

    assert _plan(cli, workbook) == {
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
    workbook, _ = _payments(cli, file)
    code, out, err = cli.run("apply", workbook, "--yes")

    assert code == 0, out + err
    assert cli.state()[APPROVED]["stage"] == "FAILED"


def test_accepted_suggestions_are_paid_and_the_whole_is_applied_once(cli: CliSession) -> None:
    workbook, said = _payments(cli, "bank.camt053.xml")
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
    _, again = _payments(cli, "bank.camt053.xml", name="again.xlsx")
    assert (again["counts"]["paid"], again["counts"]["failed"], again["counts"]["suggestions"]) == (0, 0, 0)
    went = {text.split(" for ")[1] for one in again["repeated"] for text in one["allotted"]}
    assert went == {APPROVED, BY_PO, BACK, BY_NAME, *TOGETHER}


def test_one_of_several_solutions_is_chosen_by_its_number(cli: CliSession) -> None:
    """Two payments have the amount of the one payout."""
    rows = [f"2026-04-{day},Bright Peak Consulting,38101.37,USD,x{day}" for day in (15, 16)]
    file = cli.folder / "bank.csv"
    file.write_text("\n".join(("Date,Payee,Amount,Currency,Reference", *rows, "")), encoding="utf-8")
    workbook, said = _payments(cli, file)
    (one,) = said["suggestions"]
    yes, third, second = (Keystroke("Matches", 2, "Accept", text) for text in ("Yes", 3, 2))

    assert one["solutions"] == {
        "count": 2,
        "complete": True,
        "others": [{"payouts": [BY_NAME], "payments": ["bank.csv, line 3"]}],
    }
    assert _found(cli, workbook, yes) == _found(cli, workbook, third) == [("answer-unclear", "Matches!A2")]
    assert _plan(cli, cli.edit(workbook, second)) == {BY_NAME: {"stage": "PAID"}}


def _two_of_two(cli: CliSession) -> tuple[Path, Path]:
    """The workbook and the file of two payments, each of which could be for the one payout of its amount."""
    rows = [f"2026-04-{day},Bright Peak Consulting,38101.37,USD,x{day}" for day in (15, 16)]
    file = cli.folder / "bank.csv"
    file.write_text("\n".join(("Date,Payee,Amount,Currency,Reference", *rows, "")), encoding="utf-8")
    return _payments(cli, file)[0], file


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
    _, again = _payments(cli, file, name="again.xlsx")
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
    workbook, _ = _payments(cli, "bank.camt053.xml")
    answered = cli.edit(workbook, Keystroke("Matches", 2, "Accept", "No"))

    assert _plan(cli, answered).keys() == {APPROVED, BY_PO, BACK}


def test_an_answer_that_cannot_be_meant_is_an_error_with_its_cell(cli: CliSession) -> None:
    workbook, _ = _payments(cli, "bank.camt053.xml")
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
    first, _ = _payments(cli, "bank.camt053.xml")
    second, _ = _payments(cli, "bank.camt053.xml", name="second.xlsx")
    books = load_workbook(first), load_workbook(second)
    token = books[0]["Matches"].max_column
    books[1]["Matches"].cell(2, token).value = books[0]["Matches"].cell(2, token).value
    books[1]["Matches"].cell(2, 1).value = "Yes"
    books[1].save(second)
    _, out, _ = cli.run("check", second, "--json")

    assert [one["rule"] for one in json.loads(out)] == ["answer-without-match"]


def test_the_lists_in_the_workbook_add_up_to_the_files(cli: CliSession) -> None:
    workbook, said = _payments(cli, "bank.bai2", only=WHOLE_MONTH)
    book = load_workbook(workbook)
    sums = {
        name: _column(book[name], "Paid") for name in ("Matches", "Paid, not in Introw", "Amounts differ")
    }
    tie_out = {
        (row[0], row[1]): row[3]
        for row in book["Tie-out"].iter_rows(min_row=2, values_only=True)
        if row[2] == "USD"
    }

    matches = book["Matches"]

    assert (matches.page_setup.fitToWidth, matches.print_title_cols) == (2, "$A:$B")
    assert said["counts"]["unpaid"] == 23
    assert sums["Matches"] == pytest.approx(tie_out["Payments", "suggested"])
    assert sums["Paid, not in Introw"] == pytest.approx(tie_out["Payments", "paid, not in Introw"])
    assert sums["Amounts differ"] == pytest.approx(tie_out["Payments", "amounts differ"])
    assert _column(book["In Introw, not paid"], "Owed") == pytest.approx(
        tie_out["Payouts", "in Introw, not paid"]
    )
    assert tie_out["Payments", "Residual"] == tie_out["Payouts", "Residual"] == 0


def _column(sheet: Any, header: str) -> float:  # noqa: ANN401  openpyxl's sheets come in several kinds
    rows = list(sheet.iter_rows(values_only=True))
    place = rows[0].index(header)
    return sum(row[place] or 0 for row in rows[1:])


def test_the_policy_writes_a_note_with_reference_and_date(cli: CliSession) -> None:
    cli.settings(
        "[profiles.default]\nrate = 100000\n[payments]\nnote = 'Paid {date}, reference {reference}.'\n"
        "tolerance = { USD = { absolute = 30 } }\n"
    )
    workbook, said = _payments(cli, "bank.camt053.xml")
    changes = _plan(cli, workbook)

    assert changes[APPROVED]["statement_note"] == "Paid 2026-04-15, reference pay-0000000000000000approved."
    assert changes[SHORT]["stage"] == "PAID"
    assert [one["reason"] for one in said["matches"] if one["payouts"] == [SHORT]] == ["bank fee"]
    rows = list(load_workbook(workbook)["Tie-out"].iter_rows(min_row=2, max_col=4, values_only=True))
    assert rows[-2:] == [
        ("Within tolerance", "bank fee", "USD", -25),
        ("Within tolerance", f"bank fee: {SHORT}", "USD", -25),
    ]


def test_what_passed_within_the_tolerance_is_shown_with_its_reason(cli: CliSession) -> None:
    cli.settings("[profiles.default]\nrate = 100000\n[payments]\ntolerance = { USD = { absolute = 30 } }\n")
    code, out, err = cli.run("payments", _sample("bank.camt053.xml"), "-o", cli.folder / "paid.xlsx")

    assert code == 0, err
    assert "Paid, and within the tolerance" in out
    assert f"{SHORT}: paid 47,713.88 USD, -25.00 USD against what is owed (bank fee)" in out
    assert re.search(r"Within tolerance: bank fee +-25\.00", out)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("passes = ['guess']", "'guess' is no pass"),
        ("automatic = ['amount']", "'amount' cannot be"),
        ("largest_sum = 9", "largest_sum must be 2, 3 or 4"),
        ("note = '{colour}'", "may only hold"),
        ("open_stages = ['OPEN']", "'OPEN' is no stage"),
        ("tolerance = { USD = { absolut = 1 } }", "payments.tolerance.USD.absolut"),
        ("tolerance = { USD = { percent = -1 } }", "cannot be below zero"),
        ("colour = 1", "no setting 'colour'"),
    ],
)
def test_a_wrong_setting_is_refused(cli: CliSession, setting: str, told: str) -> None:
    cli.settings(f"[payments]\n{setting}\n")
    code, _, err = cli.run("payments", _sample("bank.bai2"), "-o", cli.folder / "p.xlsx")

    assert code == 2
    assert told in err


def test_the_same_file_twice_pays_once(cli: CliSession) -> None:
    workbook, said = _payments(cli, "bank.csv", "bank.csv")

    assert said["counts"]["repeated"] == 10
    assert _plan(cli, workbook).keys() == {APPROVED, BY_PO, BACK}


def test_an_xlsx_of_payments_is_read_with_its_cells(cli: CliSession) -> None:
    book = load_workbook(cli.export())
    sheet = book.create_sheet("Bank", 0)
    for name in book.sheetnames[1:]:
        del book[name]
    for row in (["April"], [], ["Date", "Payee", "Amount", "Currency", "Reference"],
                ["2026-04-15", "Acme", 10168.62, "USD", APPROVED], ["2026-04-15", "Acme", "x", "USD", ""]):  # fmt: skip
        sheet.append(row)
    broken, good = cli.folder / "broken.xlsx", cli.folder / "good.xlsx"
    book.save(broken)
    sheet.delete_rows(5)
    book.save(good)
    code, _, err = cli.run("payments", broken, "-o", cli.folder / "p.xlsx")
    _, said = _payments(cli, good)

    assert (code, "broken.xlsx, Bank!C5: 'x' is no amount" in err) == (1, True)
    assert said["matches"][0]["payments"] == ["good.xlsx, Bank!C4"]


def test_a_wrong_control_total_stops_until_it_is_allowed(cli: CliSession) -> None:
    file = cli.folder / "xero.csv"
    file.write_bytes(_sample("xero.csv").read_bytes().replace(b'"296,877.02"', b'"296,877.03"'))
    target = cli.folder / "paid.xlsx"
    code, _, err = cli.run("payments", file, "-o", target)

    assert code == 1
    assert "The total row says 296877.03" in err
    assert "No workbook was written: control-total." in err
    assert not target.exists()
    code, out, _ = cli.run("payments", file, "-o", target, "--allow", "control-total")
    assert code == 0
    assert "Let pass (control-total): " in out
    sides = [row[0].value for row in load_workbook(target)["Tie-out"].iter_rows()]
    assert sides[-1] == "Let pass: control-total"
    assert target.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["missing.csv", "-o", "p.xlsx"], 2, "missing.csv cannot be read"),
        ([str(_sample("bank.bai2")), "-o", "p.csv"], 2, "must end in .xlsx"),
        ([str(_sample("bank.bai2")), "-o", "p.xlsx", "--allow", "x"], 2, "there is no such error"),
        ([str(_sample("bank.csv")), "-o", "p.xlsx", "--layout", "none"], 2, "There is no file erp/none.toml"),
        ([str(_sample("bank.csv")), "-o", "p.xlsx", "--partner", "Nobody"], 2, "no partner 'Nobody'"),
    ],
)
def test_wrong_arguments_are_refused_in_one_sentence(
    cli: CliSession, arguments: list[str], code: int, told: str
) -> None:
    done, _, err = cli.run("payments", *arguments)

    assert done == code
    assert told in err


def test_the_store_remembers_what_was_paid_by_which_payment(cli: CliSession) -> None:
    _payments(cli, "bank.camt053.xml")
    with Store(cli.folder / "state.db") as store:
        kept = {one.payout_id: one for one in store.settlements(Environment(cli.url))}

    assert (kept[APPROVED].state, kept[APPROVED].verdict, kept[APPROVED].paid_on) == (
        "matched",
        "paid",
        "2026-04-15",
    )
    assert str(kept[APPROVED].amount) == "10,168.62 USD"
    assert {kept[one].state for one in (BY_NAME, *TOGETHER)} == {"suggested 1.1", "suggested 2.1"}
    assert (kept[BACK].verdict, kept[SHORT].state) == ("failed", "differs")
