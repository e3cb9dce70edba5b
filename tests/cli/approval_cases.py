"""What the tests of approvals share."""

from __future__ import annotations

from cli_session import CliSession
from signers import team_settings

PEOPLE = {"ana": ["prepare"], "ben": ["approve"], "cleo": ["approve"]}


RULES = 'ask_for = ["visible", "irreversible", "undo"]\namounts = { USD = 1_000 }\n'


def set_team(
    cli: CliSession, people: dict[str, list[str]], rules: str = RULES, new: tuple[str, ...] = ()
) -> None:
    cli.settings(team_settings(people, rules, new))


def run_signed(team: CliSession, *arguments: str) -> tuple[int, str, str]:
    return team.run(*arguments[:-1], "--key", f"{arguments[-1]}.key")


def approve_plan(team: CliSession) -> None:
    assert run_signed(team, "request", "plan.json", "ana")[0] == 0
    code, out, err = run_signed(team, "approve", "plan.json", "--yes", "ben")
    assert code == 0, out + err
