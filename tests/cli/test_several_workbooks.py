"""Several workbooks through the commands: one plan, one run, and each workbook stays right on its own."""

from __future__ import annotations

import shutil

from cli_session import (
    APPROVED,
    APPROVED_LINE,
    DECLINE,
    DRAFT,
    DUPLICATE,
    NEW_LINE,
    POOL_LINE,
    SET_AMOUNT,
    SET_STAGE,
    CliSession,
)

from reconcile.workbook.copy.cell_editor import Keystroke

OTHER_AMOUNT = Keystroke("Lines", APPROVED_LINE, "Amount", 611)
NOTE = Keystroke("Lines", POOL_LINE, "Internal note", "Checked.")


def test_two_copies_of_one_export_are_applied_in_one_run(cli: CliSession) -> None:
    exported = cli.export()
    ana = cli.edit(exported, SET_AMOUNT, *NEW_LINE, NOTE, name="ana.xlsx")
    ben = cli.edit(exported, SET_STAGE, *DECLINE, *NEW_LINE, name="ben.xlsx")
    code, out, err = cli.run("apply", ana, ben, "--yes")
    state = cli.state()

    assert code == 0, out + err
    assert "Everything ties out." in out
    assert state[APPROVED_LINE]["amount"] == "512.50"
    assert state[APPROVED]["stage"] == "PENDING_PAYMENT"
    assert state[DUPLICATE]["status"] == "VOIDED"
    assert len([one for one in state.values() if one.get("description") == "True-up"]) == 2


def test_each_workbook_of_a_run_is_done_with_whoever_it_comes_back_with(cli: CliSession) -> None:
    ana = cli.edit(cli.export(name="first.xlsx"), SET_AMOUNT, *NEW_LINE, NOTE, name="ana.xlsx")
    ben = cli.edit(cli.export(name="second.xlsx"), *DECLINE, *NEW_LINE, name="ben.xlsx")
    cli.run("apply", ana, ben, "--yes")
    before = len(cli.writes())

    for files in ([ana], [ben], [ben, ana]):
        code, out, err = cli.run("apply", *files, "--yes")
        assert (code, "Nothing to apply." in out) == (0, True), out + err
    assert len(cli.writes()) == before


def test_the_same_cell_edited_differently_waits_and_both_cells_are_shown(cli: CliSession) -> None:
    exported = cli.export()
    ana = cli.edit(exported, SET_AMOUNT, name="ana.xlsx")
    ben = cli.edit(exported, OTHER_AMOUNT, NOTE, name="ben.xlsx")
    code, out, _ = cli.run("diff", ana, ben)
    as_json = cli.plan(ana, ben)

    assert code == 1
    assert "ana.xlsx and ben.xlsx want different things here." in out
    assert "ben.xlsx, Lines!" in out
    assert [one["target"]["id"] for one in as_json["conflicts"]] == [APPROVED_LINE]
    assert [one["target"]["id"] for one in as_json["operations"]] == [POOL_LINE]


def test_the_plan_says_which_workbooks_it_is_made_of(cli: CliSession) -> None:
    ana = cli.edit(cli.export("--stage", "APPROVED", name="first.xlsx"), SET_AMOUNT, name="ana.xlsx")
    ben = cli.edit(cli.export("--stage", "DRAFT", name="second.xlsx"), name="ben.xlsx")
    code, out, _ = cli.run("diff", ana, ben)
    books = cli.plan(ana, ben)["workbooks"]

    assert code == 0
    assert "ana.xlsx" in out
    assert "ben.xlsx" in out
    assert [one["file"] for one in books] == ["ana.xlsx", "ben.xlsx"]
    assert [one["export"]["scope"]["stages"] for one in books] == [["APPROVED"], ["DRAFT"]]
    assert len({one["export"]["workbook_id"] for one in books}) == 2


def test_a_saved_plan_of_several_workbooks_is_applied(cli: CliSession) -> None:
    exported = cli.export()
    ana = cli.edit(exported, SET_AMOUNT, name="ana.xlsx")
    ben = cli.edit(exported, SET_STAGE, name="ben.xlsx")
    saved = cli.folder / "plan.json"
    cli.run("diff", ana, ben, "--save", saved)

    assert cli.run("apply", saved, "--yes")[0] == 0
    assert cli.state()[APPROVED]["stage"] == "PENDING_PAYMENT"
    assert cli.run("apply", ana, saved, "--yes")[0] == 2


def test_what_an_older_export_changed_is_no_conflict_for_a_newer_one(cli: CliSession) -> None:
    old = cli.edit(cli.export(name="old.xlsx"), SET_AMOUNT, name="ana.xlsx")
    cli.run("apply", old, "--yes")
    new = cli.edit(cli.export(name="new.xlsx"), OTHER_AMOUNT, name="ben.xlsx")
    code, out, err = cli.run("apply", old, new, "--yes")
    again = cli.run("apply", old, new, "--yes")

    assert code == 0, out + err
    assert cli.state()[APPROVED_LINE]["amount"] == "611.00"
    assert (again[0], "Nothing to apply." in again[1]) == (0, True), again[1]


def test_workbooks_of_one_name_in_two_folders_are_told_apart(cli: CliSession) -> None:
    exported = cli.export()
    paths = []
    for person, key in (("ana", SET_AMOUNT), ("ben", OTHER_AMOUNT)):
        (cli.folder / person).mkdir()
        paths.append(cli.edit(exported, key, name=f"{person}/march.xlsx"))
    code, out, _ = cli.run("diff", *paths)

    assert code == 1
    assert "ana/march.xlsx and ben/march.xlsx want different things here." in out


def test_a_workbook_given_twice_is_a_slip(cli: CliSession) -> None:
    exported = cli.export()
    code, _, err = cli.run("diff", exported, exported)

    assert code == 2
    assert "is given twice" in err


def test_a_workbook_of_another_environment_is_refused_by_its_name(cli: CliSession) -> None:
    exported = cli.export()
    cli.settings("[profiles.default]\nrate = 100000\n[profiles.other]\nrate = 100000\n")
    foreign = cli.folder / "foreign.xlsx"
    assert cli.run("export", "--profile", "other", "-o", foreign)[0] == 0
    code, _, err = cli.run("diff", exported, foreign)

    assert code == 1
    assert err.startswith("Error: foreign.xlsx was exported from other at ")


def test_check_reads_several_workbooks_and_names_each(cli: CliSession) -> None:
    exported = cli.export()
    wrong = cli.edit(exported, Keystroke("Payouts", DRAFT, "Stage", "NONSENSE"), name="ben.xlsx")
    copy = cli.folder / "ana.xlsx"
    shutil.copy(exported, copy)
    code, out, _ = cli.run("check", copy, wrong)

    assert code == 1
    assert "ana.xlsx: 0 errors" in out
    assert "ben.xlsx: 1 error" in out
