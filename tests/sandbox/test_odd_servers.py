"""Servers that lag, forget keys or bend what they are sent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.conftest import Sandbox, Start

NEW = {"partnerId": "ptn_1", "payoutId": "pay_two", "amount": "12.50", "currency": "USD"}


def _created(api: Sandbox, **more: str) -> dict[str, str]:
    answer = api.post("/commission-lines", json={**NEW, **more})
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json().get("data", {}))


def test_a_key_past_its_life_makes_another_line(start: Start) -> None:
    api = start(key_life=0.1)
    first, repeated = _created(api, idempotencyKey="k"), _created(api, idempotencyKey="k")
    time.sleep(0.2)
    late = _created(api, idempotencyKey="k")

    assert first["id"] == repeated["id"] != late["id"]


def test_the_answer_to_a_new_line_may_be_bare(start: Start) -> None:
    assert _created(start(show_created=False)) == {}


def test_a_server_may_fill_trim_and_round(start: Start) -> None:
    made = _created(start(fill_source=True, trim_texts=True, amount_step="1"), description=" True  up ")

    assert [made[name] for name in ("amount", "sourceAmount", "description")] == ["13.00", "12.50", "True up"]


def test_a_server_may_keep_more_decimals_and_rounds_them_in_the_payout(start: Start) -> None:
    api = start(more_decimals="keep")
    before = float(api.one("/payouts/pay_two")["amount"]["value"])
    made = _created(api, amount="33.333")

    assert made["amount"] == "33.333"
    assert api.one("/payouts/pay_two")["amount"]["value"] == f"{before + 33.33:.2f}"


def test_reads_of_one_record_and_lists_lag_apart(start: Start) -> None:
    api = start(read_lag=0.2, list_lag=0.5)
    made = _created(api)["id"]
    at_once = (api.get(f"/commission-lines/{made}").status_code, made in api.ids("/commission-lines"))
    time.sleep(0.25)
    later = (api.get(f"/commission-lines/{made}").status_code, made in api.ids("/commission-lines"))
    time.sleep(0.35)

    assert (at_once, later) == ((404, False), (200, False))
    assert made in api.ids("/commission-lines")


def test_faults_may_refuse_by_409_and_422(start: Start) -> None:
    api = start("POST /commission-lines: 409", "POST /commission-lines: 422")

    assert [api.post("/commission-lines", json=NEW).status_code for _ in range(3)] == [409, 422, 201]
