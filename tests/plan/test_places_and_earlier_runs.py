"""Lines that moved to another place, and what earlier runs made or sent: neither a conflict nor done twice."""

from __future__ import annotations

import pytest
from builders import (
    changed,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
    money,
    without,
)
from plan.record_cases import BASE, told

from reconcile.apply.settle import Settled, settled
from reconcile.domain.edited import EditedRow
from reconcile.domain.fields import RecordKind, Value, payout_values
from reconcile.domain.policy.names_and_limits import Names, Policy
from reconcile.domain.records import CommissionLine
from reconcile.plan.model import Action, Plan
from reconcile.plan.sources import Applied, OwnWork
from reconcile.plan.visible_state import observe

POOL: dict[str, object] = {"payout_id": None, "status": "PENDING"}


DECLINE = {"action": "Decline", "decline_reason": "DUPLICATE"}


DETACH = {"action": "Detach"}


# The place of a line: what the person wants in `Action`, and where the line is now.

PLACES: dict[str, dict[str, object]] = {
    "same": {},
    "in the pool": POOL,
    "on another payout": {"payout_id": "pay_2"},
    "declined, off its payout": {"payout_id": None, "status": "VOIDED"},
    "declined, on its payout": {"status": "DECLINED"},
    "somewhere unclear": {"payout_id": None, "status": "EXPECTED"},
}


UNTOUCHED: dict[str, Value] = {}


@pytest.mark.parametrize(
    ("place", "edits", "verdict"),
    [
        ("same", UNTOUCHED, []),
        ("same", DECLINE, ["change", "change"]),
        ("same", DETACH, ["change"]),
        ("in the pool", UNTOUCHED, ["moved"]),
        ("in the pool", DECLINE, ["conflict"]),
        ("in the pool", DETACH, ["already live"]),
        ("on another payout", UNTOUCHED, ["moved"]),
        ("on another payout", DECLINE, ["conflict"]),
        ("on another payout", DETACH, ["conflict"]),
        ("somewhere unclear", UNTOUCHED, ["moved"]),
        ("somewhere unclear", DECLINE, ["conflict"]),
        ("somewhere unclear", DETACH, ["conflict"]),
        *(
            row
            for place in ("declined, off its payout", "declined, on its payout")
            for row in (
                (place, UNTOUCHED, ["moved"]),
                (place, DECLINE, ["already live"]),
                (place, DETACH, ["conflict"]),
                (place, {"amount": "5"}, ["conflict"]),
                (place, {**DECLINE, "amount": "5"}, ["conflict"]),
                (place, {"description": " Referral "}, ["damaged", "moved"]),
            )
        ),
    ],
)
def test_the_place_of_a_line_is_compared_three_ways(
    place: str, edits: dict[str, Value], verdict: list[str]
) -> None:
    live = changed(BASE, "cln_1", **PLACES[place])

    assert verdict == sorted(told(make_plan(BASE, {"cln_1": edits}, live)).get("cln_1", []))


def test_a_conflict_with_a_decline_shows_the_edits_that_are_left() -> None:
    """The amount is live already; the description and the detach are not."""
    live = changed(BASE, "cln_1", payout_id=None, status="VOIDED", amount=money("550 USD"))
    edits: dict[str, Value] = {"action": "Detach", "amount": "550", "description": "Renamed"}

    (conflict,) = make_plan(BASE, {"cln_1": edits}, live).conflicts

    assert conflict.yours == {"action": "Detach", "description": "Renamed"}
    assert conflict.live == {"state": "declined"}


def test_drift_of_a_group_shows_the_fields_that_moved() -> None:
    live = changed(BASE, "cln_1", amount=money("500 EUR"))

    (drift,) = make_plan(BASE, {}, live).drifts

    assert (drift.baseline, drift.live) == ({"currency": "USD"}, {"currency": "EUR"})


def test_a_move_of_the_line_says_where_it_went() -> None:
    moves = [make_plan(BASE, {}, changed(BASE, "cln_1", **place)).drifts for place in PLACES.values()]

    assert [[drift.live["action"] for drift in drifts] for drifts in moves] == [
        [],
        ["Detach"],
        ["moved to pay_2"],
        ["Decline"],
        ["Decline"],
        ["unclear: status EXPECTED is in neither pending_statuses nor voided_statuses of [names]"],
    ]


def test_a_status_that_was_as_unclear_at_the_export_has_not_moved() -> None:
    base = changed(BASE, "cln_1", payout_id=None, status="EXPECTED")

    assert told(make_plan(base, {})) == {}
    assert told(make_plan(base, {}, changed(base, "cln_1", status="PENDING"))) == {}
    assert told(make_plan(base, {}, changed(base, "cln_1", status="SETTLED"))) == {"cln_1": ["moved"]}


