"""A finance cli for tests: a sandbox with the sample month, a folder, and the commands run in this process."""

from __future__ import annotations

import json
import ssl
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconcile.cli import run
from reconcile.resources import sample
from reconcile.sandbox.seed import Seed, read_seed
from reconcile.trusted_files import remember
from reconcile.workbook.copy.cell_editor import Keystroke, type_into

SEED = sample("2026-03/seed.json")
KEY = "sandbox-key"
_KEYED = {"x-api-key": KEY}
PATIENCE = 600
"""Seconds for what takes one: also where many tests share a processor."""
UNREAD = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Verifies nothing and is needed for nothing: without it, httpx reads all certificates of the world for each request."""
FEW = 2
"""Lines that the short month keeps of a payout without a name."""

APPROVED = "pay_0000000000000000approved"
DRAFT = "pay_0000000000000000000draft"
ONE_LINE = "pay_00000000000000000oneline"
MIXED = "pay_0000000000000000000mixed"
NOTED = "pay_0000000000000000000noted"
PAID = "pay_00000000000000000000paid"
APPROVED_LINE = "cln_000000000000approvedline"
DUPLICATE = "cln_00000000000000duplicateb"
DRAFT_LINE = "cln_000000000000000draftline"
ONLY_LINE = "cln_0000000000000000onlyline"
POOL_LINE = "cln_0000000000000000poolline"
POOL_PARTNER = "ptn_0000000000000poolpartner"

SET_STAGE = Keystroke("Payouts", APPROVED, "Stage", "PENDING_PAYMENT")
SET_AMOUNT = Keystroke("Lines", APPROVED_LINE, "Amount", 512.5)
DECLINE = (
    Keystroke("Lines", DUPLICATE, "Action", "Decline"),
    Keystroke("Lines", DUPLICATE, "Decline reason", "DUPLICATE"),
)
DETACH = Keystroke("Lines", DRAFT_LINE, "Action", "Detach")
NEW_LINE = (
    Keystroke("New lines", 2, "Partner", POOL_PARTNER),
    Keystroke("New lines", 2, "Amount", 99.5),
    Keystroke("New lines", 2, "Currency", "USD"),
    Keystroke("New lines", 2, "Description", "True-up"),
)
EVERY_KIND = (SET_STAGE, SET_AMOUNT, *DECLINE, DETACH, *NEW_LINE)


@cache
def full_month() -> Seed:
    """The sample month, read once."""
    return read_seed(SEED)


@cache
def short_month() -> Seed:
    """The sample month with all its payouts and named records, and a few of the other lines.

    A command takes a third of the time that it takes on the full month.
    """
    full = full_month()
    named, taken = frozenset(full.named.values()), Counter[str | None]()
    lines = []
    for line in full.lines:
        taken[line.payout_id] += 1
        if {line.id, line.payout_id} & named or taken[line.payout_id] <= FEW:
            lines.append(line)
    return full.model_copy(update={"lines": lines})


@dataclass
class CliSession:
    """Commands, workbooks and the server's own view of what happened."""

    url: str
    folder: Path
    capsys: pytest.CaptureFixture[str]
    setenv: Callable[[str, str], None]

    def __post_init__(self) -> None:
        self.setenv("INTROW_BASE_URL", self.url)
        self.setenv("INTROW_API_KEY", KEY)
        self.setenv("RECONCILE_STATE", str(self.folder / "state.db"))
        # The server here allows any rate, so no test waits for a minute to pass.
        self.settings("[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\n")

    def settings(self, text: str) -> None:
        """Writes the configuration file of the working folder, and trusts it."""
        file = self.folder / "reconcile.toml"
        file.write_text(text, encoding="utf-8")
        remember(file, file.read_bytes())

    def run(self, *arguments: str | Path) -> tuple[int, str, str]:
        """Runs a command: exit code, stdout, stderr."""
        self.capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = self.capsys.readouterr()
        return code, out, err

    def plan(self, *arguments: str | Path) -> dict[str, Any]:
        """The plan that a diff saves."""
        path = self.folder / "saved-plan.json"
        code, out, err = self.run("diff", *arguments, "--save", path)
        assert code in (0, 1), out + err
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def export(self, *arguments: str, name: str = "march.xlsx") -> Path:
        """Exports, and answers the workbook."""
        path = self.folder / name
        code, out, err = self.run("export", *arguments, "-o", path)
        assert code == 0, out + err
        return path

    def edit(self, workbook: Path, *keystrokes: Keystroke, name: str = "edited.xlsx") -> Path:
        """Types into a copy of a workbook, and answers the copy."""
        target = self.folder / name
        type_into(workbook, target, keystrokes)
        return target

    def state(self) -> dict[str, Any]:
        """All records as the server has them, by id."""
        found = self._sandbox("state")
        return {record["id"]: record for kind in ("payouts", "lines") for record in found[kind]}

    def writes(self) -> list[Mapping[str, Any]]:
        """The requests that the server logged, reads aside."""
        return [one for one in self.requests() if one["method"] != "GET"]

    def requests(self) -> list[Mapping[str, Any]]:
        """All requests that the server logged."""
        found: list[Mapping[str, Any]] = self._sandbox("requests")["requests"]
        return found

    def patch(self, path: str, body: Mapping[str, Any]) -> None:
        """Somebody else changes a record upstream."""
        answer = httpx.patch(
            f"{self.url}/api/v1{path}", json=body, headers={"x-api-key": KEY}, timeout=PATIENCE, verify=UNREAD
        )
        answer.raise_for_status()

    def post(self, path: str, body: Mapping[str, Any]) -> None:
        """Somebody else makes, declines or detaches something upstream."""
        answer = httpx.post(
            f"{self.url}/api/v1{path}", json=body, headers={"x-api-key": KEY}, timeout=PATIENCE, verify=UNREAD
        )
        answer.raise_for_status()

    def fault(self, text: str) -> None:
        """From now on, the server misbehaves like this."""
        httpx.post(
            f"{self.url}/_sandbox/faults",
            json={"fault": text},
            headers=_KEYED,
            timeout=PATIENCE,
            verify=UNREAD,
        ).raise_for_status()

    def _sandbox(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = (
            httpx.get(f"{self.url}/_sandbox/{name}", headers=_KEYED, timeout=PATIENCE, verify=UNREAD)
            .raise_for_status()
            .json()
        )
        return found
