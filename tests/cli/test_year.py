"""A year of month ends in a simulated company: twelve closes that chain, and tie out in the end."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cli_session import CliSession
from company import (
    PARTNERS,
    FinanceSystem,
    FinanceTeam,
    Sums,
    accrued,
    end_of,
    line_id,
    lines_of,
    month_name,
    payout_id,
    summed,
    year_seed,
)

from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running
from reconcile.workbook.copy.cell_editor import Keystroke

PLAIN = "[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\n[limits]\nmax_visible_share = 1\n"
EVERYTHING = PLAIN + '[close]\nlocked = "everything"\n'
MONEY_ALONE = PLAIN + '[close]\nlocked = "money"\n'
STRICT_MONTHS = range(1, 7)  # a closed period is locked against everything; later on against money alone
MOVEMENTS = (
    *("opening", "earned", "adjusted", "moved in", "moved out"),
    *("paid", "returned", "difference", "declined", "closing"),
)

SHORT = payout_id("acme", 2)  # paid in March with a tenth missing, which follows in April
RETURNED = payout_id("lyon", 5)  # paid in June, came back in July, paid again in August
EARLY = payout_id("bell", 9)  # at PAID when October is closed; its money leaves in November
LATE = payout_id("sakura", 8)  # paid in December
UNPAID = payout_id("gulf", 11)

UPSTREAM = line_id("acme", 4, 2)  # somebody sets it to 150.00 after the close of April
EDITED = line_id("gulf", 6, 1)  # finance sets it to 1.250 after the close of June
DECLINED = line_id("bell", 3, 2)  # within its month
DECLINED_LATE = line_id("bell", 10, 2)  # after the close of October
DETACHED = line_id("lyon", 5, 2)


def _declined(line: str) -> tuple[Keystroke, ...]:
    return (
        Keystroke("Lines", line, "Action", "Decline"),
        Keystroke("Lines", line, "Decline reason", "DUPLICATE"),
    )


IN_MONTH = {3: _declined(DECLINED), 5: (Keystroke("Lines", DETACHED, "Action", "Detach"),)}
AFTER_CLOSE = {
    7: (Keystroke("Lines", EDITED, "Amount", 1.25),),
    9: (
        Keystroke("New lines", 2, "Partner", "ptn_acme"),
        Keystroke("New lines", 2, "Payout ID", payout_id("acme", 8)),
        Keystroke("New lines", 2, "Amount", 321.09),
        Keystroke("New lines", 2, "Currency", "USD"),
        Keystroke("New lines", 2, "Description", "Forgotten bonus"),
    ),
    11: _declined(DECLINED_LATE),
}
"""What finance corrects in the month before this one, which is closed then."""


@dataclass
class Month:
    """One close: its tables, and what was owed by the server's own account."""

    tables: dict[str, list[list[Any]]]
    owed: Sums

    def sums(self, movement: str) -> Sums:
        """A column of the roll-forward, per currency."""
        place = MOVEMENTS.index(movement) + 1
        return {row[0]: Decimal(row[place]) for row in self.tables["rollforward"]}

    def listed(self, movement: str) -> dict[str, Decimal]:
        """The lines behind it, with their amounts."""
        return {row[6]: Decimal(row[2]) for row in self.tables["lines"] if row[0] == movement}


