"""Keys, scopes, the rate window, credits, headers and error bodies: introw-api.md 1.3 and 4."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest

from reconcile.sandbox.choices import Key

if TYPE_CHECKING:
    from tests.sandbox.conftest import Sandbox, Start

REMAINING = "x-ratelimit-remaining-minute"
CREDITS = "x-introw-credits-remaining-month"


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "wrong"}, {"authorization": "Bearer sandbox-key"}])
def test_a_request_without_a_valid_key_is_refused(reading: Sandbox, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{reading.root}/api/v1/payouts", headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHORIZED")
    assert REMAINING in answer.headers


def test_a_bad_key_is_refused_before_the_body_is_read(reading: Sandbox) -> None:
    answer = httpx.post(f"{reading.root}/api/v1/commission-lines", content=b"\xff")

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("commissions:read", "GET", "/payouts"),
        ("commissions:read", "GET", "/commission-lines/cln_first"),
        ("commissions:write", "PATCH", "/payouts/pay_two"),
        ("commissions:write", "POST", "/payouts/pay_two/statement"),
        ("commissions:write", "POST", "/commission-lines/cln_first/decline"),
        ("partners:read", "GET", "/partners"),
        ("partners:write", "PATCH", "/partners/ptn_1"),
        ("collaborate:write", "POST", "/comments"),
    ],
)
def test_each_call_needs_its_scope_and_no_other(start: Start, scope: str, method: str, path: str) -> None:
    own, others = Key("own", frozenset({scope})), Key("others", Key("all").scopes - {scope})
    api = start(keys=(own, others), key="others")

    refused = api.request(method, path, json={})
    let_in = api.request(method, path, json={}, headers={"x-api-key": "own"})

    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "FORBIDDEN")
    assert scope in refused.json()["error"]["message"]
    assert let_in.status_code in (200, 422)


def test_the_rate_is_counted_per_key_and_reported_on_every_answer(start: Start) -> None:
    api = start(rate=3, keys=(Key("one"), Key("two")), key="one")

    left = [api.get(path).headers[REMAINING] for path in ("/payouts", "/payouts/pay_none", "/nowhere")]
    refused = api.get("/payouts")
    other = api.get("/payouts", headers={"x-api-key": "two"})

    assert left == ["2", "1", "0"]
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert refused.headers[REMAINING] == "0"
    assert "retry-after" not in refused.headers
    assert (other.status_code, other.headers[REMAINING]) == (200, "2")


def test_a_new_window_begins_with_a_full_rate(start: Start) -> None:
    api = start(rate=2, window=1.0, retry_after=True)

    answers = [api.get("/payouts") for _ in range(5)]
    limited = next(answer for answer in reversed(answers) if answer.status_code == 429)
    time.sleep(float(limited.headers["retry-after"]))

    assert api.get("/payouts").status_code == 200


def test_a_success_costs_one_credit_and_a_refusal_none(start: Start) -> None:
    api = start(credits=3)

    first, missing, second = api.get("/payouts"), api.get("/payouts/pay_none"), api.get("/partners")

    assert (first.headers["x-introw-credits-limit-month"], first.headers[CREDITS]) == ("3", "2")
    assert CREDITS not in missing.headers
    assert second.headers[CREDITS] == "1"


def test_without_credits_every_call_is_refused_without_cost(start: Start) -> None:
    api = start(credits=1)
    api.get("/payouts")

    for _ in range(2):
        answer = api.patch("/payouts/pay_two", json={"stage": "PAID"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (402, "API_CREDITS_EXHAUSTED")
        assert answer.headers[CREDITS] == "0"
    assert api.effects() == []


def test_an_unlimited_organisation_has_no_credit_headers(reading: Sandbox) -> None:
    assert CREDITS not in reading.get("/payouts").headers


def test_errors_can_be_flat(start: Start) -> None:
    error = start(error_envelope="flat").get("/payouts/pay_none").json()

    assert {"code", "message", "details"} == error.keys()


def test_every_answer_has_a_date(reading: Sandbox) -> None:
    assert "date" in reading.get("/payouts").headers


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "NOT_FOUND"),
        ("DELETE", "/payouts/pay_two", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/commission-lines/cln_first/restore", 404, "NOT_FOUND"),
    ],
)
def test_what_the_api_does_not_offer_is_refused(
    reading: Sandbox, method: str, path: str, status: int, code: str
) -> None:
    assert (status, code, []) == reading.refusal(method, path)


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b""])
def test_a_body_that_is_not_json_is_refused(reading: Sandbox, content: bytes) -> None:
    headers = {"content-type": "application/json"}

    status, code, _ = reading.refusal("PATCH", "/payouts/pay_two", content=content, headers=headers)

    assert (status, code) == (422, "VALIDATION_ERROR")


def test_latency_slows_every_call(start: Start) -> None:
    api = start(latency=120)
    begin = time.perf_counter()

    api.get("/payouts")

    assert time.perf_counter() - begin >= 0.12
