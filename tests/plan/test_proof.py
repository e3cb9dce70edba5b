"""A plan from a file proves itself: nothing that it shows, sends or stops at can be changed by itself."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from builders import (
    changed,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
)
from pydantic import TypeAdapter, ValidationError
from rich.console import Console

from reconcile.domain.fields import Value
from reconcile.domain.money import parse_decimal
from reconcile.domain.policy.names_and_limits import Limits, Names, Policy
from reconcile.errors import ConfigurationError
from reconcile.plan.codec import fingerprint, from_json, to_json
from reconcile.plan.model import Plan
from reconcile.plan.proof import prove
from reconcile.report.build import report_on
from reconcile.report.files import html
from reconcile.report.terminal import render

POLICY = Policy(limits=Limits(max_changes=1))
BASE = make_snapshot(
    *(make_payout(f"pay_{n}", f"{n}00.50 USD") for n in range(1, 6)),
    *(make_line(f"cln_{n}", f"{n}00.50 USD", f"pay_{n}") for n in range(1, 6)),
    make_line("cln_6", "7 JPY", None),
    make_line("cln_7", "20 USD", "pay_5"),
    make_line("cln_8", "5 USD", "pay_2"),
)
EDITS: dict[str, dict[str, Value]] = {
    "pay_1": {"stage": "PENDING_PAYMENT", "po_number": "000123", "statement_note": "Grüße\nan alle"},
    "pay_2": {"po_number": "ours"},
    "pay_5": {"stage": "BLOCKED"},
    "cln_1": {"amount": "101.50", "internal_note": "x"},
    "cln_2": {"action": "Decline", "decline_reason": "CUSTOM", "decline_detail": "Twice"},
    "cln_3": {"action": "Detach", "amount": "1", "currency": "EUR"},
    "cln_4": {"description": "x", "source_amount": "5"},
    "cln_6": {"amount": "8"},
    "cln_7": {"action": "Detach"},
}


def whole_plan() -> Plan:
    """A plan with operations of every kind, a conflict, and gates that stop it."""
    rows = [
        make_new_row(
            2, partner_id="ptn_1", payout_id="pay_1", amount="75", currency="USD", description="New"
        ),
        make_new_row(3, partner_id="ptn_2", amount="7", currency="JPY", source_amount="70"),
    ]
    live = changed(BASE, "pay_2", po_number="theirs")
    book = make_workbook(BASE, EDITS, rows)
    return make_plan(BASE, book, live, policy=POLICY)


PLAN = whole_plan()
PLANS = TypeAdapter(Plan)
NEVER_COUNTED = {"relies_on", "changes", "drifts", "conflicts", "held", "damaged", "workbooks", "findings"}
"""Texts of a plan that are shown or compared, and not reckoned with."""


def sealed(found: dict[str, Any]) -> dict[str, Any]:
    """A plan whose file was changed, with its right fingerprint."""
    return found | {"fingerprint": fingerprint(PLANS.validate_json(json.dumps(found)))}


def told(found: dict[str, Any]) -> str:
    """The problem with a plan whose file was changed and given its right fingerprint; empty for none."""
    try:
        found = sealed(found)
    except ValidationError as error:
        return str(error)
    try:
        prove(from_json(json.dumps(found), "plan.json"), POLICY, "plan.json")
    except ConfigurationError as error:
        return str(error)
    return ""


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401  any JSON
    """The paths to all values that hold no other ones."""
    if isinstance(value, dict) and value:
        for name, one in value.items():
            yield from leaves(one, (*path, name))
    elif isinstance(value, list) and value:
        for place, one in enumerate(value):
            yield from leaves(one, (*path, place))
    else:
        yield path


def with_changed(path: tuple[Any, ...]) -> dict[str, Any]:
    """The plan as JSON with one value changed."""
    found: dict[str, Any] = json.loads(to_json(PLAN))
    place: Any = found
    for name in path[:-1]:
        place = place[name]
    value, name = place[path[-1]], path[-1]
    if name == "action":
        place[name] = "detach line" if value != "detach line" else "decline line"
    elif name == "kind":
        place[name] = "payout" if value != "payout" else "line"
    elif isinstance(value, bool):
        place[name] = not value
    elif isinstance(value, int):
        place[name] = value + 1
    elif value is None or isinstance(value, list | dict):
        place[name] = ["x"] if isinstance(value, list) else {"x": "1"} if isinstance(value, dict) else "1"
    elif name == "currency":
        place[name] = "GBP"
    else:
        place[name] = f"{value}1"
    return found


def test_a_plan_as_it_was_made_proves_itself() -> None:
    assert len({one.action for one in PLAN.operations}) == 5
    assert PLAN.gates
    prove(from_json(to_json(PLAN), "plan.json"), POLICY, "plan.json")


def _is_derived(path: tuple[Any, ...]) -> bool:
    """What follows from the decisions. The row, partner's name and reason of a new line are its own source."""
    section, number, *rest = path if len(path) > 1 else (path[0], None)
    if section == "operations":
        new = PLAN.operations[number].action.value == "create line"
        own = rest[0] == "target" and rest[1] in ("place", "file", "partner_name")
        free = new and (own or rest[0] == "reason")
        return rest[0] != "relies_on" and not free
    if section == "effects":
        return rest[-1] in ("amount_after", "stage_after", "auto_declined")
    return section == "gates" or (section == "tie_out" and rest[0] in ("edits", "planned"))


