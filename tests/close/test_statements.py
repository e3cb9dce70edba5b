"""Statements of partners: the sums of the close to the cent, and the name of no other partner."""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from builders import make_line, make_payout
from closing import APRIL, APRIL_END, MARCH_END, april_line, close_of, frozen_of, paid
from openpyxl import load_workbook

from reconcile.close.close import Close, make_close
from reconcile.close.rollforward import Movement
from reconcile.close.statement.other_names import WITHHELD, OtherNames
from reconcile.close.statement.partner_statement import PartnerStatement, partner_statements
from reconcile.close.statement.statement_tables import statement_pack
from reconcile.domain.pack_table import value_of
from reconcile.domain.records import Partner
from reconcile.errors import DecisionNeeded
from reconcile.report.pack import write_page
from reconcile.workbook.pack import write_stacked

NAMES = {
    "ptn_1": "Acme",
    "ptn_2": "Acme EMEA",
    "ptn_3": "acme emea",
    "ptn_4": "<script>alert(1)</script>",
    "ptn_5": '=HYPERLINK("http://x")',
    "ptn_6": "Beta Ltd",
    "ptn_7": "B\u00e4ta \u200b& S\u00f6hne GmbH",
    "ptn_8": "../../etc/passwd",
}
SUMS = ("opening", "earned", "adjusted", "declined", "moved", "paid", "returned", "difference", "closing")


def _company() -> Close:
    """Partners with such names, whose lines, payouts and payments name each other in April."""
    random, march, april = Random(7), [], []
    payments: dict[str, tuple[object, ...]] = {}
    for number, (partner, name) in enumerate(NAMES.items()):
        payout = make_payout(
            f"pay_{number}", "100 USD", partner_id=partner, partner_name=name, period_end=MARCH_END
        )
        other = random.choice([one for key, one in NAMES.items() if key != partner])
        line = make_line(
            f"cln_{number}",
            "100 USD",
            f"pay_{number}",
            partner_id=partner,
            plan_name=f"Plan of {other}",
            description=f"Deal with {other}",
        )
        march += [payout, line]
        payments[payout.id] = (paid("2026-04-03", "60 USD", f"TX-{number} {other}", payout.id),)
        extra = april_line(f"cln_{number}b", "7.31 USD", partner_id=partner, payout_id=None, description=name)
        april += [payout, replace(line, amount=replace(line.amount, amount=Decimal(90 + number))), extra]
    # One line goes over to another partner.
    moved = next(one for one in april if one.id == "cln_0")
    april[april.index(moved)] = replace(moved, partner_id="ptn_2")
    partners = {key: Partner(key, name) for key, name in NAMES.items()}
    before = frozen_of(*march)
    before = replace(before, snapshot=replace(before.snapshot, partners=partners))
    now = frozen_of(*april, period=APRIL, before=before, payments=payments)  # type: ignore[arg-type]
    return make_close(replace(now, snapshot=replace(now.snapshot, partners=partners)), before)


def _cells(statement: PartnerStatement, close: Close) -> list[str]:
    pack = statement_pack(statement, close.frozen)
    rows = [row for table in pack.tables for row in table.rows]
    return [str(value_of(cell)) for row in rows for cell in row] + [text for _, text in pack.facts]


def test_the_statements_sum_to_the_roll_forward_to_the_cent() -> None:
    close = _company()
    sums: dict[Movement, Decimal] = defaultdict(Decimal)
    for statement in partner_statements(close):
        for roll in statement.rolls:
            for movement, amount in roll.sums.items():
                sums[movement] += amount

    (roll,) = close.rolls
    assert sums == roll.sums
    assert {one.partner_id for one in partner_statements(close)} == NAMES.keys()


def test_each_statement_adds_up_and_its_lists_are_its_columns() -> None:
    close = _company()
    for statement in partner_statements(close):
        pack = statement_pack(statement, close.frozen)
        (row,) = pack.table("balance").rows
        balance = dict(zip(SUMS, [value_of(cell) for cell in row[1:]], strict=True))
        roll = statement.rolls[0]

        def listed(key: str, pack: object = pack) -> Decimal:
            return sum((Decimal(str(row[-1])) for row in pack.table(key).rows), Decimal(0))  # type: ignore[attr-defined]

        changes = ("adjusted", "declined", "moved")
        assert balance["closing"] == roll.sums[Movement.CLOSING]
        assert listed("earned") == balance["earned"]
        assert listed("adjustments") == sum(balance[one] for one in changes)  # type: ignore[misc]
        assert listed("payments") == balance["paid"]
        assert listed("open") == balance["closing"]
        assert sum(value_of(one[-1]) for one in pack.table("aging").rows) == balance["closing"]  # type: ignore[misc]


