"""What spreadsheet programs do by themselves, and what only people do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from builders import make_line, make_payout, make_plan, make_snapshot, money
from hypothesis import assume, given
from hypothesis import strategies as st

from reconcile.domain.cell_texts.damage import _AMOUNT_RULES, _TEXT_RULES, damage
from reconcile.domain.fields import FieldKind, Value
from reconcile.domain.money import plain

SPACES = "outer spaces or no-break spaces were lost or added"
CONTROLS = "control characters were lost"
LINES = "blank lines were lost"
MARK = "a mark of the file format was put before it"
ZEROS = "leading zeros were lost"
DIGITS = "digits after the fifteenth were lost"
NUMBER = "the text was turned into a number"
DATE = "the text was turned into a date"
TIME = "the text was turned into a time"
APOSTROPHE = "the apostrophe in front was lost or added"
LOGICAL = "the text was turned into a logical value"
ROUNDED = "the number was rounded by the program"


@pytest.mark.parametrize(
    ("how", "baseline", "edited"),
    [
        (SPACES, " PO-77 ", "PO-77"),
        (SPACES, "PO-77", "PO-77 "),
        (SPACES, "\u00a0PO 78\u00a0", "PO 78"),
        (SPACES, "PO\u00a078", "PO 78"),
        (SPACES, "PO\u202f78", "PO 78"),
        (SPACES, "PO\u200b78", "PO78"),
        (SPACES, "\ufeffPO-78", "PO-78"),
        (SPACES, "first\nsecond\n", "first\nsecond"),
        (SPACES, "   ", ""),
        (CONTROLS, "bell\x01 and \x1f", "bell and "),
        (CONTROLS, "a\x01(b)", "a\ufffd(b)"),
        (CONTROLS, "a\x01b", "a_x0001_b"),
        (LINES, "first\n\nsecond\n\n\nthird", "first\nsecond\nthird"),
        (MARK, " PO-77 ", 'xml:space="preserve"> PO-77 '),
        (ZEROS, "000123", "123"),
        (ZEROS, "000123", "123.0"),
        (ZEROS, "00", "0"),
        (ZEROS, " 007", "7"),
        (ZEROS, "000123456789012345", "123456789012345"),
        (DIGITS, "123456789012345678", "123456789012345000"),
        (DIGITS, "158123456789012345", "1.58E+17"),
        (DIGITS, "158123456789012345", "1.58123456789012E+17"),
        (DIGITS, "123456789012345678", "123456789012345680"),
        (DIGITS, "1234567890123456", "1234567890123450"),
        (DIGITS, "1234567890123456", "1.23457E+15"),
        (NUMBER, "1E5", "100000"),
        (NUMBER, "12.50", "12.5"),
        (NUMBER, "123", "123.0"),
        (NUMBER, "123", "123.00"),
        (NUMBER, "100000", "1.00E+05"),
        (NUMBER, "+49123", "49123"),
        (NUMBER, "2E3", "2000"),
        (NUMBER, "1,234", "1234"),
        (NUMBER, "1,234,567.50", "1234567.5"),
        (DATE, "3-1", "2026-01-03"),
        (DATE, "3-1", "2026-03-01"),
        (DATE, "1/2", "2026-02-01"),
        (DATE, "31.12", "2026-12-31"),
        (DATE, "3-1-2026", "2026-01-03"),
        (DATE, "2026-03-01", "2026-03-01 00:00:00"),
        (DATE, "26-03-26", "2026-03-26"),
        (DATE, "05-05-05", "2005-05-05"),
        (DATE, "1-2-1", "2001-02-01"),
        (DATE, "3-2026", "2026-03-01"),
        (DATE, "2026-3", "2026-03-01"),
        (DATE, "3-45", "1945-03-01"),
        (DATE, "MAR-26", "2026-03-26"),
        (DATE, "MAR-26", "2026-03-01"),
        (DATE, "Sept 2", "2026-09-02"),
        (DATE, "MARCH1", "2026-03-01"),
        (DATE, "1-Dec", "2026-12-01"),
        (DATE, "3-1", "46082"),
        (DATE, "3-1", "46025"),
        (DATE, "3-1", "44620"),
        (DATE, "2026-03-01", "46082"),
        (DATE, "3-1", "3-Jan"),
        (DATE, "3-1", "01. M\u00e4rz"),
        (DATE, "1-2-2026", "1 f\u00e9vr. 2026"),
        (DATE, "M\u00e4rz 26", "2026-03-26"),
        (DATE, "1 March 2026", "2026-03-01"),
        (DATE, "March 1, 2026", "2026-03-01"),
        (NUMBER, "50%", "0.5"),
        (NUMBER, "12,5%", "0.125"),
        (NUMBER, "$5", "5"),
        (NUMBER, "5 \u20ac", "5"),
        (NUMBER, "(5)", "-5"),
        (NUMBER, "$(1,234.50)", "-1234.5"),
        (NUMBER, "5-", "-5"),
        (NUMBER, "1.234,50", "1234.5"),
        (NUMBER, "1,5", "1.5"),
        (NUMBER, "1 1/2", "1.5"),
        (TIME, "10:30", "0.4375"),
        (TIME, "10:30", "1899-12-31 10:30:00"),
        (TIME, "26:00", "1900-01-01 02:00:00"),
        (TIME, "1:15 pm", "0.552083333333333"),
        (APOSTROPHE, "'5", "5"),
        (APOSTROPHE, "'PO-5", "PO-5"),
        (SPACES, "PO\u201177", "PO-77"),
        (SPACES, "PO\u00ad77", "PO77"),
        (LOGICAL, "true", "TRUE"),
        (LOGICAL, "False", "FALSE"),
    ],
)
def test_what_a_program_makes_of_text_is_damage(how: str, baseline: str, edited: str) -> None:
    assert how == damage(FieldKind.TEXT, baseline, edited)


@pytest.mark.parametrize(
    ("baseline", "edited"),
    [
        ("PO-77", "PO-78"),
        ("PO 77", "PO  77"),
        ("PO-77", "PO77"),
        ("PO-77", ""),
        ("000123", "124"),
        ("000123", "00123x"),
        ("000123", "0.123"),
        ("123", "000123"),
        ("000123", "0123"),
        ("12.5", "12.50"),
        ("49123", "+49123"),
        ("123456789012345678", "123456789012345679"),
        ("123456789012345678", "987456789012345678"),
        ("123456789012345678", "1.24E+17"),
        ("123456789012345678", "123"),
        ("12345", "12300"),
        ("1E5", "100001"),
        ("12.50", "12.51"),
        ("50%", "50"),
        ("50%", "0.51"),
        ("R12", "12"),
        ("USD 5", "5"),
        ("(5)", "5"),
        ("10:30", "0.5"),
        ("10:30", "10.3"),
        ("3-1", "46083"),
        ("3-1", "3-Feb"),
        ("3-1", "12345"),
        ("1 1/2", "1.25"),
        ("5", "6'"),
        ("1_000", "1000"),
        ("1,23", "123"),
        ("12,34", "1234"),
        ("3-1", "2026-01-04"),
        ("3-1", "2026-04-03"),
        ("3-1", "see 2026-01-03"),
        ("3-1", "2026-01-03 please"),
        ("3-1-2026", "2025-01-03"),
        ("3-2026", "2026-03-02"),
        ("MAR-26", "2026-04-26"),
        ("MAR-26", "MAR-27"),
        ("PO-26", "2026-03-26"),
        ("PO-3-1", "2026-01-03"),
        ("MAX-5", "2026-05-01"),
        ("true", "FALSE"),
        ("yes", "TRUE"),
        ("a", "A"),
        ("one\ntwo", "one two"),
    ],
)
def test_what_a_person_makes_of_text_is_an_edit(baseline: str, edited: str) -> None:
    assert damage(FieldKind.TEXT, baseline, edited) is None


@pytest.mark.parametrize(
    ("how", "baseline", "edited"),
    [
        (ROUNDED, "0.1", "0.1000000000000000055"),
        (ROUNDED, "0.3", "0.30000000000000004"),
        (ROUNDED, "123456789012345678.91", "123456789012345000"),
        (ROUNDED, "-4250.07", "-4250.0699999999997"),
        (DIGITS, "123456789012345678", "123456789012345000"),
    ],
)
def test_what_a_program_makes_of_an_amount_is_damage(how: str, baseline: str, edited: str) -> None:
    assert how == damage(FieldKind.AMOUNT, baseline, edited)


@pytest.mark.parametrize(
    ("baseline", "edited"),
    [
        ("1250", "125"),
        ("1250", "12.5"),
        ("0.1", "0.11"),
        ("4250", "-4250"),
        ("4250", "4250.01"),
        ("1000000000000", "1000000000000.01"),
        ("9999999999999.99", "9999999999999.98"),
        ("100000000000000", "100000000000001"),
        ("0.0000000000001", "0.0000000000002"),
        ("5", "0"),
    ],
)
def test_what_a_person_makes_of_an_amount_is_an_edit(baseline: str, edited: str) -> None:
    assert damage(FieldKind.AMOUNT, baseline, edited) is None


CENTS = st.integers(-(10**15) + 1, 10**15 - 1).map(lambda cents: Decimal(cents) / 100)


@given(CENTS, CENTS)
def test_no_edit_of_an_amount_that_a_spreadsheet_can_hold_is_taken_for_damage(
    before: Decimal, after: Decimal
) -> None:
    """15 digits are exact in every spreadsheet program."""
    assume(before != after)

    assert damage(FieldKind.AMOUNT, plain(before), plain(after)) is None


@given(st.text(st.characters(categories=("L", "N", "P")), min_size=1), st.sampled_from(" \u00a0\u2007\u202f"))
def test_spaces_around_text_are_never_an_edit(text: str, space: str) -> None:
    assert damage(FieldKind.TEXT, f"{space}{text}{space}", text) == SPACES


@given(st.integers(1, 10**14), st.integers(1, 5))
def test_lost_zeros_are_always_recognised(number: int, zeros: int) -> None:
    assert damage(FieldKind.TEXT, "0" * zeros + str(number), str(number)) == ZEROS


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)), st.sampled_from("-/. "))
def test_every_day_and_month_that_became_a_date_is_recognised(day: date, dash: str) -> None:
    for text in (f"{day.day}{dash}{day.month}", f"{day.month:02}{dash}{day.day:02}"):
        assert damage(FieldKind.TEXT, text, day.isoformat()) == DATE
        assert damage(FieldKind.TEXT, f"{text}{dash}{day.year}", f"{day.isoformat()} 00:00:00") == DATE


# In a plan: damage is reported, treated as unchanged, and never sent.


@given(
    st.sampled_from((FieldKind.TEXT, FieldKind.AMOUNT)),
    st.text("0123456789.-+eE, aTRUEfalse\u00a0\x01", max_size=20),
    st.text("0123456789.-+eE, aTRUEfalse\u00a0\x01", max_size=20),
)
def test_the_rules_that_are_left_out_would_not_apply(kind: FieldKind, baseline: str, edited: str) -> None:
    rules = _AMOUNT_RULES if kind is FieldKind.AMOUNT else _TEXT_RULES
    every = next((how for how, rule in rules if rule(baseline, edited)), None)

    assert damage(kind, baseline, edited) == every


@pytest.mark.parametrize(
    ("name", "baseline", "edited"),
    [
        ("po_number", "000123", "123"),
        ("po_number", "158123456789012345", "1.58E+17"),
        ("po_number", "3-1", "2026-01-03"),
        ("po_number", "   ", None),
        ("statement_note", "\u00a0Thanks", "Thanks"),
    ],
)
def test_damage_is_reported_and_never_sent(name: str, baseline: str, edited: Value) -> None:
    base = make_snapshot(make_payout(**{name: baseline}))

    plan = make_plan(base, {"pay_1": {name: edited}})

    assert [(name, baseline, edited)] == [(one.field, one.baseline, one.edited) for one in plan.damaged]
    assert (plan.operations, plan.changes, plan.conflicts) == ((), (), ())
    assert not plan.needs_decision


def test_damage_says_where_it_is() -> None:
    (one,) = make_plan(make_snapshot(make_payout(po_number="007")), {"pay_1": {"po_number": "7"}}).damaged

    assert (one.target.place, one.how) == ("march.xlsx, Payouts!B2", ZEROS)


def test_damage_in_one_field_does_not_stop_an_edit_of_another() -> None:
    base = make_snapshot(make_payout(po_number="000123"))

    plan = make_plan(base, {"pay_1": {"po_number": "123", "statement_note": "Thanks"}})

    assert [operation.body for operation in plan.operations] == [{"metadata": "Thanks"}]
    assert len(plan.damaged) == 1


def test_damage_of_a_value_that_moved_upstream_is_drift() -> None:
    base = make_snapshot(make_payout(po_number="000123"))
    live = make_snapshot(make_payout(po_number="000124"))

    plan = make_plan(base, {"pay_1": {"po_number": "123"}}, live)

    assert [(drift.what, drift.live) for drift in plan.drifts] == [("moved", {"po_number": "000124"})]
    assert (plan.conflicts, len(plan.damaged)) == ((), 1)


def test_float_noise_in_an_amount_is_never_sent() -> None:
    base = make_snapshot(make_payout(), make_line(total="0.3 USD"))

    plan = make_plan(base, {"cln_1": {"amount": "0.30000000000000004"}})

    assert (plan.operations, len(plan.damaged)) == ((), 1)


def test_one_cent_on_a_large_amount_is_sent() -> None:
    base = make_snapshot(make_payout(), make_line(total="1000000000000 USD"))

    (operation,) = make_plan(base, {"cln_1": {"amount": "1000000000000.01"}}).operations

    assert operation.after == money("1000000000000.01 USD")


def test_a_choice_is_never_damaged() -> None:
    base = make_snapshot(make_payout(stage="ON HOLD "))

    plan = make_plan(base, {"pay_1": {"stage": "ON HOLD"}})

    assert plan.damaged == ()
