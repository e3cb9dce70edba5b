"""Quarters and years, rolled up from the closes of their months."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from builders import make_line, make_payout
from closing import frozen_of, paid
from openpyxl import load_workbook

from reconcile.close.close import Close, make_close
from reconcile.close.frozen import Frozen
from reconcile.close.rollforward import Movement
from reconcile.close.rollup.rolled_up import rolled_up
from reconcile.close.rollup.rollup_tables import rollup_pack
from reconcile.domain.pack_table import value_of
from reconcile.domain.period import Period
from reconcile.workbook.pack import write_pack

QUARTER = Period.parse("2026-Q1")


def _months() -> list[Close]:
    """Three months: 100 USD each, in March 7 EUR, 60 USD paid in February, January's line edited in March."""
    made: list[Close] = []
    before: Frozen | None = None
    records: list[object] = []
    for month in (1, 2, 3):
        end = datetime(2026, month, 28, tzinfo=UTC)
        records += [
            make_payout(f"pay_{month}", "100 USD", period_end=end),
            make_line(f"cln_{month}", "100 USD", f"pay_{month}", period_end=end),
        ]
        if month == 3:
            records[1] = make_line("cln_1", "110 USD", "pay_1", period_end=datetime(2026, 1, 28, tzinfo=UTC))
            records.append(make_line("cln_e", "7 EUR", None, partner_id="ptn_2", period_end=end))
        payments = {"pay_1": (paid("2026-02-09", "60 USD"),)} if month > 1 else {}
        frozen = frozen_of(
            *records,  # type: ignore[arg-type]
            period=Period.parse(f"2026-{month:02}"),
            before=before,
            payments=payments,
        )
        made.append(make_close(frozen, before))
        before = frozen
    return made


def test_a_quarter_opens_with_its_first_month_sums_what_moved_and_closes_with_its_last() -> None:
    made = rolled_up(QUARTER, _months())
    sums = {
        roll.currency: {key: amount for key, amount in roll.sums.items() if amount} for roll in made.rolls
    }

    assert made.is_sound
    assert rollup_pack(made).open_points
    assert sums == {
        "EUR": {Movement.EARNED: 7, Movement.CLOSING: 7},
        "USD": {Movement.EARNED: 300, Movement.ADJUSTED: 10, Movement.PAID: -60, Movement.CLOSING: 250},
    }
    assert [(one.partner_id, one.sums[Movement.CLOSING]) for one in made.partner_rolls] == [
        ("ptn_2", 7),
        ("ptn_1", 250),
    ]


def test_a_close_that_does_not_open_with_the_closing_before_it_is_named() -> None:
    january, february, march = _months()
    torn = tuple(
        replace(one, amount=one.amount + 5) if one.movement is Movement.OPENING else one
        for one in february.entries
    )
    rolls = tuple(
        replace(one, sums={**one.sums, Movement.OPENING: one.sums[Movement.OPENING] + 5})
        for one in february.partner_rolls
    )
    made = rolled_up(QUARTER, [january, replace(february, entries=torn, partner_rolls=rolls), march])

    assert not made.is_sound
    assert made.breaks == ("2026-02 opens with 105 USD of ptn_1, and 2026-01 closed with 100.",)
    assert rollup_pack(made).verdict == made.breaks[0]


def test_the_sums_of_the_workbook_are_formulas_over_the_months_and_give_the_same() -> None:
    pack, stream = rollup_pack(rolled_up(QUARTER, _months())), io.BytesIO()
    write_pack(stream, pack, datetime(2026, 5, 3, tzinfo=UTC))
    formulas = load_workbook(stream)
    sheet, months = formulas["Roll-forward"], pack.table("months")

    for row in pack.table("rollforward").rows:
        for place, column in enumerate(pack.table("rollforward").columns[1:-1], start=1):
            of = [one for one in months.rows if one[2] == row[0]]
            if column.key in ("opening", "closing"):
                of = [one for one in of if one[0] == (1 if column.key == "opening" else 3)]
            total = sum((Decimal(str(one[months.place(column.key)])) for one in of), Decimal(0))
            assert value_of(row[place]) == total
    assert str(sheet["C5"].value).startswith("=SUMIFS('By period'!$E$4:$E$7,'By period'!$C$4:$C$7,")
    assert '"=1"' in str(sheet["B5"].value)
    assert [one[0] for one in pack.table("closes").rows] == ["2026-01", "2026-02", "2026-03"]
