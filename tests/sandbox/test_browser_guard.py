"""A web page in a browser on this computer gets nothing from the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Sandbox

PATHS = (
    "/api/v1/payouts",
    "/_sandbox/state",
    "/_sandbox/requests",
    "/_sandbox/effects",
    "/openapi.json",
    "/",
)
KEYED = {"x-api-key": "sandbox-key"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "10.0.0.1",
        "",
        "[",
        "a@b",
    ],
)
def test_a_name_that_was_pointed_at_this_computer_is_refused(reading: Sandbox, path: str, host: str) -> None:
    answer = reading.get(f"{reading.root}{path}", headers=KEYED | {"host": host})

    assert answer.status_code in (400, 421)
    assert "pay_two" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost:9", "[::1]:9", "127.0.0.2"])
def test_every_name_of_this_computer_is_let_in(reading: Sandbox, host: str) -> None:
    assert reading.get("/payouts", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "header",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_page_of_another_site_is_refused(reading: Sandbox, path: str, header: dict[str, str]) -> None:
    answer = reading.get(f"{reading.root}{path}", headers=KEYED | header)

    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_a_page_of_another_site_cannot_write_or_ask_whether_it_may(reading: Sandbox) -> None:
    foreign = {"origin": "https://evil.example"}
    asked = reading.options("/payouts", headers=foreign | {"access-control-request-method": "PATCH"})
    written = reading.patch("/payouts/pay_two", json={"stage": "PAID"}, headers=foreign)
    faulted = reading.post(
        f"{reading.root}/_sandbox/faults", content='{"fault": "GET /payouts: 503"}', headers=foreign
    )

    assert {asked.status_code, written.status_code, faulted.status_code} == {403}
    assert reading.one("/payouts/pay_two")["stage"] == "APPROVED"


@pytest.mark.parametrize("key", [{}, {"x-api-key": "another"}, {"x-api-key": ""}])
def test_no_control_route_answers_without_a_key(reading: Sandbox, key: dict[str, str]) -> None:
    paths = ("state", "requests", "effects", "nothing")
    answers = [httpx.get(f"{reading.root}/_sandbox/{path}", headers=key) for path in paths]
    answers.append(httpx.post(f"{reading.root}/_sandbox/faults", json={"fault": "GET /**: 503"}, headers=key))

    assert {answer.status_code for answer in answers} == {401}
    assert reading.get("/payouts").status_code == 200
