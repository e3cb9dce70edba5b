"""Shows what `bills` did, from its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

_MANY = 20


def render_bills(manifest: Mapping[str, Any], console: Console, folder: Path, *, written: bool) -> None:
    """The scope, the files, what is left out and why, and the tie-out."""
    console.print(f"Payouts in scope: {manifest['scope']}", markup=False)
    if manifest["files"]:
        word = "Payments" if manifest["pays"] else "Bills"
        heading = (
            f"{word} for {manifest['layout']} in {folder}" if written else f"{word} that would be written"
        )
        console.print(heading, markup=False)
        console.print(_files(manifest["files"], word))
    elif any(left["why"] == "held back" for left in manifest["left_out"]):
        console.print("Nothing is written: what is due is held back.")
    else:
        console.print("No payment is due." if manifest["pays"] else "No bill is due.")
    for why in dict.fromkeys(left["why"] for left in manifest["left_out"]):
        _left_out(why, [left for left in manifest["left_out"] if left["why"] == why], console)
    if manifest["tie_out"]:
        console.print()
        console.print("Tie-out of the payouts in scope")
        console.print(_tie_out(manifest["tie_out"]))


def _table(*headers: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, header in enumerate(headers):
        table.add_column(header, justify="right" if place else "left")
    return table


def _files(files: list[Mapping[str, Any]], word: str) -> Table:
    table = _table("File", word, "Rows", "Total")
    for file in files:
        totals = ", ".join(f"{_shown(amount)} {currency}" for currency, amount in file["totals"].items())
        table.add_row(file["name"], str(file["bills"]), str(file["rows"]), totals)
    return table


def _left_out(why: str, some: list[Mapping[str, Any]], console: Console) -> None:
    """The payouts that are in no file, those of one reason together."""
    console.print(f"\n{why.capitalize()}: {len(some)}", markup=False)
    alike: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for left in some:
        alike.setdefault((left["reason"], left["fix"] or ""), []).append(left)
    for (reason, fix), ones in alike.items():
        count = f"{len(ones)} payouts: " if len(ones) > 1 else ""
        console.print(f"  {count}{reason}. {fix}".rstrip(), markup=False)
        for left in ones[:_MANY]:
            amount = f"{_shown(left['amount'])} {left['currency']}"
            console.print(f"    {left['partner']} · {left['payout_id']} · {amount}", markup=False)
        if len(ones) > _MANY:
            console.print(
                f"    and {len(ones) - _MANY} more; all of them stand in the manifest", markup=False
            )


def _tie_out(ties: list[Mapping[str, Any]]) -> Table:
    parts = ("in_scope", "in_files", "billed_before", "held_back", "residual")
    table = _table("Currency", "In scope", "= in files", "+ billed before", "+ held back", "Residual")
    for tie in ties:
        table.add_row(tie["currency"], *(_shown(tie[part]) for part in parts))
    return table


def _shown(amount: str) -> str:
    whole, dot, places = amount.partition(".")
    return f"{int(whole):,}{dot}{places}" if whole != "-0" else amount
