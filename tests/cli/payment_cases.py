"""What the tests of the payments command share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cli_session import CliSession

from reconcile.resources import sample

BY_PO = "pay_wlxavm3mf6ubtwc9uyjhzpdg"


BY_NAME = "pay_a877pe1uoyijxnmo2ukfxhl5"


TOGETHER = ("pay_0vc25ssothm9kriulst8p7z0", "pay_rhshc5tdsfdge89z0vmg1p9t")


SHORT = "pay_xuv159epk31hnw8ggu1zgwsg"


BACK = "pay_3axdlpbwlx6it2m61lm5h9fy"


# A third of the month's payouts: what is asked here needs no more, and large workbooks take their time.
PAID_PARTNERS = (
    "Acme Partners", "Nuñez e Hijos S.A.", "Bright Peak Consulting", "Summit Peak Consulting",
    "Cedar Peak Consulting", "Iron Digital", "Blue Peak Consulting",
)  # fmt: skip


def sample_file(name: str) -> Path:
    return sample(f"2026-03/payments/{name}")


def run_payments(
    cli: CliSession, *files: str | Path, name: str = "paid.xlsx", only: tuple[str, ...] = PAID_PARTNERS
) -> tuple[Path, Any]:
    """Runs `payments` for the partners that the sample files pay: the workbook, and the result as JSON."""
    paths = [sample_file(file) if isinstance(file, str) else file for file in files]
    target = cli.folder / name
    scope = [word for partner in only for word in ("--partner", partner)]
    code, out, err = cli.run("payments", *paths, "-o", target, "--json", *scope)
    assert code == 0, out + err
    return target, json.loads(out)


def planned_payments(cli: CliSession, workbook: Path) -> dict[str, dict[str, str]]:
    """The changes of payouts that `diff` finds, by payout and field."""
    code, out, err = cli.run("diff", workbook, "--json")
    assert code == 0, out + err
    found: dict[str, dict[str, str]] = {}
    for change in json.loads(out)["changes"]:
        found.setdefault(change["target"]["id"], {})[change["field"]] = change["after"]
    return found
