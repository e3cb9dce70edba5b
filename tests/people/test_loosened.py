"""What makes rules of approval looser, and what is only other or stricter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from signers import ANA, BEN, CLEO, person, public_line, with_policy

from reconcile.domain.policy.approval import ApprovalPolicy, Team
from reconcile.people.loosened import differences, loosened

LIMITS = {"USD": Decimal(1000)}
POLICY = ApprovalPolicy(
    ask_for=("paying", "undo"), amounts=LIMITS, approvers=2, expires_hours=24, agree_to_loosening=True
)
TEAM = Team((ANA, BEN, CLEO), POLICY)
DAVE = person("Dave", "approve")

LOOSER: Mapping[str, tuple[Team, str]] = {
    "a rule is gone": (with_policy(TEAM, ask_for=("undo",)), "ask_for named paying, and does not now"),
    "a limit is higher": (
        with_policy(TEAM, amounts={"USD": Decimal(9000)}),
        "amounts of USD was 1,000.00 USD, and is 9,000.00 USD now",
    ),
    "a currency is let pass": (
        with_policy(TEAM, amounts={**LIMITS, "EUR": Decimal(5)}),
        "amounts of EUR was 0.00 EUR, and is 5.00 EUR now",
    ),
    "no limits": (with_policy(TEAM, amounts={}), "amounts was USD 1000, and is not set now"),
    "fewer people": (with_policy(TEAM, approvers=1), "anything took 2 approvers, and takes 1 now"),
    "longer": (with_policy(TEAM, expires_hours=99), "an approval held 24 hours, and holds 99 now"),
    "nobody need agree": (
        with_policy(TEAM, agree_to_loosening=False),
        "agree_to_loosening was on, and is off now",
    ),
    "a desk": (with_policy(TEAM, desk_key=public_line("desk")), "the word of the desk with the key SHA256:"),
    "another approver": (replace(TEAM, people=(*TEAM.people, DAVE)), "has the role approve now"),
    "another key": (
        replace(TEAM, people=(ANA, person("Ben", "approve", seed="new"), CLEO)),
        "has the role approve now",
    ),
    "another role": (
        replace(TEAM, people=(person("Ana", "prepare", "approve"), BEN, CLEO)),
        "has the role approve now",
    ),
    "nobody": (Team((), POLICY), "there were people, and there are none now"),
}


@pytest.mark.parametrize("how", LOOSER)
def test_rules_that_ask_for_less_are_looser(how: str) -> None:
    now, words = LOOSER[how]

    assert any(words in one for one in loosened(TEAM, now)), loosened(TEAM, now)
    assert differences(TEAM, now) != ()


STRICTER: Mapping[str, Team] = {
    "a rule more": with_policy(TEAM, ask_for=("paying", "undo", "any")),
    "a limit is lower": with_policy(TEAM, amounts={"USD": Decimal(10)}),
    "a currency is no longer let pass": with_policy(TEAM, amounts={"EUR": Decimal(0)}),
    "more people": with_policy(TEAM, approvers_for={"undo": 3}),
    "an approver less": replace(TEAM, people=(ANA, BEN)),
    "somebody who only reads": replace(TEAM, people=(*TEAM.people, person("Eve", "audit"))),
}


@pytest.mark.parametrize("how", STRICTER)
def test_stricter_rules_are_not(how: str) -> None:
    assert loosened(TEAM, STRICTER[how]) == ()
    assert differences(TEAM, STRICTER[how]) != ()


def test_the_same_rules_differ_in_nothing() -> None:
    assert (loosened(TEAM, TEAM), differences(TEAM, TEAM)) == ((), ())


def test_a_difference_says_from_what_to_what() -> None:
    assert differences(TEAM, with_policy(TEAM, ask_for=(), approvers=1)) == (
        "ask_for: paying, undo -> none",
        "approvers: 2 -> 1",
    )
