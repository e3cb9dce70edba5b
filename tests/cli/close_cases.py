"""What the tests of closes share."""

from __future__ import annotations

import json
from pathlib import Path

from cli_session import CliSession

MARCH = "2026-03"


def run_close(
    cli: CliSession, *arguments: str | Path, period: str = MARCH, folder: str = "close"
) -> tuple[int, str, str]:
    return cli.run("close", "--period", period, "-o", cli.folder / folder, *arguments)


def numbers_of(cli: CliSession, folder: str = "close") -> dict[str, list[list[object]]]:
    said = json.loads((cli.folder / folder / "numbers.json").read_text(encoding="utf-8"))
    return {key: table["rows"] for key, table in said["tables"].items()}


def rolled_forward(cli: CliSession, folder: str = "close") -> dict[str, dict[str, str]]:
    """The roll-forward by currency and column."""
    said = json.loads((cli.folder / folder / "numbers.json").read_text(encoding="utf-8"))
    table = said["tables"]["rollforward"]
    rows = [dict(zip(table["columns"], map(str, row), strict=True)) for row in table["rows"]]
    return {row["currency"]: row for row in rows}
