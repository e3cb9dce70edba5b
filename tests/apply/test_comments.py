"""`--comment` leaves why a payout moved as a comment on it: asked for, internal, once, and after the read-back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from cli_session import APPROVED, SET_AMOUNT, SET_STAGE, CliSession
from struck_runs import small_month

from reconcile.sandbox.choices import Choices, Key
from reconcile.sandbox.server import running
from reconcile.workbook.copy.cell_editor import Keystroke

Open = Callable[..., CliSession]
EDITS = (SET_STAGE, SET_AMOUNT, Keystroke("Payouts", APPROVED, "Reason", "Approved by the board"))


@pytest.fixture
def server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    """Opens a cli on a server of the small month with these choices."""
    with ExitStack() as stack:

        def opened(**choices: Any) -> CliSession:  # noqa: ANN401  any of the server's choices
            url = stack.enter_context(running(small_month(), Choices(rate=100_000, **choices)))
            cli = CliSession(url, tmp_path, capsys, monkeypatch.setenv)
            author = small_month()["organisation"]["team"][0]
            cli.settings(
                "[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\n"
                f'comment_author = "{author}"\n'
            )
            return cli

        yield opened


def _posts(cli: CliSession) -> list[Any]:
    """The comments that the server was asked for."""
    return [one for one in cli.writes() if one["path"].endswith("/comments")]


def test_nothing_is_left_unless_it_is_asked_for(server: Open) -> None:
    cli = server()
    assert cli.run("apply", cli.edit(cli.export(), *EDITS), "--yes")[0] == 0
    assert _posts(cli) == []


@pytest.mark.parametrize("words", [("--comment",), ("--comment-text", "Paid early")])
def test_a_comment_is_left_once_on_the_payout_that_moved(words: tuple[str, ...], server: Open) -> None:
    cli = server()
    edited = cli.edit(cli.export(), *EDITS)
    code, _, err = cli.run("apply", edited, "--yes", *words)
    again = cli.run("apply", edited, "--yes", *words)
    run_id = cli.run("history")[1].split()[0]
    told = cli.run("history", run_id)[1]

    assert (code, again[0]) == (0, 0), err
    assert "Left 1 internal comment." in err
    assert len(_posts(cli)) == 1
    assert ("Approved by the board" if words == ("--comment",) else "Paid early") in told
    assert '"isInternal": true' in told


def test_a_comment_whose_answer_is_lost_is_not_sent_again_and_said(server: Open) -> None:
    cli = server()
    cli.fault("POST /comments: lose-answer")
    code, _, err = cli.run("apply", cli.edit(cli.export(), *EDITS), "--yes", "--comment")

    assert code == 0
    assert "it is not sent again, since it would notify people twice" in err
    assert len(_posts(cli)) == 1


def test_a_key_without_the_scope_moves_the_payout_and_says_that_there_is_no_comment(server: Open) -> None:
    scopes = frozenset({"partners:read", "commissions:read", "commissions:write"})
    cli = server(keys=(Key("sandbox-key"), Key("finance", scopes)))
    edited = cli.edit(cli.export(), *EDITS)
    cli.setenv("INTROW_API_KEY", "finance")
    code, _, err = cli.run("apply", edited, "--yes", "--comment")

    assert code == 0
    assert f"No comment on payout {APPROVED}" in err
    assert "collaborate:write" in err


def test_without_an_author_nothing_begins(server: Open) -> None:
    cli = server()
    cli.settings("[profiles.default]\nrate = 100000\n")
    code, _, err = cli.run("apply", cli.edit(cli.export(), *EDITS), "--yes", "--comment")

    assert code == 2
    assert "set comment_author of the profile" in err
    assert cli.writes() == []
