"""Partners and comments as introw-api.md 2.16 and 2.17 has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Sandbox


def test_a_partner_is_found_by_id_and_by_crm_id(reading: Sandbox) -> None:
    partner = reading.one("/partners/ptn_1")

    assert partner == reading.one("/partners/crm_1")
    assert (partner["name"], partner["domain"], partner["status"]) == ("Partner 1", "one.example", "active")


def test_an_unknown_partner_is_not_found(reading: Sandbox) -> None:
    assert reading.refusal("GET", "/partners/ptn_9") == (404, "PARTNER_NOT_FOUND", [])


def test_partners_are_listed(reading: Sandbox) -> None:
    assert reading.ids("/partners") == ["ptn_2", "ptn_1"]


def test_a_partner_is_created_or_matched_by_domain_or_name(api: Sandbox) -> None:
    new = api.post("/partners", json={"name": "Third", "tierId": "gold"})
    by_name = api.post("/partners", json={"name": "Third", "phaseId": "live"})
    by_domain = api.post("/partners", json={"name": "One renamed", "domain": "one.example"})

    assert (new.status_code, by_name.status_code, by_domain.status_code) == (201, 200, 200)
    assert new.json()["data"]["id"] == by_name.json()["data"]["id"]
    assert (by_name.json()["data"]["tierId"], by_name.json()["data"]["phaseId"]) == ("gold", "live")
    assert api.one("/partners/ptn_1")["name"] == "One renamed"


def test_a_renamed_partner_shows_on_its_payouts(api: Sandbox) -> None:
    api.patch("/partners/crm_1", json={"name": "New name"})

    assert api.one("/payouts/pay_two")["partner"]["name"] == "New name"


@pytest.mark.parametrize("body", [{"name": ""}, {"name": "x" * 201}, {"name": None}])
def test_a_partner_needs_a_name(reading: Sandbox, body: dict[str, str]) -> None:
    assert reading.refusal("PATCH", "/partners/ptn_1", json=body) == (422, "VALIDATION_ERROR", ["name"])


def test_a_team_member_can_comment_on_a_payout(api: Sandbox) -> None:
    body = {"comment": "Paid", "authorEmail": "ops@vendor.example", "commissionPayoutId": "pay_two"}

    answer = api.post("/comments", json={**body, "isInternal": True})

    assert answer.status_code == 201
    assert [(each["comment"], each["is_internal"]) for each in api.state()["comments"]] == [("Paid", True)]


def test_a_comment_of_a_stranger_or_on_nothing_is_refused(reading: Sandbox) -> None:
    body = {"comment": "Hi", "authorEmail": "who@else.example", "commissionPayoutId": "pay_two"}

    assert reading.refusal("POST", "/comments", json=body) == (422, "VALIDATION_ERROR", ["authorEmail"])
    assert reading.refusal("POST", "/comments", json=body | {"commissionPayoutId": "pay_9"}) == (
        404,
        "PAYOUT_NOT_FOUND",
        [],
    )
