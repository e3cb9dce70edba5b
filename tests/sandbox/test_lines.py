"""Commission lines as introw-api.md 2.9 to 2.15 has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Sandbox, Start

NEW = {"partnerId": "ptn_1", "amount": "12.50", "currency": "USD"}


def decline(api: Sandbox, line: str, **more: Any) -> dict[str, Any]:
    answer = api.post(f"/commission-lines/{line}/decline", json={"reasonType": "DUPLICATE", **more})
    assert answer.status_code == 200
    return dict(answer.json()["data"])


def test_a_line_has_the_documented_members_in_the_documented_order(reading: Sandbox) -> None:
    assert list(reading.one("/commission-lines/cln_first").items()) == [
        ("id", "cln_first"),
        ("partnerId", "ptn_1"),
        ("payoutId", "pay_two"),
        ("description", "Q1 referral bonus"),
        ("amount", "500.00"),
        ("sourceAmount", "5000.00"),
        ("currency", "USD"),
        ("status", "IN_PAYOUT"),
        ("planName", "Referral plan"),
        ("periodEnd", "2026-03-31T23:59:59.000Z"),
        ("createdAt", "2026-04-01T09:00:00.000Z"),
        ("updatedAt", "2026-04-01T09:00:00.000Z"),
    ]


def test_an_unknown_line_is_not_found(reading: Sandbox) -> None:
    assert reading.refusal("GET", "/commission-lines/cln_none") == (404, "COMMISSION_LINE_NOT_FOUND", [])


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"payoutId": "pay_two"}, ["cln_second", "cln_first"]),
        ({"status": "PENDING"}, ["cln_pool", "cln_older"]),
        ({"status": "VOIDED"}, ["cln_voided"]),
        ({"status": "PAID", "partnerId": "ptn_1"}, ["cln_paid"]),
        ({"partnerId": "ptn_2"}, []),
    ],
)
def test_lines_are_filtered_by_payout_partner_and_status(
    reading: Sandbox, params: dict[str, str], found: list[str]
) -> None:
    assert found == reading.ids("/commission-lines", **params)


def test_voided_lines_are_listed_unless_asked_otherwise(reading: Sandbox, start: Start) -> None:
    hiding = start(list_voided=False)

    assert "cln_voided" in reading.ids("/commission-lines")
    assert "cln_voided" not in hiding.ids("/commission-lines")
    assert hiding.ids("/commission-lines", status="VOIDED") == ["cln_voided"]
    assert hiding.get("/commission-lines").json()["total"] == 8


def test_a_status_that_does_not_exist_is_refused_as_a_filter(reading: Sandbox) -> None:
    assert reading.refusal("GET", "/commission-lines?status=LOST") == (422, "VALIDATION_ERROR", ["status"])


def test_statuses_can_be_renamed_on_the_wire(start: Start) -> None:
    api = start(status_names=(("PENDING", "EXPECTED"), ("IN_PAYOUT", "APPROVED")))

    assert api.one("/commission-lines/cln_first")["status"] == "APPROVED"
    assert api.ids("/commission-lines", status="EXPECTED") == ["cln_pool", "cln_older"]
    assert api.get("/commission-lines?status=PENDING").status_code == 422


def test_a_new_line_waits_in_the_pool(api: Sandbox) -> None:
    answer = api.post("/commission-lines", json={**NEW, "description": "Bonus", "sourceAmount": "125"})

    line = answer.json()["data"]
    assert answer.status_code == 201
    assert (
        line["payoutId"],
        line["status"],
        line["amount"],
        line["sourceAmount"],
        line["planName"],
    ) == (None, "PENDING", "12.50", "125.00", None)
    assert line["periodEnd"].endswith("T23:59:59.000Z")


def test_a_new_line_may_go_straight_onto_a_payout(api: Sandbox) -> None:
    line = api.post("/commission-lines", json={**NEW, "payoutId": "pay_two"}).json()["data"]

    assert (line["payoutId"], line["status"]) == ("pay_two", "IN_PAYOUT")
    assert api.one("/payouts/pay_two")["amount"]["value"] == "392.00"


def test_a_negative_line_is_allowed(api: Sandbox) -> None:
    assert api.post("/commission-lines", json={**NEW, "amount": "-3"}).json()["data"]["amount"] == "-3.00"


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [("JPY", "1200.00", "1200"), ("KWD", "12.345", "12.345"), ("EUR", "7", "7.00")],
)
def test_amounts_are_shown_with_the_decimals_of_their_currency(
    api: Sandbox, currency: str, amount: str, shown: str
) -> None:
    line = api.post("/commission-lines", json={**NEW, "currency": currency, "amount": amount}).json()["data"]

    assert shown == line["amount"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"amount": "0.00"}, (422, "VALIDATION_ERROR", ["amount"])),
        ({"amount": 12.5}, (422, "VALIDATION_ERROR", ["amount"])),
        ({"amount": "1e3"}, (422, "VALIDATION_ERROR", ["amount"])),
        ({"amount": "1,200.00"}, (422, "VALIDATION_ERROR", ["amount"])),
        ({"amount": "1.005"}, (422, "VALIDATION_ERROR", ["amount"])),
        ({"amount": "1234567890123"}, (422, "VALIDATION_ERROR", ["amount"])),
        ({"amount": "1.5", "currency": "JPY"}, (422, "VALIDATION_ERROR", ["amount"])),
        ({"currency": "EURO"}, (422, "VALIDATION_ERROR", ["currency"])),
        ({"currency": "ZZZ"}, (422, "VALIDATION_ERROR", ["currency"])),
        ({"currency": "CHF"}, (422, "VALIDATION_ERROR", ["currency"])),
        ({"description": "x" * 2001}, (422, "VALIDATION_ERROR", ["description"])),
        ({"partnerId": ""}, (422, "VALIDATION_ERROR", ["partnerId"])),
        ({"partnerId": "ptn_9"}, (404, "PARTNER_NOT_FOUND", [])),
        ({"payoutId": "pay_9"}, (404, "PAYOUT_NOT_FOUND", [])),
        ({"payoutId": "pay_two", "partnerId": "ptn_2"}, (422, "VALIDATION_ERROR", ["payoutId"])),
        ({"payoutId": "pay_paid"}, (422, "PAYOUT_PAID", [])),
    ],
)
def test_a_line_that_cannot_be_made_is_refused(
    reading: Sandbox, change: dict[str, Any], refusal: tuple[int, str, list[str]]
) -> None:
    assert refusal == reading.refusal("POST", "/commission-lines", json=NEW | change)


def test_every_wrong_field_is_named(reading: Sandbox) -> None:
    body = {"amount": "x", "currency": "EURO"}

    refusal = reading.refusal("POST", "/commission-lines", json=body)

    assert refusal == (422, "VALIDATION_ERROR", ["partnerId", "amount", "currency"])


def test_an_idempotency_key_returns_the_first_line_and_does_not_overwrite_it(api: Sandbox) -> None:
    first = api.post("/commission-lines", json={**NEW, "idempotencyKey": "row-7"})
    again = api.post("/commission-lines", json={**NEW, "amount": "99.00", "idempotencyKey": "row-7"})

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(api.effects()) == 1


def test_idempotency_keys_can_be_ignored(start: Start) -> None:
    api = start(honour_keys=False)

    ids = {
        api.post("/commission-lines", json={**NEW, "idempotencyKey": "k"}).json()["data"]["id"] for _ in "12"
    }

    assert len(ids) == 2


def test_an_edit_changes_the_line_and_its_payout(api: Sandbox) -> None:
    answer = api.patch("/commission-lines/cln_first", json={"amount": "600.00", "description": "More"})

    line = answer.json()["data"]
    assert (line["amount"], line["sourceAmount"], line["description"]) == ("600.00", "5000.00", "More")
    assert api.one("/payouts/pay_two")["amount"]["value"] == "479.50"


def test_null_clears_the_source_amount_and_the_note_but_not_the_description(api: Sandbox) -> None:
    cleared = api.patch("/commission-lines/cln_first", json={"sourceAmount": None, "note": None})

    assert None is cleared.json()["data"]["sourceAmount"]
    assert api.refusal("PATCH", "/commission-lines/cln_first", json={"description": None}) == (
        422,
        "VALIDATION_ERROR",
        ["description"],
    )


def test_a_new_currency_must_fit_the_amount_that_stays(api: Sandbox) -> None:
    assert api.refusal("PATCH", "/commission-lines/cln_second", json={"currency": "JPY"}) == (
        422,
        "VALIDATION_ERROR",
        ["amount"],
    )
    changed = api.patch("/commission-lines/cln_first", json={"currency": "JPY"}).json()["data"]
    assert (changed["amount"], changed["sourceAmount"], changed["currency"]) == ("500", "5000", "JPY")


def test_members_that_cannot_be_edited_are_ignored(api: Sandbox) -> None:
    before = api.one("/commission-lines/cln_first")

    answer = api.patch(
        "/commission-lines/cln_first", json={"payoutId": None, "status": "PAID", "planName": "X"}
    )

    assert before == answer.json()["data"]


def test_the_internal_note_is_kept_but_shown_only_on_request(start: Start) -> None:
    hiding, showing = start(), start(echo_note=True)

    hidden, shown = (
        api.patch("/commission-lines/cln_first", json={"note": "Check with Ann"}).json()["data"]
        for api in (hiding, showing)
    )

    kept = {line["id"]: line["note"] for line in hiding.state()["lines"]}
    assert "note" not in hidden
    assert "Check with Ann" == shown["note"] == kept["cln_first"]


def test_a_declined_line_is_voided_and_off_its_payout(api: Sandbox) -> None:
    line = decline(api, "cln_second", reason="seen in February")

    kept = {each["id"]: each for each in api.state()["lines"]}["cln_second"]
    payout = api.one("/payouts/pay_two")
    assert (line["status"], line["payoutId"]) == ("VOIDED", None)
    assert (kept["reasonType"], kept["reasonDetail"]) == ("DUPLICATE", "seen in February")
    assert (payout["stage"], payout["amount"]["value"]) == ("APPROVED", "500.00")


def test_declining_the_last_line_declines_the_payout(api: Sandbox) -> None:
    decline(api, "cln_first")
    decline(api, "cln_second")

    assert api.one("/payouts/pay_two")["stage"] == "DECLINED"
    assert api.effects() == [("cln_first", "decline"), ("cln_second", "decline"), ("pay_two", "auto-decline")]


def test_a_declined_line_may_keep_its_payout_id(start: Start) -> None:
    api = start(decline_payout_id="keep")

    lines = [decline(api, line) for line in ("cln_first", "cln_second")]

    payout = api.one("/payouts/pay_two")
    assert [line["payoutId"] for line in lines] == ["pay_two", "pay_two"]
    assert (payout["stage"], payout["amount"]["value"]) == ("DECLINED", "0.00")
    assert api.post("/commission-lines/cln_first/detach").status_code == 422


@pytest.mark.parametrize("line", ["cln_pool", "cln_voided"])
@pytest.mark.parametrize(("verb", "body"), [("decline", {"reasonType": "DUPLICATE"}), ("detach", None)])
def test_only_lines_on_a_payout_can_be_declined_or_detached(
    reading: Sandbox, line: str, verb: str, body: Any
) -> None:
    assert reading.refusal("POST", f"/commission-lines/{line}/{verb}", json=body) == (
        422,
        "COMMISSION_LINE_NOT_ON_PAYOUT",
        [],
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reasonType": "BORED"}, "reasonType"),
        ({}, "reasonType"),
        ({"reasonType": "CUSTOM"}, "reason"),
        ({"reasonType": "CUSTOM", "reason": "  "}, "reason"),
        ({"reasonType": "CUSTOM", "reason": 7}, "reason"),
        ({"reasonType": "CUSTOM", "reason": "x" * 2001}, "reason"),
    ],
)
def test_a_decline_needs_a_reason_that_is_accepted(
    reading: Sandbox, body: dict[str, Any], field: str
) -> None:
    assert (422, "VALIDATION_ERROR", [field]) == reading.refusal(
        "POST", "/commission-lines/cln_first/decline", json=body
    )


def test_reasons_and_the_name_of_their_text_can_be_chosen(start: Start) -> None:
    api = start(reason_types=("CUSTOM", "OTHER"), detail_field="comment")

    refusal = api.refusal("POST", "/commission-lines/cln_first/decline", json={"reasonType": "DUPLICATE"})
    decline(api, "cln_second", reasonType="CUSTOM", comment="twice")

    kept = {line["id"]: line["reasonDetail"] for line in api.state()["lines"]}
    assert refusal == (422, "VALIDATION_ERROR", ["reasonType"])
    assert kept["cln_second"] == "twice"


def test_a_detached_line_returns_to_the_pool(api: Sandbox) -> None:
    line = api.post("/commission-lines/cln_first/detach").json()["data"]

    assert (line["payoutId"], line["status"]) == (None, "PENDING")
    assert api.one("/payouts/pay_two")["amount"]["value"] == "-120.50"


@pytest.mark.parametrize(("choice", "stage"), [("open", "APPROVED"), ("decline", "DECLINED")])
def test_detaching_the_last_line_leaves_the_payout_open_or_declines_it(
    start: Start, choice: str, stage: str
) -> None:
    api = start(detach_last=choice)

    for line in ("cln_first", "cln_second"):
        api.post(f"/commission-lines/{line}/detach")

    assert stage == api.one("/payouts/pay_two")["stage"]


def test_a_voided_line_cannot_be_edited(reading: Sandbox) -> None:
    assert reading.refusal("PATCH", "/commission-lines/cln_voided", json={"amount": "1.00"}) == (
        422,
        "COMMISSION_LINE_VOIDED",
        [],
    )


CALLS_ON_PAID = [
    ("PATCH", "/commission-lines/cln_paid", {"amount": "1.00"}),
    ("POST", "/commission-lines/cln_paid/decline", {"reasonType": "DUPLICATE"}),
    ("POST", "/commission-lines/cln_paid/detach", None),
    ("POST", "/commission-lines", {**NEW, "payoutId": "pay_paid"}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS_ON_PAID)
def test_the_lines_of_a_paid_payout_are_final(reading: Sandbox, method: str, path: str, body: Any) -> None:
    assert reading.refusal(method, path, json=body) == (422, "PAYOUT_PAID", [])


@pytest.mark.parametrize(("method", "path", "body"), CALLS_ON_PAID)
def test_the_lines_of_a_paid_payout_can_be_opened(start: Start, method: str, path: str, body: Any) -> None:
    assert start(edit_paid="allow").request(method, path, json=body).is_success
