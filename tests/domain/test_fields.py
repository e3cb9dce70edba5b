"""The comparable form of field values: equal values are equal, blank is None, unread is neither."""

from __future__ import annotations

from decimal import Decimal

import pytest
from builders import make_line, make_payout, money
from hypothesis import given
from hypothesis import strategies as st

from reconcile.domain.fields import (
    FIELDS,
    PLACE_FIELDS,
    UNREAD,
    RecordKind,
    groups,
    line_values,
    payout_values,
    text_value,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (None, ""),
        (" ", " "),
        ("a\nb\nc\n\nd", "a\r\nb\rc\n\r\nd"),
        ("\u00e9", "e\u0301"),
        ("\u00a0PO 78", "\u00a0PO 78"),
        ("000123", "000123"),
    ],
)
def test_text_is_compared_in_nfc_with_line_feeds_and_none_for_nothing(
    value: str | None, text: str | None
) -> None:
    assert value == text_value(text)


@given(st.text())
def test_the_comparable_form_of_text_is_its_own(text: str) -> None:
    value = text_value(text)

    assert value == text_value(value)
    assert value != ""


def test_the_values_of_a_payout_are_its_editable_fields() -> None:
    payout = make_payout(po_number="", statement_note="Hello\r\nyou")

    assert payout_values(payout) == {"stage": "APPROVED", "po_number": None, "statement_note": "Hello\nyou"}


def test_the_values_of_a_line_are_its_editable_fields_and_no_action() -> None:
    line = make_line(total="500.00 USD", source_amount=Decimal("5000.0"), description="")

    assert line_values(line) == {
        "action": None,
        "decline_reason": None,
        "decline_detail": None,
        "amount": "500",
        "currency": "USD",
        "source_amount": "5000",
        "description": None,
        "internal_note": UNREAD,
    }


@pytest.mark.parametrize("spelling", ["4250", "4250.0", "4250.00", "4.25E+3"])
def test_an_amount_has_one_value_however_it_is_written(spelling: str) -> None:
    assert line_values(make_line(total=f"{spelling} USD"))["amount"] == "4250"


def test_what_the_server_does_not_give_back_is_unread_and_not_blank() -> None:
    payout = make_payout(unread=frozenset({"statement_note", "something else"}))
    line = make_line(internal_note="seen", unread=frozenset())

    assert UNREAD is payout_values(payout)["statement_note"]
    assert {"stage", "po_number", "statement_note"} == payout_values(payout).keys()
    assert line_values(line)["internal_note"] == "seen"


def test_the_values_cover_exactly_the_fields_in_their_order() -> None:
    assert [field.name for field in FIELDS[RecordKind.PAYOUT]] == list(payout_values(make_payout()))
    assert [field.name for field in FIELDS[RecordKind.LINE]] == list(line_values(make_line()))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (RecordKind.PAYOUT, [["stage"], ["po_number"], ["statement_note"]]),
        (
            RecordKind.LINE,
            [
                ["action", "decline_reason", "decline_detail"],
                ["amount", "currency", "source_amount"],
                ["description"],
                ["internal_note"],
            ],
        ),
    ],
)
def test_fields_merge_and_conflict_in_these_groups(kind: RecordKind, expected: list[list[str]]) -> None:
    assert expected == [list(names) for names in groups(kind).values()]


def test_only_what_can_be_empty_can_be_cleared() -> None:
    clearable = {field.name for kind in FIELDS for field in FIELDS[kind] if field.clearable}

    assert {"po_number", "statement_note", "source_amount", "internal_note"} <= clearable
    assert set() == {"stage", "amount", "currency"} & clearable
    assert not next(field for field in FIELDS[RecordKind.LINE] if field.name == "description").clearable


def test_the_place_of_a_line_is_its_action_with_the_reason() -> None:
    assert {"action", "decline_reason", "decline_detail"} == PLACE_FIELDS


def test_the_currency_of_an_amount_is_a_value_of_its_own() -> None:
    assert line_values(make_line(total="5 USD")) != line_values(make_line(total="5 EUR"))
    assert money("5 USD") != money("5 EUR")
