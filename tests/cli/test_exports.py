"""`exports` lists what is out and makes a workbook void; what comes back of it is refused everywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_session import SET_AMOUNT, SET_STAGE, CliSession

WHY = "the gold plan was wrong"


def listed(cli: CliSession, *arguments: str) -> list[dict[str, Any]]:
    """What `exports` says, for a program."""
    found: list[dict[str, Any]] = json.loads(cli.run("exports", "--json", *arguments)[1])["exports"]
    return found


def test_what_is_out_is_listed_with_its_note_until_it_is_applied(cli: CliSession) -> None:
    workbook = cli.export("--note", "By Friday, please.")
    (out,) = listed(cli)
    edited = cli.edit(workbook, SET_AMOUNT)
    cli.run("diff", edited)
    (back,) = listed(cli)
    cli.run("apply", edited, "--yes")
    (run,) = json.loads(cli.run("history", "--json")[1])
    (done,) = listed(cli, "--all")

    assert (out["state"], out["file"], out["note"]) == ("out", "march.xlsx", "By Friday, please.")
    assert (back["state"], bool(back["returned_at"])) == ("returned", True)
    assert listed(cli) == []
    assert done["state"] == "applied"
    assert done["runs"] == [{"run_id": run["run_id"], "state": "finished"}]


def test_a_withdrawn_workbook_is_refused_with_who_and_why_and_a_plan_of_it_too(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_STAGE)
    plan = cli.folder / "plan.json"
    cli.run("diff", edited, "--save", plan)
    code, out, _ = cli.run("exports", "withdraw", "march.xlsx", "--reason", WHY)
    told = [
        cli.run(*words)
        for words in (
            ("check", edited),
            ("diff", edited),
            ("apply", edited, "--yes"),
            ("diff", plan),
            ("apply", plan, "--yes"),
            ("doctor", edited),
        )
    ]

    assert (code, "It will be refused when it comes back." in out) == (0, True)
    assert [one[0] for one in told] == [1] * len(told)
    assert [WHY in one[1] + one[2] and "was withdrawn on " in one[1] + one[2] for one in told] == [True] * 6
    assert cli.writes() == []
    assert cli.run("history", "--verify")[0] == 0


def test_a_restored_workbook_can_be_applied(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT)
    cli.run("exports", "withdraw", edited, "--reason", WHY)
    _, again, _ = cli.run("exports", "withdraw", edited, "--reason", "once more")
    cli.run("exports", "restore", edited, "--reason", "it was another one")

    assert f"nothing was changed, it is withdrawn on {again.split(' on ')[1][:16]}" in again
    assert WHY in again
    assert cli.run("apply", edited, "--yes")[0] == 0


def test_what_a_withdrawn_workbook_changed_can_be_undone(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT)
    cli.run("apply", edited, "--yes")
    cli.run("exports", "withdraw", "march.xlsx", "--reason", WHY)
    (run,) = json.loads(cli.run("history", "--json")[1])
    code, out, err = cli.run("undo", run["run_id"], "--yes")

    assert code == 0, out + err
    assert len(cli.writes()) == 2


def test_a_whole_split_is_withdrawn_by_its_id_and_the_close_awaits_the_rest(cli: CliSession) -> None:
    folder = cli.folder / "parts"
    cli.run("export", "--split-by", "partner", "-o", folder, "--note", "=1+1")
    workbooks = listed(cli)
    one = workbooks[0]
    cli.run("exports", "withdraw", one["workbook_id"], "--reason", WHY)
    _, text, _ = cli.run("exports")
    code, out, _ = cli.run("exports", "withdraw", one["set_id"], "--reason", WHY)

    assert len(workbooks) > 3
    assert f"{one['set_id']}: {len(workbooks) - 1} workbooks of one split are listed" in text
    assert "Not listed: 1 withdrawn." in text
    assert code == 0
    assert f"{len(workbooks) - 1} workbooks will be refused when they come back." in out
    assert listed(cli) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nothing.xlsx", "--reason", WHY), "has no export nothing.xlsx"),
        (("march.xlsx", "--reason", " "), "--reason is blank"),
        (("march.xlsx", "--reason", "x" * 501), "at most 500"),
    ],
)
def test_a_withdrawal_that_cannot_be_made_says_why(
    words: tuple[str, ...], told: str, cli: CliSession
) -> None:
    cli.export()
    code, _, err = cli.run("exports", "withdraw", *words)

    assert (code, told in err) == (2, True)


def test_a_name_that_was_exported_twice_is_not_guessed(cli: CliSession) -> None:
    Path(cli.export()).unlink()
    Path(cli.export()).unlink()
    code, _, err = cli.run("exports", "withdraw", "march.xlsx", "--reason", WHY)

    assert code == 2
    assert "was exported 2 times; name one of: wb-" in err


def test_a_note_that_is_too_long_stops_the_export_before_anything_is_asked(cli: CliSession) -> None:
    code, _, err = cli.run("export", "-o", cli.folder / "long.xlsx", "--note", "x" * 1001)

    assert (code, "--note has 1,001 characters; at most 1,000" in err) == (2, True)
    assert cli.requests() == []
