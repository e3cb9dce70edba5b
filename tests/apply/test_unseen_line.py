"""A server that accepts a new line and shows it nowhere is never sent that line again."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from builders import MADE, make_new_row, make_payout, make_plan, make_snapshot, make_workbook

from reconcile.apply.execute import execute, new_run
from reconcile.apply.executed import Executed
from reconcile.apply.journal import Journal
from reconcile.apply.runner import Runner
from reconcile.domain.policy.names_and_limits import Names
from reconcile.introw.client import Client
from reconcile.introw.connection import Connection, Key
from reconcile.plan.outcome import Outcome
from reconcile.store.run import Run
from reconcile.store.store import Store

BASE = make_snapshot(make_payout())
PLAN = make_plan(
    BASE, make_workbook(BASE, new=[make_new_row(2, partner_id="ptn_1", currency="USD", amount="5")])
)


class SilentServer:
    """Accepts every new line, says nothing about it, and lists none."""

    def __init__(self, *refusals: int) -> None:
        self.posts: list[dict[str, str]] = []
        self.statuses = [*refusals]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"data": []})
        self.posts.append(json.loads(request.content))
        status = self.statuses.pop(0) if self.statuses else 201
        return httpx.Response(status, json={})


def _run(server: SilentServer, store: Store, run: Run) -> Executed:
    connection = Connection("https://api.example.test", Key("a-test-key"), rate=100_000)
    with Client(connection, transport=httpx.MockTransport(server)) as client:
        journal = Journal(store, run, lambda: MADE, "ana")
        return execute(Runner(PLAN, client, journal, Names(), settle_wait=0.001, absence_wait=0.004))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "state.db")


def _begun(store: Store) -> Run:
    run = new_run(PLAN, "run-1", MADE, "ana")
    store.start_run(run)
    return run


def test_an_accepted_line_that_is_not_shown_stays_unknown_and_is_not_sent_again(store: Store) -> None:
    server, run = SilentServer(), _begun(store)
    first = _run(server, store, run)
    again = _run(server, store, run)

    for executed in (first, again):
        (outcome,) = executed.outcomes.values()
        assert (outcome.outcome, outcome.open, outcome.status) == (Outcome.UNKNOWN, True, 201)
        assert executed.exit_code == 4
        assert "is open" in executed.stopped
    assert len(server.posts) == 1
    store.close()


def test_a_lost_answer_without_a_line_is_repeated_with_the_same_key(store: Store) -> None:
    server, run = SilentServer(500), _begun(store)
    executed = _run(server, store, run)

    assert [one.outcome for one in executed.outcomes.values()] == [Outcome.UNKNOWN]
    assert len(server.posts) == 2
    assert len({one["idempotencyKey"] for one in server.posts}) == 1
    store.close()


@pytest.mark.parametrize("status", [409, 422])
def test_a_refusal_of_the_repeat_leaves_it_unknown_and_its_key_used(status: int, store: Store) -> None:
    server, run = SilentServer(500, status), _begun(store)
    executed = _run(server, store, run)
    again = _run(server, store, run)
    key = PLAN.operations[0].target.id

    for one in (executed, again):
        (outcome,) = one.outcomes.values()
        assert (outcome.outcome, outcome.status, outcome.open) == (Outcome.UNKNOWN, status, True)
    assert len(server.posts) == 2
    assert store.effects(PLAN.operations[0].workbooks[0], "create line") == {key: key}
    store.close()


def test_a_refusal_of_the_first_call_is_one_and_frees_the_key(store: Store) -> None:
    server, run = SilentServer(422), _begun(store)
    executed = _run(server, store, run)

    assert [(one.outcome, one.status) for one in executed.outcomes.values()] == [(Outcome.REFUSED, 422)]
    assert store.effects(PLAN.operations[0].workbooks[0], "create line") == {PLAN.operations[0].target.id: ""}
    store.close()


def test_credits_that_run_out_on_the_repeat_leave_it_unknown(store: Store) -> None:
    server, run = SilentServer(500, 402), _begun(store)
    executed = _run(server, store, run)

    assert [one.outcome for one in executed.outcomes.values()] == [Outcome.UNKNOWN]
    assert executed.exit_code == 4
    store.close()
