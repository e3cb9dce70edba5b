"""What is told of a run a second time: of its plan, its money, what it left, and where its result goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from cli_session import APPROVED_LINE, DRAFT_LINE, SET_AMOUNT, SET_STAGE, CliSession
from struck_runs import small_month

from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running
from reconcile.workbook.copy.cell_editor import Keystroke

WRONG = Keystroke("Lines", DRAFT_LINE, "Amount", "much")
AUTHOR = (
    "[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\n"
    'comment_author = "ana@acme.example"\n'
)


@pytest.fixture
def cli(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[CliSession]:
    with running(small_month(), Choices(rate=100_000)) as url:
        yield CliSession(url, tmp_path, capsys, monkeypatch.setenv)


def test_a_plan_that_was_applied_says_so_and_the_second_run_moved_no_money(cli: CliSession) -> None:
    saved = cli.folder / "plan.json"
    cli.run("diff", cli.edit(cli.export(), SET_AMOUNT), "--save", saved)
    first = cli.run("apply", saved, "--yes")
    shown = cli.run("diff", saved)
    second = cli.run("apply", saved, "--yes")
    _, machine, _ = cli.run("history", "--json")

    assert "has applied this plan" not in first[1] + first[2]
    assert "(finished) has applied this plan. What it did is not done again" in shown[1] + shown[2]
    assert "(finished) has applied this plan." in second[1] + second[2]
    assert [(one["counts"], one["moved"]) for one in json.loads(machine)] == [
        ("1 already-applied", ""),
        ("1 applied", "+12.50 USD"),
    ]


def test_a_resume_that_leaves_something_names_it(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT, WRONG)
    cli.fault("PATCH /commission-lines/*: 402")
    assert cli.run("apply", edited, "--yes")[0] == 4
    _, machine, _ = cli.run("history", "--json")
    code, out, _ = cli.run("resume", json.loads(machine)[0]["run_id"])

    assert code == 1
    assert "What was done ties out." in out or "Everything ties out." in out
    assert "1 record waits for your decision, and the run left them as they are:" in out
    assert DRAFT_LINE in out


def test_a_plan_of_a_withdrawn_workbook_is_refused_before_anything_of_it_is_shown(cli: CliSession) -> None:
    saved = cli.folder / "plan.json"
    workbook = cli.export()
    cli.run("diff", cli.edit(workbook, SET_AMOUNT), "--save", saved)
    cli.run("exports", "withdraw", workbook, "--reason", "A plan was wrong")
    code, out, err = cli.run("diff", saved)

    assert (code, out) == (1, "")
    assert "was withdrawn on" in err


def test_a_result_replaces_one_that_is_there_with_force_alone(cli: CliSession) -> None:
    edited, result = cli.edit(cli.export(), SET_AMOUNT), cli.folder / "result.xlsx"
    result.write_bytes(b"an older one")
    refused = cli.run("apply", edited, "--yes", "--result", result)
    code, _, err = cli.run("apply", edited, "--yes", "--result", result, "--force")

    assert refused[0] == 2
    assert "is there already; choose another name, or pass --force" in refused[2]
    assert code == 0, err
    assert result.read_bytes()[:2] == b"PK"


def test_comments_are_counted_before_the_question(cli: CliSession, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.settings(AUTHOR)
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))
    edited = cli.edit(cli.export(), SET_STAGE, SET_AMOUNT)
    code, out, err = cli.run("apply", edited, "--comment-text", "Paid by wire")

    assert code == 1
    assert "Apply 2 operations to" in out + err
    assert "and leave 1 comment (as many more calls)?" in out + err


def test_a_reason_that_is_missing_names_the_edit(cli: CliSession) -> None:
    cli.settings(AUTHOR + "[policy]\nreason_above = { USD = 5 }\n")
    _, out, err = cli.run("diff", cli.edit(cli.export(), SET_AMOUNT))

    assert "An edit of more than 5 USD needs a reason: Amount 500 → 512.5." in out, err
    assert APPROVED_LINE in out
