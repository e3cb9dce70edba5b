"""Without an id, `resume` and `undo` take the one run that can be meant, and name it."""

from __future__ import annotations

import json

from cli_session import APPROVED_LINE, EVERY_KIND, SET_AMOUNT, CliSession


def last_run(cli: CliSession) -> str:
    return str(json.loads(cli.run("history", "--json")[1])[0]["run_id"])


def amount(cli: CliSession) -> object:
    return cli.state()[APPROVED_LINE]["amount"]


def test_resume_takes_the_run_that_is_unfinished(cli: CliSession) -> None:
    code, _, err = cli.run("resume")
    assert (code, "There is no unfinished run on default at" in err) == (2, True)
    edited = cli.edit(cli.export(), *EVERY_KIND)
    assert cli.run("apply", edited, "--yes", "--max-calls", "1")[0] == 4
    run = last_run(cli)
    code, out, err = cli.run("resume")

    assert (code, f"Run {run}, which is unfinished." in err) == (0, True), out + err
    code, _, err = cli.run("resume")
    assert (code, "nothing to resume" in err) == (2, True)


def test_undo_takes_the_last_run_and_never_an_undo(cli: CliSession) -> None:
    code, _, err = cli.run("undo", "--yes")
    assert (code, "nothing to undo" in err) == (2, True)
    before = amount(cli)
    assert cli.run("apply", cli.edit(cli.export(), SET_AMOUNT), "--yes")[0] == 0
    run = last_run(cli)
    assert amount(cli) != before
    code, out, err = cli.run("undo", "--yes")

    assert (code, f"Run {run}, which is the last one." in err) == (0, True), out + err
    assert amount(cli) == before
    code, _, err = cli.run("undo", "--yes")
    assert (code, "is itself an undo: name the run you mean" in err) == (2, True)
    assert amount(cli) == before
