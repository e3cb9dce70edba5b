"""Money: one text per value, the currency's own decimals, and never a sum across currencies."""

from __future__ import annotations

from decimal import Decimal

import pytest
from builders import money
from hypothesis import given
from hypothesis import strategies as st

from reconcile.domain.money import (
    Money,
    decimals,
    exponent,
    known_currencies,
    parse_decimal,
    plain,
    shown_amount,
    totals,
    wire_amount,
)

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=12)


@pytest.mark.parametrize(
    ("currency", "places"),
    [("USD", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("XAU", 0), ("ZZZ", None), ("", None)],
)
def test_a_currency_has_its_own_decimals(currency: str, places: int | None) -> None:
    assert places == exponent(currency)


def test_metals_and_test_codes_are_no_currencies_to_choose() -> None:
    codes = known_currencies()

    assert {"USD", "EUR", "JPY", "KWD"} <= set(codes)
    assert set() == {"XAU", "XXX", "XTS"} & set(codes)
    assert sorted(codes) == list(codes)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4250", "4250"),
        ("4250", "4250.00"),
        ("4250", "4.25E+3"),
        ("-12.5", "-12.50"),
        ("0.1", "0.10"),
        ("0", "0.00"),
        ("0", "-0.00"),
        ("100", "1E+2"),
        ("123456789012345678.91", "123456789012345678.910"),
    ],
)
def test_equal_values_have_the_same_plain_text(text: str, number: str) -> None:
    assert text == plain(Decimal(number))


@given(NUMBERS)
def test_plain_text_is_read_back_as_the_same_value(number: Decimal) -> None:
    assert number == parse_decimal(plain(number))


@given(NUMBERS, NUMBERS)
def test_texts_are_equal_exactly_when_values_are(one: Decimal, other: Decimal) -> None:
    assert (one == other) == (plain(one) == plain(other))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("12.50", "12.50"),
        ("-3", " -3 "),
        ("0.5", "+.5"),
        ("5", "5."),
        ("1.58E+17", "1.58E+17"),
        ("100000", "1e5"),
    ],
)
def test_decimal_text_is_a_number(number: str, text: str) -> None:
    assert Decimal(number) == parse_decimal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "PO-1",
        "1,250.00",
        "1 250",
        "$5",
        "5%",
        "nan",
        "inf",
        "-Infinity",
        "1_000",
        "\u0661",
        "1E9999",
        "--1",
    ],
)
def test_other_text_is_no_number(text: str) -> None:
    assert parse_decimal(text) is None


def test_amounts_of_one_currency_add_up() -> None:
    assert money("12.50 USD") == money("10 USD") + money("2.50 USD")


def test_amounts_of_two_currencies_are_never_added() -> None:
    with pytest.raises(ValueError, match="cannot add EUR to USD"):
        money("10 USD") + money("10 EUR")


def test_a_negated_amount_keeps_its_currency() -> None:
    assert money("-10 JPY") == -money("10 JPY")


def test_the_same_value_in_another_currency_is_another_amount() -> None:
    assert money("10 USD") == money("10.00 USD")
    assert money("10 USD") != money("10 EUR")


def test_totals_are_kept_per_currency_in_order_of_the_codes() -> None:
    amounts = [money("1.10 USD"), money("500 JPY"), money("-0.10 USD"), money("2 EUR")]

    assert [("EUR", Decimal(2)), ("JPY", Decimal(500)), ("USD", Decimal(1))] == list(totals(amounts).items())


@given(
    st.lists(st.tuples(NUMBERS.map(lambda n: n.quantize(Decimal("0.01"))), st.sampled_from(["USD", "EUR"])))
)
def test_a_total_is_the_sum_of_its_own_currency(amounts: list[tuple[Decimal, str]]) -> None:
    found = totals(Money(amount, currency) for amount, currency in amounts)

    assert {currency for _, currency in amounts} == found.keys()
    for currency, total in found.items():
        assert sum(amount for amount, one in amounts if one == currency) == total


@pytest.mark.parametrize(
    ("text", "number", "currency"),
    [
        ("4,250.00", "4250", "USD"),
        ("4,250", "4250.00", "JPY"),
        ("4,250.000", "4250", "KWD"),
        ("-1,234,567.80", "-1234567.8", "EUR"),
        ("1.23456", "1.23456", "USD"),
        ("0.00", "-0.00", "USD"),
        ("5", "5", "ZZZ"),
        ("12,345,678,901,234,567,890,123,456,789.01", "12345678901234567890123456789.01", "USD"),
    ],
)
def test_people_see_thousands_and_at_least_the_decimals_of_the_currency(
    text: str, number: str, currency: str
) -> None:
    assert text == shown_amount(Decimal(number), currency)
    assert f"{text} {currency}" == str(Money(Decimal(number), currency))


@pytest.mark.parametrize(
    ("text", "number", "currency"),
    [
        ("4250.00", "4250", "USD"),
        ("4250", "4250.00", "JPY"),
        ("4250.000", "4.25E+3", "KWD"),
        ("-0.50", "-0.5", "EUR"),
        ("1.234", "1.234", "USD"),
        ("0.00", "-0", "USD"),
    ],
)
def test_the_api_gets_plain_amounts_that_are_never_rounded(text: str, number: str, currency: str) -> None:
    assert text == wire_amount(Decimal(number), currency)


@given(NUMBERS, st.sampled_from(known_currencies()))
def test_no_amount_changes_on_its_way_out(number: Decimal, currency: str) -> None:
    assert number == Decimal(wire_amount(number, currency))
    assert number == Decimal(shown_amount(number, currency).replace(",", ""))


@pytest.mark.parametrize(
    ("places", "number"), [(2, "1.25"), (1, "1.50"), (0, "100"), (0, "1E+2"), (0, "2.00")]
)
def test_decimals_are_those_that_the_value_needs(places: int, number: str) -> None:
    assert places == decimals(Decimal(number))


@pytest.mark.parametrize(
    "text", ["1E+999999", "1E+999", "1e-400", "9" * 29, "0." + "1" * 29, "9" * 100_000, " " * 100_000 + "x"]
)
def test_a_number_of_more_digits_than_any_amount_has_is_no_number(text: str) -> None:
    assert parse_decimal(text) is None


@pytest.mark.parametrize("text", ["0E+999", "123456789012345678.91", "0000000000000000000000000000000001"])
def test_digits_that_say_nothing_do_not_count(text: str) -> None:
    assert parse_decimal(text) == Decimal(text)
