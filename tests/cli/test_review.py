"""Decisions in the review workbook: offered, read back, applied, and not guessed."""

from __future__ import annotations

import pytest
from cli.review_cases import KEEP, TAKE, cell_of, conflicted, reviewed, sheet_rows
from cli_session import (
    APPROVED_LINE,
    DECLINE,
    DRAFT,
    NEW_LINE,
    SET_AMOUNT,
    CliSession,
)
from openpyxl import load_workbook

from reconcile.workbook.copy.cell_editor import Keystroke


def test_the_conflict_shows_all_sides_and_offers_both_decisions(cli: CliSession) -> None:
    review = reviewed(cli, conflicted(cli))
    (row,) = sheet_rows(review, "Conflicts")
    book = load_workbook(review)
    (rule,) = book["Conflicts"].data_validations.dataValidation
    book.close()

    assert row["Exported"] == "PO number: (blank)"
    assert row["Yours"] == "PO number: PO-MINE"
    assert row["Live now"] == "PO number: PO-THEIRS"
    assert row["Decision"] is None
    assert row["Cell"] == f"Payouts!{cell_of(review, 'Payouts', DRAFT, 'PO number')}"
    assert (str(rule.sqref), rule.formula1) == ("H2", '"keep mine,take live"')


@pytest.mark.parametrize(("decision", "number"), [(KEEP, "PO-MINE"), (TAKE, "PO-THEIRS")])
def test_a_decision_is_read_back_and_applied(cli: CliSession, decision: Keystroke, number: str) -> None:
    review = reviewed(cli, conflicted(cli, SET_AMOUNT, *NEW_LINE))
    decided = cli.edit(review, decision, name="decided.xlsx")
    code, out, err = cli.run("apply", decided, "--yes")
    state = cli.state()

    assert code == 0, out + err
    assert "decided.xlsx, Conflicts!H2" in out
    assert state[DRAFT]["poNumber"] == number
    assert state[APPROVED_LINE]["amount"] == "512.50"
    again = cli.run("apply", decided, "--yes")
    assert (again[0], "Nothing to apply." in again[1]) == (0, True), again[1]


def test_a_review_that_nobody_decided_in_gives_the_same_plan(cli: CliSession) -> None:
    edited = conflicted(cli, SET_AMOUNT, *DECLINE, *NEW_LINE)
    review = reviewed(cli, edited)
    before, after = cli.run("diff", edited), cli.run("diff", review)

    def told(out: str) -> list[str]:
        return [line for line in out.splitlines() if not line.startswith(("Plan for", "  "))]

    assert before[0] == after[0] == 1
    assert told(before[1]) == told(after[1])


def test_a_decision_falls_when_live_moves_again(cli: CliSession) -> None:
    review = reviewed(cli, conflicted(cli))
    cli.patch(f"/payouts/{DRAFT}", {"poNumber": "PO-LATER"})
    decided = cli.edit(review, KEEP, name="decided.xlsx")
    code, out, _ = cli.run("diff", decided)

    assert code == 1
    assert "live was PO number PO-THEIRS then and is PO number PO-LATER now" in out
    assert cli.plan(decided)["operations"] == []


def test_a_decision_on_a_conflict_that_is_no_more_is_only_told(cli: CliSession) -> None:
    review = reviewed(cli, conflicted(cli))
    cli.patch(f"/payouts/{DRAFT}", {"poNumber": None})
    code, out, _ = cli.run("diff", cli.edit(review, TAKE, name="decided.xlsx"))

    assert code == 0
    assert "there is no such conflict any more" in out
    assert "1 operation" in out


def test_a_word_that_is_no_decision_is_found_in_its_cell(cli: CliSession) -> None:
    review = reviewed(cli, conflicted(cli))
    wrong = cli.edit(review, Keystroke("Conflicts", 2, "Decision", "perhaps"), name="decided.xlsx")
    code, out, _ = cli.run("diff", wrong)

    assert code == 1
    assert "decided.xlsx, Conflicts!H2: 'perhaps' is no decision" in out
    assert "1 conflict" in out
    assert cli.run("check", wrong)[0] == 1


def test_case_and_spaces_do_not_matter_in_a_decision(cli: CliSession) -> None:
    review = reviewed(cli, conflicted(cli))
    typed = cli.edit(review, Keystroke("Conflicts", 2, "Decision", " Keep  Mine "), name="decided.xlsx")

    assert cli.run("diff", typed)[0] == 0


def test_both_decisions_on_one_conflict_count_for_nothing(cli: CliSession) -> None:
    review = reviewed(cli, conflicted(cli))
    book = load_workbook(review)
    sheet = book["Conflicts"]
    for cell in list(sheet[2]):
        sheet.cell(3, cell.column, cell.value)
    sheet["H2"], sheet["H3"] = "keep mine", "take live"
    book.save(cli.folder / "decided.xlsx")
    book.close()
    code, out, _ = cli.run("diff", cli.folder / "decided.xlsx")

    assert code == 1
    assert "contradict each other" in out
    assert cli.plan(cli.folder / "decided.xlsx")["operations"] == []


def test_a_decision_whose_hidden_cell_was_changed_is_not_guessed(cli: CliSession) -> None:
    review = reviewed(cli, conflicted(cli))
    damaged = cli.edit(
        review, KEEP, Keystroke("Conflicts", 2, "reconcile:Conflicts", "{}"), name="decided.xlsx"
    )
    code, out, _ = cli.run("diff", damaged)

    assert code == 1
    assert "it is not known what this decision is about" in out


def test_a_deleted_decision_column_is_told(cli: CliSession) -> None:
    review = reviewed(cli, conflicted(cli))
    renamed = cli.edit(review, Keystroke("Conflicts", 1, "Decision", "Verdict"), name="decided.xlsx")
    code, out, _ = cli.run("diff", renamed)

    assert code == 1
    assert "has no column Decision any more" in out