def test_the_names_of_states_come_from_the_policy() -> None:
    policy = Policy(names=Names(voided_statuses=("REFUSED",), pending_statuses=("EXPECTED",)))
    live = changed(BASE, "cln_1", payout_id=None, status="EXPECTED")
    live = changed(live, "cln_2", payout_id=None, status="REFUSED")

    plan = make_plan(BASE, {"cln_1": DETACH, "cln_2": DECLINE}, live, policy=policy)

    assert told(plan) == {"cln_1": ["already live"], "cln_2": ["already live"]}


def test_an_edit_follows_a_line_that_moved_to_another_payout() -> None:
    plan = make_plan(BASE, {"cln_1": {"amount": "550"}}, changed(BASE, "cln_1", payout_id="pay_2"))

    (operation,) = plan.operations
    assert told(plan) == {"cln_1": ["change", "moved"]}
    assert (operation.target.payout_id, operation.relies_on["payout_stage"]) == ("pay_2", "APPROVED")


@pytest.mark.parametrize("edit", [DECLINE, DETACH])
def test_a_line_whose_status_moved_was_perhaps_declined_and_is_not_declined_again(
    edit: dict[str, Value],
) -> None:
    """A server may leave a declined line on its payout, under a status that we do not know."""
    (operation,) = make_plan(BASE, {"cln_1": edit}).operations
    moved = changed(BASE, "cln_1", status="CANCELLED")

    assert settled(operation, observe(BASE, RecordKind.LINE, "cln_1", Names())) is Settled.NOT
    assert settled(operation, observe(moved, RecordKind.LINE, "cln_1", Names())) is Settled.UNCLEAR


def test_a_reason_without_a_decline_is_no_change() -> None:
    plan = make_plan(BASE, {"cln_1": {"decline_reason": "DUPLICATE"}})

    assert told(plan) == {}


# What earlier runs of the same workbook did: nobody is in conflict with himself.

EDITED = {"cln_1": {**DECLINE, "amount": "550"}, "cln_2": DECLINE}


def test_a_decline_of_an_earlier_run_is_already_live_when_the_server_hides_the_line() -> None:
    own = OwnWork(gone=frozenset({"cln_1", "cln_2"}))

    plan = make_plan(BASE, EDITED, without(BASE, "cln_1", "cln_2"), own=own)

    assert told(plan) == {"cln_1": ["already live"], "cln_2": ["already live"]}
    assert plan.operations == ()


def test_an_amount_edited_before_the_decline_is_already_live_too() -> None:
    voided: dict[str, object] = {"payout_id": None, "status": "VOIDED"}
    live = changed(changed(BASE, "cln_2", **voided), "cln_1", amount=money("550 USD"), **voided)

    assert told(make_plan(BASE, EDITED, live)) == {"cln_1": ["already live"], "cln_2": ["already live"]}


def test_a_note_sent_before_the_decline_is_already_live_too() -> None:
    live = changed(BASE, "cln_1", payout_id=None, status="VOIDED")
    edits = {"cln_1": {**DECLINE, "internal_note": "twice"}}
    own = OwnWork(gone=frozenset({"cln_1"}), sent={("cln_1", "internal_note"): "twice"})

    assert told(make_plan(BASE, edits, live, own=own)) == {"cln_1": ["already live"]}
    assert told(make_plan(BASE, edits, live)) == {"cln_1": ["conflict"]}


def test_a_line_that_somebody_else_removed_stays_a_conflict() -> None:
    plan = make_plan(BASE, {"cln_1": DECLINE}, without(BASE, "cln_1"), own=OwnWork(gone=frozenset({"cln_2"})))

    assert told(plan) == {"cln_1": ["conflict"]}


@pytest.mark.parametrize(
    ("text", "sent", "verdict"),
    [
        ("note", "note", "already live"),
        ("note", "other", "change"),
        (None, "", "already live"),
        (None, "x", "change"),
    ],
)
def test_what_was_sent_into_an_unread_field_is_not_sent_again(
    text: str | None, sent: str, verdict: str
) -> None:
    own = OwnWork(sent={("cln_1", "internal_note"): sent})

    plan = make_plan(BASE, {"cln_1": {"internal_note": text}}, own=own)

    assert told(plan) == {"cln_1": [verdict]}
    assert len(plan.operations) == (verdict == "change")


def test_what_was_sent_into_a_field_that_live_shows_is_compared_with_live() -> None:
    base = make_snapshot(make_payout(statement_note="was"))
    own = OwnWork(sent={("pay_1", "statement_note"): "ours"})

    plan = make_plan(base, {"pay_1": {"statement_note": "ours"}}, own=own)

    assert told(plan) == {"pay_1": ["change"]}


PO = {"pay_1": {"po_number": "PO-1"}}


