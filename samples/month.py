"""The month as it grows: makes partners, batches, payouts and lines that look ordinary."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from string import ascii_lowercase, digits
from typing import Any

Record = dict[str, Any]

DECIMALS = {"JPY": 0, "KWD": 3}
PERIODS = {
    "march": ("2026-03-01T00:00:00.000Z", "2026-03-31T23:59:59.000Z"),
    "february": ("2026-02-01T00:00:00.000Z", "2026-02-28T23:59:59.000Z"),
    "q1": ("2026-01-01T00:00:00.000Z", "2026-03-31T23:59:59.000Z"),
}
PLANS = ("Referral plan", "Reseller margin 2026", "Reseller margin 2026 (2/5)", "Co-sell Q1", "Renewals")
WORK = ("Referral", "Renewal", "Expansion", "New business", "Implementation", "Co-sell", "Marketplace")
CUSTOMERS = (
    "Globex",
    "Initech",
    "Umbrella",
    "Hooli",
    "Stark",
    "Wayne",
    "Wonka",
    "Tyrell",
    "Cyberdyne",
    "Soylent",
)
# When the batches of a period were made.
OPENED = {
    "march": "2026-04-01T06:00:00.000Z",
    "february": "2026-03-01T06:00:00.000Z",
    "q1": "2026-04-01T06:30:00.000Z",
}
ORDINARY = "(ordinary)"  # stands for a member that is not given, where None means null


@dataclass
class Month:
    """The month as it grows; every random choice comes from one generator."""

    rng: random.Random = field(default_factory=lambda: random.Random(20260331))
    partners: list[Record] = field(default_factory=list)
    batches: list[Record] = field(default_factory=list)
    payouts: list[Record] = field(default_factory=list)
    lines: list[Record] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)

    def new_id(self, prefix: str, name: str | None = None) -> str:
        """Make a random id, or for a named record one that ends in its name."""
        tail = name.replace("_", "").rjust(24, "0") if name else self.tail(24)
        if name:
            self.named[name] = prefix + tail
        return prefix + tail

    def tail(self, length: int) -> str:
        """Make random lowercase letters and digits."""
        return "".join(self.rng.choices(ascii_lowercase + digits, k=length))

    def moment(self, start: str, hours: int) -> str:
        """Pick an instant within so many hours of a start."""
        moment = datetime.fromisoformat(start) + timedelta(milliseconds=self.rng.randrange(hours * 3_600_000))
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def add_partner(self, name: str, partner_id: str) -> str:
        """Add a partner."""
        number = len(self.partners) + 1
        created = self.moment("2025-02-03T08:00:00+00:00", 8000)
        self.partners.append(
            {
                "id": partner_id,
                "name": name,
                "domain": f"partner{number:02}.example",
                "externalId": f"crm_{number:04}",
                "details": {"categories": ["Reseller"], "managerEmail": "ops@vendor.example"},
                "createdAt": created,
                "updatedAt": created,
            }
        )
        return partner_id

    def add_batch(self, period: str) -> str:
        """Add a batch."""
        start, end = PERIODS[period]
        batch_id = self.new_id("pbt_")
        self.batches.append(
            {"id": batch_id, "periodStart": start, "periodEnd": end, "createdAt": OPENED[period]}
        )
        return batch_id

    def add_payout(
        self,
        partner: str,
        stage: str,
        period: str = "march",
        batch: str | None = None,
        *,
        name: str | None = None,
        po: str | None = None,
        note: str | None = None,
    ) -> str:
        """Add a payout and give its id; without a batch it gets one of its own."""
        start, end = PERIODS[period]
        created = self.moment(OPENED[period], 30)
        payout = {
            "id": self.new_id("pay_", name),
            "partnerId": partner,
            "batchId": batch or self.add_batch(period),
            "periodStart": start,
            "periodEnd": end,
            "stage": stage,
            "poNumber": po,
            **({"metadata": note} if note else {}),
            "createdAt": created,
            "updatedAt": created if stage == "DRAFT" else self.moment(created, 120),
        }
        self.payouts.append(payout)
        return str(payout["id"])

    def add_line(  # noqa: PLR0913 - one keyword per member of a line
        self,
        partner: str,
        payout: str | None = None,
        *,
        name: str | None = None,
        text: str | None = ORDINARY,
        amount: str | None = None,
        source: str | None = ORDINARY,
        plan: str | None = ORDINARY,
        currency: str = "USD",
        period: str = "march",
        void: str | None = None,
    ) -> None:
        """Add a line; what is not given is ordinary, and the period dates it."""
        commission, revenue = self.figures(currency)
        created = self.moment(PERIODS[period][0], 650)
        self.lines.append(
            {
                "id": self.new_id("cln_", name),
                "partnerId": partner,
                "payoutId": payout,
                "description": self.text() if text is ORDINARY else text,
                "amount": amount or commission,
                "sourceAmount": revenue if source is ORDINARY else source,
                "currency": currency,
                "planName": self.rng.choice(PLANS) if plan is ORDINARY else plan,
                "periodEnd": PERIODS[period][1],
                **({"voidReason": void} if void else {}),
                "createdAt": created,
                "updatedAt": created if self.rng.random() < 0.7 else self.moment(created, 48),
            }
        )

    def add_lines(
        self, partner: str, payout: str, count: int, currency: str = "USD", period: str = "march"
    ) -> None:
        """Add ordinary lines."""
        for _ in range(count):
            self.add_line(partner, payout, currency=currency, period=period)

    def figures(self, currency: str) -> tuple[str, str]:
        """Make a commission and the revenue that it came from."""
        places = DECIMALS.get(currency, 2)
        scale = 100 if currency == "JPY" else 1
        source = Decimal(self.rng.randrange(40_000, 4_000_000) * scale).scaleb(-2)
        rate = Decimal(self.rng.choice(("0.05", "0.075", "0.10", "0.125", "0.15", "0.20")))
        return f"{source * rate:.{places}f}", f"{source:.{places}f}"

    def text(self) -> str:
        """Make an ordinary description."""
        return f"{self.rng.choice(WORK)} {self.rng.choice(CUSTOMERS)} #{self.rng.randrange(1000, 9999)}"
