"""Real programs open an exported workbook, work in it and save it: nothing else than the work is planned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_session import APPROVED, APPROVED_LINE, DRAFT_LINE, DUPLICATE, ONLY_LINE, POOL_PARTNER, CliSession
from editors import EDITORS, PROGRAMS, Editor, Step
from slow_reading import read_both_ways

every_editor = pytest.mark.parametrize("editor", EDITORS, indirect=True)

# A week of work: typing, then sorting, then the rest, which must find its rows where sorting put them.
WEEK = (
    Step("type", "Payouts", APPROVED, "Stage", "PENDING_PAYMENT"),
    Step("type", "Payouts", APPROVED, "PO number", "000777"),
    Step("type", "Lines", APPROVED_LINE, "Amount", 512.5),
    Step("type", "New lines", 2, "Partner", POOL_PARTNER),
    Step("type", "New lines", 2, "Amount", 99.5),
    Step("type", "New lines", 2, "Currency", "USD"),
    Step("type", "New lines", 2, "Description", "True-up"),
    Step("sort", "Lines", header="Amount", descending=True),
    Step("sort", "Payouts", header="Payout ID"),
    Step("type", "Lines", DUPLICATE, "Action", "Decline"),
    Step("type", "Lines", DUPLICATE, "Decline reason", "DUPLICATE"),
    Step("delete", "Lines", ONLY_LINE),
    Step("hide", "Lines", APPROVED_LINE),
    Step("hide", "Lines", DRAFT_LINE),
)
CHANGES = {
    (APPROVED, "stage", "APPROVED", "PENDING_PAYMENT"),
    (APPROVED, "po_number", "000123", "000777"),
    (APPROVED_LINE, "amount", "500", "512.5"),
    (DUPLICATE, "action", None, "Decline"),
    (DUPLICATE, "decline_reason", None, "DUPLICATE"),
}
CONTROL_LINE = "cln_00000000000000000control"
OPERATIONS = {
    ("create line", "True-up"),
    ("update line", APPROVED_LINE),
    ("decline line", DUPLICATE),
    ("update payout", APPROVED),
}


# What an editor spoils by opening and saving: recognised, shown as damaged, and never sent.
CONTROLS_LOST = [(CONTROL_LINE, "description", "control characters were lost")]
SPOILT = {"ExcelJS": CONTROLS_LOST, "polars": CONTROLS_LOST}
# openxlsx writes all texts anew as soon as it has typed one.
SPOILT_BY_TYPING = {
    "openxlsx": {
        ("description", "a mark of the file format was put before it"),
        ("po_number", "a mark of the file format was put before it"),
        ("statement_note", "blank lines were lost"),
    }
}
# Table libraries write a text that begins with `=` as a formula: that is recognised, and nothing is sent.
KNOWN_FINDINGS = {"pandas": {"text-is-formula"}, "polars": {"text-is-formula"}}


def damaged(plan: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["target"]["id"], one["field"], one["how"]) for one in plan["damaged"]]


def found(plan: dict[str, Any], editor: Editor) -> list[dict[str, Any]]:
    """The findings, those aside that are known of the program."""
    return [one for one in plan["findings"] if one["rule"] not in KNOWN_FINDINGS.get(editor.name, ())]


def worked(cli: CliSession, editor: Editor, *steps: Step) -> Path:
    """An export that went through the editor."""
    target = cli.folder / "back.xlsx"
    editor.work(cli.export(), target, steps)
    return target


def plan_of(cli: CliSession, workbook: Path) -> dict[str, Any]:
    saved = cli.folder / "plan.json"
    _, _, err = cli.run("diff", workbook, "--save", saved)
    assert [line.partition(":")[0] for line in err.splitlines()] == ["Plan", "Next"], err
    plan: dict[str, Any] = json.loads(saved.read_text(encoding="utf-8"))
    return plan


@every_editor
def test_opening_and_saving_plans_nothing_and_finds_nothing(editor: Editor, cli: CliSession) -> None:
    plan = plan_of(cli, worked(cli, editor))

    assert damaged(plan) == SPOILT.get(editor.name, [])
    assert found(plan, editor) == []
    for part in ("operations", "changes", "conflicts", "missing", "drifts", "held"):
        assert plan[part] == [], part


@pytest.mark.parametrize("editor", PROGRAMS, indirect=True)
def test_what_a_program_saved_is_read_plainly_as_the_long_way(editor: Editor, cli: CliSession) -> None:
    read_both_ways(worked(cli, editor, *WEEK), cli.folder)


@every_editor
def test_a_week_of_work_is_the_whole_plan_and_nothing_else(editor: Editor, cli: CliSession) -> None:
    plan = plan_of(cli, worked(cli, editor, *WEEK))
    changes = {(one["target"]["id"], one["field"], one["before"], one["after"]) for one in plan["changes"]}
    operations = {
        (
            one["action"],
            one["body"].get("description") if one["action"] == "create line" else one["target"]["id"],
        )
        for one in plan["operations"]
    }

    assert changes == CHANGES
    assert operations == OPERATIONS
    assert [one["id"] for one in plan["missing"]] == [ONLY_LINE]
    if editor.name in SPOILT_BY_TYPING:
        assert {(name, how) for _, name, how in damaged(plan)} == SPOILT_BY_TYPING[editor.name]
    else:
        assert damaged(plan) == SPOILT.get(editor.name, [])
    assert found(plan, editor) == []
    for part in ("conflicts", "drifts", "held"):
        assert plan[part] == [], part
