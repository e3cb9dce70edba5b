"""Plays the whole job on the sample month, with real files, a real server and real commands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconcile.atomic import make_folder, write_text
from reconcile.domain.phrases import counted
from reconcile.errors import ReconcileError
from reconcile.introw.client import Client
from reconcile.introw.connection import Connection, Key
from reconcile.workbook.copy import Keystroke, type_into

KEY = "sandbox-key"
_LEFT = {
    "march.xlsx": "the workbook as exported",
    "march-edited.xlsx": "the copy that finance edited",
    "report.html": "what the edits would change, before they were applied",
    "plan.json": "the same as a plan for `reconcile apply`",
    "run.txt": "what the run printed",
}
_STATE = ("state.db", "sandbox.db")


@dataclass
class Stage:
    """Where the demo plays: its folder, and the environment that its commands run in."""

    folder: Path
    base_url: str
    environ: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        own = {
            "INTROW_BASE_URL": self.base_url,
            "INTROW_API_KEY": KEY,
            "RECONCILE_STATE": str(self.folder / "state.db"),
        }
        kept = {name: value for name, value in os.environ.items() if name != "RECONCILE_CONFIG"}
        self.environ = kept | own

    def run(self, *arguments: str, expected: tuple[int, ...] = (0,)) -> str:
        """Runs a command of ours as a person would, and answers what it printed on stdout."""
        done = subprocess.run(  # noqa: S603  our own program with our own words
            [sys.executable, "-m", "reconcile", *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode not in expected:
            words = " ".join(arguments)
            raise ReconcileError(f"reconcile {words} ended with {done.returncode}: {done.stderr}")
        return done.stdout


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the demo, and what came of it."""

    title: str
    text: str


def play(folder: Path) -> Iterator[Step]:
    """Plays the month in a folder, step by step, and leaves the workbooks and the report in it."""
    make_folder(folder)
    for name in (*_LEFT, *_STATE):
        (folder / name).unlink(missing_ok=True)
    with sandbox_process(folder) as base_url:
        yield from _steps(Stage(folder, base_url))


def _steps(stage: Stage) -> Iterator[Step]:
    exported, edited = stage.folder / "march.xlsx", stage.folder / "march-edited.xlsx"
    saved, report = stage.folder / "plan.json", stage.folder / "report.html"
    yield Step("1. Export", stage.run("export", "-o", str(exported)))
    edits = _edits()
    type_into(exported, edited, edits)
    yield Step("2. Finance edits a copy in Excel", f"{counted(len(edits), 'cell')} typed into {edited}")
    yield Step("3. Meanwhile, others work in Introw", _move_live(stage))
    wanted = ("--json", "--save", str(saved), "--report", str(report))
    printed = stage.run("diff", str(edited), *wanted, expected=(1,))
    yield Step("4. Diff: a dry run that cannot write", _plan_in_words(json.loads(printed)))
    ran = stage.run("apply", str(saved), "--yes", expected=(1,))
    write_text(stage.folder / "run.txt", ran)
    yield Step("5. Apply what may be applied, read it back", ran[ran.index("Run:") :])
    again = json.loads(stage.run("diff", str(edited), "--json", expected=(1,)))
    yield Step("6. Diff again: nothing is applied twice", _again_in_words(again))
    yield Step("Look at", "\n".join(f"{stage.folder / name}: {words}" for name, words in _LEFT.items()))


