"""A made-up company with its finance team, and a general ledger that shares no code with a close."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Literal

from builders import make_line, make_payout, make_snapshot
from closing import CLOSED_AT

from reconcile.close.close import Close
from reconcile.close.frozen import VERSION, Frozen
from reconcile.close.journal import JournalLine
from reconcile.close.ledger.evidence_of_payment import Allotment, DatedBill
from reconcile.close.rollforward import Entry, Movement
from reconcile.domain.books.general_ledger import Balance, GeneralLedger, Posting
from reconcile.domain.money import Money
from reconcile.domain.period import Period
from reconcile.domain.policy.close import ClosePolicy, GlPolicy
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine, Payout

Method = Literal["reversing", "clearing"]
EXPENSE, LIABILITY, RECEIVABLE, PREPAID = "6200", "2100", "1290", "1400"
PAYABLE, BANK = "2000", "1000"
MONTHS = range(1, 13)
PARTNERS = {"ptn_1": "USD", "ptn_2": "USD", "ptn_3": "EUR"}
ZERO = Decimal(0)


@dataclass
class Books:
    """A general ledger: postings with a day, an account, a currency, a signed amount (debit above zero) and a
    text."""

    postings: list[tuple[date, str, str, Decimal, str]] = field(default_factory=list)

    def post(
        self, day: date, debit: str, credit: str, currency: str, amount: Decimal, text: str = ""
    ) -> None:
        self.postings += [(day, debit, currency, amount, text), (day, credit, currency, -amount, text)]

    def journal(self, lines: tuple[JournalLine, ...]) -> None:
        self.postings += [(one.date, one.account, one.currency, one.amount, one.journal) for one in lines]

    def balance(self, day: date, account: str, currency: str) -> Decimal:
        return sum(
            (
                amount
                for when, name, code, amount, _ in self.postings
                if when <= day and name == account and code == currency
            ),
            ZERO,
        )


@dataclass
class Company:
    """A company with its payouts, lines, bills and payments, and what its finance team books of them."""

    random: Random
    method: Method
    books: Books = field(default_factory=Books)
    payouts: dict[str, Payout] = field(default_factory=dict)
    lines: dict[str, CommissionLine] = field(default_factory=dict)
    bills: list[DatedBill] = field(default_factory=list)
    paid: dict[str, list[Allotment]] = field(default_factory=lambda: defaultdict(list))
    partners: Mapping[str, str] = field(default_factory=lambda: PARTNERS)
    policy: ClosePolicy = field(default_factory=ClosePolicy)

    @property
    def cost(self) -> str:
        """The account of bills, and of payments without a bill."""
        return EXPENSE if self.method == "reversing" else LIABILITY

    def earn(self, month: int) -> None:
        """A payout per partner, and a line that stays in the pool."""
        for partner, currency in self.partners.items():
            payout_id = f"pay_{month:02}_{partner}"
            sizes = [self.random.randint(-20, 900) for _ in range(3)]
            for number, size in enumerate(sizes):
                on = None if number == 2 and self.random.random() < 0.5 else payout_id
                line = make_line(
                    f"cln_{month:02}_{partner}_{number}",
                    f"{size}.37 {currency}",
                    on,
                    partner_id=partner,
                    period_end=end_of(month),
                    created_at=end_of(month),
                )
                self.lines[line.id] = line
            self.payouts[payout_id] = make_payout(
                payout_id, f"0 {currency}", partner_id=partner, partner_name=partner, period_end=end_of(month)
            )

    def change(self) -> None:
        """Edits, declines, restores and moves of any line, also of one that was paid or billed."""
        for line in self.random.sample(sorted(self.lines.values(), key=lambda one: one.id), 2):
            self.lines[line.id] = self._changed(line)

    def _changed(self, line: CommissionLine) -> CommissionLine:
        match self.random.choice(["edit", "void", "restore", "move"]):
            case "edit":
                amount = line.amount.amount + self.random.randint(-90, 90)
                return replace(line, amount=Money(amount, line.amount.currency))
            case "void":
                return replace(line, status="VOIDED")
            case "restore":
                return replace(line, status="IN_PAYOUT")
            case _:
                mine = [one.id for one in self.payouts.values() if one.partner_id == line.partner_id]
                return replace(line, payout_id=self.random.choice(sorted(mine)))

    def total(self, payout_id: str) -> Decimal:
        of = [one for one in self.lines.values() if one.payout_id == payout_id and one.status != "VOIDED"]
        return sum((one.amount.amount for one in of), ZERO)

    def bill(self, payout_id: str, day: date) -> None:
        amount, currency = self.total(payout_id), self.payouts[payout_id].amount.currency
        if amount and all(one.payout_id != payout_id for one in self.bills):
            self.bills.append(DatedBill(f"B-{payout_id}", payout_id, day, Money(amount, currency)))
            self.books.post(day, self.cost, PAYABLE, currency, amount, f"Bill B-{payout_id}")
            # What was paid before the bill came is applied to it.
            for one in self.paid[payout_id]:
                self.books.post(max(day, one.day), PAYABLE, self.cost, currency, one.amount.amount, payout_id)

    def pay(self, payout_id: str, day: date, amount: Decimal) -> None:
        currency = self.payouts[payout_id].amount.currency
        number = f"{payout_id}-{len(self.paid[payout_id])}"
        kind: Literal["paid", "returned"] = "paid" if amount > 0 else "returned"
        partner = self.payouts[payout_id].partner_id
        self.paid[payout_id].append(
            Allotment(number, payout_id, partner, day, Money(amount, currency), kind, number, "bank.csv")
        )
        billed = [one for one in self.bills if one.payout_id == payout_id]
        if billed and billed[0].day > day:
            self.books.post(day, self.cost, BANK, currency, amount, f"Payment {number}")
            self.books.post(billed[0].day, PAYABLE, self.cost, currency, amount, payout_id)
        else:
            self.books.post(
                day, PAYABLE if billed else self.cost, BANK, currency, amount, f"Payment {number}"
            )

    def live_through(self, month: int) -> None:
        """Bills and payments of a month: in full, in part, too much, before their month, and come back."""
        for payout_id in sorted(self.payouts):
            owed = self.total(payout_id) - sum((one.amount.amount for one in self.paid[payout_id]), ZERO)
            day = date(2026, month, self.random.randint(1, 28))
            if self.random.random() < 0.3:
                self.bill(payout_id, day)
            luck = self.random.random()
            if owed > 0 and luck < 0.5:
                self.pay(payout_id, day, owed)
            elif owed > 0 and luck < 0.7:
                self.pay(payout_id, day, (owed / 3).quantize(Decimal("0.01")))
            elif luck < 0.75:
                self.pay(payout_id, day, Decimal("50.00"))
            elif self.paid[payout_id] and luck < 0.8:
                back = sum((one.amount.amount for one in self.paid[payout_id]), ZERO)
                if back > 0:
                    self.pay(payout_id, day, -back)

    def frozen(self, month: int, trued_up: tuple[Entry, ...] = ()) -> Frozen:
        payouts = [
            replace(one, amount=Money(self.total(one.id), one.amount.currency))
            for one in self.payouts.values()
        ]
        return Frozen(
            close_id=f"close-{month}",
            period=Period.parse(f"2026-{month:02}"),
            at=CLOSED_AT,
            by="ana",
            tool_version="0",
            snapshot=make_snapshot(*payouts, *self.lines.values()),
            names=Names(),
            policy=replace(self.policy, method=self.method, gl=GlPolicy(payable=PAYABLE)),
            version=VERSION,
            allotments={key: tuple(rows) for key, rows in self.paid.items() if rows},
            bills=tuple(self.bills),
            trued_up=trued_up,
        )

    def earned(self, currency: str, until: date) -> Decimal:
        """What was earned by a day and not declined, counted from the records alone."""
        of = [one for one in self.lines.values() if one.status != "VOIDED" and one.period_end]
        return sum(
            (
                one.amount.amount
                for one in of
                if one.amount.currency == currency and one.period_end and one.period_end.date() <= until
            ),
            ZERO,
        )


def end_of(month: int) -> datetime:
    return datetime(2026, month, monthrange(2026, month)[1], 23, 59, 59, tzinfo=UTC)


def check_accounts(company: Company, close: Close) -> None:
    end, books = close.frozen.period.end, company.books
    assert [one.residual for one in (*close.rolls, *close.partner_rolls)] == [0] * (
        len(close.rolls) + len(close.partner_rolls)
    )
    for currency in ("USD", "EUR"):
        parts: dict[str, Decimal] = defaultdict(Decimal)
        for one in close.of(Movement.CLOSING):
            if one.currency == currency:
                parts[one.part] += one.amount
        payable = parts["payable"] + parts["paid beyond bills"]
        rest = parts["accrued"] + parts["prepaid"] + parts["receivable"]
        accounts = (LIABILITY, RECEIVABLE, PREPAID)

        assert books.balance(end, EXPENSE, currency) == company.earned(currency, end)
        assert -books.balance(end, PAYABLE, currency) == payable
        assert -sum(books.balance(end, account, currency) for account in accounts) == rest
        if company.method == "reversing":
            assert -books.balance(end, LIABILITY, currency) == parts["accrued"]
            assert -books.balance(end, PREPAID, currency) == parts["prepaid"]


def exported(company: Company, month: int) -> GeneralLedger:
    """What the finance system exports of the month: what each account stood at before, and its postings."""
    start, end = date(2026, month, 1), end_of(month).date()
    openings: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for day, account, currency, amount, _ in company.books.postings:
        openings[account, currency] += amount if day < start else ZERO
    return GeneralLedger(
        "gl.csv",
        "0" * 64,
        "transactions",
        tuple(Balance(account, code, amount, "") for (account, code), amount in openings.items()),
        postings=tuple(
            Posting(account, day, currency, amount, text, f"line {number}")
            for number, (day, account, currency, amount, text) in enumerate(company.books.postings, 1)
            if start <= day <= end
        ),
    )
