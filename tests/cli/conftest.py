"""A team of people with a plan that waits for an approval."""

from __future__ import annotations

import pytest
from cli.approval_cases import PEOPLE, set_team
from cli_session import DECLINE, SET_AMOUNT, SET_STAGE, CliSession
from signers import key_file


@pytest.fixture
def team(cli: CliSession) -> CliSession:
    """A team of three with a plan that somebody prepared."""
    set_team(cli, PEOPLE)
    for name in PEOPLE:
        key_file(cli.folder, name)
    edited = cli.edit(cli.export(), SET_STAGE, SET_AMOUNT, *DECLINE)
    cli.run("diff", edited, "--save", "plan.json")
    return cli
