"""Shows what `payments` found out, from its summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from reconcile.domain.money import shown_amount

_MANY: Final = 20
_SAID: Final = {
    "paid": "Paid, and at the paid stage in the workbook",
    "failed": "Came back or rejected, and at the failed stage in the workbook",
    "settled": "Matched, and already at the right stage",
    "suggestions": "Suggestions, to accept on the sheet Matches",
    "differing": "Payments of another amount than is owed",
    "strays": "Paid, not in Introw",
    "unpaid": "In Introw, not paid",
    "received": "Money received, on the sheet Money received",
    "unknown": "In a state that is in no list of words, on the sheet State not known",
    "ignored": "No payments to partners",
    "repeated": "Read before, or in another file as well",
}


def render_payments(said: Mapping[str, Any], console: Console, *, full: bool = False) -> None:
    """How each file was read, the counts, what does not fit, and the tie-out."""
    for file in said["files"]:
        sums = ", ".join(_money(amount, currency) for currency, amount in file["totals"].items())
        count = f"{file['payments']:,} payment{'' if file['payments'] == 1 else 's'}"
        head = f"{file['name']}: {count}, {sums or 'no money'} ({file['format']})"
        console.print(head, markup=False)
        for words in file["how"]:
            console.print(f"  {words}", markup=False)
    console.print()
    for name, words in _SAID.items():
        if said["counts"][name]:
            console.print(f"{words}: {said['counts'][name]:,}")
    passed = [match for match in said["matches"] if match["reason"] and match["verdict"] != "failed"]
    _differing("Paid, and within the tolerance", passed, console, full=full)
    _differing("Amounts that differ", said["differing"], console, full=full)
    console.print()
    console.print("Tie-out")
    console.print(_tie_out(said["tie_out"]))
    for one in said["let_pass"]:
        console.print(f"Let pass ({one['rule']}): {one['place']}: {one['message']}", markup=False)


def _differing(title: str, matches: Sequence[Mapping[str, Any]], console: Console, *, full: bool) -> None:
    shown = matches if full else matches[:_MANY]
    if shown:
        console.print()
        console.print(title)
    for match in shown:
        payouts, amounts = ", ".join(match["payouts"]), " + ".join(match["amounts"])
        difference = f", {match['difference']} against what is owed" if match["difference"] else ""
        console.print(f"  {payouts}: paid {amounts}{difference} ({match['reason']})", markup=False)
    if len(shown) < len(matches):
        console.print(f"  and {len(matches) - len(shown)} more")


def _tie_out(lines: Sequence[Mapping[str, str]]) -> Table:
    """A row per part, a column per currency; parts without money are left out."""
    currencies = sorted({line["currency"] for line in lines})
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for currency in currencies:
        table.add_column(currency, justify="right")
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for line in lines:
        rows.setdefault((line["side"], line["part"]), {})[line["currency"]] = line["amount"]
    for (side, part), sums in rows.items():
        if part == "Residual" or any(Decimal(amount) for amount in sums.values()):
            shown = (shown_amount(Decimal(sums.get(one, "0")), one) for one in currencies)
            table.add_row(f"{side}: {part}", *shown)
    return table


def _money(amount: str, currency: str) -> str:
    return f"{shown_amount(Decimal(amount), currency)} {currency}"
