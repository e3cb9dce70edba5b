"""A line once made is never made again: whatever file, copy or state store asks for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cli_session import DRAFT, DRAFT_LINE, NEW_LINE, CliSession
from openpyxl import load_workbook
from struck_runs import small_month

from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running
from reconcile.workbook.copy.cell_editor import Keystroke

Open = Callable[..., CliSession]


@pytest.fixture
def server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    """Opens a cli on a server of the small month with these choices."""
    with ExitStack() as stack:

        def opened(**choices: object) -> CliSession:
            url = stack.enter_context(running(small_month(), Choices(rate=100_000, **choices)))  # type: ignore[arg-type]
            return CliSession(url, tmp_path, capsys, monkeypatch.setenv)

        yield opened


def made(cli: CliSession) -> int:
    """How many lines the server made."""
    return sum("True" in (one.get("description") or "") for one in cli.state().values())


def saved(cli: CliSession, edited: Path, code: int = 0) -> Path:
    plan = cli.folder / "saved.json"
    assert cli.run("diff", edited, "--save", plan)[0] == code
    return plan


def run_id(cli: CliSession) -> str:
    return cli.run("history")[1].split()[0]


def outcomes(cli: CliSession, *words: str | Path) -> tuple[int, list[str], bool]:
    """The exit code of a run, the outcomes of its operations, and whether it ties."""
    code, out, err = cli.run(*words, "--json")
    assert out, err
    told = json.loads(out)
    return code, [one["outcome"] for one in told["operations"]], told["ties"]


KEYS = [
    pytest.param({}, id="keys honoured"),
    pytest.param({"key_life": 0.01}, id="keys expired"),
    pytest.param({"honour_keys": False}, id="keys ignored"),
]


@pytest.mark.parametrize("choices", KEYS)
@pytest.mark.parametrize("first", ["the plan", "the workbook"])
def test_a_saved_plan_after_its_run_is_already_applied(
    first: str, choices: dict[str, object], server: Open
) -> None:
    cli = server(**choices)
    edited = cli.edit(cli.export(), *NEW_LINE)
    plan = saved(cli, edited)
    assert cli.run("apply", plan if first == "the plan" else edited, "--yes")[0] == 0

    assert outcomes(cli, "apply", plan, "--yes") == (0, ["already-applied"], True)
    assert made(cli) == 1


@pytest.mark.parametrize("choices", KEYS)
def test_a_run_set_aside_in_a_call_is_asked_before_its_plan_goes_on(
    choices: dict[str, object], server: Open
) -> None:
    cli = server(**choices)
    edited = cli.edit(cli.export(), *NEW_LINE)
    plan = saved(cli, edited)
    cli.fault("POST /commission-lines: lose-answer")
    cli.fault("GET /commission-lines: 500 1 after 1")
    cli.settings("[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nattempts = 1\n")
    assert cli.run("apply", plan, "--yes")[0] == 4
    cli.run("resume", run_id(cli), "--set-aside", "the server fails")
    assert made(cli) == 1

    assert outcomes(cli, "apply", plan, "--yes") == (0, ["already-applied"], True)
    assert cli.run("apply", edited, "--yes")[0] == 0
    assert made(cli) == 1


@pytest.mark.parametrize("choices", KEYS)
def test_another_state_store_asks_and_sends_nothing(choices: dict[str, object], server: Open) -> None:
    cli = server(**choices)
    edited = cli.edit(cli.export(), *NEW_LINE)
    plan = saved(cli, edited)
    assert cli.run("apply", edited, "--yes")[0] == 0
    cli.setenv("RECONCILE_STATE", str(cli.folder / "another.db"))
    code, out, _ = cli.run("apply", edited, "--yes")
    refused, _, err = cli.run("apply", plan, "--yes")

    assert code == 1
    assert "says the same as line" in out
    assert refused != 0
    assert "was made with another state store" in err
    assert made(cli) == 1


def _moved(path: Path) -> None:
    """What a person types stands two rows further down, as after cut and paste."""
    book = load_workbook(path)
    sheet = book["New lines"]
    for column in range(1, 7):
        sheet.cell(4, column).value, sheet.cell(2, column).value = sheet.cell(2, column).value, None
    book.save(path)


def _without_hidden_columns(path: Path) -> None:
    book = load_workbook(path)
    sheet = book["New lines"]
    hidden = [
        column
        for column in range(sheet.max_column, 0, -1)
        if sheet.column_dimensions[sheet.cell(1, column).column_letter].hidden
    ]
    assert hidden
    for column in hidden:
        for row in range(1, sheet.max_row + 1):
            sheet.cell(row, column).value = None
    sheet.tables.clear()
    book.save(path)


CHANGES = {"moved": _moved, "hidden columns removed": _without_hidden_columns}


@pytest.mark.parametrize("repaired", [False, True], ids=["as it is", "repaired"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_row_that_lost_its_place_asks_and_sends_nothing(
    change: str,
    repaired: bool,  # noqa: FBT001  a parameter of the table above
    server: Open,
) -> None:
    cli = server(honour_keys=False)
    edited = cli.edit(cli.export(), *NEW_LINE)
    assert cli.run("apply", edited, "--yes")[0] == 0
    CHANGES[change](edited)
    checked = cli.run("check", edited)
    if repaired:
        copy = cli.folder / "repaired.xlsx"
        cli.run("doctor", edited, "--repair", copy)
        edited = copy
    code, out, _ = cli.run("apply", edited, "--yes")
    decided = cli.run("apply", edited, "--yes", "--prefer", "live", "--field", "amount")

    assert "This new line says the same as line" in checked[1]
    assert code == 1
    assert "says the same as line" in out
    assert decided[0] == 0
    assert made(cli) == 1


BENDING = [
    pytest.param({"fill_source": True, "trim_texts": True}, id="fills and trims"),
    pytest.param({"list_lag": 0.6}, id="lists lag"),
    pytest.param({"list_lag": 0.6, "show_created": False}, id="lists lag, answer without an id"),
]


@pytest.mark.parametrize("choices", BENDING)
def test_one_lost_answer_makes_one_line(choices: dict[str, object], server: Open) -> None:
    cli = server(honour_keys=False, **choices)
    cli.settings("[profiles.default]\nrate = 100000\nsettle_wait = 0.1\nabsence_wait = 2\n")
    spaced = Keystroke("New lines", 2, "Description", "True  up")
    edited = cli.edit(cli.export(), *NEW_LINE[:3], spaced)
    cli.fault("POST /commission-lines: lose-answer")
    code = cli.run("apply", edited, "--yes")[0]
    again = cli.run("apply", edited, "--yes")[0]

    assert made(cli) == 1
    assert code == (1 if "fill_source" in choices else 0)
    assert again == 0


@pytest.mark.parametrize("status", [409, 422])
def test_a_refusal_after_a_lost_answer_is_no_refusal(status: int, server: Open) -> None:
    cli = server(list_lag=3, read_lag=3)
    edited = cli.edit(cli.export(), *NEW_LINE)
    cli.fault("POST /commission-lines: lose-answer")
    cli.fault(f"POST /commission-lines: {status}")
    code, out, _ = cli.run("apply", edited, "--yes", "--json")
    (first,) = json.loads(out)["operations"]
    cli.settings("[profiles.default]\nrate = 100000\nsettle_wait = 0.1\nabsence_wait = 9\n")

    assert (code, first["outcome"], first["status"]) == (4, "unknown", status)
    assert outcomes(cli, "resume", run_id(cli)) == (0, ["applied"], True)
    assert made(cli) == 1


@pytest.mark.parametrize("status", [409, 422])
def test_a_detach_that_is_refused_after_a_lost_answer_is_settled_by_live(status: int, server: Open) -> None:
    cli = server(list_lag=3, read_lag=3)
    edited = cli.edit(cli.export(), Keystroke("Lines", DRAFT_LINE, "Action", "Detach"))
    cli.fault("POST /commission-lines/*/detach: lose-answer")
    cli.fault(f"POST /commission-lines/*/detach: {status}")
    code, out, _ = cli.run("apply", edited, "--yes", "--json")
    (first,) = json.loads(out)["operations"]
    cli.settings("[profiles.default]\nrate = 100000\nsettle_wait = 0.1\nabsence_wait = 9\n")

    assert (code, first["outcome"]) == (4, "unknown")
    assert outcomes(cli, "resume", run_id(cli)) == (0, ["applied"], True)


def test_a_line_that_is_never_listed_can_be_set_aside_and_is_asked_about(server: Open) -> None:
    cli = server(list_lag=60, show_created=False, honour_keys=False)
    edited = cli.edit(cli.export(), *NEW_LINE)
    plan = saved(cli, edited)
    first = cli.run("apply", edited, "--yes")
    resumed = cli.run("resume", run_id(cli))
    cli.run("resume", run_id(cli), "--set-aside", "Introw does not list it")
    code, out, _ = cli.run("diff", edited)
    of_plan = outcomes(cli, "apply", plan, "--yes")

    assert (first[0], resumed[0], code) == (4, 4, 1)
    assert "--set-aside" in resumed[2]
    assert "no line of it was seen" in out
    assert of_plan[:2] == (1, ["skipped"])
    assert made(cli) == 1


def test_a_decision_sends_a_line_that_was_never_made(server: Open) -> None:
    cli = server()
    edited = cli.edit(cli.export(), *NEW_LINE)
    cli.fault("POST /commission-lines: drop 3")
    assert cli.run("apply", edited, "--yes")[0] == 4
    cli.run("resume", run_id(cli), "--set-aside", "no answer")
    asked = cli.run("apply", edited, "--yes")
    decided = cli.run("apply", edited, "--yes", "--prefer", "mine", "--field", "partner_id")

    assert (asked[0], decided[0]) == (1, 0), decided
    assert made(cli) == 1


def test_a_line_that_was_made_and_declined_since_is_not_made_again(server: Open) -> None:
    cli = server(honour_keys=False)
    partner = cli.state()[DRAFT]["partner"]["id"]
    placed = {"Partner": partner, "Payout ID": DRAFT}
    edited = cli.edit(
        cli.export(), *NEW_LINE[1:], *(Keystroke("New lines", 2, name, one) for name, one in placed.items())
    )
    plan = saved(cli, edited)
    assert cli.run("apply", edited, "--yes")[0] == 0
    (line,) = (key for key, one in cli.state().items() if one.get("description") == "True-up")
    cli.post(f"/commission-lines/{line}/decline", {"reasonType": "DUPLICATE"})
    of_plan = outcomes(cli, "apply", plan, "--yes")
    again = cli.run("apply", edited, "--yes")
    cli.setenv("RECONCILE_STATE", str(cli.folder / "another.db"))
    elsewhere = cli.run("apply", edited, "--yes")

    assert of_plan[:2] == (1, ["skipped"])
    assert (again[0], elsewhere[0]) == (0, 1)
    assert made(cli) == 1
