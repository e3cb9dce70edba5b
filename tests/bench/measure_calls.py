"""Counts the calls of commands that follow each other: `PYTHONPATH=.:tests python tests/bench/measure_calls.py`.

A month of so many lines (the sample month again and again), in a sandbox with any rate allowed. Each command is
run twice on a server of its own kind: with `live_minutes` 0, and with 10.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from bench.measure_desk import OPEN, seed_of
from cli_session import KEY, PATIENCE

from reconcile.sandbox.choices import Choices
from reconcile.sandbox.seed import Seed
from reconcile.sandbox.server import running
from reconcile.workbook.copy.cell_editor import Keystroke, type_into

PARTS = 12
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Desk:
    """A folder with settings, and the server that counts."""

    url: str
    folder: Path

    def calls(self, *words: str | Path) -> int:
        """The calls of a command."""
        before = self._requests()
        environment = {
            **os.environ,
            "INTROW_BASE_URL": self.url,
            "INTROW_API_KEY": KEY,
            "RECONCILE_STATE": "state.db",
            "PYTHONPATH": str(ROOT),
        }
        done = subprocess.run(
            [sys.executable, "-m", "reconcile", *map(str, words)],
            cwd=self.folder,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return self._requests() - before

    def _requests(self) -> int:
        answer = httpx.get(f"{self.url}/_sandbox/requests", headers={"x-api-key": KEY}, timeout=PATIENCE)
        return len(answer.json()["requests"])


@contextmanager
def desk(seed: Seed, page: int, minutes: int) -> Iterator[Desk]:
    """A fresh server and folder."""
    with tempfile.TemporaryDirectory() as folder, running(seed, Choices(rate=1_000_000)) as url:
        profile = f"rate = 1000000\npage_size = {page}\nlive_minutes = {minutes}\n"
        (Path(folder) / "reconcile.toml").write_text(f"[profiles.default]\n{profile}", encoding="utf-8")
        yield Desk(url, Path(folder))


def counted(seed: Seed, page: int, minutes: int) -> Iterator[tuple[str, int]]:
    """What each command takes, in the order in which people run them."""
    open_payouts = {one.id for one in seed.payouts if one.stage in OPEN}
    some = [one.id for one in seed.lines if one.payout_id in open_payouts][:5]
    strokes = [
        Keystroke("Lines", name, "Description", f"Checked {number}") for number, name in enumerate(some)
    ]
    with desk(seed, page, minutes) as here:
        yield "`export`", here.calls("export", "-o", "month.xlsx")
        yield "`close` after it", here.calls("close", "--period", "2026-03", "-o", "close", "--draft")
        type_into(here.folder / "month.xlsx", here.folder / "edited.xlsx", strokes)
        type_into(here.folder / "month.xlsx", here.folder / "mended.xlsx", strokes[:3])
        yield "`diff`", here.calls("diff", "edited.xlsx")
        yield "`diff` again, two cells mended", here.calls("diff", "mended.xlsx", "--save", "plan.json")
        yield "`apply` of that workbook, 3 texts", here.calls("apply", "mended.xlsx", "--yes", "--new-store")
    with desk(seed, page, minutes) as here:
        here.calls("export", "-o", "month.xlsx")
        type_into(here.folder / "month.xlsx", here.folder / "edited.xlsx", strokes[:3])
        here.calls("diff", "edited.xlsx", "--save", "plan.json")
        yield "`apply` of the saved plan, 3 texts", here.calls("apply", "plan.json", "--yes", "--new-store")
    with desk(seed, page, minutes) as here:
        here.calls("export", "--split-by", "partner", "-o", "parts")
        books = sorted((here.folder / "parts").glob("*.xlsx"))[:PARTS]
        yield f"`diff` of {len(books)} workbooks of a split in one command", here.calls("diff", *books)
        yield f"`diff` of the {len(books)}, one by one", sum(here.calls("diff", one) for one in books)


def main() -> None:
    """Prints the table."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--lines", type=int, default=10_000)
    asked.add_argument("--page", type=int, default=50)
    given = asked.parse_args()
    seed = Seed.model_validate(seed_of(given.lines))
    print(f"{len(seed.lines):,} lines, {len(seed.payouts):,} payouts, pages of {given.page}\n")
    print("| calls of | `live_minutes` 0 | 10 |\n|---|---|---|")
    for (name, plain), (_, kept) in zip(
        counted(seed, given.page, 0), counted(seed, given.page, 10), strict=True
    ):
        print(f"| {name} | {plain:,} | {kept:,} |", flush=True)


if __name__ == "__main__":
    main()
