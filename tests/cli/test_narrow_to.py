"""`--only` and `--first`: a plan about some records; the rest of the workbook waits for the next run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_session import (
    APPROVED,
    APPROVED_LINE,
    DECLINE,
    DRAFT_LINE,
    EVERY_KIND,
    NEW_LINE,
    POOL_PARTNER,
    CliSession,
)

from reconcile.workbook.copy.cell_editor import Keystroke


@pytest.fixture
def edited(cli: CliSession) -> Path:
    return cli.edit(cli.export(), *EVERY_KIND)


def targets(plan: dict[str, Any]) -> set[str]:
    return {one["target"]["id"] for one in plan["operations"]}


def test_only_a_payout_takes_its_lines_along_and_says_what_is_left_out(cli: CliSession, edited: Path) -> None:
    everything = cli.plan(edited)
    plan = cli.plan(edited, "--only", APPROVED)

    of_payout = {
        one["target"]["id"] for one in everything["operations"] if one["target"]["payout_id"] == APPROVED
    }
    assert targets(plan) == of_payout < targets(everything)
    assert {APPROVED, APPROVED_LINE} <= of_payout
    told = [one["message"] for one in plan["findings"] if one["rule"] == "left-out"]
    assert len(told) == 1
    assert told[0].endswith(f"left out: the plan was narrowed by --only {APPROVED}.")


def test_only_a_line_leaves_the_stage_of_its_payout(cli: CliSession, edited: Path) -> None:
    assert targets(cli.plan(edited, "--only", APPROVED_LINE)) == {APPROVED_LINE}


def test_only_a_partner_takes_new_lines_by_id_and_by_name(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), *NEW_LINE, *DECLINE)
    name = cli.plan(edited)["operations"]
    partner = next(one["target"]["partner_name"] for one in name if one["action"] == "create line")

    for text in (POOL_PARTNER, partner.upper()):
        assert [one["action"] for one in cli.plan(edited, "--only", text)["operations"]] == ["create line"]


def test_an_error_in_a_row_that_is_left_out_stops_nothing(cli: CliSession) -> None:
    wrong = Keystroke("Lines", DRAFT_LINE, "Amount", "a lot")
    edited = cli.edit(cli.export(), wrong, Keystroke("Lines", APPROVED_LINE, "Amount", 512.5))

    assert cli.run("diff", edited)[0] == 1
    assert cli.run("diff", edited, "--only", APPROVED_LINE)[0] == 0


def test_the_first_payout_alone_and_then_the_rest_is_applied_once(cli: CliSession, edited: Path) -> None:
    first = cli.run("apply", edited, "--first", "1", "--yes", "--json")
    touched = {one["path"].split("/")[-1] for one in cli.writes()}
    rest = cli.run("apply", edited, "--yes", "--json")
    again = cli.run("apply", edited, "--yes")

    assert (first[0], rest[0], again[0]) == (0, 0, 0)
    assert len({cli.state().get(one, {}).get("payoutId") or one for one in touched}) <= len(touched)
    assert json.loads(first[1])["ties"] is True
    whole = [
        one for one in cli.writes() if one["method"] == "POST" and one["path"].endswith("commission-lines")
    ]
    assert len(whole) == 1
    assert "Nothing to apply." in again[1] + again[2]


@pytest.mark.parametrize("text", ["pay_nowhere", "Acme Partner", ""])
def test_what_names_nothing_is_refused_in_a_sentence(cli: CliSession, edited: Path, text: str) -> None:
    code, _, err = cli.run("diff", edited, "--only", text)

    assert code == 2
    assert f"--only {text!r} names no payout, line or partner" in err
    assert ("Did you mean Acme Partners" in err) == (text == "Acme Partner")


def test_a_saved_plan_is_what_it_is(cli: CliSession, edited: Path) -> None:
    cli.plan(edited)
    saved = cli.folder / "saved-plan.json"

    for command in ("diff", "apply"):
        code, _, err = cli.run(command, saved, "--only", APPROVED)
        assert code == 2
        assert "--only" in err
    assert not cli.writes()


def test_where_only_takes_nothing_first_takes_nothing_either(cli: CliSession) -> None:
    """As when the careful command is given once more."""
    edited = cli.edit(cli.export(), Keystroke("Lines", DRAFT_LINE, "Amount", 512.5))

    assert cli.plan(edited, "--only", APPROVED)["operations"] == []
    assert cli.plan(edited, "--only", APPROVED, "--first", "1")["operations"] == []


def test_first_never_widens_what_only_took(cli: CliSession, edited: Path) -> None:
    plan = cli.plan(edited, "--only", APPROVED_LINE, "--only", DRAFT_LINE, "--first", "1")

    assert targets(plan) in ({APPROVED_LINE}, {DRAFT_LINE})
