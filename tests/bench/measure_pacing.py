"""Measures how well a run keeps to the rate: `python tests/bench/measure_pacing.py [OPERATIONS]`.

A sandbox with a shortened window; a real `apply` of so many PO numbers over real HTTP; its request log.
`permitted` is the least that keeps to the rate in every window: so many whole windows, and the calls of
the last one as they came. The second run shares its key with somebody who takes a third of the rate.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from reconcile.resources import sample
from reconcile.sandbox.choices import Choices, Key
from reconcile.sandbox.server import running
from reconcile.workbook.copy.cell_editor import Keystroke, type_into

if TYPE_CHECKING:
    from collections.abc import Iterator

RATE, WINDOW = 30, 6.0
KEYS = (Key("sandbox-key"), Key("setup-key"))
KEYED = {"x-api-key": "sandbox-key"}


@dataclass(frozen=True)
class Measured:
    """What the server's log says of one run."""

    calls: int
    seconds: float
    permitted: float
    refused: int
    others: int

    def __str__(self) -> str:
        ratio = f"{self.seconds / self.permitted:.3f}" if self.permitted else "-"
        return (
            f"{self.calls:4} calls  {self.seconds:7.2f} s  permitted {self.permitted:7.2f} s  ratio {ratio}  "
            f"429: {self.refused}  calls of others: {self.others}"
        )


def measure(operations: int, *, is_shared: bool) -> Measured:
    """One run of so many operations."""
    choices = Choices(rate=RATE, window=WINDOW, keys=KEYS, latency=10)
    with tempfile.TemporaryDirectory() as folder, running(sample("2026-03/seed.json"), choices) as url:
        cli = Path(folder)
        (cli / "reconcile.toml").write_text(f"[profiles.default]\nrate = {RATE}\nwindow = {WINDOW}\n")
        _reconcile(url, "setup-key", cli, "export", "-o", "month.xlsx")
        _edit(url, cli, operations)
        before = _log(url)[-1]["seq"]
        with _somebody(url, is_shared=is_shared):
            _reconcile(url, "sandbox-key", cli, "apply", "edited.xlsx", "--yes")
        return _measured([one for one in _log(url) if one["seq"] > before])


def _reconcile(url: str, key: str, folder: Path, *words: str) -> None:
    environment = os.environ | {
        "INTROW_BASE_URL": url,
        "INTROW_API_KEY": key,
        "RECONCILE_STATE": str(folder / "state.db"),
    }
    command = [sys.executable, "-m", "reconcile", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{words[0]} ended with {done.returncode}: {done.stderr}")


def _edit(url: str, folder: Path, operations: int) -> None:
    lines = httpx.get(f"{url}/_sandbox/state", headers=KEYED).raise_for_status().json()["lines"]
    open_lines = [line["id"] for line in lines if line["status"] in ("PENDING", "IN_PAYOUT")]
    keys = [Keystroke("Lines", key, "Description", "Measured") for key in open_lines[:operations]]
    type_into(folder / "month.xlsx", folder / "edited.xlsx", keys)


@contextmanager
def _somebody(url: str, *, is_shared: bool) -> Iterator[None]:
    """Somebody else with the same key, who takes a third of the rate."""
    done = threading.Event()

    def read() -> None:
        while is_shared and not done.wait(3 * WINDOW / RATE):
            httpx.get(f"{url}/api/v1/partners/other", headers={"x-api-key": "sandbox-key"}, timeout=10)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _log(url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        httpx.get(f"{url}/_sandbox/requests", headers=KEYED).raise_for_status().json()["requests"]
    )
    return found


def _measured(log: list[dict[str, Any]]) -> Measured:
    ours = [one for one in log if not one["path"].endswith("/other")]
    moments = [datetime.fromisoformat(one["at"]).timestamp() for one in ours]
    windows, last = divmod(len(ours) - 1, RATE)
    return Measured(
        calls=len(ours),
        seconds=moments[-1] - moments[0],
        permitted=windows * WINDOW + moments[-1] - moments[-1 - last],
        refused=Counter(one["status"] for one in ours)[429],
        others=len(log) - len(ours),
    )


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(f"{RATE} requests in {WINDOW:g} s, {wanted} operations, {datetime.now().astimezone():%Y-%m-%d}")
    print("alone   ", measure(wanted, is_shared=False))
    print("shared  ", measure(wanted, is_shared=True))
