"""Amounts that look like slips of the hand are told of, and honest edits are not."""

from __future__ import annotations

import pytest
from builders import Edits, make_line, make_payout, make_snapshot, make_workbook
from slip_months import SLIPS, false_flags, slipped

from reconcile.check.review import review
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.names_and_limits import Policy

AMOUNTS = ("1234.50", "871.20", "415.75", "96.30", "2710.05", "640.10")
BASE = make_snapshot(
    make_payout("pay_0", "5967.90 USD"),
    *(make_line(f"cln_{n}", f"{amount} USD", "pay_0") for n, amount in enumerate(AMOUNTS)),
)


def slips(edits: Edits, policy: Policy = Policy()) -> list[Finding]:  # noqa: B008  a frozen value
    found = review(make_workbook(BASE, edits), BASE, policy)
    return [one for one in found if one.rule.startswith("slip-")]


@pytest.mark.parametrize(
    ("typed", "rule", "says"),
    [
        ("1324.50", "slip-transposed", "two digits changed places"),
        ("1234.05", "slip-transposed", "two digits changed places"),
        ("134.50", "slip-digit", "a digit seems to be lost"),
        ("12334.50", "slip-digit", "a digit seems to be too much"),
        ("123.45", "slip-decimal", "the decimal point seems to have moved"),
        ("123450", "slip-decimal", "the decimal point seems to have moved"),
        ("871.20", "slip-neighbour", "it is what stood in the row below at the export"),
        ("46112", "slip-date", "46112 may be the date 2026-03-31"),
        ("20260331", "slip-date", "20260331 may be the date 2026-03-31"),
        ("31032026", "slip-date", "31032026 may be the date 2026-03-31"),
        ("98765.43", "slip-history", "it is more than 5 times the largest amount of this partner"),
        ("5000", "slip-round", "a round amount in the place of a precise one"),
    ],
)
def test_a_slip_is_told_with_its_rule_and_what_it_looks_like(typed: str, rule: str, says: str) -> None:
    (found,) = slips({"cln_0": {"amount": typed}})

    assert (found.rule, found.severity, found.cell) == (rule, Severity.WARNING, "D2")
    assert found.message.startswith("The amount goes from 1234.5 to ")
    assert found.message.endswith(f": {says}.")


@pytest.mark.parametrize("typed", ["1300", "1111.05", "617.25", "1234", "1250.75", "1000"])
def test_an_honest_edit_is_left_alone(typed: str) -> None:
    assert slips({"cln_0": {"amount": typed}}) == []


def test_cells_that_were_filled_down_are_told_each() -> None:
    found = slips({f"cln_{n}": {"amount": AMOUNTS[1]} for n in (2, 3, 4)})

    assert [(one.rule, one.cell) for one in found] == [("slip-filled", f"D{row}") for row in (4, 5, 6)]


def test_a_pasted_block_is_told_with_how_far_off_it_is() -> None:
    found = slips({"cln_0": {"amount": AMOUNTS[3]}, "cln_1": {"amount": AMOUNTS[4]}})

    assert [one.rule for one in found] == ["slip-block"] * 2
    assert found[0].message.endswith("it and its neighbours stood 3 rows below at the export.")


def test_a_flat_fee_that_many_lines_have_is_no_slip() -> None:
    base = make_snapshot(
        make_payout("pay_0", "1500 USD"),
        *(make_line(f"cln_{n}", f"{amount} USD", "pay_0") for n, amount in enumerate((500, 50, 50, 50, 850))),
    )

    found = review(make_workbook(base, {"cln_0": {"amount": "50"}}), base, Policy())

    assert not [one for one in found if one.rule.startswith("slip-")]


def test_a_rule_of_slips_is_graded_as_every_rule() -> None:
    edits = {"cln_0": {"amount": "1324.50"}}

    assert slips(edits, Policy(rules={"slip-transposed": None})) == []
    (error,) = slips(edits, Policy(rules={"slip-transposed": Severity.ERROR}))
    assert error.severity is Severity.ERROR


@pytest.mark.parametrize("typed", ["1" + "0" * 40, "0.00000000001", "-0.5", "1e400"])
def test_an_amount_of_any_size_is_looked_at_without_a_fault(typed: str) -> None:
    slips({"cln_0": {"amount": typed}})


@pytest.mark.parametrize("kind", SLIPS)
def test_most_slips_of_every_kind_are_found_in_random_months(kind: str) -> None:
    told = list(slipped(kind, 8, seed=1))

    assert sum(told) >= 0.75 * len(told)


def test_hardly_an_honest_edit_is_told_of_in_random_months() -> None:
    edits, flags = false_flags(10, seed=1)

    assert edits > 100
    assert flags <= 0.03 * edits
