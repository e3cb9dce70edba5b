"""What the payments command tells, keeps and refuses."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cli.payment_cases import (
    BACK,
    BY_NAME,
    BY_PO,
    SHORT,
    TOGETHER,
    planned_payments,
    run_payments,
    sample_file,
)
from cli_session import APPROVED, CliSession
from openpyxl import load_workbook

from reconcile.domain.snapshot import Environment
from reconcile.store.store import Store

# The sample payments pay the whole sample month.
pytestmark = pytest.mark.full_month


WHOLE_MONTH = ()


def test_the_lists_in_the_workbook_add_up_to_the_files(cli: CliSession) -> None:
    workbook, said = run_payments(cli, "bank.bai2", only=WHOLE_MONTH)
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
    workbook, said = run_payments(cli, "bank.camt053.xml")
    changes = planned_payments(cli, workbook)

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
    code, out, err = cli.run("payments", sample_file("bank.camt053.xml"), "-o", cli.folder / "paid.xlsx")

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
    code, _, err = cli.run("payments", sample_file("bank.bai2"), "-o", cli.folder / "p.xlsx")

    assert code == 2
    assert told in err


def test_the_same_file_twice_pays_once(cli: CliSession) -> None:
    workbook, said = run_payments(cli, "bank.csv", "bank.csv")

    assert said["counts"]["repeated"] == 10
    assert planned_payments(cli, workbook).keys() == {APPROVED, BY_PO, BACK}


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
    _, said = run_payments(cli, good)

    assert (code, "broken.xlsx, Bank!C5: 'x' is no amount" in err) == (1, True)
    assert said["matches"][0]["payments"] == ["good.xlsx, Bank!C4"]


def test_a_wrong_control_total_stops_until_it_is_allowed(cli: CliSession) -> None:
    file = cli.folder / "xero.csv"
    file.write_bytes(sample_file("xero.csv").read_bytes().replace(b'"296,877.02"', b'"296,877.03"'))
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
        ([str(sample_file("bank.bai2")), "-o", "p.csv"], 2, "must end in .xlsx"),
        ([str(sample_file("bank.bai2")), "-o", "p.xlsx", "--allow", "x"], 2, "there is no such error"),
        (
            [str(sample_file("bank.csv")), "-o", "p.xlsx", "--layout", "none"],
            2,
            "There is no file erp/none.toml",
        ),
        ([str(sample_file("bank.csv")), "-o", "p.xlsx", "--partner", "Nobody"], 2, "no partner 'Nobody'"),
    ],
)
def test_wrong_arguments_are_refused_in_one_sentence(
    cli: CliSession, arguments: list[str], code: int, told: str
) -> None:
    done, _, err = cli.run("payments", *arguments)

    assert done == code
    assert told in err


def test_the_store_remembers_what_was_paid_by_which_payment(cli: CliSession) -> None:
    run_payments(cli, "bank.camt053.xml")
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
