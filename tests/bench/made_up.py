"""Made-up months of any size: the same month each time, as varied as a real one where it costs time."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from builders import END, Edits, make_line, make_payout, make_snapshot

from reconcile.domain.money import Money
from reconcile.domain.records import CommissionLine, Partner, Payout
from reconcile.domain.snapshot import Snapshot, shared

_PER_PAYOUT, PER_PARTNER = 15, 150
_PAGE = 100
_STAGES = ("DRAFT", "PENDING_REVIEW", "APPROVED", "PENDING_INVOICE", "PENDING_PAYMENT")
_DEALS = ("Referral bonus", "Renewal commission", "Co-sell reward, second half", "Onboarding fee")
_MADE = datetime(2026, 3, 2, 8, tzinfo=UTC)


def month(lines: int, first: int = 0) -> Snapshot:
    """A month of so many lines: fifteen to a payout, ten payouts to a partner, every 50th line in the pool.

    first: the number of its first line, where it is a portion of a larger month; it begins with a partner.
    """
    made = [_line(number) for number in range(first, first + lines)]
    totals: dict[str, Decimal] = {}
    for line in made:
        if line.payout_id:
            totals[line.payout_id] = totals.get(line.payout_id, Decimal(0)) + line.amount.amount
    numbers = range(first // _PER_PAYOUT, -(-(first + lines) // _PER_PAYOUT))
    payouts = [_payout(number, totals) for number in numbers]
    partners = {one.partner_id: Partner(one.partner_id, one.partner_name) for one in payouts}
    return replace(make_snapshot(*payouts, *made), partners=partners)


def edits(snapshot: Snapshot, share: float) -> Edits:
    """What a person typed into that share of the lines: amounts, descriptions and notes in turn."""
    lines = list(snapshot.lines.values())
    found = {}
    for number, line in enumerate(lines[:: round(1 / share)] if share else ()):
        typed = (
            {"amount": str(line.amount.amount + 1)},
            {"description": f"{line.description}, checked"},
            {"internal_note": "Agreed with the partner"},
        )
        found[line.id] = typed[number % 3]
    return found


def drifted(snapshot: Snapshot) -> Snapshot:
    """The month some days later, as fetching leaves it: one line in a hundred got another description.

    All records are made afresh, page by page, and pass through what fetching passes every page through: what
    did not move is the baseline's own object. That work is of fetching, so no step is charged with it.
    """
    lines: dict[str, CommissionLine] = {}
    for start in range(0, len(snapshot.lines), _PAGE):
        page = [_moved(number) for number in range(start, min(start + _PAGE, len(snapshot.lines)))]
        lines |= shared({line.id: line for line in page}, snapshot.lines)
    payouts = {key: replace(payout) for key, payout in snapshot.payouts.items()}
    return replace(snapshot, payouts=shared(payouts, snapshot.payouts), lines=lines)


def _moved(number: int) -> CommissionLine:
    line = _line(number)
    return corrected(line) if number % 100 == 7 else line


def corrected(line: CommissionLine) -> CommissionLine:
    """The line as live has it, after somebody gave it another description."""
    return replace(line, description="Corrected upstream")


def _payout_id(number: int) -> str:
    return f"pay_{number:024}"


def _partner(payout: int) -> tuple[str, str]:
    number = payout * _PER_PAYOUT // PER_PARTNER
    return f"ptn_{number:024}", f"{('Blue', 'Summit', 'Harbor', 'Cedar')[number % 4]} Peak {number} Ltd"


def _line(number: int) -> CommissionLine:
    payout = number // _PER_PAYOUT
    made = _MADE + timedelta(seconds=number)
    return make_line(
        f"cln_{number:024}",
        f"{10 + number * 7919 % 500_000 / 100:.2f} USD",
        None if number % 50 == 49 else _payout_id(payout),
        partner_id=_partner(payout)[0],
        description=f"{_DEALS[number % 4]} {number:07}",
        source_amount=Decimal(number * 104_729 % 9_000_000) / 100,
        plan_name=f"Plan {number % 12}",
        created_at=made,
        updated_at=made,
    )


def _payout(number: int, totals: dict[str, Decimal]) -> Payout:
    partner_id, name = _partner(number)
    payout_id = _payout_id(number)
    return replace(
        make_payout(payout_id, partner_id=partner_id, partner_name=name, stage=_STAGES[number % 5]),
        amount=Money(totals.get(payout_id, Decimal(0)), "USD"),
        po_number=f"{number:08}",
        period_end=END,
        unread=frozenset({"statement_note"}),
    )
