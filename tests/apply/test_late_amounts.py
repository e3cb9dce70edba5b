"""A server may compute a payout's amount a little after its lines: it is waited for, and then told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import MADE, make_line, make_payout, make_plan, make_snapshot

from reconcile.apply.execute import execute, new_run
from reconcile.apply.executed import Executed
from reconcile.apply.journal import Journal
from reconcile.apply.runner import Runner
from reconcile.domain.policy.names_and_limits import Conduct, Names
from reconcile.introw.client import Client
from reconcile.introw.connection import Connection, Key
from reconcile.plan.outcome import Outcome
from reconcile.store.store import Store

PLAN = make_plan(make_snapshot(make_payout(), make_line()), {"cln_1": {"amount": "512.5"}})
TIMES = {"createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z"}


class LateServer:
    """Has one payout of 1000 USD, whose amount follows its line after so many looks."""

    def __init__(self, looks: int) -> None:
        self.looks = looks
        self.amount = "500.00"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH":
            self.amount = json.loads(request.content)["amount"]
            return httpx.Response(200, json={"data": self._line()})
        listed = "/commission-lines" in request.url.path
        record = self._line() if listed else self._payout()
        is_list = request.url.path.endswith(("/payouts", "/commission-lines"))
        return httpx.Response(200, json={"data": [record] if is_list else record})

    def _line(self) -> dict[str, Any]:
        return {
            "id": "cln_1",
            "partnerId": "ptn_1",
            "payoutId": "pay_1",
            "description": "Referral",
            "amount": self.amount,
            "currency": "USD",
            "sourceAmount": None,
            "status": "IN_PAYOUT",
            "planName": None,
            "periodEnd": "2026-03-31T23:59:59.000Z",
            **TIMES,
        }

    def _payout(self) -> dict[str, Any]:
        if self.amount != "500.00":
            self.looks -= 1
        value = "1012.50" if self.looks < 0 else "1000.00"
        return {
            "id": "pay_1",
            "partner": {"id": "ptn_1", "name": "Acme"},
            "batchId": "pbt_1",
            "periodStart": "2026-01-01T00:00:00.000Z",
            "periodEnd": "2026-03-31T23:59:59.000Z",
            "amount": {"value": value, "currency": "USD"},
            "stage": "APPROVED",
            "poNumber": None,
            "metadata": None,
            **TIMES,
        }


def _run(server: LateServer, folder: Path, conduct: Conduct, *, begin: bool = True) -> tuple[Executed, str]:
    connection = Connection("https://api.example.test", Key("a-test-key"), rate=100_000)
    transport = httpx.MockTransport(server)
    with Store(folder / "state.db") as store, Client(connection, transport=transport) as client:
        run = new_run(PLAN, "run-1", MADE, "ana")
        if begin:
            store.start_run(run)
        journal = Journal(store, run, lambda: MADE, "ana")
        executed = execute(
            Runner(PLAN, client, journal, Names(), conduct, settle_wait=0.001, absence_wait=0.004)
        )
        return executed, next(one.state for one in store.runs())


@pytest.mark.parametrize("looks", [0, 1, 3])
def test_an_amount_that_follows_late_is_waited_for(looks: int, tmp_path: Path) -> None:
    executed, state = _run(LateServer(looks), tmp_path, Conduct(settle_seconds=1))

    assert (executed.exit_code, state) == (0, "finished")
    assert executed.verification.ties


def test_an_amount_that_never_follows_is_told_and_leaves_the_run_open(tmp_path: Path) -> None:
    executed, state = _run(LateServer(10**6), tmp_path, Conduct(settle_seconds=0.004))
    (difference,) = executed.verification.differences

    assert (executed.exit_code, state) == (4, "stopped")
    assert (difference.name, difference.wanted, difference.seen) == ("total", "1,012.50 USD", "1,000.00 USD")
    assert "settle_seconds" in executed.stopped
    assert "resume reads it back again" in executed.stopped


def test_a_resume_that_finds_the_same_amount_ends_the_run_and_names_both(tmp_path: Path) -> None:
    server, conduct = LateServer(10**6), Conduct(settle_seconds=0.004)
    _run(server, tmp_path, conduct)
    executed, state = _run(server, tmp_path, conduct, begin=False)
    (outcome,) = executed.outcomes.values()

    assert (executed.exit_code, state, executed.stopped) == (1, "finished", "")
    assert outcome.outcome is Outcome.APPLIED_DIFFERENTLY
    assert outcome.message == "total: sent 1,012.50 USD, Introw has 1,000.00 USD"
