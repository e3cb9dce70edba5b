"""Shells complete commands: bash, zsh and fish by click, PowerShell by ours."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from reconcile.cli import COMMANDS


def answer(instruction: str, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "reconcile"],
        env=os.environ | {"_RECONCILE_COMPLETE": instruction} | variables,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


@pytest.mark.parametrize(
    ("line", "word", "expected"),
    [
        ("reconcile di", "di", {"diff"}),
        ("reconcile ", "", set(COMMANDS)),
        ("reconcile diff --sa", "--sa", {"--save"}),
    ],
)
def test_powershell_is_given_what_fits_the_word_at_the_cursor(
    line: str, word: str, expected: set[str]
) -> None:
    lines = answer("powershell_complete", COMP_WORDS=line, COMP_WORD=word).splitlines()

    assert {one.split("\t")[0] for one in lines} == expected
    assert all(one.split("\t")[1] for one in lines)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_each_shell_gets_a_script_of_its_own(shell: str) -> None:
    script = answer(f"{shell}_source")

    assert f"{shell}_complete" in script
    assert "reconcile" in script
