"""Payouts, batches and statements as introw-api.md 2.2 to 2.8 has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from reconcile.sandbox.wire import Stage

if TYPE_CHECKING:
    from tests.sandbox.conftest import Sandbox, Start

MARCH = {"periodStart": "2026-03-01T00:00:00.000Z", "periodEnd": "2026-03-31T23:59:59.000Z"}


def test_a_payout_has_the_documented_members_in_the_documented_order(reading: Sandbox) -> None:
    assert list(reading.one("/payouts/pay_two").items()) == [
        ("id", "pay_two"),
        ("partner", {"id": "ptn_1", "name": "Partner 1"}),
        ("batchId", "pbt_1"),
        ("periodStart", "2026-03-01T00:00:00.000Z"),
        ("periodEnd", "2026-03-31T23:59:59.000Z"),
        ("amount", {"value": "379.50", "currency": "USD"}),
        ("stage", "APPROVED"),
        ("poNumber", "000123"),
        ("metadata", "Thanks"),
        ("createdAt", "2026-04-01T09:00:00.000Z"),
        ("updatedAt", "2026-04-01T09:00:00.000Z"),
    ]


def test_an_unknown_payout_is_not_found(reading: Sandbox) -> None:
    assert reading.refusal("GET", "/payouts/pay_none") == (404, "PAYOUT_NOT_FOUND", [])


def test_an_empty_payout_amounts_to_zero(reading: Sandbox) -> None:
    assert reading.one("/payouts/pay_empty")["amount"] == {"value": "0.00", "currency": "USD"}


def test_a_mixed_payout_is_converted_and_rounded_once_per_currency(reading: Sandbox) -> None:
    # 10.00 USD + 10.05 EUR at 1.10 = 11.055, half up 11.06 + 1200 JPY at 0.0067 = 8.04
    assert reading.one("/payouts/pay_mixed")["amount"]["value"] == "29.10"


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"stage": "PENDING_REVIEW"}, ["pay_mixed"]),
        ({"batchId": "pbt_3"}, ["pay_empty"]),
        ({"partnerId": "ptn_1", "stage": "PAID"}, ["pay_paid"]),
        ({"partnerId": "ptn_2"}, []),
        ({}, ["pay_two", "pay_paid", "pay_mixed", "pay_empty"]),
        ({"colour": "red"}, ["pay_two", "pay_paid", "pay_mixed", "pay_empty"]),
    ],
)
def test_payouts_are_filtered_by_stage_partner_and_batch(
    reading: Sandbox, params: dict[str, str], found: list[str]
) -> None:
    assert found == reading.ids("/payouts", **params)


def test_a_stage_that_does_not_exist_is_refused_as_a_filter(reading: Sandbox) -> None:
    assert reading.refusal("GET", "/payouts?stage=DONE") == (422, "VALIDATION_ERROR", ["stage"])


def test_unknown_parameters_of_lists_are_refused_on_request(start: Start) -> None:
    api = start(unknown_params="refuse")

    assert api.refusal("GET", "/payouts?colour=red&page=2") == (422, "VALIDATION_ERROR", ["colour", "page"])
    assert api.get("/payouts?stage=PAID&limit=2").status_code == 200


def test_any_stage_may_follow_any_stage(api: Sandbox) -> None:
    for stage in (*Stage, *reversed(Stage)):
        answer = api.patch("/payouts/pay_two", json={"stage": stage})

        assert (200, stage) == (answer.status_code, answer.json()["data"]["stage"])


def test_only_the_members_sent_are_changed(api: Sandbox) -> None:
    before = api.one("/payouts/pay_two")

    after = api.patch("/payouts/pay_two", json={"poNumber": "1E5"}).json()["data"]

    assert before | {"poNumber": "1E5", "updatedAt": after["updatedAt"]} == after
    assert before["updatedAt"] < after["updatedAt"]


def test_null_clears_the_po_number_and_the_note(api: Sandbox) -> None:
    after = api.patch("/payouts/pay_two", json={"poNumber": None, "metadata": None}).json()["data"]

    assert (after["poNumber"], after["metadata"]) == (None, None)


def test_a_note_keeps_its_line_breaks_and_every_character(api: Sandbox) -> None:
    note = "first\nsecond\r\n\t= 🚀 \u0001 \u00a0"

    assert note == api.patch("/payouts/pay_two", json={"metadata": note}).json()["data"]["metadata"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"stage": "DONE"}, "stage"),
        ({"stage": None}, "stage"),
        ({"metadata": "x" * 2001}, "metadata"),
        ({"poNumber": 123}, "poNumber"),
        ([], "body"),
    ],
)
def test_a_wrong_member_is_refused_and_named(reading: Sandbox, body: Any, field: str) -> None:
    assert (422, "VALIDATION_ERROR", [field]) == reading.refusal("PATCH", "/payouts/pay_two", json=body)


def test_half_a_character_is_refused(reading: Sandbox) -> None:
    headers = {"content-type": "application/json"}
    body = b'{"poNumber": "\\ud800"}'

    refusal = reading.refusal("PATCH", "/payouts/pay_two", content=body, headers=headers)

    assert refusal == (422, "VALIDATION_ERROR", ["poNumber"])


def test_a_patch_that_changes_nothing_has_no_effect(api: Sandbox) -> None:
    before = api.one("/payouts/pay_two")

    assert before == api.patch("/payouts/pay_two", json={"stage": "APPROVED"}).json()["data"]
    assert before == api.patch("/payouts/pay_two", json={}).json()["data"]
    assert api.effects() == []


def test_the_lines_of_a_payout_count_as_paid_while_it_is_paid(api: Sandbox) -> None:
    def statuses() -> set[str]:
        lines = api.get("/commission-lines", params={"payoutId": "pay_two"}).json()["data"]
        return {line["status"] for line in lines}

    api.patch("/payouts/pay_two", json={"stage": "PAID"})
    assert {"PAID"} == statuses()

    api.patch("/payouts/pay_two", json={"stage": "BLOCKED"})
    assert {"IN_PAYOUT"} == statuses()


def test_declining_a_payout_leaves_its_lines_alone(api: Sandbox) -> None:
    api.patch("/payouts/pay_two", json={"stage": "DECLINED"})

    assert api.one("/commission-lines/cln_first")["payoutId"] == "pay_two"


def test_the_note_is_hidden_on_request_but_kept(start: Start) -> None:
    api = start(echo_metadata=False)

    answer = api.patch("/payouts/pay_two", json={"metadata": "New note"}).json()["data"]

    kept = {payout["id"]: payout["metadata"] for payout in api.state()["payouts"]}
    assert "metadata" not in answer
    assert kept["pay_two"] == "New note"


def test_a_new_payout_is_an_empty_draft_on_a_batch_of_its_own(api: Sandbox) -> None:
    answer = api.post("/payouts", json={"partnerId": "ptn_2", "metadata": "Hello", **MARCH})

    payout = answer.json()["data"]
    assert answer.status_code == 201
    assert (payout["stage"], payout["amount"]["value"], payout["metadata"]) == ("DRAFT", "0.00", "Hello")
    assert payout["batchId"] not in {"pbt_1", "pbt_2", "pbt_3", "pbt_4", "pbt_5"}
    assert len(payout["id"]) == 28


def test_the_dates_of_a_given_batch_win(api: Sandbox) -> None:
    body = {
        "partnerId": "ptn_2",
        "batchId": "pbt_1",
        "periodStart": "2020-01-01T00:00:00Z",
        "periodEnd": "2020-01-31T00:00:00Z",
    }

    payout = api.post("/payouts", json=body).json()["data"]

    assert {"periodStart": payout["periodStart"], "periodEnd": payout["periodEnd"]} == MARCH


def test_a_second_payout_on_a_batch_is_the_first_one_untouched(api: Sandbox) -> None:
    body = {"partnerId": "ptn_1", "batchId": "pbt_1", "metadata": "Other", "attachPendingLines": True}

    answer = api.post("/payouts", json=body)

    assert answer.status_code == 200
    assert (answer.json()["data"]["id"], answer.json()["data"]["metadata"]) == ("pay_two", "Thanks")
    assert api.effects() == []


def test_pending_lines_of_the_period_and_of_before_are_attached_on_request(api: Sandbox) -> None:
    later = {"periodStart": "2026-02-01T00:00:00.000Z", "periodEnd": "2026-02-28T23:59:59.000Z"}

    february = api.post("/payouts", json={"partnerId": "ptn_1", "attachPendingLines": True, **later})
    march = api.post("/payouts", json={"partnerId": "ptn_1", "attachPendingLines": True, **MARCH})

    first, second = (answer.json()["data"]["id"] for answer in (february, march))
    assert first == api.one("/commission-lines/cln_older")["payoutId"]
    assert second == api.one("/commission-lines/cln_pool")["payoutId"]
    assert ("cln_pool", "attach") in api.effects()


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"partnerId": "ptn_1"}, (422, "VALIDATION_ERROR", ["periodStart"])),
        ({"partnerId": "ptn_9", **MARCH}, (404, "PARTNER_NOT_FOUND", [])),
        ({"partnerId": "ptn_1", "batchId": "pbt_9"}, (404, "BATCH_NOT_FOUND", [])),
        ({"partnerId": "ptn_1", **MARCH, "periodEnd": "March"}, (422, "VALIDATION_ERROR", ["periodEnd"])),
        (
            {"partnerId": "ptn_1", **MARCH, "periodEnd": "2026-02-01T00:00:00Z"},
            (422, "VALIDATION_ERROR", ["periodEnd"]),
        ),
        (
            {"partnerId": "ptn_1", **MARCH, "attachPendingLines": "yes"},
            (422, "VALIDATION_ERROR", ["attachPendingLines"]),
        ),
    ],
)
def test_a_payout_that_cannot_be_made_leaves_nothing_behind(
    api: Sandbox, body: dict[str, Any], refusal: tuple[int, str, list[str]]
) -> None:
    before = api.state()

    assert refusal == api.refusal("POST", "/payouts", json=body)
    assert before == api.state()


def test_a_batch_opens_one_draft_for_each_partner(api: Sandbox) -> None:
    body = {**MARCH, "partnerIds": ["ptn_1", "ptn_2", "ptn_1"], "attachPendingLines": True}

    answer = api.post("/payout-batches", json=body)

    batch = answer.json()["data"]
    assert answer.status_code == 201
    assert sorted(batch["payoutIds"]) == sorted(api.ids("/payouts", batchId=batch["id"]))
    assert [api.one(f"/payouts/{each}")["amount"]["value"] for each in batch["payoutIds"]] == [
        "200.00",
        "0.00",
    ]


def test_a_batch_with_an_unknown_partner_is_refused_whole(api: Sandbox) -> None:
    before = api.state()

    assert api.refusal("POST", "/payout-batches", json={**MARCH, "partnerIds": ["ptn_1", "ptn_9"]}) == (
        404,
        "PARTNER_NOT_FOUND",
        [],
    )
    assert before == api.state()


def test_a_statement_is_a_link_that_expires_in_an_hour(reading: Sandbox) -> None:
    statement = reading.post("/payouts/pay_two/statement").json()["data"]

    left = datetime.fromisoformat(statement["expiresAt"]) - datetime.now(UTC)
    assert {"url", "expiresAt", "isUploaded"} == statement.keys()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)


def test_a_statement_is_rebuilt_only_when_the_payout_changed(api: Sandbox) -> None:
    def url() -> str:
        return str(api.post("/payouts/pay_two/statement").json()["data"]["url"])

    first = url()
    assert first == url()

    api.patch("/payouts/pay_two", json={"poNumber": "PO-9"})
    assert first != url()


def test_a_payout_without_lines_has_no_statement(reading: Sandbox) -> None:
    assert reading.refusal("POST", "/payouts/pay_empty/statement") == (422, "NO_COMMISSION_LINES", [])


def test_without_billing_info_there_is_no_statement(start: Start, seed: dict[str, Any]) -> None:
    seed["organisation"]["billingComplete"] = False

    assert start(seed=seed).refusal("POST", "/payouts/pay_two/statement") == (422, "NO_BILLING_INFO", [])
