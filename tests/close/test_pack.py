"""What the pack says on its cover, below its lists, and on the pages that are signed."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from builders import make_line, make_payout
from closing import APRIL_END, MARCH_END, april_line, close_of, frozen_of, paid
from openpyxl import load_workbook

from reconcile.close.close import Close
from reconcile.close.pack import pack_of
from reconcile.close.rollforward import Movement
from reconcile.close.signing import signing_pack
from reconcile.domain.pack_table import Column, Pack, Table, steps_of, totals_of, value_of
from reconcile.domain.policy.close import ClosePolicy, Weight
from reconcile.report.pack import write_page
from reconcile.workbook.pack import write_pack


def _march() -> Close:
    return close_of(
        None, make_payout(period_end=MARCH_END), make_line(total="1000 USD", period_end=MARCH_END)
    )


def _april(**given: object) -> Close:
    """After March's 1,000: 60 earned, 250 paid, and a line in euros."""
    return close_of(
        _march().frozen,
        make_payout(period_end=MARCH_END),
        make_line(total="1000 USD", period_end=MARCH_END),
        april_line("cln_2", "60 USD", payout_id=None),
        april_line("cln_3", "5 EUR", payout_id=None),
        payments={"pay_1": (paid("2026-04-09", "250 USD", "TX-9"),)},
        **given,
    )


def _page(pack: Pack) -> str:
    stream = io.BytesIO()
    write_page(stream, pack)
    return stream.getvalue().decode()


def test_a_period_with_open_points_says_how_many_of_what_and_is_never_plain_green() -> None:
    pack = pack_of(_april())

    assert pack.verdict == (
        "The period passes with 3 warnings: 3 items, 5.00 EUR, 1,060.00 USD. See Checks and Exceptions."
    )
    assert pack.open_points
    assert '<p class="verdict open">' in _page(pack)


def test_a_waived_check_stands_in_the_verdict() -> None:
    policy = ClosePolicy(checks={"pool": Weight.BLOCKING})
    pack = pack_of(_april(policy=policy, waivers={"pool": "billed by hand"}))

    assert "Waived: pool." in pack.verdict
    assert pack.open_points


def test_a_period_that_blocks_is_red() -> None:
    pack = pack_of(_april(policy=ClosePolicy(checks={"pool": Weight.BLOCKING})))

    assert '<p class="verdict bad">' in _page(pack)


def test_an_item_that_two_checks_find_counts_once() -> None:
    pack = pack_of(close_of(None, make_payout(total="-5 USD", stage="APPROVED"), make_line(total="-5 USD")))

    assert "2 warnings: 1 item" in pack.verdict or "3 warnings: 1 item" in pack.verdict


def test_the_bridge_leaves_nothing_and_what_is_left_would_be_red() -> None:
    bridge = pack_of(_april()).table("bridge")
    rests = [place for place, one in enumerate(bridge.columns) if one.kind == "rest"]

    assert [value_of(row[place]) for row in bridge.rows for place in rests] == [0] * 4
    columns = (Column("currency", "Currency"), Column("off", "Off", "rest"))
    table = Table("t", "T", columns, (("USD", Decimal("0.01")), ("EUR", Decimal(0))), "", "currency")
    page = _page(replace(pack_of(_april()), tables=(table,), charted=""))
    assert '<td class="right"><strong class="rest">0.01</strong></td>' in page
    assert '<td class="right">\u2013</td>' in page


def test_a_text_that_looks_like_our_marks_stays_a_text() -> None:
    mark = '<strong class="rest">0.01</strong>'
    columns = (Column("currency", "Currency"), Column("off", "Off", "rest"), Column("text", "Text"))
    table = Table("t", "T", columns, (("USD", Decimal("0.01"), mark),), "", "currency")

    assert "&lt;strong" in _page(replace(pack_of(_april()), tables=(table,), charted=""))


def test_each_currency_is_drawn_from_opening_to_closing_step_by_step() -> None:
    table = pack_of(_april()).table("rollforward")
    dollars = next(row for row in table.rows if row[0] == "USD")

    assert [(table.columns[place].header, start, end) for place, start, end in steps_of(table, dollars)] == [
        ("Opening", 0, 1000),
        ("Earned", 1000, 1060),
        ("Paid", 1060, 810),
        ("Closing", 0, 810),
    ]