MOVED_ON = changed(BASE, "pay_1", po_number="PO-2")


def applied(value: str | None) -> OwnWork:
    return OwnWork(applied={("pay_1", "po_number"): Applied(value, "run-7", "2026-04-06T10:00:00+00:00")})


def test_an_edit_that_a_run_applied_before_live_moved_on_is_a_conflict_that_names_the_run() -> None:
    (conflict,) = make_plan(BASE, PO, MOVED_ON, own=applied("PO-1")).conflicts

    assert conflict.reason == (
        "Run run-7 applied this edit already, on 2026-04-06, and live moved on since. To keep mine would set "
        "it back. See: reconcile history pay_1"
    )


@pytest.mark.parametrize("own", [OwnWork(), applied("PO-0")])
def test_an_edit_that_no_run_applied_is_a_conflict_with_somebody_upstream(own: OwnWork) -> None:
    (conflict,) = make_plan(BASE, PO, MOVED_ON, own=own).conflicts

    assert conflict.reason == "You and somebody upstream changed it differently."


def test_a_conflict_with_what_an_earlier_run_of_the_workbook_wrote_names_the_run() -> None:
    (conflict,) = make_plan(BASE, PO, MOVED_ON, own=applied("PO-2")).conflicts

    assert conflict.reason == (
        "Run run-7 set it to what is live, on 2026-04-06, from this workbook; you changed it again in a copy "
        "from before. See: reconcile history pay_1"
    )


def test_a_line_that_was_declined_before_the_export_has_not_moved_upstream() -> None:
    declined = changed(BASE, "cln_1", status="VOIDED")

    assert make_plan(declined, {}, changed(declined, "cln_1", plan_name="Another")).drifts == ()
    assert [one.target.id for one in make_plan(BASE, {}, declined).drifts] == ["cln_1"]


def made(row: EditedRow, line: CommissionLine | None) -> Plan:
    """The plan for a workbook whose one new row was made into cln_9 before."""
    book = make_workbook(BASE, new=[row])
    first = make_plan(BASE, book)
    (key,) = [one.target.id for one in first.operations if one.action is Action.CREATE_LINE]
    live = make_snapshot(*BASE.payouts.values(), *BASE.lines.values(), *([line] if line else []))
    return make_plan(BASE, book, live, own=OwnWork(created={key: "cln_9"}))


NEW = make_new_row(2, partner_id="ptn_1", payout_id="pay_1", amount="75", currency="USD")


def test_a_new_line_of_an_earlier_run_is_already_live_and_not_new_upstream() -> None:
    plan = made(NEW, make_line("cln_9", "75.00 USD", description=None))

    assert plan.operations == ()
    assert [(drift.what, drift.live) for drift in plan.drifts] == [("already live", {"line": "cln_9"})]


def test_a_new_line_of_an_earlier_run_that_live_does_not_show_is_already_live() -> None:
    plan = made(NEW, None)

    assert plan.operations == ()
    assert [drift.what for drift in plan.drifts] == ["already live"]


@pytest.mark.parametrize(
    "line",
    [
        make_line("cln_9", "80 USD", description=None),
        make_line("cln_9", "75 EUR", description=None),
        make_line("cln_9", "75 USD", "pay_2", description=None),
        make_line("cln_9", "75 USD", description="Renamed"),
    ],
)
def test_a_row_that_made_a_line_and_differs_from_it_now_waits_for_a_person(line: CommissionLine) -> None:
    plan = made(NEW, line)

    assert plan.operations == ()
    assert [(conflict.group, conflict.yours["amount"]) for conflict in plan.conflicts] == [("new", "75")]
    assert "This row made line cln_9 in an earlier run, and the two differ now." in plan.conflicts[0].reason
    assert plan.needs_decision


def test_a_new_line_that_was_accepted_and_never_seen_waits_for_a_person() -> None:
    book = make_workbook(BASE, new=[NEW])
    (key,) = [one.target.id for one in make_plan(BASE, book).operations]

    plan = make_plan(BASE, book, own=OwnWork(created={key: key}))

    assert told(plan) == {key: ["conflict"]}
    assert "no line of it was seen" in plan.conflicts[0].reason
    assert plan.needs_decision


def test_a_made_pool_line_may_have_been_picked_up_since() -> None:
    row = make_new_row(2, partner_id="ptn_1", amount="75", currency="USD")

    assert [one.what for one in made(row, make_line("cln_9", "75 USD", description=None)).drifts] == [
        "already live"
    ]


def test_the_values_of_a_payout_row_are_those_of_its_record() -> None:
    """The builder writes what the export writes; otherwise these tests would prove nothing."""
    (row,) = make_workbook(make_snapshot(make_payout())).payouts.rows

    assert payout_values(make_payout()) == row.values == row.baseline
