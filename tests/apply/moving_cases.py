"""What the tests of a live state that moves share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cli_session import (
    DRAFT,
    CliSession,
)

from reconcile.workbook.copy.cell_editor import Keystroke

PAY_DRAFT = Keystroke("Payouts", DRAFT, "Stage", "PAID")


ALWAYS_FRESH = "[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\n[run]\nfresh_seconds = 0\nreread_minutes = 0\nsettle_seconds = 0\n"


def outcomes(out: str) -> dict[str, dict[str, Any]]:
    """The outcomes of a run by record."""
    return {one["record"]: one for one in json.loads(out)["operations"]}


def moved(outcome: dict[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    """What an operation was held for: as planned, and as it is live."""
    return {one["name"]: (one["planned"], one["live"]) for one in outcome["moved"]}


def saved(cli: CliSession, *keystrokes: Keystroke) -> Path:
    """A plan that diff saved."""
    path = cli.folder / "plan.json"
    code, out, err = cli.run("diff", cli.edit(cli.export(), *keystrokes), "--save", path)
    assert code == 0, out + err
    return path
