"""Makes the bills: from live payouts, a layout and the vendor mapping. Pure."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from reconcile.domain.bill import IssuedBill
from reconcile.domain.money import Money, decimals, exponent, totals
from reconcile.domain.period import UTC_DAYS, Days, Period
from reconcile.domain.policy.dimensions import Rules, values_of
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.totals import AmountAgainstLines, AmountVerdict, amount_against_lines
from reconcile.erp.bills.bill_numbers import bill_number
from reconcile.erp.bills.layout import Due, Layout
from reconcile.erp.bills.model import Bill, Billing, BillRow, LeftOut, Why
from reconcile.erp.bills.vendors import Vendor, vendor_of


@dataclass(frozen=True)
class Circumstances:
    """What the bills depend on beside the payouts and the layout.

    issued: every bill that went out earlier. again: whether those are issued once more. today: as
    `days` counts. currencies: only these; all when empty. pays: whether a bank pays these bills, where else a
    finance system books them. bill_and_pay: whether what went out the other way is taken too. closed_until:
    the last day of the last closed period, None where none is closed. days: which day a moment belongs to.
    dimensions: under which departments and the like the rows are booked.
    """

    vendors: Mapping[str, Vendor]
    issued: Sequence[IssuedBill]
    today: dt.date
    currencies: tuple[str, ...] = ()
    again: bool = False
    pays: bool = False
    bill_and_pay: bool = False
    closed_until: dt.date | None = None
    days: Days = UTC_DAYS
    dimensions: Rules = field(default_factory=dict)


def make_bills(snapshot: Snapshot, layout: Layout, given: Circumstances) -> Billing:
    """The bills for the payouts of a snapshot, in the order of partner and payout; the same every time."""
    bills: list[Bill] = []
    left_out: list[LeftOut] = []
    earlier, elsewhere = _went_out(given)
    for payout in sorted(snapshot.payouts.values(), key=lambda one: (one.partner_name, one.id)):
        if given.currencies and payout.amount.currency not in given.currencies:
            continue
        lines = snapshot.lines_by_payout.get(payout.id, ())
        before = earlier.get(payout.id, {})
        if before and (layout.per == "payout" or "" in before):
            left_out.append(_billed_before(payout, payout.amount, tuple(before.values())))
            continue
        if payout.id in elsewhere:
            left_out.append(_elsewhere(payout, elsewhere[payout.id]))
            continue
        for made in _of_payout(payout, lines, layout, given):
            if isinstance(made, LeftOut):
                left_out.append(made)
            elif made.line_id in before:
                left_out.append(_billed_before(payout, made.amount, (before[made.line_id],)))
            else:
                bills.append(made)
    billing = Billing(tuple(bills), tuple(left_out))
    return _without_twins(billing, given.issued)


def _went_out(given: Circumstances) -> tuple[dict[str, dict[str, IssuedBill]], dict[str, IssuedBill]]:
    """What went out before that may not go out again, by payout: the same way by line, and the other way."""
    earlier: dict[str, dict[str, IssuedBill]] = {}
    elsewhere: dict[str, IssuedBill] = {}
    for one in given.issued:
        if one.pays is not given.pays and not given.bill_and_pay:
            elsewhere[one.payout_id] = one
        if one.pays is given.pays and not given.again:
            earlier.setdefault(one.payout_id, {})[one.line_id] = one
    return earlier, elsewhere


def in_currencies(snapshot: Snapshot, currencies: Collection[str]) -> list[Money]:
    """The amounts of the payouts that bills are made of, for the tie-out."""
    amounts = [payout.amount for payout in snapshot.payouts.values()]
    return [amount for amount in amounts if not currencies or amount.currency in currencies]


def _billed_before(payout: Payout, amount: Money, bills: Sequence[IssuedBill]) -> LeftOut:
    """A payout that has moved since it was billed is worth a look."""
    last = bills[-1]
    said = _issued(last)
    why = Why.SENT if last.pays else Why.BILLED
    was = totals(one.amount for one in bills)
    if was == {amount.currency: amount.amount}:
        return LeftOut(why, payout, amount, said)
    before = ", ".join(str(Money(sum_, currency)) for currency, sum_ in was.items())
    fix = "Correct the bill in the finance software, or issue it again with --again and a reason."
    if last.pays:
        fix = "The difference is not paid by itself: correct it with the partner or in the next payout."
    return LeftOut(why, payout, amount, f"{said}, then {before} and now {amount}", fix)


def _issued(bill: IssuedBill) -> str:
    word = "sent to the bank" if bill.pays else "billed"
    return f"{word} as {bill.number} in {bill.file} on {bill.issued_at[:10]} by {bill.issued_by}"


def _elsewhere(payout: Payout, other: IssuedBill) -> LeftOut:
    """A payout that went out the other way: a bill that is booked and a file that pays may pay it twice."""
    fix = (
        "Book it only if the finance software will not pay it"
        if other.pays
        else "Pay it by file only if the finance software will not pay it"
    )
    return _held(payout, f"it was {_issued(other)}", f"{fix}, with --bill-and-pay.")


def _of_payout(
    payout: Payout, lines: Sequence[CommissionLine], layout: Layout, given: Circumstances
) -> Iterator[Bill | LeftOut]:
    vendor = vendor_of(payout.partner_id, given.vendors, needed=_names_vendor(layout))
    lines = sorted(lines, key=lambda line: (line.created_at is None, str(line.created_at), line.id))
    fault = _fault(payout, lines, layout, vendor)
    if fault:
        yield fault
        return
    assert vendor
    if layout.per == "payout":
        follows = _against_lines(payout, lines).verdict is AmountVerdict.EQUAL
        rows = _rows(payout, lines if follows else (), layout, vendor, given)
        if layout.detail == "payout":
            rows = _rows(payout, (), layout, vendor, given)
        yield from _bill_or_credit(payout, "", rows, layout, vendor, given)
    else:
        for row in _rows(payout, lines, layout, vendor, given):
            yield from _bill_or_credit(payout, row.line_id, (row,), layout, vendor, given)


def _fault(
    payout: Payout, lines: Sequence[CommissionLine], layout: Layout, vendor: Vendor | None
) -> LeftOut | None:
    """Why no bill can be made at all; None when one can."""
    amount = payout.amount
    if not amount.amount and not any(line.amount.amount for line in lines):
        return LeftOut(Why.EMPTY, payout, amount, "its amount is zero")
    if vendor is None:
        return _held(
            payout,
            f"the partner {payout.partner_name} ({payout.partner_id}) has no vendor",
            "Add a row for the partner to the vendor mapping (--vendors).",
        )
    if decimals(amount.amount) > (exponent(amount.currency) or 0):
        return _held(payout, f"{amount} has more decimals than {amount.currency} has", "Correct its lines.")
    return _off_its_lines(payout, lines, layout)


def _off_its_lines(payout: Payout, lines: Sequence[CommissionLine], layout: Layout) -> LeftOut | None:
    found = _against_lines(payout, lines)
    if found.verdict is AmountVerdict.NO_LINES:
        return _held(
            payout, f"it says {payout.amount} and has no line", "Look at it in Introw before you pay it."
        )
    needs_lines = layout.detail == "line" or layout.per == "line"
    if needs_lines and found.verdict is AmountVerdict.DIFFERS:
        return _held(
            payout,
            f"it says {payout.amount} and its lines add up to {found.total}",
            'Wait until Introw has updated it, or bill it in one row (detail = "payout" in the layout).',
        )
    if layout.per == "line" and found.verdict is AmountVerdict.MIXED_CURRENCIES:
        return _held(
            payout,
            "its lines are in other currencies than the payout",
            'Bill it as one (per = "payout" in the layout).',
        )
    return None


def _against_lines(payout: Payout, lines: Sequence[CommissionLine]) -> AmountAgainstLines:
    return amount_against_lines(payout.amount, (line.amount for line in lines))


def _names_vendor(layout: Layout) -> bool:
    values = [column.value for file in layout.files for column in file.columns]
    return any("{vendor}" in value or "{vendor_id}" in value for value in values)


def _rows(
    payout: Payout, lines: Sequence[CommissionLine], layout: Layout, vendor: Vendor, given: Circumstances
) -> tuple[BillRow, ...]:
    """A row per line that is worth something; one row for the whole where there are no lines to show."""
    currency = payout.amount.currency
    whole = layout.description.format_map(_Texts(payout, given.days))

    def row(line: CommissionLine | None, amount: Decimal) -> BillRow:
        plan = (line.plan_name if line else None) or ""
        return BillRow(
            line_id=line.id if line else "",
            description=(line.description if line else None) or whole,
            plan=plan,
            amount=amount,
            account=vendor.account or layout.accounts.account(payout.partner_id, plan, currency),
            tax_type=vendor.tax_type or layout.tax_type,
            dimensions=values_of(given.dimensions, payout.partner_id, plan, currency),
        )

    found = tuple(row(line, line.amount.amount) for line in lines if line.amount.amount)
    return found or (row(None, payout.amount.amount),)


class _Texts(dict[str, str]):
    """What the layout's description can say about a whole payout; other fields are empty there."""

    def __init__(self, payout: Payout, days: Days) -> None:
        super().__init__(
            payout_id=payout.id,
            partner_id=payout.partner_id,
            partner_name=payout.partner_name,
            po_number=payout.po_number or "",
            currency=payout.amount.currency,
            **period_texts(payout, "%Y-%m-%d", days),
        )

    def __missing__(self, _: str) -> str:
        return ""


