"""A server whose reads lag shows our own writes late: they are known as ours, and waited for."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from cli_session import DRAFT_LINE, ONE_LINE, ONLY_LINE, CliSession

from reconcile.sandbox.choices import Choices
from reconcile.workbook.copy.cell_editor import Keystroke

LAG = 1.0
EDIT_AND_DETACH = (
    Keystroke("Lines", DRAFT_LINE, "Amount", 512.5),
    Keystroke("Lines", DRAFT_LINE, "Action", "Detach"),
)
DECLINE_THE_ONLY_LINE = (
    Keystroke("Lines", ONLY_LINE, "Action", "Decline"),
    Keystroke("Lines", ONLY_LINE, "Decline reason", "DUPLICATE"),
)


@pytest.fixture
def cli(open_cli: Callable[[Choices], CliSession]) -> CliSession:
    """A cli on a server whose reads lag; everything is read again at its turn."""
    found = open_cli(Choices(rate=100_000, read_lag=LAG, list_lag=LAG))
    found.settings(
        "[profiles.default]\nrate = 100000\nsettle_wait = 0.1\n"
        "[run]\nfresh_seconds = 0\nreread_minutes = 0\nsettle_seconds = 60\n"
    )
    return found


@pytest.mark.parametrize(
    ("keystrokes", "operations", "stage"),
    [(EDIT_AND_DETACH, 2, "PENDING_REVIEW"), (DECLINE_THE_ONLY_LINE, 1, "DECLINED")],
    ids=["edit and detach", "late auto-decline"],
)
def test_an_own_write_that_shows_late_is_no_move_and_no_difference(
    keystrokes: tuple[Keystroke, ...], operations: int, stage: str, cli: CliSession
) -> None:
    edited = cli.edit(cli.export(), *keystrokes)
    code, out, err = cli.run("apply", edited, "--yes", "--json")
    found = json.loads(out)

    assert code == 0, out + err
    assert [one["outcome"] for one in found["operations"]] == ["applied"] * operations
    assert found["ties"]
    assert cli.state()[ONE_LINE]["stage"] == stage