def test_nothing_is_drawn_in_a_first_month_nor_where_nothing_moved() -> None:
    still = close_of(
        _march().frozen, make_payout(period_end=MARCH_END), make_line(total="1000 USD", period_end=MARCH_END)
    )

    assert "<svg" not in _page(pack_of(_march()))
    assert "<svg" not in _page(pack_of(still))
    assert _page(pack_of(_april())).count("<svg") == 2


def test_the_lists_end_with_a_sum_per_currency() -> None:
    close = _april()
    pack = pack_of(close)
    closing = {one.currency: one.sums[Movement.CLOSING] for one in close.rolls}

    assert {code: sums["amount"] for code, sums in totals_of(pack.table("waiting")).items()} == closing
    assert {code: sums["after"] for code, sums in totals_of(pack.table("flux")).items()} == closing
    assert totals_of(pack.table("lines")) == {}
    assert "<tfoot>" in _page(pack)


def test_the_paid_list_begins_with_the_day_and_ends_with_the_file() -> None:
    table = pack_of(_april()).table("paid")

    assert [one.header for one in table.columns][::7] == ["Date", "File and payment"]
    assert [(str(row[0]), row[6], row[7]) for row in table.rows] == [("2026-04-09", "TX-9", "bank.csv")]


@pytest.fixture(scope="module")
def book() -> io.BytesIO:
    close, stream = _april(policy=ClosePolicy(entity="Acme & Sons")), io.BytesIO()
    write_pack(stream, pack_of(close), close.frozen.at)
    return stream


def test_every_sheet_says_whose_and_of_which_close_it_is(book: io.BytesIO) -> None:
    for sheet in load_workbook(book):
        assert sheet.oddFooter.left.text == "Acme && Sons, 2026-04, close-2026-04"
        assert sheet.oddFooter.right.text == "Page &P of &N"


def test_the_sums_below_a_list_are_formulas_over_it(book: io.BytesIO) -> None:
    sheet, values = load_workbook(book)["Open items"], load_workbook(book, data_only=True)["Open items"]
    last = sheet.max_row

    assert sheet.cell(last, 1).value == "Total"
    assert sheet.cell(last, 6).value == f'=SUMIFS($F$4:$F${last - 3},$G$4:$G${last - 3},"=USD")'.replace(
        "($F", "('Open items'!$F"
    ).replace(",$G", ",'Open items'!$G")
    assert values.cell(last, 6).value == 810
    assert sheet.auto_filter.ref == f"A3:G{last - 3}"


def test_a_row_of_several_lines_is_as_high_as_they_need(book: io.BytesIO) -> None:
    close = _april(names=replace(_march().frozen.names))
    rows = close.checks[0].objections
    long = replace(rows[0], said="word " * 40)
    checks = (replace(close.checks[0], objections=(long, *rows[1:])), *close.checks[1:])
    stream = io.BytesIO()
    write_pack(stream, pack_of(replace(close, checks=checks)), close.frozen.at)

    assert load_workbook(stream)["Exceptions"].row_dimensions[4].height == 60
    assert load_workbook(book)["Exceptions"].row_dimensions[4].height is None


def test_what_is_signed_is_short_and_says_what_it_leaves_out() -> None:
    lines = [
        april_line(f"cln_{n}", f"{2000 + n} USD", payout_id=None, plan_name=f"Plan {n}", period_end=APRIL_END)
        for n in range(40)
    ]
    close = close_of(frozen_of(make_line("cln_x", "5 USD", None)), *lines)
    pack = signing_pack(close, pack_of(close))

    assert [label for label, _ in pack.signatures] == [
        "Prepared by",
        "Reviewed by, date",
        "Approved by, date",
    ]
    assert {"lines", "exceptions", "partners", "waiting", "paid"}.isdisjoint(one.key for one in pack.tables)
    assert len(pack.table("flux").rows) == 15
    assert "25 more rows stand in the workbook." in pack.table("flux").note
    assert "<nav" not in _page(pack)
    assert "Reviewed by, date" in _page(pack)
