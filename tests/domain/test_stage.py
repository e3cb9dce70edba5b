"""The eleven stages, and what is risked on one that nobody knows."""

from __future__ import annotations

import pytest

from reconcile.domain.stage import STAGES, Stage, find_stage, stage_of

# value, label, partner visible, released, paying, final
TABLE = [
    ("DRAFT", "Draft", False, False, False, False),
    ("PENDING_REVIEW", "Pending approval", False, False, False, False),
    ("APPROVED", "Approved", False, True, False, False),
    ("PENDING_INVOICE", "Pending Partner Invoice", True, True, False, False),
    ("PENDING_PAYMENT", "Pending payment", True, True, True, False),
    ("SCHEDULED", "Scheduled", True, True, True, False),
    ("PAID", "Paid", True, True, False, True),
    ("DECLINED", "Declined", True, False, False, True),
    ("POSTPONED", "Postponed", True, False, False, False),
    ("BLOCKED", "Blocked", False, False, False, False),
    ("FAILED", "Failed", True, False, False, False),
]


def test_there_are_eleven_stages() -> None:
    assert [row[0] for row in TABLE] == list(STAGES)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row[0]))
def test_a_known_stage_is_what_the_table_says(row: tuple[str, str, bool, bool, bool, bool]) -> None:
    assert Stage(*row) == stage_of(row[0])


@pytest.mark.parametrize("value", ["ON_HOLD", "paid", "", "Pending payment"])
def test_on_an_unknown_stage_nothing_is_risked(value: str) -> None:
    stage = stage_of(value)

    assert (value, value) == (stage.value, stage.label)
    assert stage.partner_visible
    assert stage.released
    assert stage.final


@pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row[0]))
def test_a_person_may_write_the_value_or_the_label_in_any_case(
    row: tuple[str, str, bool, bool, bool, bool],
) -> None:
    value, label, *_ = row

    for text in (value, value.lower(), label, label.upper(), f" {label}\t"):
        assert STAGES[value] is find_stage(text)


@pytest.mark.parametrize("text", ["", " ", "Pending", "Aproved", "APPROVED.", "PENDING-PAYMENT"])
def test_a_misspelt_stage_is_none(text: str) -> None:
    assert find_stage(text) is None
