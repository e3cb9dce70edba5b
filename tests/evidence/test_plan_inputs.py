"""What a plan was made of is written as JSON and read back as the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from reconcile.domain.policy.names_and_limits import Limits, Policy
from reconcile.errors import ConfigurationError
from reconcile.evidence.plan_inputs import PlanInputs, from_json, to_json
from reconcile.plan.across.narrowing import Narrowing
from reconcile.plan.build import Circumstances
from reconcile.plan.cost.run_cost import ListLengths
from reconcile.plan.made_before.likeness import Posted
from reconcile.plan.sources import Applied, OwnWork

AT = datetime(2026, 4, 5, 9, 30, tzinfo=UTC)
OWN = OwnWork(
    created={"key-1": "cln_9"},
    posted={"key-1": Posted({"amount": "1.00"}, AT, frozenset({"cln_2", "cln_1"}))},
    gone=frozenset({"cln_5", "cln_4"}),
    sent={("cln_1", "internal_note"): "a, b"},
    applied={("pay_1", "stage"): Applied("PAID", "run-1", AT.isoformat())},
)
INPUTS = PlanInputs(
    tool_version="0.1.0",
    policy=Policy(limits=Limits(max_money_share=Decimal("0.125"))),
    given=Circumstances(
        AT, "ana", lengths=ListLengths(3), narrowing=Narrowing(frozenset({"pay_2", "pay_1"}), "--only")
    ),
    files=("march.xlsx",),
    own=(OWN,),
    kept=(True,),
    settings={"rate": "120"},
    undoes="run-0",
)


def test_the_inputs_come_back_as_they_were() -> None:
    assert from_json(to_json(INPUTS), "inputs.json") == INPUTS


def test_the_inputs_of_every_record_come_back_too() -> None:
    everything = replace(INPUTS, given=replace(INPUTS.given, narrowing=Narrowing()), own=(OwnWork(), OWN))

    assert from_json(to_json(everything), "inputs.json") == everything


def test_the_order_of_a_set_does_not_show() -> None:
    names = [f"pay_{number}" for number in range(50)]
    texts = {
        to_json(replace(INPUTS, given=replace(INPUTS.given, narrowing=Narrowing(frozenset(some)))))
        for some in (names, reversed(names))
    }

    assert len(texts) == 1


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "[" * 100_000, '{"version": 1}', to_json(INPUTS).replace('"0.125"', '"much"')],
    ids=["nothing", "a list", "no member", "deep", "one member", "a word for a number"],
)
def test_what_is_no_inputs_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"inputs\.json does not say what a plan was made of"):
        from_json(text, "inputs.json")


def test_inputs_of_a_later_version_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="is of version 2, and this reconcile reads 1"):
        from_json(to_json(INPUTS).replace('"version": 1', '"version": 2'), "inputs.json")
