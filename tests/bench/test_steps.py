"""The measured steps run, so that the benchmarks do not rot; how long they take is nothing for a test."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest


def test_every_measured_step_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    steps = importlib.import_module("steps").STEPS

    for prepare in steps.values():
        prepare(120, tmp_path)()

    assert {one.name for one in tmp_path.iterdir()} >= {"month.xlsx", "plan.json", "report.html"}


def test_a_month_by_portions_proves_its_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    sums = importlib.import_module("measure_portions").measured(350, 150, 0.05, 5)

    assert (sums.lines, sums.portions, sum(sums.edits.values())) == (350, 3, 16)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--parts", "steps,stat"), "stat is no part; there are steps, commands, state, desk"),
        (("--lines", "some"), "some is no list such as 1k,10k,500"),
        (("--rounds", "1,2"), "--rounds takes one number, or one for each of the 3 sizes"),
    ],
)
def test_a_wrong_word_of_the_one_command_is_told_before_anything_is_measured(
    words: tuple[str, str], told: str
) -> None:
    program = Path(__file__).with_name("run.py")

    asked = subprocess.run(
        [sys.executable, str(program), *words], capture_output=True, text=True, check=False
    )

    assert (asked.returncode, told in asked.stderr, "Traceback" in asked.stderr) == (2, True, False)
