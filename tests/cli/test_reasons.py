"""A reason typed beside an edit is in the report, the record of the run and the life of the record."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cli_session import APPROVED_LINE, SET_AMOUNT, CliSession
from openpyxl import load_workbook

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


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("shown", [True, False])
def test_a_statement_shows_a_reason_only_where_the_workbook_said_so(
    cli: CliSession, *, told: bool, shown: bool
) -> None:
    _say_reasons(cli, told=told)
    exported = cli.export("--period", "2026-03")
    cli.run("close", "--period", "2026-03", "-o", cli.folder / "march")
    workbook = cli.edit(exported, SET_AMOUNT, Keystroke("Lines", APPROVED_LINE, "Reason", WHY))
    code, out, err = cli.run("apply", workbook, "--yes", "--reopen", "2026-03", "--reason", "a wrong rate")
    assert code == 0, out + err
    closed, out, err = cli.run("close", "--period", "2026-04", "-o", cli.folder / "april")
    assert closed == 0, out + err
    _say_reasons(cli, told=shown)
    code, _, err = cli.run("statements", "--period", "2026-04", "-o", cli.folder / "statements")
    assert code == 0, err

    pages = [one.read_text(encoding="utf-8") for one in (cli.folder / "statements").glob("*.html")]
    books = [load_workbook(one) for one in (cli.folder / "statements").glob("*.xlsx")]
    cells = [str(cell) for book in books for sheet in book for row in sheet.values for cell in row]
    assert sum(WHY in page for page in pages) == (told and shown)
    assert sum(cell.endswith(f": {WHY}") for cell in cells) == (told and shown)
    assert _hints(exported) == {
        "it goes into the report, the record of the run, and the partner's statement"
        if told
        else "It goes into the report and the record of the run, never to the partner"
    }


def _say_reasons(cli: CliSession, *, told: bool) -> None:
    word = "true" if told else "false"
    cli.settings(f"[profiles.default]\nrate = 100000\n[policy]\nreasons_on_statements = {word}\n")


def _hints(workbook: Path) -> set[str]:
    """What the hints of the columns `Reason` say of where a reason goes."""
    said = [
        rule.prompt or ""
        for sheet in load_workbook(workbook)
        for rule in sheet.data_validations.dataValidation
    ]
    return {
        part
        for text in said
        for part in re.findall(r"[Ii]t goes into .*?(?:statement|partner)(?=[ ;])", text)
    }