@dataclass
class Company:
    """The company's year as it goes on."""

    cli: CliSession
    team: FinanceTeam
    bank: FinanceSystem
    months: dict[int, Month] = field(default_factory=dict)

    def run_month(self, month: int) -> None:
        """Everything that happens in one month, up to its close."""
        self.cli.settings(EVERYTHING if month in STRICT_MONTHS else MONEY_ALONE)
        raised = Decimal(self.cli.state()[line_id("acme", month, 1)]["amount"]) + 10
        self.team.month(
            month_name(month),
            Keystroke("Lines", line_id("acme", month, 1), "Amount", float(raised)),
            *IN_MONTH.get(month, ()),
        )
        self.bank.bill(month_name(month))
        self._correct(month)
        self._pay(month)
        self._close(month_name(month), month)

    def _correct(self, month: int) -> None:
        """Corrections of the month that was closed last: refused, and let through for a reason."""
        if month == 5:
            self.cli.patch(f"/commission-lines/{UPSTREAM}", {"amount": "150.00"})
        if month in AFTER_CLOSE:
            closed = month_name(month - 1)
            edited = self.team.workbook(closed, *AFTER_CLOSE[month])
            self._refused(edited, closed)
            self.team.apply(edited, "--reopen", closed, "--reason", "found late")

    def _pay(self, month: int) -> None:
        self._pay_at_bank(month)
        exported = self.bank.exported(since=f"{month_name(3 if month == 4 else month)}-01")
        paid = self.cli.folder / f"paid-{month}.xlsx"
        code, out, err = self.cli.run("payments", exported, "-o", paid)
        assert code == 0, out + err
        closed = {month_name(one) for one in self._months_paid(month)} if month in STRICT_MONTHS else set()
        self._refused(paid, *closed)
        opened = [word for one in sorted(closed) for word in ("--reopen", one)]
        self.team.apply(paid, *opened, *(("--reason", "paid") if opened else ()))

    @staticmethod
    def _months_paid(month: int) -> list[int]:
        """The closed months whose payouts a file of payments moves on."""
        return {1: [], 4: [2, 3]}.get(month, [month - 1])

    def _pay_at_bank(self, month: int) -> None:
        """Last month's payouts on the 20th, with everything that goes wrong in a year."""
        day = f"{month_name(month)}-20"
        for partner in PARTNERS if month > 1 else ("acme", "lyon"):
            payout = payout_id(partner, month - 1)
            if payout == EARLY:
                self.bank.pay(payout, "2025-11-03")
            elif payout == SHORT:
                self.bank.pay(payout, day, part=Decimal("0.9"))
            elif payout not in (LATE, UNPAID):
                self.bank.pay(payout, day)
        match month:
            case 4:
                self.bank.pay_rest(SHORT, day)
            case 7:
                self.bank.give_back(RETURNED, day)
            case 8:
                self.bank.pay(RETURNED, day)
            case 12:
                self.bank.pay(LATE, day)
            case _:
                pass

    def _refused(self, edited: Path, *closed: str) -> None:
        """The workbook changes these closed months, and no other."""
        if closed:
            code, _, err = self.cli.run("apply", edited, "--yes")
            assert code == 1, err
            assert f"{min(closed)} is closed, and " in err

    def _close(self, period: str, month: int) -> None:
        code, out, err = self.cli.run("close", "--period", period, "-o", self.cli.folder / period, "--json")
        assert code == 0, out + err
        tables = {key: table["rows"] for key, table in json.loads(out)["tables"].items()}
        still_owed = (EARLY,) if month == 10 else ()
        owed = accrued(self.cli.state(), end_of(period), still_owed)
        owed["USD"] -= self._paid_in_part()
        self.months[month] = Month(tables, owed)

    def _paid_in_part(self) -> Decimal:
        """What the bank has paid of the payout that it pays in two parts, until the second one settles it."""
        if self.cli.state()[SHORT]["stage"] == "PAID":
            return Decimal(0)
        return sum(
            (amount for _, _, amount, reference, _ in self.bank.rows if reference == SHORT), Decimal(0)
        )


@pytest.fixture
def company(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Company]:
    """A company before its first close."""
    with running(year_seed(), Choices(rate=100_000)) as url:
        cli = CliSession(url, tmp_path, capsys, monkeypatch.setenv)
        yield Company(cli, FinanceTeam(cli), FinanceSystem(cli))


def test_twelve_closes_chain_and_the_year_ties_out(company: Company) -> None:
    for month in range(1, 13):
        company.run_month(month)

    _chains(company.months)
    _late_changes_land_where_they_belong(company.months)
    _ties_out(company)
    code, out, _ = company.cli.run("close", "--verify")
    assert (code, out.count("the same, byte for byte")) == (0, 12)
    _, listed, _ = company.cli.run("close", "--list")
    assert listed.count("found late") == len(AFTER_CLOSE)


