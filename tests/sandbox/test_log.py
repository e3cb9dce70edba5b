"""The sandbox's own paths: request log, effects, state."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Sandbox, Start

NEW = {"partnerId": "ptn_1", "amount": "12.50", "currency": "USD"}


def test_every_request_is_logged_in_order(api: Sandbox) -> None:
    api.get("/payouts?stage=PAID")
    api.patch("/payouts/pay_two", json={"stage": "PAID"})
    api.get("/payouts/pay_none")

    log = api.log()

    assert [
        tuple(entry[name] for name in ("seq", "method", "path", "query", "body", "status", "effect"))
        for entry in log
    ] == [
        (1, "GET", "/api/v1/payouts", "stage=PAID", "", 200, False),
        (2, "PATCH", "/api/v1/payouts/pay_two", "", '{"stage":"PAID"}', 200, True),
        (3, "GET", "/api/v1/payouts/pay_none", "", "", 404, False),
    ]
    assert {"sandbox-key"} == {entry["key"] for entry in log}


def test_a_key_that_we_did_not_issue_is_never_written_down(api: Sandbox) -> None:
    api.get("/payouts", headers={"x-api-key": "introw-live-secret"})

    log = api.get(f"{api.root}/_sandbox/requests").text

    assert "introw-live-secret" not in log
    assert [(entry["key"], entry["status"]) for entry in api.log()] == [(None, 401)]


def test_a_lost_answer_is_logged_with_its_effect_and_its_fault(start: Start) -> None:
    api = start("POST /commission-lines: lose-answer")

    with pytest.raises(httpx.TransportError):
        api.post("/commission-lines", json=NEW)

    [entry] = api.log()
    assert (
        entry["status"],
        entry["effect"],
        entry["fault"],
    ) == (None, True, "POST /commission-lines: lose-answer")


def test_effects_are_counted_for_each_record(api: Sandbox) -> None:
    for amount in ("1.00", "2.00", "2.00"):
        api.patch("/commission-lines/cln_first", json={"amount": amount})
    api.post("/commission-lines/cln_second/detach")

    assert api.state()["effects"] == {"cln_first": 2, "cln_second": 1}


def test_a_refused_write_has_no_effect(api: Sandbox) -> None:
    api.post("/commission-lines/cln_pool/detach")
    api.patch("/payouts/pay_two", json={"stage": "DONE"})

    assert api.state()["effects"] == {}
    assert [entry["effect"] for entry in api.log()] == [False, False]


def test_the_state_shows_voided_lines_with_their_reason(start: Start) -> None:
    api = start(list_voided=False)

    lines = {line["id"]: line for line in api.state()["lines"]}

    assert (lines["cln_voided"]["status"], lines["cln_voided"]["reasonType"]) == ("VOIDED", "DUPLICATE")


def test_the_sandbox_paths_are_not_limited(start: Start) -> None:
    api = start(rate=1, credits=0)

    for path in ("requests", "state", "effects"):
        answers = [api.get(f"{api.root}/_sandbox/{path}") for _ in range(3)]
        assert {200} == {answer.status_code for answer in answers}
    assert api.log() == []


def test_writes_at_the_same_time_are_each_counted_once(api: Sandbox) -> None:
    def work() -> None:
        with httpx.Client(headers={"x-api-key": "sandbox-key"}) as client:
            for _ in range(10):
                client.post(f"{api.root}/api/v1/commission-lines", json=NEW)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 60 == len(api.effects()) == len(api.log())
    assert list(range(1, 61)) == [entry["seq"] for entry in api.log()]


def test_seeded_ids_are_the_same_every_time(start: Start) -> None:
    ids = [start(seed_ids=7).post("/commission-lines", json=NEW).json()["data"]["id"] for _ in range(2)]

    assert ids[0] == ids[1]
    assert len(ids[0]) == 28
