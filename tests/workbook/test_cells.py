from __future__ import annotations

import pytest

from reconcile.domain.fields import FIELDS, UNREAD, Field, RecordKind, Value
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.workbook.ooxml.cells import Cell
from reconcile.workbook.read.cell_parser import parse
from reconcile.workbook.read.cell_view import Before, Problem

POLICY = Policy()


def field(name: str, kind: RecordKind = RecordKind.LINE) -> Field:
    return next(one for one in FIELDS[kind] if one.name == name)


PO = field("po_number", RecordKind.PAYOUT)
STAGE = field("stage", RecordKind.PAYOUT)
AMOUNT = field("amount")
SOURCE = field("source_amount")


def text(value: str) -> Cell:
    return Cell("text", value)


def number(value: str) -> Cell:
    return Cell("number", value)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, None),
        (text("   "), None),
        (text("\u00a0"), None),
        (text(" PO-77 "), " PO-77 "),
        (text("\u00a0PO 78"), "\u00a0PO 78"),
        (text("one\r\ntwo\rthree"), "one\ntwo\nthree"),
        (text("cafe\u0301"), "caf\u00e9"),
        (text("=1+1"), "=1+1"),
        (text("#N/A"), "#N/A"),
        (text("000123"), "000123"),
        (number("123"), "123"),
        (number("123.0"), "123"),
        (number("1.5"), "1.5"),
        (number("0.30000000000000004"), "0.3"),
        (number("7.7E-05"), "0.000077"),
        (number("0"), "0"),
        (Cell("bool", "TRUE"), "TRUE"),
        (text("<CLEAR>"), None),
    ],
)
def test_a_text_cell_gives_the_text_a_person_sees(cell: Cell | None, expected: str | None) -> None:
    assert expected == parse(PO, cell, Before(), POLICY)


@pytest.mark.parametrize(
    ("cell", "currency", "expected"),
    [
        (number("1234.5"), "USD", "1234.5"),
        (number("1234.50"), "USD", "1234.5"),
        (number("-5"), "USD", "-5"),
        (number("0"), "USD", "0"),
        (number("-0"), "USD", "0"),
        (number("0.30000000000000004"), "USD", "0.3"),
        (number("808.8099999999999"), "USD", "808.81"),
        (number("808.809999999999900022"), "USD", "808.81"),
        (number("100.10000000000218"), "USD", "100.1"),
        (number("1E3"), "JPY", "1000"),
        (number("12.345"), "KWD", "12.345"),
        (number("12.3456"), "ZZZ", "12.3456"),
        (number("123456789012.99"), "USD", "123456789012.99"),
        (text("1234.50"), "USD", "1234.5"),
        (text(" -5 "), "USD", "-5"),
        (text("\u00a01250.00\u00a0"), "USD", "1250"),
        (text("+.5"), "USD", "0.5"),
        (text("1,234.50"), "USD", "1234.5"),
        (text("1,234,567"), "USD", "1234567"),
        (text("12,34,567.50"), "INR", "1234567.5"),
        (text("1 234.50"), "USD", "1234.5"),
        (text("1\u202f234.50"), "USD", "1234.5"),
        (text("1'234.50"), "CHF", "1234.5"),
        (text("(500.00)"), "USD", "-500"),
        (text("500.00-"), "USD", "-500"),
        (text("\u2212500"), "USD", "-500"),
        (text("$500"), "USD", "500"),
        (text("$ 500"), "CAD", "500"),
        (text("-$500"), "USD", "-500"),
        (text("($500)"), "USD", "-500"),
        (text("500 USD"), "USD", "500"),
        (text("usd 500"), "USD", "500"),
        (text("500.00 \u20ac"), "EUR", "500"),
        (text("$500 USD"), "USD", "500"),
        (text("500 USD"), "", "500"),
        (text("\uff11\uff12\uff13\uff0e\uff15"), "USD", "123.5"),
        (text("'500"), "USD", "500"),
        (text("0.125"), "KWD", "0.125"),
        (None, "USD", None),
        (text(" "), "USD", None),
    ],
)
def test_an_amount_is_a_number_or_plain_decimal_text(
    cell: Cell | None, currency: str, expected: str | None
) -> None:
    assert expected == parse(AMOUNT, cell, Before(currency=currency), POLICY)


