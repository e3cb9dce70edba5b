"""Faults on demand: the grammar, and what a real client sees of each kind."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from reconcile.sandbox.api.faults import Fault, parse_fault

if TYPE_CHECKING:
    from tests.sandbox.conftest import Sandbox, Start

PATCH = {"poNumber": "PO-1"}


def effect(api: Sandbox) -> bool:
    """Say whether the patch that all these tests send has taken effect."""
    return api.effects() == [("pay_two", "update")]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("GET /payouts: 500", Fault("GET /payouts: 500", "GET", "/payouts", "500")),
        ("* /**: drop 3", Fault("* /**: drop 3", "*", "/**", "drop", count=3)),
        (
            "post /a/*/b: 429 2 after 7",
            Fault("post /a/*/b: 429 2 after 7", "POST", "/a/*/b", "429", 0.0, 2, 7),
        ),
        ("GET /a: slow 0.5", Fault("GET /a: slow 0.5", "GET", "/a", "slow", 0.5)),
        ("GET /a: slow 1 2 after 3", Fault("GET /a: slow 1 2 after 3", "GET", "/a", "slow", 1.0, 2, 3)),
    ],
)
def test_a_fault_is_read(text: str, fault: Fault) -> None:
    assert fault == parse_fault(text)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("GET /payouts", "is not METHOD PATH: KIND"),
        ("GET payouts: 500", "is not METHOD PATH: KIND"),
        ("GET /payouts: 500 after", "is not METHOD PATH: KIND"),
        ("GET /payouts: explode", "'explode' is not a kind of fault"),
        ("GET /payouts: 500 0", "a count that is not one whole number above 0"),
        ("GET /payouts: 500 1.5", "a count that is not one whole number above 0"),
        ("GET /payouts: 500 1 2", "a count that is not one whole number above 0"),
        ("GET /payouts: slow", "how many seconds"),
    ],
)
def test_a_fault_that_cannot_be_read_says_why(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint.replace("*", r"\*")):
        parse_fault(text)


@pytest.mark.parametrize(
    ("path", "route", "matches"),
    [
        ("/commission-lines/*/decline", "/commission-lines/cln_1/decline", True),
        ("/commission-lines/*", "/commission-lines/cln_1/decline", False),
        ("/commission-lines/**", "/commission-lines/cln_1/decline", True),
        ("/payouts", "/payouts/pay_1", False),
        ("/pay*", "/payouts", True),
        ("/a.b", "/axb", False),
    ],
)
def test_a_star_stands_for_one_segment_and_two_for_many(path: str, route: str, *, matches: bool) -> None:
    assert matches == parse_fault(f"GET {path}: drop").matches("GET", route)


@pytest.mark.parametrize("kind", ["500", "502", "503", "429", "402", "401", "403"])
def test_a_refusal_on_demand_has_no_effect(start: Start, kind: str) -> None:
    api = start(f"PATCH /payouts/*: {kind}")

    assert int(kind) == api.patch("/payouts/pay_two", json=PATCH).status_code
    assert not effect(api)
    assert api.patch("/payouts/pay_two", json=PATCH).status_code == 200


def test_a_dropped_request_has_no_effect_and_no_answer(start: Start) -> None:
    api = start("PATCH /payouts/*: drop")

    with pytest.raises(httpx.RemoteProtocolError):
        api.patch("/payouts/pay_two", json=PATCH)
    assert not effect(api)


def test_a_lost_answer_comes_after_the_effect(start: Start) -> None:
    api = start("PATCH /payouts/*: lose-answer")

    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        api.patch("/payouts/pay_two", json=PATCH)
    assert effect(api)


def test_a_500_after_comes_after_the_effect(start: Start) -> None:
    api = start("PATCH /payouts/*: 500-after")

    assert api.patch("/payouts/pay_two", json=PATCH).status_code == 500
    assert effect(api)


def test_a_slow_answer_comes_after_the_effect(start: Start) -> None:
    api = start("PATCH /payouts/*: slow 0.5")
    begin = time.perf_counter()

    with pytest.raises(httpx.ReadTimeout):
        api.patch("/payouts/pay_two", json=PATCH, timeout=0.2)
    assert effect(api)
    assert [entry["status"] for entry in api.log()] == [200]
    assert time.perf_counter() - begin < 0.5


def test_a_slow_answer_arrives_in_the_end(start: Start) -> None:
    api = start("GET /payouts: slow 0.2")
    begin = time.perf_counter()

    assert api.get("/payouts").status_code == 200
    assert time.perf_counter() - begin >= 0.2


def test_garbage_is_a_success_that_is_not_json(start: Start) -> None:
    api = start("PATCH /payouts/*: garbage")

    answer = api.patch("/payouts/pay_two", json=PATCH)

    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert effect(api)


def test_a_truncated_answer_is_cut_short(start: Start) -> None:
    api = start("PATCH /payouts/*: truncated")

    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        api.patch("/payouts/pay_two", json=PATCH)
    assert effect(api)


def test_a_fault_fires_as_often_as_it_says_and_not_before(start: Start) -> None:
    api = start("GET /payouts: 500 2 after 1")

    assert [api.get("/payouts").status_code for _ in range(4)] == [200, 500, 500, 200]


def test_faults_take_turns_in_their_order(start: Start) -> None:
    api = start("GET /payouts: 500", "* /**: 503")

    assert [api.get("/payouts").status_code for _ in range(3)] == [500, 503, 200]


def test_a_fault_can_be_added_while_the_sandbox_runs(api: Sandbox) -> None:
    added = api.post(f"{api.root}/_sandbox/faults", json={"fault": "GET /payouts: 503"})

    assert added.status_code == 201
    assert [api.get("/payouts").status_code for _ in range(2)] == [503, 200]


def test_a_fault_that_cannot_be_added_says_why(reading: Sandbox) -> None:
    answer = reading.post(f"{reading.root}/_sandbox/faults", json={"fault": "GET /payouts: explode"})

    assert answer.status_code == 422
    assert "not a kind of fault" in answer.text


def test_many_lost_answers_in_a_row_leave_the_sandbox_well(start: Start) -> None:
    api = start("GET /**: lose-answer 40")

    for _ in range(40):
        with pytest.raises(httpx.TransportError):
            api.get("/payouts")
    assert api.get("/payouts").status_code == 200


def test_an_answer_that_is_lost_on_a_client_already_gone_does_no_harm(start: Start) -> None:
    api = start("PATCH /payouts/*: lose-answer", latency=200)

    with pytest.raises(httpx.ReadTimeout):
        api.patch("/payouts/pay_two", json=PATCH, timeout=0.05)
    time.sleep(0.4)

    assert effect(api)
    assert api.get("/payouts").status_code == 200


def test_a_forwarded_address_does_not_keep_an_answer_from_being_lost(start: Start) -> None:
    api = start("GET /payouts: drop")

    with pytest.raises(httpx.RemoteProtocolError):
        api.get("/payouts", headers={"x-forwarded-for": "10.0.0.1"})


def test_a_request_that_breaks_off_takes_no_effect(api: Sandbox) -> None:
    head = b"PATCH /api/v1/payouts/pay_two HTTP/1.1\r\nhost: x\r\nx-api-key: sandbox-key\r\n"
    head += b"content-type: application/json\r\ncontent-length: 99\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(api.root.rsplit(":", 1)[1]))) as client:
        client.sendall(head + b'{"stage": "PAID"}')

    time.sleep(0.1)

    assert api.log() == []
    assert api.one("/payouts/pay_two")["stage"] == "APPROVED"
