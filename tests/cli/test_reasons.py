"""A reason typed beside an edit is in the report, the record of the run and the life of the record."""

from __future__ import annotations

import json

from cli_session import APPROVED_LINE, SET_AMOUNT, CliSession

from reconcile.workbook.copy.cell_editor import Keystroke

WHY = "Agreed with Ana on 3 May"


def test_a_reason_goes_from_the_workbook_into_all_that_is_kept_and_not_to_introw(cli: CliSession) -> None:
    workbook = cli.edit(cli.export(), SET_AMOUNT, Keystroke("Lines", APPROVED_LINE, "Reason", WHY))

    page = cli.folder / "plan.md"
    _, shown, _ = cli.run("diff", workbook, "--full", "--report", page)
    code, _, err = cli.run("apply", workbook, "--yes")
    (run,) = json.loads(cli.run("history", "--json")[1])
    _, journal, _ = cli.run("history", run["run_id"])
    _, life, _ = cli.run("history", APPROVED_LINE)
    _, table, _ = cli.run("history", APPROVED_LINE, "--json")

    assert code == 0, err
    assert f"(reason: {WHY}" in shown
    assert f"reason: {WHY}" in page.read_text(encoding="utf-8")
    assert f"reason: {WHY}" in journal
    assert f"reason: {WHY}" in life
    assert [one["reason"] for one in json.loads(table) if one["run"]] == [WHY]
    assert WHY not in json.dumps([dict(one) for one in cli.requests()])


def test_a_policy_holds_an_edit_back_until_its_reason_is_there(cli: CliSession) -> None:
    cli.settings("[profiles.default]\nrate = 100000\n[policy]\nreason_above = { USD = 10, any = 100 }\n")
    exported = cli.export()
    bare = cli.edit(exported, SET_AMOUNT, name="bare.xlsx")
    said = cli.edit(bare, Keystroke("Lines", APPROVED_LINE, "Reason", WHY), name="said.xlsx")

    code, out, err = cli.run("check", bare)

    assert code == 1
    assert "An edit of more than 10 USD needs a reason: Amount 500 → 512.5." in out + err
    assert cli.run("check", said)[0] == 0
