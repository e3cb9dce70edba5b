"""What an assistant may do: read, propose, compare, ask. It cannot write to Introw, approve, or leave its folder."""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from assistant.conftest import Assistant
from mcp import Client, StdioServerParameters, stdio_client

import reconcile.assistant
from reconcile.assistant.quiet_caller import QuietCaller
from reconcile.assistant.server import server_of
from reconcile.assistant.tools import A_PERSON_APPLIES, NAMES
from reconcile.errors import DecisionNeeded
from reconcile.jobs.assistant.reading_session import reading_session
from reconcile.jobs.runs.hindrances import read_only

ROOM = Path(reconcile.assistant.__file__).parent
MAY_USE = {
    *("reconcile.jobs", "reconcile.jobs.approvals", "reconcile.jobs.approvals.sign_statement"),
    *(
        "reconcile.jobs.exports",
        "reconcile.jobs.exports.exports_out",
        "reconcile.jobs.assistant.propose_edits",
    ),
    *("reconcile.jobs.assistant.reading_session", "reconcile.jobs.runs.history", "reconcile.jobs.scope"),
    "reconcile.jobs.session",
}
EDIT = {"sheet": "Payouts", "row": "pay_1", "column": "PO number", "value": "PO-77"}


def test_the_tools_are_these_and_no_others(assistant: Assistant) -> None:
    async def listed() -> list[Any]:
        async with Client(server_of(assistant.tools)) as client:
            return list((await client.list_tools()).tools)

    tools = anyio.run(listed)

    assert [one.name for one in tools] == list(NAMES)
    assert [one.name for one in tools if not one.description] == []
    assert {one.annotations.destructive_hint for one in tools} == {False}


def test_the_room_reaches_no_job_that_writes_or_approves() -> None:
    """Of the jobs that answer requests, it uses the one that asks."""
    modules = {path: ast.parse(path.read_text(encoding="utf-8")) for path in ROOM.glob("*.py")}
    nodes = [node for tree in modules.values() for node in ast.walk(tree)]
    jobs = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and "jobs" in str(node.module)}
    named = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("answer_request", "checking", "comparing", "exporting")
    }

    assert jobs <= MAY_USE
    assert named == {"request", "check", "diff", "DiffRequest", "Compared", "export", "ExportRequest"}


def test_its_session_has_no_client_that_can_write_whatever_the_profile_allows(assistant: Assistant) -> None:
    mine = reading_session(assistant.tools.session, QuietCaller())

    assert assistant.tools.session.settings.profile.writes == "on"
    assert read_only(mine)
    with pytest.raises(DecisionNeeded, match="A person applies"), mine.connected():
        pass
    with pytest.raises(DecisionNeeded, match="no assistant may give it"):
        mine.caller.confirm("Apply?")


def test_each_tool_does_its_work_and_nothing_is_written_to_introw(assistant: Assistant) -> None:
    exported = assistant.call("export", output="tools.xlsx", stages=["DRAFT"])
    before = (assistant.folder / "tools.xlsx").read_bytes()
    proposed = assistant.call(
        "propose_edits", workbook="tools.xlsx", output="proposed.xlsx", edits=[EDIT, EDIT | {"row": "pay_2"}]
    )
    compared = assistant.call("diff", workbooks=["proposed.xlsx"], save="tools.json")
    others = {
        "check": assistant.call("check", workbook="proposed.xlsx"),
        "explain_rule": assistant.call("explain_rule", rule="amount-sign"),
        "list_runs": assistant.call("list_runs"),
        "list_workbooks": assistant.call("list_workbooks"),
    }
    asked = assistant.call("ask_for_approval", plan="tools.json")
    applied = assistant.call("apply", plan="tools.json")

    assert (exported["done"], proposed["done"], compared["done"]) == (True, True, True)
    assert [one["id"] for one in compared["data"]["operations"]] == ["pay_1", "pay_2"]
    assert {name for name, one in others.items() if not one["done"]} == set()
    assert "changes its sign" in others["explain_rule"]["said"]
    assert "tools.json" in others["list_workbooks"]["data"]["plans"]
    assert (asked["done"], "A person asks" in asked["said"]) == (False, True)
    assert applied == {"done": False, "said": A_PERSON_APPLIES, "data": {}}
    assert (assistant.folder / "tools.xlsx").read_bytes() == before
    assert assistant.writes() == []


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"column": "Amount"}, "no column to edit on Payouts"),
        ({"sheet": "_meta"}, "no sheet to edit"),
        ({"row": "pay_none"}, "not in the workbook"),
        ({"value": '=HYPERLINK("http://evil.example")'}, "would be a formula"),
        ({"value": "PO\u200b77"}, "nobody sees"),
        ({"value": "x" * 4_001}, "at most 4,000"),
        ({"sheet": "New lines", "column": "Amount", "row": "900"}, "a number from 2 to 201"),
    ],
)
def test_an_edit_that_cannot_be_proposed_leaves_no_file(
    edit: dict[str, str], told: str, assistant: Assistant
) -> None:
    if not (assistant.folder / "plain.xlsx").exists():
        assistant.call("export", output="plain.xlsx")
    answer = assistant.call("propose_edits", workbook="plain.xlsx", output="no.xlsx", edits=[EDIT | edit])

    assert (answer["done"], told in answer["data"]["problem"]) == (False, True)
    assert not (assistant.folder / "no.xlsx").exists()


@pytest.mark.parametrize(
    "name", ["../out.xlsx", "/tmp/out.xlsx", "link/out.xlsx", "taken.xlsx", "no/out.xlsx"]
)
def test_no_file_is_written_outside_the_folder_or_over_another(
    name: str, assistant: Assistant, tmp_path: Path
) -> None:
    link, taken = assistant.folder / "link", assistant.folder / "taken.xlsx"
    link.unlink(missing_ok=True)
    link.symlink_to(tmp_path)
    taken.write_bytes(b"mine")
    answer = assistant.call("export", output=name)

    assert not answer["done"]
    assert taken.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == []


def test_a_real_client_reaches_it_over_standard_input_and_output(assistant: Assistant) -> None:
    words = ["-m", "reconcile", "mcp", "--folder", str(assistant.folder), "--config", str(assistant.config)]
    state = str(assistant.config.with_name("other.db"))
    server = StdioServerParameters(
        command=sys.executable, args=[*words, "--state", state], env=dict(os.environ)
    )

    async def talked() -> tuple[list[str], dict[str, Any], dict[str, Any]]:
        async with Client(stdio_client(server)) as client:
            names = [one.name for one in (await client.list_tools()).tools]
            exported = await client.call_tool("export", {"output": "by-stdio.xlsx"})
            applied = await client.call_tool("apply", {"plan": "tools.json"})
            assert exported.structured_content
            assert applied.structured_content
            return names, exported.structured_content, applied.structured_content

    names, exported, applied = anyio.run(talked)

    assert names == list(NAMES)
    assert (exported["done"], exported["data"]["payouts"]) == (True, 50)
    assert applied["said"] == A_PERSON_APPLIES
    assert assistant.writes() == []