def period_texts(payout: Payout, form: str, days: Days) -> dict[str, str]:
    """The period of a payout, and its two days in a date format; empty where the payout has none."""
    start = days.of_bound(payout.period_start) if payout.period_start else None
    end = days.of_bound(payout.period_end) if payout.period_end else None
    whole = str(Period(start, end)) if start and end and start <= end else ""
    return {
        "period": whole or (f"{end}" if end else ""),
        "period_start": start.strftime(form) if start else "",
        "period_end": end.strftime(form) if end else "",
    }


def _bill_or_credit(
    payout: Payout,
    line_id: str,
    rows: tuple[BillRow, ...],
    layout: Layout,
    vendor: Vendor,
    given: Circumstances,
) -> Iterator[Bill | LeftOut]:
    amount = Money(sum((row.amount for row in rows), Decimal(0)), payout.amount.currency)
    period = period_texts(payout, "%Y-%m-%d", given.days)["period"]
    number = bill_number(layout.number, payout.id, line_id, payout.partner_id, period)
    day = _day(payout, layout, given)
    entities = {row.dimensions.get("entity", "") for row in rows}
    entity = vendor.entity or (next(iter(entities)) if len(entities) == 1 else "") or layout.entity
    bill = Bill(
        number, payout, line_id, vendor, entity, amount, day, due_date(day, layout.due), rows, given.days
    )
    if not amount.amount:
        yield LeftOut(Why.EMPTY, payout, amount, "its lines cancel out")
    elif not vendor.entity and len(entities) > 1 and layout.tells_entity:
        named = ", ".join(sorted(one or "none" for one in entities))
        fix = 'Write a bill per line (per = "line" in the layout), or name the entity in the vendor mapping.'
        said = f"its lines are of several entities ({named}), and a bill is of one"
        yield replace(_held(payout, said, fix), amount=amount)
    elif not layout.takes(bill.kind):
        fix = "Enter it in the finance software by hand, or settle it with the next payout."
        yield replace(_held(payout, f"{layout.title} takes no negative bills ({amount})", fix), amount=amount)
    elif layout.number_limit and len(number) > layout.number_limit:
        said = (
            f"the bill number {number} is longer than the {layout.number_limit} characters of {layout.title}"
        )
        yield replace(_held(payout, said, "Use {code} in the layout's number."), amount=amount)
    else:
        yield bill


