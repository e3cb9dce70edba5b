"""A small seed and real servers; no test here talks to anything but 127.0.0.1."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconcile.sandbox.api.faults import parse_fault
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running

MARCH = ("2026-03-01T00:00:00.000Z", "2026-03-31T23:59:59.000Z")
THEN = "2026-04-01T09:00:00.000Z"


def _partner(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"ptn_{number}", "name": f"Partner {number}", "createdAt": THEN, "updatedAt": THEN} | more


def _payout(name: str, batch: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"pay_{name}",
        "partnerId": "ptn_1",
        "batchId": f"pbt_{batch}",
        "periodStart": MARCH[0],
        "periodEnd": MARCH[1],
        "stage": "APPROVED",
        "createdAt": THEN,
        "updatedAt": THEN,
    } | more


def _line(name: str, payout: str | None, amount: str = "100.00", **more: Any) -> dict[str, Any]:
    return {
        "id": f"cln_{name}",
        "partnerId": "ptn_1",
        "payoutId": payout,
        "amount": amount,
        "currency": "USD",
        "planName": "Referral plan",
        "periodEnd": MARCH[1],
        "createdAt": THEN,
        "updatedAt": THEN,
    } | more


# Payouts: two (2 lines), mixed (USD, EUR, JPY), empty, paid (1 line). One voided line, two in the pool.
SEED: dict[str, Any] = {
    "organisation": {"currency": "USD", "team": ["ops@vendor.example"]},
    "rates": {"EUR": "1.10", "JPY": "0.0067", "KWD": "3.25"},
    "partners": [_partner(1, domain="one.example", externalId="crm_1"), _partner(2)],
    "batches": [
        {"id": f"pbt_{number}", "periodStart": MARCH[0], "periodEnd": MARCH[1], "createdAt": THEN}
        for number in range(1, 6)
    ],
    "payouts": [
        _payout("two", 1, poNumber="000123", metadata="Thanks"),
        _payout("mixed", 2, stage="PENDING_REVIEW"),
        _payout("empty", 3, stage="DRAFT"),
        _payout("paid", 4, stage="PAID"),
    ],
    "lines": [
        _line("first", "pay_two", "500.00", sourceAmount="5000.00", description="Q1 referral bonus"),
        _line("second", "pay_two", "-120.50"),
        _line("usd", "pay_mixed", "10.00"),
        _line("eur", "pay_mixed", "10.05", currency="EUR"),
        _line("yen", "pay_mixed", "1200", currency="JPY"),
        _line("paid", "pay_paid"),
        _line("pool", None),
        _line("older", None, periodEnd="2026-02-28T23:59:59.000Z"),
        _line("voided", None, voidReason="DUPLICATE"),
    ],
}


class Sandbox(httpx.Client):
    """A client of a sandbox, with what tests ask of its own paths; other paths are below /api/v1."""

    def __init__(self, root: str, key: str | None) -> None:
        headers = {"x-api-key": key} if key else {}
        # There is no TLS here, and not loading certificates saves 50 ms in every test.
        super().__init__(base_url=f"{root}/api/v1", headers=headers, timeout=10, verify=False)
        self.root = root
        self._key = key or "sandbox-key"

    def _control(self, name: str) -> httpx.Response:
        return self.get(f"{self.root}/_sandbox/{name}", headers={"x-api-key": self._key})

    def state(self) -> dict[str, Any]:
        """Dump the state of the server."""
        state: dict[str, Any] = self._control("state").json()
        return state

    def log(self) -> list[dict[str, Any]]:
        """Read the request log of the server."""
        log: list[dict[str, Any]] = self._control("requests").json()["requests"]
        return log

    def effects(self) -> list[tuple[str, str]]:
        """Read what happened to which record."""
        effects = self._control("effects").json()["effects"]
        return [(effect["record_id"], effect["kind"]) for effect in effects]

    def one(self, path: str) -> dict[str, Any]:
        """Read one record."""
        record: dict[str, Any] = self.get(path).json()["data"]
        return record

    def ids(self, path: str, **params: Any) -> list[str]:
        """List one page of a list and give its ids."""
        return [record["id"] for record in self.get(path, params=params).json()["data"]]

    def refusal(self, method: str, path: str, **more: Any) -> tuple[int, str, list[str]]:
        """Send a request that is refused; give status, code and the fields that it names."""
        response = self.request(method, path, **more)
        error = response.json()["error"]
        return response.status_code, error["code"], [detail["field"] for detail in error["details"]]


Start = Callable[..., Sandbox]


@pytest.fixture
def seed() -> dict[str, Any]:
    """A copy of the small seed, to be changed."""
    return copy.deepcopy(SEED)


@pytest.fixture(scope="session")
def sample_seed() -> dict[str, Any]:
    """The small seed, for servers that outlive a test; not to be changed."""
    return SEED


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a sandbox with these choices and faults, and give a client of it."""
    with ExitStack() as stack:

        def begin(
            *faults: str,
            key: str | None = "sandbox-key",
            db: Path | None = None,
            seed: Any = SEED,
            **choices: Any,
        ) -> Sandbox:
            choices = {"rate": 10_000} | choices
            parsed = [parse_fault(text) for text in faults]
            root = stack.enter_context(running(seed, Choices(**choices), db=db, faults=parsed))
            sandbox = Sandbox(root, key)
            stack.callback(sandbox.close)
            return sandbox

        yield begin


@pytest.fixture
def api(start: Start) -> Sandbox:
    """A client of a sandbox with default choices."""
    return start()


@pytest.fixture(scope="module")
def reading() -> Iterator[Sandbox]:
    """A client of one sandbox for all tests of a module that change nothing."""
    with running(SEED, Choices(rate=10_000)) as root:
        sandbox = Sandbox(root, "sandbox-key")
        yield sandbox
        sandbox.close()