def test_no_statement_names_another_partner() -> None:
    close = _company()
    for statement in partner_statements(close):
        own = statement.partner.casefold()
        others = [one.casefold() for one in NAMES.values() if one.casefold() not in own]
        texts = [text.casefold() for text in _cells(statement, close)]

        assert [(own, one) for one in others for text in texts if one in text] == []
        assert own in texts
        assert WITHHELD in texts


def test_what_went_over_to_another_partner_is_called_a_transfer() -> None:
    close = _company()
    rows = [
        row
        for one in partner_statements(close)
        for row in statement_pack(one, close.frozen).table("adjustments").rows
        if row[0] == "transfer"
    ]

    assert {row[3] for row in rows} == {"transferred"}
    assert sum(Decimal(str(row[-1])) for row in rows) == 0
    assert rows


@pytest.mark.parametrize(
    ("text", "partner", "shown"),
    [
        ("Deal with Acme", "ptn_1", True),
        ("Deal with Acme EMEA", "ptn_1", False),
        ("Deal with Acme EMEA", "ptn_2", True),
        ("Acme EMEA and Acme", "ptn_2", False),
        ("ACME  emea", "ptn_2", True),
        ("batch BETA, ours", "ptn_1", False),
        ("Beta-Ltd.", "ptn_1", False),
        ("alphabeta", "ptn_1", True),
        ("Ba\u0308ta & So\u0308hne", "ptn_1", False),
        ("was of ptn_6", "ptn_1", False),
        ("ptn_60", "ptn_1", True),
        ("", "ptn_1", True),
    ],
)
def test_a_text_is_shown_unless_it_names_another_partner(text: str, partner: str, shown: bool) -> None:  # noqa: FBT001  a parameter
    found = OtherNames(NAMES.items()).for_partner(text, partner)

    assert found == (text if shown else WITHHELD)


def test_what_was_owed_before_the_first_close_is_the_opening() -> None:
    before = make_line("cln_1", "100 USD", None, period_end=MARCH_END.replace(month=2, day=28))
    (statement,) = partner_statements(close_of(None, before))

    assert statement.rolls[0].sums[Movement.OPENING] == 100
    assert statement.rolls[0].sums[Movement.MOVED_IN] == 0
    assert statement.entries == ()


def test_the_reason_of_an_adjustment_and_the_reference_of_a_payment_are_told() -> None:
    before = frozen_of(make_payout(period_end=APRIL_END), make_line(total="100 USD", period_end=MARCH_END))
    close = close_of(
        before,
        make_payout(period_end=APRIL_END),
        make_line(total="120 USD", period_end=MARCH_END),
        payments={"pay_1": (paid("2026-04-09", "70 USD", "TX-9"),)},
    )
    pack = statement_pack(partner_statements(close)[0], close.frozen)

    assert [row[3] for row in pack.table("adjustments").rows] == ["100.00 USD became 120.00 USD"]
    assert [(str(row[0]), row[3], row[5]) for row in pack.table("payments").rows] == [
        ("2026-04-09", "TX-9", Decimal(-70))
    ]


def test_a_close_of_the_first_version_has_no_statements() -> None:
    close = close_of(None, make_line("cln_1", "100 USD", None))
    first = replace(close, frozen=replace(close.frozen, version=1))

    with pytest.raises(DecisionNeeded, match="--again"):
        partner_statements(first)


def test_page_and_workbook_show_the_same_and_escape_what_is_hostile() -> None:
    close = _company()
    hostile = {one.partner_id: one for one in partner_statements(close)}
    for partner in ("ptn_4", "ptn_5"):
        pack, page, book = statement_pack(hostile[partner], close.frozen), io.BytesIO(), io.BytesIO()
        write_page(page, pack, None, "statement.html")
        write_stacked(book, pack, "Statement", close.frozen.at)
        sheet = load_workbook(book)["Statement"]
        formulas = [str(cell.value) for row in sheet for cell in row if cell.data_type == "f"]

        assert "<script" not in page.getvalue().decode()
        assert sheet["B2"].value == NAMES[partner]
        assert sheet["B2"].data_type == "s"
        assert {text[:7] for text in formulas} == {"=ROUND("}
