"""JSON to domain values: what is tolerated, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from reconcile.domain.money import Money
from reconcile.errors import UnexpectedAnswer
from reconcile.introw.answer import Answer
from reconcile.introw.wire import line_from, partner_from, payout_from, record_in

Make = Callable[..., dict[str, Any]]
END = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)


def read(text: str) -> object:
    return Answer("GET", "/x", 200, {}, text.encode()).json()


def test_the_documented_payout_is_read(payout: Make) -> None:
    found = payout_from(payout("pay_1"))

    assert (
        found.id,
        found.partner_id,
        found.partner_name,
        found.batch_id,
    ) == ("pay_1", "ptn_1", "Acme Partners", "pbt_1")
    assert Money(Decimal(4250), "USD") == found.amount
    assert (found.stage, found.po_number, found.period_end) == ("APPROVED", "PO-ACME-2026-Q1", END)
    assert {"statement_note"} == found.unread


def test_the_documented_line_is_read(line: Make) -> None:
    found = line_from(line("cln_1", payoutId="pay_1"))

    assert (
        found.id,
        found.partner_id,
        found.payout_id,
        found.status,
    ) == ("cln_1", "ptn_1", "pay_1", "PENDING")
    assert (Money(Decimal(500), "USD"), Decimal(10000)) == (found.amount, found.source_amount)
    assert (
        found.description,
        found.plan_name,
        found.period_end,
    ) == ("Q1 referral bonus", "Referral plan", END)
    assert {"internal_note"} == found.unread


def test_a_note_that_is_given_back_is_read_even_when_it_is_null(payout: Make, line: Make) -> None:
    assert not payout_from(payout(1, metadata=None)).unread
    assert not line_from(line(1, note=None)).unread


@pytest.mark.parametrize("strange", [{}, {"note": "x"}, [], ["x"], False])
def test_a_note_that_is_no_text_cannot_be_read_and_does_no_harm(
    strange: object, payout: Make, line: Make
) -> None:
    paid, earned = payout_from(payout(1, metadata=strange)), line_from(line(1, note=strange))

    assert (paid.statement_note, paid.unread) == (None, {"statement_note"})
    assert (earned.internal_note, earned.unread) == (None, {"internal_note"})
    assert payout_from(payout(1, metadata=" Two\nlines ")).statement_note == " Two\nlines "
    assert line_from(line(1, note="x")).internal_note == "x"


def test_only_identity_money_and_stage_are_needed() -> None:
    payout = payout_from({"id": "p", "amount": {"value": "1", "currency": "EUR"}, "stage": "NEW_ONE"})
    line = line_from({"id": "l", "amount": "1", "currency": "EUR"})

    assert (
        payout.partner_id,
        payout.partner_name,
        payout.batch_id,
        payout.period_end,
        payout.po_number,
    ) == ("", "", None, None, None)
    assert (line.partner_id, line.payout_id, line.description, line.status) == ("", None, None, "")


@pytest.mark.parametrize(
    "more",
    [
        {"partner": {"id": "a", "name": "b"}},
        {"partner": None, "partnerId": "a", "partnerName": "b"},
        {"partner": "a", "partnerName": "b"},
        {"partner": {"id": "a", "name": "b", "extra": [1]}, "surprise": {}},
    ],
)
def test_a_partner_is_read_embedded_or_flat(more: dict[str, Any], payout: Make) -> None:
    found = payout_from(payout(1) | more)

    assert (found.partner_id, found.partner_name) == ("a", "b")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ('"500.00"', "500.00"),
        ('"-0.01"', "-0.01"),
        ("500", "500"),
        ("0.1", "0.1"),
        ("1234567890123456789.01", "1234567890123456789.01"),
        ("1e3", "1000"),
        ('"+5."', "5"),
    ],
)
def test_amounts_are_exact_as_text_and_as_numbers(text: str, amount: str) -> None:
    flat = read(f'{{"id": "x", "amount": {text}, "currency": "USD", "stage": "PAID"}}')
    nested = read(f'{{"id": "x", "amount": {{"value": {text}, "currency": "USD"}}, "stage": "PAID"}}')

    for found in (line_from(flat), line_from(nested), payout_from(flat), payout_from(nested)):
        assert Money(Decimal(amount), "USD") == found.amount


@pytest.mark.parametrize(
    "amount",
    [
        "",
        "abc",
        "1,000.00",
        "1.000,00",
        "NaN",
        "Infinity",
        "1_000",
        "\uff11\uff12",
        " 5",
        True,
        None,
        [],
        {},
        "1e999",
    ],
)
def test_an_amount_that_is_no_decimal_names_record_and_member(
    amount: object, line: Make, payout: Make
) -> None:
    with pytest.raises(UnexpectedAnswer, match=r"commission line cln_7 .*amount"):
        line_from(line("cln_7", amount=amount))
    with pytest.raises(UnexpectedAnswer, match=r"payout pay_7 .*amount"):
        payout_from(payout("pay_7", amount={"value": amount, "currency": "USD"}))


def test_an_empty_source_amount_is_none_and_stops_no_export(line: Make) -> None:
    assert line_from(line(1, sourceAmount="")).source_amount is None


def test_an_amount_too_long_to_be_money_is_refused(line: Make) -> None:
    with pytest.raises(UnexpectedAnswer, match="sourceAmount"):
        line_from(line(1, sourceAmount="9" * 50))
    with pytest.raises(UnexpectedAnswer, match="amount"):
        line_from(read('{"id": "x", "amount": 1e999999, "currency": "USD"}'))


@pytest.mark.parametrize("record", [{}, {"id": None}, {"id": ""}, {"id": {}}, [], "x", None, 5])
def test_a_record_without_an_id_is_refused(record: object) -> None:
    for parse in (payout_from, line_from, partner_from):
        with pytest.raises(UnexpectedAnswer):
            parse(record)


@pytest.mark.parametrize(
    ("member", "value"),
    [("currency", None), ("description", ["x"]), ("periodEnd", "yesterday"), ("createdAt", "0001-01-01T00:00:00+05:00")],
)  # fmt: skip
def test_a_line_member_of_the_wrong_kind_is_named(member: str, value: object, line: Make) -> None:
    with pytest.raises(UnexpectedAnswer, match=rf"commission line cln_1 .*{member}"):
        line_from(line("cln_1", **{member: value}))


def test_a_payout_without_a_stage_is_refused(payout: Make) -> None:
    with pytest.raises(UnexpectedAnswer, match="stage"):
        payout_from(payout(1, stage=None))


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-31T23:59:59.000Z",
        "2026-03-31T23:59:59Z",
        "2026-03-31T23:59:59",
        "2026-04-01T01:59:59+02:00",
        "2026-03-31T23:59:59.000000000Z",
    ],
)
def test_moments_are_read_in_every_iso_form(text: str, line: Make) -> None:
    assert line_from(line(1, periodEnd=text)).period_end == END


def test_ids_are_opaque_text(line: Make) -> None:
    assert line_from(line(1) | {"id": 12345678901234567890}).id == "12345678901234567890"
    assert line_from(line(" x/ä?")).id == " x/ä?"


def test_text_is_kept_but_for_half_characters(line: Make) -> None:
    assert line_from(line(1, description=" \t=SUM(1)\u00a0")).description == " \t=SUM(1)\u00a0"
    assert (
        line_from(read('{"id":"x","amount":"1","currency":"X","description":"a\\ud800b"}')).description
        == "a?b"
    )


@pytest.mark.parametrize("body", [{"data": {"id": "a"}}, {"id": "a"}, {"data": {"data": {"id": "a"}}}])
def test_a_single_record_is_found_wrapped_or_bare(body: object) -> None:
    assert record_in(body) == {"id": "a"}


@pytest.mark.parametrize("text", ["", "<html>", "{", "[" * 100_000, "\xff"])
def test_what_is_not_json_is_not_understood(text: str) -> None:
    with pytest.raises(UnexpectedAnswer, match="is not JSON"):
        Answer("GET", "/payouts", 200, {}, text.encode("latin-1")).json()


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "9" * 5000, "1E+999999", "1E+" + "9" * 30]
)
def test_a_number_that_is_none_harms_only_where_it_is_needed(number: str, line: Make) -> None:
    text = json.dumps(line(1))
    spare = read(text[:-1] + f', "score": {number}' + "}")
    needed = read(text[:-1] + f', "amount": {number}' + "}")

    assert line_from(spare).id == "1"
    with pytest.raises(UnexpectedAnswer, match="amount that is not a decimal number"):
        line_from(needed)


def test_a_byte_order_mark_does_no_harm() -> None:
    assert Answer("GET", "/x", 200, {}, b"\xef\xbb\xbf" + json.dumps({"a": 1}).encode()).json() == {"a": 1}