def _day(payout: Payout, layout: Layout, given: Circumstances) -> dt.date:
    """The date of a bill: as the layout says, but never within a period that is closed."""
    day = given.today
    if layout.date_from == "period_end" and payout.period_end:
        day = given.days.of_bound(payout.period_end)
    elif layout.date_from == "created" and payout.created_at:
        day = given.days.of(payout.created_at)
    return max(day, given.closed_until + dt.timedelta(days=1)) if given.closed_until else day


def due_date(day: dt.date, due: Due) -> dt.date:
    """When a bill of that day is due."""
    months = day.year * 12 + day.month - 1 + due.months
    year, month = divmod(months, 12)
    last = monthrange(year, month + 1)[1]
    then = dt.date(year, month + 1, last if due.end_of_month else min(day.day, last))
    return then + dt.timedelta(days=due.days)


def _without_twins(billing: Billing, issued: Sequence[IssuedBill]) -> Billing:
    """Holds back bills that would share a number, with each other or with another payout's earlier bill."""
    counts = Counter(bill.number for bill in billing.bills)
    owners = {one.number: (one.payout_id, one.line_id) for one in issued}
    twins = [
        bill
        for bill in billing.bills
        if counts[bill.number] > 1
        or owners.get(bill.number, (bill.payout.id, bill.line_id)) != (bill.payout.id, bill.line_id)
    ]
    held = [
        replace(
            _held(
                bill.payout,
                f"another payout has the bill number {bill.number} too",
                "Change the layout's number.",
            ),
            amount=bill.amount,
        )
        for bill in twins
    ]
    return billing.without(held, {bill.number for bill in twins})


def _held(payout: Payout, reason: str, fix: str) -> LeftOut:
    return LeftOut(Why.HELD, payout, payout.amount, reason, fix)
