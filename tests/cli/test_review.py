"""The review workbook: the person's own file again, marked, with conflicts to decide, and read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from cli_session import (
    APPROVED,
    APPROVED_LINE,
    DECLINE,
    DRAFT,
    DUPLICATE,
    NEW_LINE,
    SET_AMOUNT,
    SET_STAGE,
    CliSession,
)
from libreoffice import Converter
from openpyxl import load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment

from reconcile.workbook.copy.cell_editor import Keystroke

MINE = Keystroke("Payouts", DRAFT, "PO number", "PO-MINE")
KEEP = Keystroke("Conflicts", 2, "Decision", "keep mine")
TAKE = Keystroke("Conflicts", 2, "Decision", "take live")
OURS = ["Conflicts", "Changes", "Findings"]


def conflicted(cli: CliSession, *keystrokes: Keystroke) -> Path:
    """An edited workbook with one conflict: the PO number of a payout."""
    edited = cli.edit(cli.export(), MINE, *keystrokes)
    cli.patch(f"/payouts/{DRAFT}", {"poNumber": "PO-THEIRS"})
    return edited


def reviewed(cli: CliSession, *files: Path, name: str = "review.xlsx") -> Path:
    """The review of a workbook, or the folder with those of several."""
    target = cli.folder / name
    code, out, err = cli.run("diff", *files, "--review", target)
    assert code in (0, 1), out + err
    assert "Review workbook: " in err
    return target


def sheet_rows(path: Path, sheet: str) -> list[dict[str, Any]]:
    book = load_workbook(path)
    header, *rows = [[cell.value for cell in row] for row in book[sheet].iter_rows()]
    book.close()
    return [dict(zip(header, row, strict=True)) for row in rows]


def notes(path: Path, sheet: str) -> dict[str, str]:
    book = load_workbook(path)
    found = {
        cell.coordinate: cell.comment.text for row in book[sheet].iter_rows() for cell in row if cell.comment
    }
    book.close()
    return found


def parts(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def cell_of(path: Path, sheet: str, record: str, header: str) -> str:
    book = load_workbook(path)
    headers = {cell.value: cell.column for cell in book[sheet][1]}
    key = headers["Payout ID" if sheet == "Payouts" else "Line ID"]
    row = next(row for row in book[sheet].iter_rows() if row[key - 1].value == record)
    book.close()
    return str(row[headers[header] - 1].coordinate)


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


def test_changed_cells_have_a_note_with_the_old_value(cli: CliSession) -> None:
    review = reviewed(cli, conflicted(cli, SET_STAGE, SET_AMOUNT))
    stage = cell_of(review, "Payouts", APPROVED, "Stage")
    number = cell_of(review, "Payouts", DRAFT, "PO number")
    amount = cell_of(review, "Lines", APPROVED_LINE, "Amount")
    of_payouts = notes(review, "Payouts")

    assert of_payouts.keys() == {stage, number}
    assert of_payouts[stage] == "reconcile: was APPROVED."
    assert "Live now: PO number: PO-THEIRS" in of_payouts[number]
    assert notes(review, "Lines") == {amount: "reconcile: was 500.00 USD."}


def test_the_lists_say_what_happens_and_lead_to_the_cells(cli: CliSession) -> None:
    wrong = Keystroke("Payouts", APPROVED, "Stage", "NONSENSE")
    review = reviewed(cli, conflicted(cli, wrong, SET_AMOUNT, *NEW_LINE))
    changes = {row["Field"]: row for row in sheet_rows(review, "Changes")}
    (finding,) = sheet_rows(review, "Findings")
    book = load_workbook(review)
    link = book["Findings"]["B2"].hyperlink
    book.close()
    cell = cell_of(review, "Payouts", APPROVED, "Stage")

    assert (changes["Amount"]["Before"], changes["Amount"]["After"]) == ("500.00 USD", "512.50 USD")
    assert changes["Amount"]["What happens"] == "It will be sent."
    assert changes["New line"]["After"] == "99.50 USD"
    assert (finding["Severity"], finding["Value"]) == ("error", "NONSENSE")
    assert link
    assert link.location == f"'Payouts'!{cell}"


def test_everything_else_in_the_file_is_byte_for_byte_what_it_was(cli: CliSession) -> None:
    edited = conflicted(cli, SET_AMOUNT)
    book = load_workbook(edited)
    own = book.create_sheet("My notes")
    for number in range(1, 4):
        own.append([number, number * number])
    chart = BarChart()
    chart.add_data(Reference(own, 2, 1, 2, 3))
    own.add_chart(chart, "D2")
    own["A5"] = "=SUM(A1:A3)"
    book.save(edited)
    book.close()
    before, after = parts(edited), parts(reviewed(cli, edited))
    changed = {name for name in before if before[name] != after[name]}
    sheets = {name for name in changed if name.startswith("xl/worksheets/sheet")}

    assert before.keys() <= after.keys()
    assert any(name.startswith("xl/charts/") for name in before.keys() - changed)
    assert changed - sheets <= {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/worksheets/_rels/sheet2.xml.rels",
        "xl/worksheets/_rels/sheet3.xml.rels",
    }
    for name in sheets:
        start, end = b"<sheetData>", b"</sheetData>"
        rows = [text[text.index(start) : text.index(end)] for text in (before[name], after[name])]
        assert rows[0] == rows[1]


def test_a_note_of_the_person_stays_with_ours_below_it(cli: CliSession) -> None:
    edited = conflicted(cli)
    number = cell_of(edited, "Payouts", DRAFT, "PO number")
    _write_notes(edited, {number: "Ask Eva first.", "A3": "Seen."})
    found = notes(reviewed(cli, edited), "Payouts")

    assert found["A3"] == "Seen."
    assert found[number].startswith("Ask Eva first.\nreconcile: conflict.")


def test_a_note_that_a_program_joined_with_ours_keeps_the_words_of_the_person(cli: CliSession) -> None:
    edited = conflicted(cli)
    number = cell_of(edited, "Payouts", DRAFT, "PO number")
    joined = "Ask Eva & Ben <first>.\nreconcile: was nonsense."
    _write_notes(edited, {number: joined, "A3": "reconcile: of old."})
    found = notes(reviewed(cli, edited), "Payouts")

    assert found.keys() == {number}
    assert found[number].startswith("Ask Eva & Ben <first>.")
    assert found[number].count("reconcile: ") == 1
    assert "nonsense" not in found[number]


def _write_notes(path: Path, texts: dict[str, str]) -> None:
    book = load_workbook(path)
    for cell, text in texts.items():
        book["Payouts"][cell].comment = Comment(text, "Ana")
    book.save(path)
    book.close()


def test_the_review_of_a_review_replaces_what_the_first_one_said(cli: CliSession) -> None:
    first = reviewed(cli, conflicted(cli, SET_AMOUNT))
    decided = cli.edit(first, KEEP, Keystroke("Lines", APPROVED_LINE, "Amount", 500), name="decided.xlsx")
    second = reviewed(cli, decided, name="second.xlsx")
    book = load_workbook(second)
    names, payouts = book.sheetnames, book["Payouts"]
    rules = [rule for area in payouts.conditional_formatting for rule in area.rules]
    book.close()
    priorities = [rule.priority for rule in rules]

    assert names[-3:] == OURS
    assert len(names) == len(set(names))
    assert [row["Decision"] for row in sheet_rows(second, "Conflicts")] == ["keep mine"]
    assert [row["Field"] for row in sheet_rows(second, "Changes")] == ["PO number"]
    assert notes(second, "Lines") == {}
    assert b"<v:shape " not in b"".join(
        text for name, text in parts(second).items() if name.endswith("2.vml")
    )
    assert len(priorities) == len(set(priorities))
    assert cli.run("diff", second)[0] == 0


def test_a_sheet_of_the_person_that_is_called_like_ours_stays(cli: CliSession) -> None:
    edited = conflicted(cli)
    book = load_workbook(edited)
    book.create_sheet("Conflicts").append(["mine"])
    book.save(edited)
    book.close()
    review = reviewed(cli, edited)
    decide = Keystroke("Conflicts 2", 2, "Decision", "take live")

    assert sheet_rows(review, "Conflicts") == []
    assert cli.run("diff", cli.edit(review, decide, name="decided.xlsx"))[0] == 0


def test_hostile_texts_stay_texts(cli: CliSession) -> None:
    text = '=HYPERLINK("x") & <b>]]> "\'\x0b'
    edited = cli.edit(cli.export(), Keystroke("Payouts", DRAFT, "PO number", "=1+1"))
    cli.patch(f"/payouts/{DRAFT}", {"poNumber": text})
    book = load_workbook(edited)
    cell = book["Payouts"][cell_of(edited, "Payouts", DRAFT, "PO number")]
    cell.value, cell.data_type = "=1+1", "s"
    book.save(edited)
    book.close()
    (row,) = sheet_rows(reviewed(cli, edited), "Conflicts")

    assert row["Live now"] == "PO number: " + text.replace("\x0b", " ")
    assert row["Yours"] == "PO number: =1+1"


def test_several_workbooks_have_a_review_each_and_a_decision_in_one_of_them_counts(cli: CliSession) -> None:
    exported = cli.export()
    ana = cli.edit(exported, SET_AMOUNT, name="ana.xlsx")
    ben = cli.edit(exported, Keystroke("Lines", APPROVED_LINE, "Amount", 611), name="ben.xlsx")
    folder = reviewed(cli, ana, ben, name="reviews")
    (row,) = sheet_rows(folder / "ben.xlsx", "Conflicts")
    decided = cli.edit(folder / "ben.xlsx", KEEP, name="ben-decided.xlsx")
    code, out, err = cli.run("apply", folder / "ana.xlsx", decided, "--yes")

    assert row["Yours"] == "Amount: 611"
    assert row["Other workbooks"].startswith("ana.xlsx, Lines!")
    assert row["Other workbooks"].endswith("Amount: 512.5")
    assert code == 0, out + err
    assert cli.state()[APPROVED_LINE]["amount"] == "611.00"


def test_where_nothing_can_be_kept_only_live_is_offered(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), Keystroke("Lines", DUPLICATE, "Amount", 421))
    theirs = cli.edit(cli.export(name="other.xlsx"), *DECLINE, name="theirs.xlsx")
    assert cli.run("apply", theirs, "--yes")[0] == 0
    review = reviewed(cli, edited)
    book = load_workbook(review)
    (rule,) = book["Conflicts"].data_validations.dataValidation
    book.close()
    kept = cli.run("diff", cli.edit(review, KEEP, name="kept.xlsx"))
    taken = cli.plan(cli.edit(review, TAKE, name="taken.xlsx"))

    assert rule.formula1 == '"take live"'
    assert (kept[0], "Nothing of yours can be kept" in kept[1]) == (1, True)
    assert taken["operations"] == taken["conflicts"] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [("review.html", "must end in .xlsx"), ("none/review.xlsx", "There is no folder")],
)
def test_a_place_for_the_review_that_will_not_do_is_refused(cli: CliSession, name: str, words: str) -> None:
    code, _, err = cli.run("diff", cli.export(), "--review", cli.folder / name)

    assert code == 2
    assert words in err


def test_a_review_with_decisions_in_it_is_never_written_over(cli: CliSession) -> None:
    edited = conflicted(cli)
    review = reviewed(cli, edited)
    before = review.read_bytes()

    assert cli.run("diff", edited, "--review", review)[0] == 2
    assert cli.run("diff", edited, "--review", edited)[0] == 2
    assert review.read_bytes() == before


def test_a_report_that_ends_in_xlsx_is_the_review_workbook(cli: CliSession) -> None:
    edited, page, book = conflicted(cli), cli.folder / "plan.html", cli.folder / "review.xlsx"
    code, _, err = cli.run("diff", edited, "--report", page, "--report", book)

    assert code == 1
    assert "Review workbook: " in err
    assert page.exists()
    assert len(sheet_rows(book, "Conflicts")) == 1


def test_there_is_one_review_workbook(cli: CliSession) -> None:
    code, _, err = cli.run("diff", "march.xlsx", "--review", "one.xlsx", "--report", "two.xlsx")

    assert code == 2
    assert "one.xlsx and two.xlsx are both the review workbook" in err


def test_several_reviews_do_not_go_into_one_file(cli: CliSession) -> None:
    exported = cli.export()
    copy = cli.edit(exported, name="copy.xlsx")
    code, _, err = cli.run("diff", exported, copy, "--review", cli.folder / "one.xlsx")

    assert code == 2
    assert "name a folder" in err


def test_decisions_survive_libreoffice(cli: CliSession, convert: Converter) -> None:
    review = reviewed(cli, conflicted(cli, SET_AMOUNT))
    decided = cli.edit(review, KEEP, name="decided.xlsx")
    saved = convert(decided, cli.folder / "saved")
    code, out, err = cli.run("apply", saved, "--yes")

    assert code == 0, out + err
    assert cli.state()[DRAFT]["poNumber"] == "PO-MINE"
    assert notes(saved, "Lines")
