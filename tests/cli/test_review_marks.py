"""What the review workbook marks, lists and leaves alone in the person's own file."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest
from cli.review_cases import KEEP, TAKE, cell_of, conflicted, reviewed, sheet_rows
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

OURS = ["Conflicts", "Changes", "Findings"]


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