def _edits() -> list[Keystroke]:
    """What a finance person types. The ids are those that the sample month names."""
    approved, duplicate = "pay_0000000000000000approved", "cln_00000000000000duplicateb"
    return [
        Keystroke("Payouts", approved, "Stage", "PENDING_PAYMENT"),
        Keystroke("Payouts", approved, "PO number", "000777"),
        Keystroke("Payouts", "pay_0000000000000000000noted", "Statement note", "Paid with the April run."),
        # Excel turns the text 1E5 into a number when it is typed over: recognised, and not sent.
        Keystroke("Payouts", "pay_0000000000000000000mixed", "PO number", 100000),
        # Somebody gives this payout another PO number in Introw, too: a conflict.
        Keystroke("Payouts", "pay_0000000000000000000draft", "PO number", "PO-2026-0417"),
        Keystroke("Lines", "cln_000000000000approvedline", "Amount", 512.5),
        Keystroke("Lines", duplicate, "Action", "Decline"),
        Keystroke("Lines", duplicate, "Decline reason", "DUPLICATE"),
        Keystroke("Lines", "cln_0000000000000000onlyline", "Action", "Decline"),
        Keystroke("Lines", "cln_0000000000000000onlyline", "Decline reason", "DUPLICATE"),
        Keystroke("Lines", "cln_000000000000000draftline", "Action", "Detach"),
        Keystroke("Lines", "cln_0000000000000000poolline", "Internal note", "Checked against the CRM."),
        Keystroke("New lines", 2, "Partner", "ptn_0000000000000poolpartner"),
        Keystroke("New lines", 2, "Amount", 99.5),
        Keystroke("New lines", 2, "Currency", "USD"),
        Keystroke("New lines", 2, "Description", "True-up for March"),
    ]


def _move_live(stage: Stage) -> str:
    with Client(Connection(stage.base_url, Key(KEY))) as client:
        client.update_payout("pay_0000000000000000000draft", {"poNumber": "PO-OTHER"})
        client.update_payout("pay_00000000000000000000euro", {"stage": "BLOCKED"})
        client.update_line("cln_00000000000000noplanline", {"amount": "75.00"})
    return "3 records are changed upstream: a PO number, a stage, an amount"


def _plan_in_words(plan: dict[str, Any]) -> str:
    moved = sum(drift["what"] != "already live" for drift in plan["drifts"])
    counts = (
        counted(len(plan["operations"]), "operation"),
        counted(len(plan["conflicts"]), "conflict"),
        counted(len(plan["damaged"]), "damaged value"),
        counted(moved, "movement upstream", "movements upstream"),
    )
    reasons = [f"conflict at {one['target']['place']}: {_sides(one)}" for one in plan["conflicts"]]
    damaged = [
        f"damaged at {one['target']['place']}: {one['baseline']!r} came back as {one['edited']!r}"
        for one in plan["damaged"]
    ]
    money = [
        f"{tie['currency']}: {tie['exported']} exported, {tie['drift']} drift, {tie['edits']} edits, "
        f"{tie['planned']} planned"
        for tie in plan["tie_out"]
    ]
    return "\n".join([", ".join(counts), *reasons, *damaged, *money])


def _sides(conflict: dict[str, Any]) -> str:
    sides = {"exported": conflict["baseline"], "yours": conflict["yours"], "live": conflict["live"]}
    return ", ".join(f"{name} {value!r}" for name, side in sides.items() for value in side.values())


def _again_in_words(plan: dict[str, Any]) -> str:
    live = sum(drift["what"] == "already live" for drift in plan["drifts"])
    return (
        f"{counted(len(plan['operations']), 'operation')}, {counted(live, 'edit')} already live, "
        f"{counted(len(plan['conflicts']), 'conflict')} left for a person"
    )


@contextmanager
def sandbox_process(folder: Path) -> Iterator[str]:
    """The sandbox as its own process on a free port."""
    own = [sys.executable, "-m", "reconcile", "sandbox", "--port", "0", "--db", str(folder / "sandbox.db")]
    with subprocess.Popen(own, stdout=subprocess.PIPE, text=True, encoding="utf-8") as server:  # noqa: S603
        try:
            ready = server.stdout.readline() if server.stdout else ""
            found = re.search(r"http://\S+", ready)
            if not found:
                raise ReconcileError("The sandbox did not start. Run `reconcile sandbox` to see why.")
            yield found[0]
        finally:
            server.terminate()