def test_no_request_text_gate_or_sum_can_be_changed_by_itself() -> None:
    paths = [path for path in leaves(json.loads(to_json(PLAN))) if path and _is_derived(path)]

    assert len(paths) > 300
    assert [path for path in paths if not told(with_changed(path))] == []


def test_no_decision_can_be_changed_without_its_request() -> None:
    sent = {one.target.id for one in PLAN.operations}
    paths = [("changes", number, "after") for number, one in enumerate(PLAN.changes) if one.target.id in sent]

    assert len(paths) >= 10
    assert [path for path in paths if not told(with_changed(path))] == []


def test_an_operation_without_its_shown_change_is_refused() -> None:
    found = json.loads(to_json(PLAN))
    found["changes"] = [one for one in found["changes"] if one["target"]["id"] != "cln_1"]

    assert "does not show what it changes" in told(found)


def test_a_shown_change_without_its_operation_is_refused() -> None:
    found = json.loads(to_json(PLAN))
    found["operations"] = [one for one in found["operations"] if one["target"]["id"] != "cln_6"]

    assert told(found)


def test_a_plan_without_its_gates_is_refused() -> None:
    found = json.loads(to_json(PLAN))
    found["gates"] = []

    assert "names other limits than its operations exceed" in told(found)


def test_operations_in_another_order_are_refused() -> None:
    found = json.loads(to_json(PLAN))
    found["operations"].reverse()

    assert told(found)


def test_a_path_comes_from_the_id_alone_and_never_leaves_the_api() -> None:
    found = json.loads(to_json(PLAN).replace("cln_6", "../../admin"))

    assert told(found)
    base = make_snapshot(make_payout(".."), make_payout("../x"))
    made = make_plan(base, {"..": {"po_number": "x"}, "../x": {"po_number": "x"}})
    assert sorted(one.path for one in made.operations) == ["/payouts/%2E%2E", "/payouts/..%2Fx"]


def test_other_settings_of_names_or_limits_are_told_in_one_sentence() -> None:
    for policy in (Policy(), Policy(names=Names(detail_member="why"), limits=POLICY.limits)):
        with pytest.raises(ConfigurationError, match=r"other settings of \[names\] or \[limits\]") as caught:
            prove(PLAN, policy, "plan.json")
        assert str(caught.value).count(". ") == 0


def _with(path: tuple[Any, ...], value: str | int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(to_json(PLAN))
    place: Any = found
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return found


def _numbers() -> list[tuple[Any, ...]]:
    plan = json.loads(to_json(PLAN))
    return [
        path
        for path in leaves(plan)
        if isinstance(value := functools.reduce(lambda place, name: place[name], path, plan), str)
        and parse_decimal(value) is not None
    ]


@pytest.mark.parametrize(
    "hostile", ["1E+99999999", "1E+9_9_9", "1E-99999999", "9" * 5000, "NaN", "-Infinity", "\u00b2"]
)
def test_a_number_that_no_amount_can_be_is_refused_wherever_it_stands(hostile: str) -> None:
    """Texts of a person, such as a PO number, may look like one; they are never counted with."""
    accepted = [path for path in _numbers() if not told(_with(path, hostile))]

    assert len(_numbers()) > 50
    assert {"relies_on" if "relies_on" in path else path[0] for path in accepted} <= NEVER_COUNTED
    for path in accepted:
        plan = from_json(json.dumps(sealed(_with(path, hostile))), "plan.json")
        with suppress(ConfigurationError):
            assert len(html(report_on(plan))) < 1_000_000


def _leaves_of(kind: type) -> list[tuple[Any, ...]]:
    plan = json.loads(to_json(PLAN))
    found = []
    for path in leaves(plan):
        value = functools.reduce(lambda place, name: place[name], path, plan)
        is_time = isinstance(value, str) and value.startswith("20") and "T" in value
        if is_time if kind is datetime else type(value) is int:
            found.append(path)
    return found


@pytest.mark.parametrize("hostile", [10**15, 2**63, -1])
def test_no_count_of_a_forged_plan_breaks_the_report(hostile: int) -> None:
    _check_shown(_leaves_of(int), hostile)


@pytest.mark.parametrize(
    "hostile",
    [
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "2026-01-01T00:00:00",
        -(10**11),
    ],
)
def test_no_time_of_a_forged_plan_breaks_the_report(hostile: str | int) -> None:
    _check_shown(_leaves_of(datetime), hostile)


def _check_shown(paths: list[tuple[Any, ...]], hostile: str | int) -> None:
    """Each forged plan is refused in a sentence, or its report can be shown."""
    assert paths
    for path in paths:
        found = _with(path, hostile)
        try:
            text = json.dumps(sealed(found))
        except ValidationError:
            continue
        with suppress(ConfigurationError):
            plan = from_json(text, "plan.json")
            prove(plan, POLICY, "plan.json")
            report = report_on(plan)
            assert html(report)
            render(report, Console(file=StringIO()), full=True)
