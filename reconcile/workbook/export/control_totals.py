"""The control totals of `Start here`: exported as fixed numbers, now as formulas, and the difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeVar

from reconcile.domain.fields import MOVES_OFF, RecordKind
from reconcile.domain.money import exponent
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.contract import Place, fits
from reconcile.workbook.export.lists_sheet import stages_of
from reconcile.workbook.export.page import Page
from reconcile.workbook.export.styles import COUNT_FORMAT, TEXT_FORMAT, amount_format, dashed

K = TypeVar("K")

_AMOUNT: Final = 4
_COUNT: Final = 7


@dataclass(slots=True)
class Sum:
    """The exported figures of one row: all amounts, those that number cells hold, and how many."""

    amount: Decimal = Decimal(0)
    summable: Decimal = Decimal(0)
    count: int = 0

    def add(self, amount: Decimal) -> None:
        """Count one more record. A formula cannot add an amount that had to be written as text."""
        self.amount += amount
        self.summable += amount if fits(amount) else 0
        self.count += 1

    def __add__(self, other: Sum) -> Sum:
        summable = self.summable + other.summable
        return Sum(self.amount + other.amount, summable, self.count + other.count)

    def __sub__(self, other: Sum) -> Sum:
        summable = self.summable - other.summable
        return Sum(self.amount - other.amount, summable, self.count - other.count)


def write_totals(page: Page, snapshot: Snapshot, places: dict[RecordKind, Place]) -> None:
    """Write the totals of payouts by currency and stage, and by currency how they tie to the lines."""
    page.heading("payouts_by_stage")
    _write_header(page, ("stage", "stage_label", "currency"))
    _write_payouts(page, snapshot, places[RecordKind.PAYOUT])
    page.heading("lines_by_currency")
    _write_header(page, ("", "", "currency"))
    _write_lines(page, snapshot, places)


def _write_header(page: Page, keys: tuple[str, ...]) -> None:
    look = {"bold": True, "bg_color": "header", "bottom": 1, "bottom_color": "rule"}
    page.cells(1, [page.text(key) if key else "" for key in keys], **look)
    for first, unit in ((_AMOUNT, "amount"), (_COUNT, "count")):
        words = [page.text(f"{when}") for when in ("exported", "now", "difference")]
        words = words if unit == "amount" else [page.text("count"), *words[1:]]
        page.cells(first, words, align="right", **look)
    page.advance()


def _write_payouts(page: Page, snapshot: Snapshot, place: Place) -> None:
    sums = _sums(((one.amount.currency, one.stage), one.amount.amount) for one in snapshot.payouts.values())
    amount, currency, stage = (place.whole(column) for column in ("amount", "currency", "stage"))
    for code in sorted({code for code, _ in sums}):
        for value, label in stages_of(snapshot).items():
            row = page.row + 1
            where = f"{currency},$D{row},{stage},"
            # A stage may be written as its value or as its label; where both are the same, it counts once.
            _write_row(
                page,
                (value, label, code),
                sums[code, value],
                f"SUMIFS({amount},{where}$B{row})+IF($B{row}=$C{row},0,SUMIFS({amount},{where}$C{row}))",
                f"COUNTIFS({where}$B{row})+IF($B{row}=$C{row},0,COUNTIFS({where}$C{row}))",
            )
        total = sum((sums[key] for key in sums if key[0] == code), Sum())
        row = page.row + 1
        now = f"SUMIFS({amount},{currency},$D{row})", f"COUNTIFS({currency},$D{row})"
        _write_row(page, (page.text("total"), "", code), total, *now, bold=True)


def _write_lines(page: Page, snapshot: Snapshot, places: dict[RecordKind, Place]) -> None:
    """By currency the way from the payouts to the lines on them, to those in the pool, and to all lines."""
    lines = snapshot.lines.values()
    payouts = _sums((one.amount.currency, one.amount.amount) for one in snapshot.payouts.values())
    on_payouts = _sums((one.amount.currency, one.amount.amount) for one in lines if one.payout_id)
    in_pool = _sums((one.amount.currency, one.amount.amount) for one in lines if not one.payout_id)
    counted = []
    for code in sorted(payouts.keys() | on_payouts.keys() | in_pool.keys()):
        sums = (payouts[code], on_payouts[code], in_pool[code])
        counted.append(f"$I{_write_bridge(page, code, sums, places)}")
    _write_other_lines(page, places[RecordKind.LINE], places[RecordKind.NEW_LINE], "+".join(counted) or "0")


def _write_bridge(page: Page, code: str, sums: tuple[Sum, Sum, Sum], places: dict[RecordKind, Place]) -> int:
    """The rows of one currency; answers the number of the last one, which has all lines."""
    payouts, on_payouts, in_pool = sums
    payout = places[RecordKind.PAYOUT]
    row = page.row + 1
    # What the formula gives: an amount that had to be written as text counts as nothing now.
    edited = Sum(payouts.amount, payouts.summable + on_payouts.summable - on_payouts.amount)
    now = f"SUMIFS({payout.whole('amount')},{payout.whole('currency')},$D{row})+$F{row + 2}-$E{row + 2}"
    _write_row(page, (page.text("payouts_edited"), "", code), edited, now)
    _write_row(page, (page.text("other_differences"), "", code), on_payouts - edited, f"$F{row + 2}-$F{row}")
    on_now = _lines_now(row, places, ("payout_id", "?*"))
    _write_row(page, (page.text("lines_on_payouts"), "", code), on_payouts, *on_now)
    pool_now = (f"${column}{row + 4}-${column}{row + 2}" for column in "FI")
    _write_row(page, (page.text("lines_in_pool"), "", code), in_pool, *pool_now)
    all_now = _lines_now(row, places)
    _write_row(page, (page.text("all_lines"), "", code), on_payouts + in_pool, *all_now, bold=True)
    return row + 4


def _lines_now(
    row: int, places: dict[RecordKind, Place], where: tuple[str, str] = ("", "")
) -> tuple[str, str]:
    """The amount and the number of the lines of a row's currency as the sheets have them, new ones included.

    where: a column that counts, too, and what stands in it.
    """
    lines, new = places[RecordKind.LINE], places[RecordKind.NEW_LINE]

    def condition(place: Place) -> str:
        further = f',{place.whole(where[0])},"{where[1]}"' if where[0] else ""
        return f"{place.whole('currency')},$D{row}{further}"

    amount = _less_actions("SUMIFS", f"{lines.whole('amount')},{condition(lines)}", lines)
    count = _less_actions("COUNTIFS", condition(lines), lines)
    new_amount = f"SUMIFS({new.whole('amount')},{condition(new)})"
    return f"{amount}+{new_amount}", f"{count}+COUNTIFS({condition(new)})"


def _less_actions(function: str, condition: str, lines: Place) -> str:
    """All lines that meet the condition, less those that leave.

    Safer than asking for blank actions: editors disagree on what a blank criterion means.
    """
    gone = "".join(f'-{function}({condition},{lines.whole("action")},"{action}")' for action in MOVES_OFF)
    return f"{function}({condition}){gone}"


def _write_other_lines(page: Page, lines: Place, new: Place, listed: str) -> None:
    # Lines whose currency was changed to one that the export did not have; the header is no line.
    def filled(place: Place) -> str:
        return f"COUNT({place.whole('amount')})"

    gone = "".join(f'-COUNTIFS({lines.whole("action")},"{action}")' for action in MOVES_OFF)
    formula = f"=MAX(0,{filled(lines)}{gone}+{filled(new)}-({listed}))"
    page.cells(1, [page.text("other_currencies"), "", ""], bottom=1, bottom_color="rule")
    page.cells(_AMOUNT, ["", "", ""], bottom=1, bottom_color="rule")
    look = page.styles.made(num_format=dashed(COUNT_FORMAT), bottom=1, bottom_color="rule")
    page.sheet.write_number(page.row, _COUNT, 0, look)
    page.sheet.write_formula(page.row, _COUNT + 1, formula, look, 0)
    page.sheet.write_formula(page.row, _COUNT + 2, f"=$I{page.row + 1}-$H{page.row + 1}", look, 0)
    page.advance()


def _sums(amounts: Iterable[tuple[K, Decimal]]) -> dict[K, Sum]:
    sums: defaultdict[K, Sum] = defaultdict(Sum)
    for key, amount in amounts:
        sums[key].add(amount)
    return sums


def _write_row(
    page: Page,
    words: tuple[str, str, str],
    total: Sum,
    amount: str,
    count: str = "",
    *,
    bold: bool = False,
) -> None:
    """One row. XlsxWriter stores 0 as the result of a formula unless told, so each gets its result."""
    line = {"bottom": 1, "bottom_color": "rule", "bold": bold}
    money = page.styles.made(num_format=dashed(amount_format(exponent(words[2]) or 0)), **line)
    number = page.styles.made(num_format=dashed(COUNT_FORMAT), **line)
    row = page.row + 1
    page.cells(1, words, num_format=TEXT_FORMAT, **line)
    page.sheet.write_number(page.row, _AMOUNT, total.amount, money)
    page.sheet.write_formula(page.row, _AMOUNT + 1, f"={amount}", money, total.summable)
    # Six decimals: more than any currency has, and no float noise.
    change = total.summable - total.amount
    page.sheet.write_formula(page.row, _AMOUNT + 2, f"=ROUND($F{row}-$E{row},6)", money, change)
    if count:
        page.sheet.write_number(page.row, _COUNT, total.count, number)
        page.sheet.write_formula(page.row, _COUNT + 1, f"={count}", number, total.count)
        page.sheet.write_formula(page.row, _COUNT + 2, f"=$I{row}-$H{row}", number, 0)
    else:
        page.cells(_COUNT, ["", "", ""], **line)
    page.advance()
