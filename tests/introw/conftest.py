"""A clock that does not wait, clients over plain functions, and records as the API writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import httpx
import pytest
from introw.fetch_cases import Make
from introw.world import World

from reconcile.introw.client import Client, Reader
from reconcile.introw.connection import Connection, Key
from reconcile.introw.pacing import Clock

Handler = Callable[[httpx.Request], httpx.Response]
Record = dict[str, Any]
START = datetime(2026, 11, 22, 19, 30, 20, tzinfo=UTC)
KEY = "k3y-Of-0ur-0wn"


class Time:
    """A clock under the test's control; sleeping moves it on and is noted."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.slept: list[float] = []
        self.clock = Clock(self.now, lambda: self.passed, self.sleep)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.passed += seconds


class Opens(Protocol):
    """Opens a client over a function that answers requests."""

    def __call__(self, answer: Handler, **settings: object) -> Client: ...


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def connect(time: Time, closing: ExitStack) -> Opens:
    def opens(answer: Handler, **settings: object) -> Client:
        connection = Connection("https://api.introw.io", Key(KEY), **settings)
        transport = httpx.MockTransport(answer)
        return closing.enter_context(Client(connection, clock=time.clock, transport=transport))

    return opens


@pytest.fixture
def read_only(time: Time, closing: ExitStack) -> Callable[[Handler], Reader]:
    def opens(answer: Handler) -> Reader:
        connection = Connection("https://api.introw.io", Key(KEY))
        transport = httpx.MockTransport(answer)
        return closing.enter_context(Reader(connection, clock=time.clock, transport=transport))

    return opens


@pytest.fixture
def payout() -> Callable[..., Record]:
    """A payout as documented (introw-api.md 2.2)."""

    def make(name: object, /, **more: object) -> Record:
        return {
            "id": str(name),
            "partner": {"id": "ptn_1", "name": "Acme Partners"},
            "batchId": "pbt_1",
            "periodStart": "2026-01-01T00:00:00.000Z",
            "periodEnd": "2026-03-31T23:59:59.000Z",
            "amount": {"value": "4250.00", "currency": "USD"},
            "stage": "APPROVED",
            "poNumber": "PO-ACME-2026-Q1",
            "createdAt": "2026-04-05T09:00:00.000Z",
            "updatedAt": "2026-04-08T14:30:00.000Z",
        } | more

    return make


@pytest.fixture
def line() -> Callable[..., Record]:
    """A commission line as documented (introw-api.md 2.9)."""

    def make(name: object, /, **more: object) -> Record:
        return {
            "id": str(name),
            "partnerId": "ptn_1",
            "payoutId": None,
            "description": "Q1 referral bonus",
            "amount": "500.00",
            "sourceAmount": "10000.00",
            "currency": "USD",
            "status": "PENDING",
            "planName": "Referral plan",
            "periodEnd": "2026-03-31T23:59:59.000Z",
            "createdAt": "2026-04-05T09:00:00.000Z",
            "updatedAt": "2026-04-05T09:00:00.000Z",
        } | more

    return make


@pytest.fixture
def partner() -> Callable[..., Record]:
    def make(name: object, /, **more: object) -> Record:
        return {"id": str(name), "name": f"Partner {name}", "status": "active"} | more

    return make


@pytest.fixture
def world(payout: Make, line: Make, partner: Make) -> Callable[..., World]:
    """Payouts p0..., each of a partner q0... with so many lines, and so many lines in each partner's pool."""

    def make(payouts: int, lines: int = 2, pool: int = 1, **more: Any) -> World:  # noqa: ANN401 - fields of World
        made = World(**more)
        for number in range(payouts):
            who = {"id": f"q{number}", "name": f"Partner {number}"}
            stage = "APPROVED" if number % 4 == 0 else "DRAFT"
            total = {"value": f"{500 * lines}.00", "currency": "USD"}
            made.payouts.append(payout(f"p{number}", partner=who, stage=stage, amount=total))
            made.partners.append(partner(f"q{number}", name=who["name"]))
            made.lines += [
                line(f"l{number}-{index}", payoutId=f"p{number}", partnerId=who["id"], status="IN_PAYOUT")
                for index in range(lines)
            ]
            made.lines += [line(f"l{number}-pool{index}", partnerId=who["id"]) for index in range(pool)]
        return made

    return make
