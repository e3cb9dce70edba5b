"""What one cause does to many cells is told once, with a count; what has causes of its own stays apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconcile.domain.finding import DATES_1904, Finding, Severity
from reconcile.domain.rules import RULES
from reconcile.report.causes import by_cause

ONE = Finding(Severity.WARNING, "stage-order", "Same.", "Fix.", file="a.xlsx", sheet="Lines", cell="D2")


def many(number: int, like: Finding = ONE) -> list[Finding]:
    return [replace(like, cell=f"D{row}") for row in range(2, 2 + number)]


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_same_message_in_a_whole_column_is_one_finding_whatever_its_rule(rule: str) -> None:
    (one,) = by_cause(many(985, replace(ONE, rule=rule)))

    assert one.cell == "D2"
    assert one.message == "Same. The same in 984 more cells: D3, D4, D5, D6, D7, ..."


def test_what_a_program_did_to_each_cell_is_one_cause_although_every_value_differs() -> None:
    hit = [
        replace(
            ONE, rule="damaged", cell=f"D{n}", message=f"It was '00{n}' at export: leading zeros were lost."
        )
        for n in range(2, 12)
    ]

    assert len(by_cause(hit)) == 1


def test_dates_of_the_other_date_system_are_one_cause_over_all_columns() -> None:
    hit = [replace(ONE, cell=f"{column}2", message=f"{column}: {DATES_1904}.") for column in "BCDEF"]

    assert len(by_cause(hit)) == 1


@pytest.mark.parametrize("rule", ["slip-filled", "slip-block"])
def test_one_move_of_the_hand_is_told_once_with_its_cells_however_few_they_are(rule: str) -> None:
    hit = [
        replace(ONE, rule=rule, cell=f"F{n}", message=f"The amount goes from {n} to 9: filled.")
        for n in (2, 3, 4)
    ]

    (one,) = by_cause(hit)
    (pair,) = by_cause(hit[:2])
    assert one.message.endswith("filled. The same in 2 more cells: F3, F4.")
    assert pair.message.endswith("The same in 1 more cell: F3.")


def test_findings_that_say_different_things_stay_apart() -> None:
    apart = [replace(one, message=f"The amount goes from 1 to {n}.") for n, one in enumerate(many(9))]

    assert by_cause(apart) == tuple(apart)


@pytest.mark.parametrize(
    "change", [{"severity": Severity.ERROR}, {"sheet": "Payouts"}, {"file": "b.xlsx"}, {"cell": "E2"}]
)
def test_another_place_or_severity_is_another_cause(change: dict[str, str]) -> None:
    other = replace(ONE, **change)

    assert by_cause([*many(5), other])[1:] == (other,)


def test_a_few_are_shown_one_by_one() -> None:
    assert len(by_cause(many(3))) == 3
