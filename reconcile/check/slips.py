"""Finds edited amounts that look like slips of the hand: each a named rule, none a guess at what was meant.

An amount is held against what stood in its cell, in the cells around it and in the partner's other lines. At
most one slip is told of a cell, the most certain one. A wrong sign, a jump by a factor and another currency
have rules of their own (`line_rules`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Final

from reconcile.check.row_context import RowContext, RowContexts
from reconcile.domain.finding import Finding
from reconcile.domain.money import parse_decimal
from reconcile.domain.snapshot import Snapshot

_FIX: Final = "Correct it if it is a slip; it is sent all the same."
_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of a spreadsheet's dates."""
_YEARS: Final = 2
"""A number that stands for a day within so many years of the export may be a date."""
_RUN: Final = 2
"""So many cells in a row that repeat others were filled down or pasted."""
_COMMON: Final = 2
"""An amount that stands in more cells than this may well be meant for one more."""
_MANY: Final = 50
"""An amount that stands in more cells than this says nothing about where a block came from."""
_KNOWN: Final = 5
"""So many amounts of a partner show what is usual for it."""
_FAR: Final = 5
"""So many times the partner's largest amount is far from what is usual."""
_HUGE: Final = Decimal(10) ** 15
"""No amount is beyond it."""
_LARGE: Final = Decimal(1000)
"""A round amount of at least this much, after a precise one, is remarkable."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """An edited amount. at: its place among the rows of the sheet."""

    at: int
    context: RowContext
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class _Sheet:
    """The amounts of all rows of a sheet in its order, as exported and as they are now.

    partners: how many amounts each partner has by currency, and the largest absolute one. day: that of
    the export.
    """

    exported: Sequence[Decimal | None]
    now: Sequence[Decimal | None]
    partners: Mapping[tuple[str, str], tuple[int, Decimal]]
    baseline: Snapshot
    day: date

    @cached_property
    def places(self) -> Mapping[Decimal, list[int]]:
        """The rows in which each amount stood at the export."""
        found: defaultdict[Decimal, list[int]] = defaultdict(list)
        for at, amount in enumerate(self.exported):
            if amount is not None:
                found[amount].append(at)
        return dict(found)

    def is_common(self, amount: Decimal) -> bool:
        """Whether the amount stood in so many rows that it may well be meant for one more."""
        return len(self.places.get(amount, ())) > _COMMON

    def old(self, at: int) -> Decimal | None:
        """The exported amount of a row; None beyond the sheet."""
        return self.exported[at] if 0 <= at < len(self.exported) else None


_Slip = Callable[[_Edit, _Sheet], str]
"""Says what the edit looks like; empty for no such slip."""


def slip_findings(contexts: RowContexts) -> Iterator[Finding]:
    """A finding at each edited amount of a line that looks like a slip, and at new lines in a rare currency.

    Linear in the rows; nothing is done where no amount was edited.
    """
    edited = (_edit(at, one) for at, one in enumerate(contexts.lines) if not one.is_as_exported)
    edits = [one for one in edited if one]
    if edits:
        sheet = _sheet(contexts, edits)
        repeated: dict[int, tuple[str, str]] = {}
        for run in _runs(edits):
            repeated |= {**dict(_filled(run, sheet)), **dict(_pasted(run, sheet))}
        for edit in edits:
            rule, looks = repeated.get(edit.at) or _first(edit, sheet)
            if rule:
                message = f"The amount goes from {edit.before} to {edit.after}: {looks}."
                yield edit.context.finding(rule, "amount", message, _FIX)
    yield from _foreign_currencies(contexts)


def _edit(at: int, context: RowContext) -> _Edit | None:
    before, after = _exported(context), parse_decimal(context.touched("amount") or "")
    if before is None or after is None or before == after:
        return None
    return _Edit(at, context, before, after)


def _exported(context: RowContext) -> Decimal | None:
    value = (context.exported or {}).get("amount")
    return parse_decimal(value) if isinstance(value, str) else None


def _sheet(contexts: RowContexts, edits: Sequence[_Edit]) -> _Sheet:
    exported = [_exported(one) for one in contexts.lines]
    now = list(exported)
    for edit in edits:
        now[edit.at] = edit.after
    partners: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for line in contexts.baseline.lines.values():
        whose = line.partner_id, line.amount.currency
        count, largest = partners.get(whose, (0, Decimal(0)))
        partners[whose] = (count + 1, max(largest, abs(line.amount.amount)))
    export = contexts.edited.export
    return _Sheet(exported, now, partners, contexts.baseline, export.scope.days.of(export.exported_at))


def _runs(edits: Sequence[_Edit]) -> Iterator[list[_Edit]]:
    """The edits of rows that follow one another without a gap."""
    run: list[_Edit] = []
    for edit in edits:
        if run and edit.at != run[-1].at + 1:
            yield run
            run = []
        run.append(edit)
    if run:
        yield run


def _filled(run: Sequence[_Edit], sheet: _Sheet) -> Iterator[tuple[int, tuple[str, str]]]:
    """Cells that repeat the amount above them, several in a row, where different amounts stood."""
    same: list[_Edit] = []
    for edit in run:
        above = sheet.now[edit.at - 1] if edit.at else None
        if edit.after == above:
            same.append(edit)
            continue
        yield from _told_filled(same)
        same = []
    yield from _told_filled(same)


def _told_filled(same: Sequence[_Edit]) -> Iterator[tuple[int, tuple[str, str]]]:
    if len(same) >= _RUN and len({one.before for one in same}) > 1:
        for one in same:
            yield one.at, ("slip-filled", "the cells below one another all got the amount above them")


def _pasted(run: Sequence[_Edit], sheet: _Sheet) -> Iterator[tuple[int, tuple[str, str]]]:
    """Cells that hold the exported amounts of other rows, several in the same order."""
    started: dict[int, list[_Edit]] = {}
    for edit in run:
        others = sheet.places.get(edit.after, ())
        others = others if len(others) <= _MANY else ()
        apart = {at - edit.at for at in others if at != edit.at}
        for gap in started.keys() - apart:
            yield from _told_pasted(started.pop(gap), gap)
        for gap in apart:
            started.setdefault(gap, []).append(edit)
    for gap, block in started.items():
        yield from _told_pasted(block, gap)


def _told_pasted(block: Sequence[_Edit], gap: int) -> Iterator[tuple[int, tuple[str, str]]]:
    if len(block) >= _RUN and len({one.after for one in block}) > 1:
        for one in block:
            where = f"{abs(gap)} {'row' if abs(gap) == 1 else 'rows'} {'below' if gap > 0 else 'above'}"
            yield one.at, ("slip-block", f"it and its neighbours stood {where} at the export")


def _first(edit: _Edit, sheet: _Sheet) -> tuple[str, str]:
    if sheet.is_common(edit.after):
        # A flat fee that many lines have: whatever stood here before, it may well be meant.
        return "", ""
    for rule, slip in _SLIPS.items():
        if looks := slip(edit, sheet):
            return rule, looks
    return "", ""


def _digits(amount: Decimal) -> str:
    """The digits without point, sign and leading zeros: of 0.50 they are 50."""
    whole, _, part = f"{abs(amount):f}".partition(".")
    return (whole + part.rstrip("0").ljust(2, "0")).lstrip("0")


def _decimal_point(edit: _Edit, _: _Sheet) -> str:
    """A decimal point that moved: the same digits, 10, 100 or 1,000 times as much or as little."""
    if not edit.before:
        return ""
    factor = abs(edit.after / edit.before)
    return "the decimal point seems to have moved" if factor in _SHIFTS else ""


def _lost_or_doubled(edit: _Edit, _: _Sheet) -> str:
    """One digit too many or too few."""
    short, long = sorted((_digits(edit.before), _digits(edit.after)), key=len)
    if len(long) != len(short) + 1 or len(short) < _SIGNIFICANT:
        return ""
    at = next((place for place, digit in enumerate(short) if digit != long[place]), len(short))
    if short[at:] != long[at + 1 :]:
        return ""
    return "a digit seems to be lost" if long == _digits(edit.before) else "a digit seems to be too much"


def _transposed(edit: _Edit, _: _Sheet) -> str:
    """Two digits beside each other that changed places."""
    before, after = _digits(edit.before), _digits(edit.after)
    if len(before) != len(after):
        return ""
    apart = [place for place, digit in enumerate(before) if digit != after[place]]
    is_swap = len(apart) == 2 and apart[1] == apart[0] + 1 and before[apart[0]] == after[apart[1]]
    return "two digits changed places" if is_swap and before[apart[1]] == after[apart[0]] else ""


def _neighbour(edit: _Edit, sheet: _Sheet) -> str:
    """The exported amount of the row above or below."""
    beside = {sheet.old(edit.at - 1): "above", sheet.old(edit.at + 1): "below"}
    return f"it is what stood in the row {beside[edit.after]} at the export" if edit.after in beside else ""


def _date(edit: _Edit, sheet: _Sheet) -> str:
    """A whole number that stands for a day near the export, where no such number stood."""
    day = _day_of(edit.after)
    if day is None or abs((day - sheet.day).days) > _YEARS * 366 or _day_of(edit.before):
        return ""
    return f"{edit.after} may be the date {day}"


def _day_of(amount: Decimal) -> date | None:
    """The day that a number may stand for: as a spreadsheet counts days, or written without separators."""
    if amount != amount.to_integral_value() or not _FIRST_SERIAL <= amount <= _LAST_WRITTEN:
        return None
    if amount <= _LAST_SERIAL:
        return _EPOCH + timedelta(days=int(amount))
    text = f"{int(amount):08d}"
    year_first, year_last = (text[:4], text[4:6], text[6:]), (text[4:], text[2:4], text[:2])
    for year, month, day in (year_first, year_last, (text[4:], text[:2], text[2:4])):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def _far(edit: _Edit, sheet: _Sheet) -> str:
    """Far beyond every amount of this partner in this currency."""
    line = sheet.baseline.lines.get(edit.context.row.id or "")
    count, largest = sheet.partners[line.partner_id, line.amount.currency] if line else (0, Decimal(0))
    if count < _KNOWN or abs(edit.after) <= _FAR * largest:
        return ""
    return f"it is more than {_FAR} times the largest amount of this partner"


def _round(edit: _Edit, _: _Sheet) -> str:
    """A round thousand in the place of a precise amount that is not near it."""
    is_round = _LARGE <= abs(edit.after) < _HUGE and not edit.after % _LARGE
    was_precise = edit.before != edit.before.to_integral_value()
    is_near = abs(edit.after - edit.before) <= abs(edit.before) / 4
    return "a round amount in the place of a precise one" if is_round and was_precise and not is_near else ""


_SHIFTS: Final = frozenset(Decimal(10) ** power for power in (-3, -2, -1, 1, 2, 3))
_SIGNIFICANT: Final = 3
"""Digits, those after the point included: of shorter amounts one digit more says too little."""
_FIRST_SERIAL, _LAST_SERIAL, _LAST_WRITTEN = Decimal(36_526), Decimal(73_050), Decimal(99_999_999)
"""Days from 2000 to 2099 as a spreadsheet counts them, and the largest number of eight digits."""
_SLIPS: Final[Mapping[str, _Slip]] = {
    "slip-decimal": _decimal_point,
    "slip-transposed": _transposed,
    "slip-digit": _lost_or_doubled,
    "slip-neighbour": _neighbour,
    "slip-date": _date,
    "slip-history": _far,
    "slip-round": _round,
}
"""The slips of one cell, the most certain first."""


def _foreign_currencies(contexts: RowContexts) -> Iterator[Finding]:
    """New lines in a currency that their partner has nowhere else in the export."""
    if not contexts.new_lines:
        return
    known: defaultdict[str, set[str]] = defaultdict(set)
    for payout in contexts.baseline.payouts.values():
        known[payout.partner_id].add(payout.amount.currency)
    for line in contexts.baseline.lines.values():
        known[line.partner_id].add(line.amount.currency)
    for context in contexts.new_lines:
        partner, currency = (context.row.values.get(name) for name in ("partner_id", "currency"))
        usual = known.get(partner) if isinstance(partner, str) else None
        if isinstance(currency, str) and usual and currency not in usual:
            message = (
                f"The line is in {currency}; this partner has amounts in {', '.join(sorted(usual))} only."
            )
            yield context.finding("slip-currency", "currency", message, _FIX)
