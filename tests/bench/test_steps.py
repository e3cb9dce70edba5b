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


def test_one_command_measures_every_part_and_names_them_where_one_is_misspelt() -> None:
    program = Path(__file__).with_name("run.py")
    words = [sys.executable, str(program), "--parts", "steps,stat"]

    asked = subprocess.run(words, capture_output=True, text=True, check=False)

    assert asked.returncode == 2
    assert "stat is no part; there are steps, commands, state, desk" in asked.stderr
