"""The accounts tie over a year in other time zones too, with merges, new currencies and lines without a period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest
from builders import make_line
from double_entry import EXPENSE, MONTHS, PARTNERS, Company, Method, check_accounts, end_of, exported

from reconcile.close.close import make_close
from reconcile.close.frozen import Frozen
from reconcile.close.late import late_entries, true_up
from reconcile.close.rollforward import Entry
from reconcile.domain.money import Money
from reconcile.domain.records import CommissionLine
from reconcile.domain.snapshot import Scope


@dataclass
class FarCompany(Company):
    """One whose lines come near midnight of the last day, change their currency and partner, and get a period."""

    zone: str = "UTC"

    def earn(self, month: int) -> None:
        super().earn(month)
        for number in range(3):
            partner = self.random.choice(sorted(PARTNERS))
            line = make_line(
                f"cln_{month:02}_late_{number}",
                f"{self.random.randint(1, 500)}.11 {PARTNERS[partner]}",
                None,
                partner_id=partner,
                period_end=None,
                created_at=end_of(month) + timedelta(hours=self.random.randint(-16, 16)),
            )
            self.lines[line.id] = line

    def _changed(self, line: CommissionLine) -> CommissionLine:
        luck = self.random.random()
        if line.payout_id is None and luck < 0.2:
            other = "EUR" if line.amount.currency == "USD" else "USD"
            return replace(line, amount=Money(line.amount.amount + self.random.randint(0, 3), other))
        if line.payout_id is None and luck < 0.35:
            return replace(line, partner_id=self.random.choice(sorted(PARTNERS)))
        if line.period_end is None and luck < 0.6:
            return replace(line, period_end=end_of(self.random.randint(1, 12)))
        found = super()._changed(line)
        moved_to = self.payouts.get(found.payout_id or "")
        same = moved_to is None or moved_to.amount.currency == line.amount.currency
        return found if same else line

    def merge(self) -> None:
        """The second partner becomes the first, with all its payouts and lines."""
        for key, payout in self.payouts.items():
            if payout.partner_id == "ptn_2":
                self.payouts[key] = replace(payout, partner_id="ptn_1", partner_name="ptn_1")
        for key, line in self.lines.items():
            if line.partner_id == "ptn_2":
                self.lines[key] = replace(line, partner_id="ptn_1")

    def frozen(self, month: int, trued_up: tuple[Entry, ...] = ()) -> Frozen:
        plain = super().frozen(month, trued_up)
        return replace(plain, snapshot=replace(plain.snapshot, scope=Scope(zone=self.zone)))

    def earned(self, currency: str, until: date) -> Decimal:
        of = [
            one for one in self.lines.values() if one.status != "VOIDED" and one.amount.currency == currency
        ]
        return sum((one.amount.amount for one in of if self._day(one) <= until), Decimal(0))

    def _day(self, line: CommissionLine) -> date:
        """Period ends are written in UTC; what was made has the day of the clock on the wall."""
        payout = self.payouts.get(line.payout_id or "")
        end = line.period_end or (payout.period_end if payout else None)
        if end:
            return end.date()
        assert line.created_at
        return line.created_at.astimezone(ZoneInfo(self.zone)).date()


@pytest.mark.parametrize(
    ("seed", "zone", "method"),
    [
        (1, "America/New_York", "reversing"),
        (3, "Pacific/Auckland", "clearing"),
    ],
)
def test_a_year_ties_in_every_account(seed: int, zone: str, method: Method) -> None:
    company = FarCompany(Random(seed), method, zone=zone)
    before: Frozen | None = None
    trued_up: tuple[Entry, ...] = ()
    for month in MONTHS:
        company.earn(month)
        company.live_through(month)
        company.change()
        if month == 6:
            company.merge()
        frozen = company.frozen(month, trued_up)
        close = make_close(frozen, before)
        company.books.journal(close.journal)
        check_accounts(company, close)
        booked = replace(frozen, gl=exported(company, month), gl_booked=True)
        assert [one for one in make_close(booked, before).ties if one.rest] == []
        company.change()
        late = late_entries(frozen, company.frozen(month).facts)
        company.books.journal(true_up(late.booked, frozen, 1))
        end = frozen.period.end
        for currency in ("USD", "EUR"):
            assert company.books.balance(end, EXPENSE, currency) == company.earned(currency, end)
        trued_up, before = late.booked, frozen
