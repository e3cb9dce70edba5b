"""A company in the year 2025 for tests: its partners, payouts and lines, its finance team and finance system."""

from __future__ import annotations

import calendar
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from cli_session import CliSession

from reconcile.workbook.copy.cell_editor import Keystroke

PARTNERS = {"acme": "USD", "bell": "USD", "gulf": "KWD", "lyon": "EUR", "sakura": "JPY"}
RATES = {"EUR": "1.08", "JPY": "0.0067", "KWD": "3.25"}
DECIMALS = {"JPY": 0, "KWD": 3}
LAST_DAY = "2025-12-31"
Sums = dict[str, Decimal]


def month_name(month: int) -> str:
    """`2025-03` for 3."""
    return f"2025-{month:02}"


def end_of(period: str) -> str:
    """The last day of a month, ISO 8601."""
    year, month = (int(part) for part in period.split("-"))
    return f"{period}-{calendar.monthrange(year, month)[1]}"


def payout_id(partner: str, month: int) -> str:
    """The payout of a partner for a month; 0 is December of the year before."""
    return f"pay_{partner}_{month:02}".ljust(28, "0")


def line_id(partner: str, month: int, number: int) -> str:
    """A line of that payout."""
    return f"cln_{partner}_{month:02}_{number}".ljust(28, "0")


def year_seed() -> dict[str, Any]:
    """Thirteen months: December 2024, from before the first close, and the year 2025."""
    rng = random.Random(2025)
    seed: dict[str, Any] = {
        "organisation": {"name": "Vendor Inc.", "currency": "USD"},
        "rates": RATES,
        "partners": [_partner(name) for name in PARTNERS],
        "batches": [],
        "payouts": [],
        "lines": [],
    }
    for month in range(13):
        period = month_name(month) if month else "2024-12"
        span = {
            "periodStart": f"{period}-01T00:00:00.000Z",
            "periodEnd": f"{end_of(period)}T23:59:59.000Z",
            "createdAt": f"{end_of(period)}T06:00:00.000Z",
        }
        seed["batches"].append({"id": f"pbt_{month:02}", **span})
        for partner, currency in PARTNERS.items() if month else [("acme", "USD"), ("lyon", "EUR")]:
            payout = {
                "id": payout_id(partner, month),
                "partnerId": f"ptn_{partner}",
                "batchId": f"pbt_{month:02}",
            }
            state = {
                "stage": "APPROVED",
                "poNumber": f"PO-{partner}-{month:02}",
                "updatedAt": span["createdAt"],
            }
            seed["payouts"].append(payout | span | state)
            seed["lines"] += [_line(rng, partner, currency, month, number, span) for number in (1, 2, 3)]
        seed["lines"].append(_line(rng, "bell", "USD", month, 9, span) | {"payoutId": None})
    return seed


def _partner(name: str) -> dict[str, Any]:
    day = "2024-01-02T00:00:00.000Z"
    return {"id": f"ptn_{name}", "name": name.title(), "createdAt": day, "updatedAt": day}


def _line(
    rng: random.Random, partner: str, currency: str, month: int, number: int, span: Mapping[str, str]
) -> dict[str, Any]:
    cents = rng.randrange(20_000, 90_000)
    amount = Decimal(cents).scaleb(-DECIMALS.get(currency, 2))
    return {
        "id": line_id(partner, month, number),
        "partnerId": f"ptn_{partner}",
        "payoutId": payout_id(partner, month),
        "description": f"Deal {rng.randrange(10**9)}",
        "amount": str(amount),
        "currency": currency,
        "planName": "Referral" if number == 1 else "Renewals",
        "periodEnd": span["periodEnd"],
        "createdAt": span["createdAt"],
        "updatedAt": span["createdAt"],
    }