def _chains(months: dict[int, Month]) -> None:
    """Each opening is the closing before it, each closing what the server says, and no residual is left."""
    for number, month in months.items():
        before = months[number - 1].sums("closing") if number > 1 else {}
        assert month.sums("opening") == {code: before.get(code, 0) for code in month.sums("opening")}
        assert month.sums("closing") == {code: month.owed.get(code, 0) for code in month.sums("closing")}
        assert {Decimal(row[-1]) for row in month.tables["rollforward"]} == {0}
        assert {Decimal(row[-1]) for row in month.tables["partners"]} == {0}


def _late_changes_land_where_they_belong(months: dict[int, Month]) -> None:
    seeded = {one["id"]: Decimal(one["amount"]) for one in year_seed()["lines"]}
    adjusted = {number: month.listed("adjusted") for number, month in months.items()}
    assert {number: found for number, found in adjusted.items() if found} == {
        5: {UPSTREAM: Decimal(150) - seeded[UPSTREAM]},
        7: {EDITED: Decimal("1.25") - seeded[EDITED]},
    }
    before_the_chain = {one["id"] for one in year_seed()["lines"] if one["periodEnd"].startswith("2024-12")}
    returned = {line_id("lyon", 5, number) for number in (1, 3)}
    moved_in = {number: month.listed("moved in") for number, month in months.items()}
    assert set(moved_in[1]) == before_the_chain
    assert sum(months[7].listed("returned").values()) == sum(seeded[one] for one in returned)
    assert list(moved_in[9].values()) == [Decimal("321.09")]
    assert [number for number, found in moved_in.items() if found] == [1, 9]
    assert not any(month.listed("moved out") for month in months.values())
    declined = {number: set(month.listed("declined")) for number, month in months.items()}
    # What is declined within its own month was never owed at an end.
    assert {number: found for number, found in declined.items() if found} == {11: {DECLINED_LATE}}
    for payout, paid_in in {SHORT: [3, 4], RETURNED: [6, 7, 8], EARLY: [11], LATE: [12], UNPAID: []}.items():
        assert [number for number, month in months.items() if _paid(month, payout)] == paid_in


def _paid(month: Month, payout: str) -> list[str]:
    """The references under which a payout was paid in a month, once per line."""
    return [row[6] for row in month.tables["paid"] if row[3] == payout]


def _ties_out(company: Company) -> None:
    """The movements of the whole year against the records as they are on its last day."""
    state = company.cli.state()
    year = {
        movement: _over(month.sums(movement) for month in company.months.values()) for movement in MOVEMENTS
    }
    lines = [one for one in lines_of(state) if one["id"] != DECLINED]
    paid_twice = summed(one for one in lines if one["payoutId"] == RETURNED)
    settled = summed(one for one in lines if (state.get(one["payoutId"]) or {}).get("stage") == "PAID")
    voided = summed(one for one in lines if one["status"] == "VOIDED")
    came = _over((year["earned"], year["adjusted"], year["moved in"], year["returned"]))

    assert came == _over((summed(lines), paid_twice))
    assert _negative(year["paid"]) == _over(
        (settled, paid_twice, dict.fromkeys(PARTNERS.values(), Decimal(0)))
    )
    assert _short(_negative(year["declined"])) == voided
    gone = _over((year["moved out"], year["paid"], year["declined"]))
    assert _over((came, gone)) == company.months[12].sums("closing") == accrued(state, "2025-12-31")


def _over(many: Iterable[Sums]) -> Sums:
    found: Sums = defaultdict(Decimal)
    for sums in many:
        for code, amount in sums.items():
            found[code] += amount
    return dict(found)


def _negative(sums: Sums) -> Sums:
    return {code: -amount for code, amount in sums.items()}


def _short(sums: Sums) -> Sums:
    return {code: amount for code, amount in sums.items() if amount}
