"""A clock that does not wait, clients over plain functions, and records as the API writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import httpx
import pytest

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