@dataclass
class FinanceTeam:
    """Exports, types, and lets it be applied."""

    cli: CliSession

    def month(self, period: str, *keystrokes: Keystroke) -> None:
        """The month's workbook: its edits, and every payout on to payment."""
        release = [
            Keystroke("Payouts", one, "Stage", "PENDING_PAYMENT")
            for one, record in self.cli.state().items()
            if one.startswith("pay_") and record["periodEnd"].startswith(period)
        ]
        self.apply(self.workbook(period, *keystrokes, *release))

    def workbook(self, period: str, *keystrokes: Keystroke) -> Path:
        """An edited workbook of a month."""
        exported = self.cli.export("--period", period, "--force", name="month.xlsx")
        return self.cli.edit(exported, *keystrokes)

    def apply(self, workbook: Path, *arguments: str) -> None:
        """Applies; it must go through."""
        code, out, err = self.cli.run("apply", workbook, "--yes", *arguments)
        assert code == 0, out + err


@dataclass
class FinanceSystem:
    """Books bills, pays them in its own time, and exports what it paid: everything so far, each time.

    rows: day, partner, amount in USD, reference, status.
    """

    cli: CliSession
    rows: list[tuple[str, str, Decimal, str, str]] = field(default_factory=list)

    def bill(self, period: str) -> None:
        """Takes in the bills of a month."""
        folder = self.cli.folder / f"bills-{period}"
        arguments = ("--to", "csv", "--period", period, "--stage", "PENDING_PAYMENT", "-o", folder)
        code, out, err = self.cli.run("bills", *arguments, "--json")
        assert code == 0, out + err

    def pay(self, payout: str, day: str, part: Decimal = Decimal(1)) -> None:
        """Pays a payout, or a part of it."""
        owed = Decimal(self.cli.state()[payout]["amount"]["value"])
        self.rows.append((day, payout.split("_")[1].title(), round(owed * part, 2), payout, ""))

    def pay_rest(self, payout: str, day: str) -> None:
        """Pays what an earlier payment left open."""
        owed = Decimal(self.cli.state()[payout]["amount"]["value"])
        paid = sum(row[2] for row in self.rows if row[3] == payout)
        self.rows.append((day, payout.split("_")[1].title(), owed - paid, payout, ""))

    def give_back(self, payout: str, day: str) -> None:
        """The bank returns what was paid last for a payout."""
        amount = next(row[2] for row in reversed(self.rows) if row[3] == payout)
        self.rows.append((day, "Bank", amount, payout, "returned"))

    def exported(self, since: str) -> Path:
        """The file of its payments from a day on."""
        file = self.cli.folder / f"payments-{since}.csv"
        body = "".join(
            f"TX-{number},{day},{payee},{amount},USD,{reference},{status}\n"
            for number, (day, payee, amount, reference, status) in enumerate(self.rows)
            if day >= since
        )
        head = "Payment ID,Payment date,Payee,Amount,Currency,Reference,Status\n"
        file.write_text(head + body, encoding="utf-8")
        return file


def accrued(state: Mapping[str, Any], last_day: str, still_owed: Iterable[str] = ()) -> Sums:
    """What is owed at the end of a day, told from the server's own records alone.

    still_owed: payouts that stand at PAID, and whose money left later.
    """
    later = set(still_owed)
    lines = [one for one in lines_of(state, last_day) if one["status"] != "VOIDED"]
    return summed(
        one
        for one in lines
        if one["payoutId"] in later or state.get(one["payoutId"], {}).get("stage") not in ("PAID", "DECLINED")
    )


def lines_of(state: Mapping[str, Any], last_day: str = LAST_DAY) -> list[dict[str, Any]]:
    """The lines that are earned by the end of a day."""
    return [one for one in state.values() if "payoutId" in one and one["periodEnd"][:10] <= last_day]


def summed(lines: Iterable[Mapping[str, Any]]) -> Sums:
    """Their amounts per currency."""
    found: Sums = defaultdict(Decimal)
    for one in lines:
        found[one["currency"]] += Decimal(one["amount"])
    return dict(found)