@pytest.mark.parametrize(
    ("cell", "currency", "rule"),
    [
        (text("1.234,50"), "USD", "amount-ambiguous"),
        (text("1,234"), "USD", "amount-ambiguous"),
        (text("1.234"), "KWD", "amount-ambiguous"),
        (text("12,5"), "USD", "amount-ambiguous"),
        (text("1 234,50"), "USD", "amount-ambiguous"),
        (text("12 EUR"), "USD", "amount-currency"),
        (text("\u20ac12"), "USD", "amount-currency"),
        (text("(-5)"), "USD", "amount-not-a-number"),
        (text("(5"), "USD", "amount-not-a-number"),
        (text(")5("), "USD", "amount-not-a-number"),
        (text("--5"), "USD", "amount-not-a-number"),
        (text("1,23,4"), "USD", "amount-not-a-number"),
        (text("12%"), "USD", "amount-not-a-number"),
        (text("12 or 13"), "USD", "amount-not-a-number"),
        (text("5OO"), "USD", "amount-not-a-number"),
        (text("12 pcs"), "USD", "amount-not-a-number"),
        (text("1E5"), "USD", "amount-not-a-number"),
        (text("NaN"), "USD", "amount-not-a-number"),
        (text("١٢"), "USD", "amount-not-a-number"),
        (text("=1+1"), "USD", "amount-not-a-number"),
        (number("1E999"), "USD", "amount-not-a-number"),
        (Cell("bool", "TRUE"), "USD", "amount-not-a-number"),
        (Cell("date", "2026-03-01"), "USD", "amount-not-a-number"),
        (number("12.345"), "USD", "amount-decimals"),
        (number("0.001"), "USD", "amount-decimals"),
        (number("12345678.901"), "USD", "amount-decimals"),
        (number("99999999999.001"), "USD", "amount-decimals"),
        (number("0.5"), "JPY", "amount-decimals"),
        (text("12.3456"), "KWD", "amount-decimals"),
        (text("1234567890123456.78"), "USD", "amount-digits"),
        (number("1E+17"), "USD", "amount-digits"),
        (number("1234567890123456"), "USD", "amount-digits"),
        (Cell("error", "#REF!"), "USD", "cell-error"),
        (Cell("no value", "", formula=True), "USD", "formula-without-value"),
        (text("<clear>"), "USD", "not-clearable"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_rule(cell: Cell, currency: str, rule: str) -> None:
    problem = parse(AMOUNT, cell, Before("7", currency), POLICY)

    assert isinstance(problem, Problem)
    assert rule == problem.rule
    assert problem.message
    assert problem.fix


@pytest.mark.parametrize(
    ("name", "typed", "expected"),
    [
        ("stage", "PAID", "PAID"),
        ("stage", "paid", "PAID"),
        ("stage", " Pending payment ", "PENDING_PAYMENT"),
        ("stage", "pending APPROVAL", "PENDING_REVIEW"),
        ("action", "decline", "Decline"),
        ("action", " DETACH", "Detach"),
        ("decline_reason", "duplicate", "DUPLICATE"),
        ("decline_reason", "Already paid", "ALREADY_PAID"),
        ("currency", "eur", "EUR"),
        ("partner_id", " ptn_1 ", "ptn_1"),
        ("payout_id", "pay_1", "pay_1"),
    ],
)
def test_a_choice_is_taken_by_value_or_label_in_any_case(name: str, typed: str, expected: str) -> None:
    kinds = {"stage": RecordKind.PAYOUT, "partner_id": RecordKind.NEW_LINE, "payout_id": RecordKind.NEW_LINE}

    assert expected == parse(field(name, kinds.get(name, RecordKind.LINE)), text(typed), Before(), POLICY)


@pytest.mark.parametrize(
    ("name", "typed", "rule", "allowed"),
    [
        ("action", "delete", "action-unknown", "Decline"),
        ("decline_reason", "because", "decline-reason-unknown", "DUPLICATE"),
        ("currency", "EURO", "currency-unknown", "EUR"),
    ],
)
def test_an_unknown_choice_is_refused_with_what_is_allowed(
    name: str, typed: str, rule: str, allowed: str
) -> None:
    problem = parse(field(name), text(typed), Before(), POLICY)

    assert isinstance(problem, Problem)
    assert rule == problem.rule
    assert allowed in problem.allowed


@pytest.mark.parametrize(
    ("known", "cell", "before"),
    [
        (STAGE, text("ON_HOLD"), Before("ON_HOLD")),
        (field("currency"), text("ZZZ"), Before("ZZZ")),
        (AMOUNT, number("1.23456"), Before("1.23456", "USD")),
        (AMOUNT, number("1.2345600000000001"), Before("1.23456", "USD")),
        (AMOUNT, number("0.5"), Before("0.5", "JPY")),
        (AMOUNT, text("123456789012345678.91"), Before("123456789012345678.91", "USD")),
        (PO, text("   "), Before("   ")),
        (PO, text("<clear>"), Before("<clear>")),
    ],
)
def test_an_untouched_cell_is_never_checked_harder_than_its_baseline(
    known: Field, cell: Cell, before: Before
) -> None:
    assert before.baseline == parse(known, cell, before, POLICY)


@pytest.mark.parametrize(
    ("typed", "locale", "expected"),
    [
        ("1.234,50", "de", "1234.5"),
        ("1.234", "de", "1234"),
        ("1.234", "en-US", "1.234"),
        ("1,234", "de_DE", "1.234"),
        ("1,234", "en", "1234"),
        ("1.234.567", "de", "1234567"),
        ("12,5", "fr", "12.5"),
        ("1\u202f234,50", "fr", "1234.5"),
        ("1234.50", "de", "1234.5"),
        ("(1.234,50 \u20ac)", "de", "-1234.5"),
    ],
)
def test_a_locale_settles_what_could_be_read_in_two_ways(typed: str, locale: str, expected: str) -> None:
    currency = "EUR" if "\u20ac" in typed else "KWD"

    assert expected == parse(AMOUNT, text(typed), Before("7", currency), Policy(locale=locale))


def test_an_ambiguous_amount_names_both_readings() -> None:
    problem = parse(AMOUNT, text("1,234"), Before("7", "USD"), POLICY)

    assert isinstance(problem, Problem)
    assert problem.message == "'1,234' is 1234 with a decimal point and 1.234 with a decimal comma."
    assert "--locale" in problem.fix
    assert "such as 1234," in problem.fix  # 1.234 is no amount in USD


def test_a_number_cell_is_read_alike_under_every_locale() -> None:
    for locale in ("", "de", "en"):
        assert parse(AMOUNT, number("1.234"), Before("7", "KWD"), Policy(locale=locale)) == "1.234"


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        (number("1.58E+17"), "text-digits"),
        (number("123456789012345680"), "text-digits"),
        (Cell("date", "2026-01-03"), "text-is-date"),
        (Cell("date", "2026-01-03 13:30:00"), "text-is-date"),
    ],
)
def test_a_text_that_a_program_turned_into_something_else_is_not_guessed_at(cell: Cell, rule: str) -> None:
    problem = parse(PO, cell, Before("PO-77"), POLICY)

    assert isinstance(problem, Problem)
    assert rule == problem.rule


@pytest.mark.parametrize(
    ("known", "cell", "baseline", "seen"),
    [
        (PO, number("123456789012345680"), "123456789012345678", "1.23456789012346E+17"),
        (PO, Cell("date", "2026-01-03"), "3-1", "2026-01-03"),
        (AMOUNT, number("123456789012345680"), "123456789012345678", "123456789012346000"),
    ],
)
def test_damage_is_left_to_be_recognised_as_such(known: Field, cell: Cell, baseline: str, seen: str) -> None:
    assert seen == parse(known, cell, Before(baseline, "USD"), POLICY)


def test_an_amount_that_only_looks_like_a_date_is_untouched() -> None:
    # 46082.25 is 6 a.m. on 1 March 2026.
    cell = Cell("date", "2026-03-01 06:00:00")

    assert parse(AMOUNT, cell, Before("46082.25", "USD"), POLICY) == "46082.25"
    assert isinstance(parse(AMOUNT, cell, Before("46083.25", "USD"), POLICY), Problem)


def test_an_untouched_amount_is_checked_when_its_currency_changed() -> None:
    problem = parse(AMOUNT, number("10.5"), Before("10.5", "JPY", moved=True), POLICY)

    assert isinstance(problem, Problem)
    assert "JPY has (0)" in problem.message
    assert problem.fix == "Type an amount with no decimals."


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(None, UNREAD), (text(" "), UNREAD), (text("new note"), "new note"), (text("<clear>"), None)],
)
def test_a_field_that_is_not_shown_is_left_alone_set_or_cleared(cell: Cell | None, expected: Value) -> None:
    assert expected == parse(field("internal_note"), cell, Before(UNREAD), POLICY)


def test_clear_empties_what_may_be_empty_and_is_refused_elsewhere() -> None:
    assert parse(SOURCE, text("<clear>"), Before("5", "USD"), POLICY) is None
    assert isinstance(parse(field("description"), text("<clear>"), Before("Q1"), POLICY), Problem)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Acme Partners (ptn_1)", "ptn_1"),
        ("Brackets (UK) Ltd. (ptn_1)", "ptn_1"),
        (" two\nlines (ptn_1) ", "ptn_1"),
        ("ptn_1", "ptn_1"),
        ("Acme Partners", "Acme Partners"),
        ("Acme (UK branch)", "Acme (UK branch)"),
    ],
)
def test_a_partner_chosen_by_name_is_known_by_the_id_behind_it(typed: str, expected: str) -> None:
    partner = field("partner_id", RecordKind.NEW_LINE)

    assert parse(partner, text(typed), Before(), POLICY) == expected
