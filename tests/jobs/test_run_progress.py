"""How far a run is follows from its plan and its journal alone, payout by payout."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from builders import make_payout, make_plan, make_snapshot

from reconcile.jobs.runs.run_progress import PayoutProgress, RunProgress, progress_of
from reconcile.store.entries import Entry
from reconcile.store.run import Run

AT = datetime(2026, 4, 5, 9, 30, tzinfo=UTC)
IDS = ("pay_1", "pay_2", "pay_3", "pay_4")
PLAN = make_plan(
    make_snapshot(*(make_payout(one) for one in IDS)), {one: {"po_number": f"PO-{one}"} for one in IDS}
)
FIRST, SECOND, THIRD, FOURTH = (one.id for one in PLAN.operations)


def _run(state: str = "running") -> Run:
    return Run("run-1", str(PLAN.environment), "w", AT.isoformat(), None, "Ana", state, "")


def _entry(kind: str, seconds: int, operation: str = "", **body: object) -> Entry:
    return Entry((AT + timedelta(seconds=seconds)).isoformat(), operation, kind, body)


START = (_entry("begin", 0), _entry("start", 0))


def _done(operation: str, seconds: int, outcome: str = "applied", **body: object) -> tuple[Entry, Entry]:
    return _entry("intent", seconds), _entry("outcome", seconds, operation, outcome=outcome, **body)


def _progress(*entries: Entry, state: str = "running", seconds: int = 10) -> RunProgress:
    return progress_of(_run(state), PLAN, entries, AT + timedelta(seconds=seconds))


def _of(found: RunProgress, operation: str) -> PayoutProgress:
    payout = next(one.target.payout_id for one in PLAN.operations if one.id == operation)
    return next(one for one in found.payouts if one.payout_id == payout)


def test_before_anything_was_sent_everything_waits_for_as_long_as_the_plan_says() -> None:
    found = _progress(*START)

    assert {one.state for one in found.payouts} == {"waiting"}
    assert (found.count("operations"), found.count("waiting")) == (4, 4)
    assert found.seconds_left == PLAN.cost.seconds
    assert not found.is_over


def test_the_time_that_is_left_follows_the_pace_of_the_run() -> None:
    found = _progress(*START, *_done(FIRST, 4), *_done(SECOND, 8), seconds=8)

    assert found.seconds_left == 8
    assert _of(found, FIRST).state == "done"
    assert _of(found, THIRD).state == "waiting"


def test_a_run_that_was_resumed_has_the_pace_of_its_last_start() -> None:
    stopped = (*START, *_done(FIRST, 1000), _entry("end", 1000, state="stopped", reason="as you asked"))
    found = _progress(*stopped, _entry("start", 5000), *_done(SECOND, 5003), seconds=5003)

    assert found.seconds_left == 6
    assert found.reason == ""


def test_each_payout_says_what_became_of_it_and_why() -> None:
    found = _progress(
        *START,
        *_done(FIRST, 1, "refused", message="PO number is taken"),
        *_done(SECOND, 2, "unknown", message="the answer was lost", open=True),
        *_done(THIRD, 3, "skipped", message="stale: amount was 1, is 2"),
        _entry("intent", 4, FOURTH),
    )

    assert [_of(found, one).state for one in (FIRST, SECOND, THIRD, FOURTH)] == [
        "refused",
        "unknown",
        "held",
        "working",
    ]
    assert _of(found, FIRST).message == "PO number is taken"
    assert (found.count("refused"), found.count("unknown"), found.count("held")) == (1, 1, 1)
    assert found.count("waiting") == 1


def test_a_run_that_is_over_says_how_it_came_out_and_takes_no_more_time() -> None:
    entries = (*START, *(entry for one in PLAN.operations for entry in _done(one.id, 1)))
    over = _progress(*entries, _entry("end", 9, state="finished", reason="ties out"), state="finished")
    reading = _progress(*entries)

    assert (over.is_over, over.reason, over.seconds_left) == (True, "ties out", None)
    assert reading.is_reading_back
    assert not over.is_reading_back
