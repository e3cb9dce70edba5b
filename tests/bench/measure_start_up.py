"""Measures whole commands on the sample month against a local server, beside importing click.

    python tests/bench/measure_start_up.py --rounds 5

Each command is a process of its own, in turns with `python -c 'import click'`. What counts are the ratios of
processor seconds, medians of the rounds: they hardly depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

from tables import judged, table

import reconcile
from reconcile.resources import sample
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running
from reconcile.workbook.copy.cell_editor import Keystroke, type_into

BASE = ("-c", "import click")
EDITS = (
    Keystroke("Payouts", "pay_0000000000000000approved", "Stage", "PENDING_PAYMENT"),
    Keystroke("Lines", "cln_000000000000approvedline", "Amount", 512.5),
)
COMMANDS = {
    "check": (15, ("check", "edited.xlsx")),
    "diff": (20, ("diff", "edited.xlsx")),
    "export": (20, ("export", "--force", "-o", "new.xlsx")),
    "doctor FILE": (12, ("doctor", "edited.xlsx")),
    "history": (6, ("history",)),
    "check --help": (6, ("check", "--help")),
    "diff --help": (6, ("diff", "--help")),
    "--help": (2, ("--help",)),
    "--version": (2, ("--version",)),
}
"""The greatest ratio that is aimed at, and the words."""


def seconds(words: tuple[str, ...], folder: Path, environment: dict[str, str]) -> float:
    """The processor seconds of one Python process, which must end well."""
    with subprocess.Popen(
        [sys.executable, *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def measured(rounds: int) -> dict[str, list[float]]:
    """The seconds of every round, by command; those of the base under an empty name."""
    found: dict[str, list[float]] = defaultdict(list)
    month = sample("2026-03/seed.json")
    with tempfile.TemporaryDirectory() as name, running(month, Choices(rate=100_000)) as url:
        folder = Path(name)
        # Python keeps what it compiled, as it is in an installation.
        environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            "PYTHONPATH": str(Path(reconcile.__file__).parents[1]),
            "INTROW_BASE_URL": url,
            "INTROW_API_KEY": "sandbox-key",
            "RECONCILE_STATE": str(folder / "state.db"),
            "XDG_CONFIG_HOME": name,
        }
        run = ("-m", "reconcile")
        seconds((*run, "export", "-o", "month.xlsx"), folder, environment)
        type_into(folder / "month.xlsx", folder / "edited.xlsx", EDITS)
        for _, words in COMMANDS.values():
            seconds((*run, *words), folder, environment)
        for _ in range(rounds):
            for command, (_, words) in COMMANDS.items():
                found[""].append(seconds(BASE, folder, environment))
                found[command].append(seconds((*run, *words), folder, environment))
    return found


def page(found: dict[str, list[float]]) -> str:
    """The ratios as Markdown; bold misses its target."""
    base = median(found[""])
    rows = [["`python -c 'import click'`", f"{base:.3f}", "1.0", ""]]
    for command, (target, _) in COMMANDS.items():
        took = median(found[command])
        rows.append([f"`reconcile {command}`", f"{took:.3f}", judged(took / base, target), f"≤ {target}"])
    return table(["whole command, 900 lines", "processor seconds", "ratio", "target"], rows)


def main() -> None:
    """Measures, and prints the page."""
    parser = argparse.ArgumentParser(description="Measures whole commands beside importing click.")
    parser.add_argument("--rounds", type=int, default=5, help="of which the median counts")
    print(page(measured(parser.parse_args().rounds)))


if __name__ == "__main__":
    main()
