"""Output that nobody reads, or that no disk takes, stops no command and hides no exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_session import APPROVED_LINE, SET_AMOUNT, CliSession

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes and devices are those of POSIX")


def _run(*words: str | Path, stdout: int) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "reconcile", *map(str, words)],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stderr


def _closed_pipe() -> int:
    """The writing end of a pipe whose reader is gone, as after `| head`."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def test_a_run_whose_reader_went_away_is_finished_all_the_same(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT)
    writer = _closed_pipe()
    code, err = _run("apply", edited, "--yes", stdout=writer)
    os.close(writer)

    assert (code, err) == (0, "")
    assert cli.state()[APPROVED_LINE]["amount"] == "512.50"
    assert cli.run("history", "--verify")[0] == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_output_that_does_not_fit_is_told_in_one_sentence(cli: CliSession) -> None:
    exported = cli.export()
    with Path("/dev/full").open("wb") as full:
        code, err = _run("diff", exported, stdout=full.fileno())

    assert code == 2
    assert err == "Error: The output could not be written: No space left on device.\n"


def test_a_reader_that_goes_away_does_not_hide_that_a_person_must_decide(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT)
    cli.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "777.00"})
    writer = _closed_pipe()
    code, err = _run("diff", edited, stdout=writer)
    os.close(writer)

    assert (code, err) == (1, "")


def test_a_state_that_cannot_be_written_is_one_sentence(cli: CliSession) -> None:
    exported = cli.export()
    (cli.folder / "blocked").write_text("a file where a folder should be")
    code, _, err = cli.run("apply", exported, "--yes", "--state", cli.folder / "blocked" / "state.db")

    assert code == 2
    assert err.count("Error: ") == 1
    assert "The state store" in err
