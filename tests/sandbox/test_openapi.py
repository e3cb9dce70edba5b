"""The OpenAPI document says what the server does; schemathesis asks every operation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running

if TYPE_CHECKING:
    from tests.sandbox.conftest import Start

LISTS = ("GET /payouts", "GET /commission-lines", "GET /partners")
OTHERS = (
    "GET /payouts/{payout_id}",
    "PATCH /payouts/{payout_id}",
    "POST /payouts",
    "POST /payouts/{payout_id}/statement",
    "POST /payout-batches",
    "GET /commission-lines/{line_id}",
    "POST /commission-lines",
    "PATCH /commission-lines/{line_id}",
    "POST /commission-lines/{line_id}/decline",
    "POST /commission-lines/{line_id}/detach",
    "GET /partners/{partner_id}",
    "POST /partners",
    "PATCH /partners/{partner_id}",
    "POST /comments",
)

load_all_checks()
# A 422 also answers for state (a line that is not on a payout) and for cursors, which no schema
# can describe; so a request that fits the schema may be refused.
CHECKED = [check for check in CHECKS.get_all() if check.__name__ != "positive_data_acceptance"]
BOUNDED = settings(
    max_examples=8, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def schema_of(root: str) -> Any:
    """Read the document that the server offers."""
    return schemathesis.openapi.from_url(f"{root}/openapi.json")


def ask(schema: Any, operation: str, mode: GenerationMode) -> None:
    """Ask one operation many times, with requests that fit the document or that do not."""
    method, path = operation.split()
    strategy = schema[f"/api/v1{path}"][method].as_strategy(generation_mode=mode)

    @BOUNDED
    @given(case=strategy)
    def validate(case: Any) -> None:
        case.call_and_validate(checks=CHECKED, headers={"x-api-key": "sandbox-key"})

    validate()


@pytest.fixture(scope="module")
def root(sample_seed: Any) -> Iterator[str]:
    """One server for all operations; what one of them leaves behind, the next must bear."""
    choices = Choices(rate=10**9, seed_ids=1, unknown_params="refuse")
    with running(sample_seed, choices) as root:
        yield root


@pytest.fixture(scope="module")
def schema(root: str) -> Any:
    return schema_of(root)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("operation", LISTS + OTHERS)
def test_every_operation_does_what_the_document_says(
    schema: Any, operation: str, mode: GenerationMode
) -> None:
    ask(schema, operation, mode)


@pytest.mark.parametrize("paging", ["page", "offset", "link", "none"])
def test_lists_do_what_the_document_says_in_every_way_of_paging(start: Start, paging: str) -> None:
    choices = {"rate": 10**9, "unknown_params": "refuse", "error_envelope": "flat", "total": False}
    api = start(paging=paging, **choices)

    schema = schema_of(api.root)
    for operation in LISTS:
        ask(schema, operation, GenerationMode.POSITIVE)


NEW_LINE = {"partnerId": "ptn_1", "amount": "1.00", "currency": "USD"}
PERIOD = {"periodStart": "2026-03-01T00:00:00.000Z", "periodEnd": "2026-03-31T23:59:59.000Z"}
COMMENT = {"comment": "Hi", "authorEmail": "ops@vendor.example", "commissionPayoutId": "pay_two"}
SUCCESSES: list[tuple[str, str, Any]] = [
    ("GET /payouts", "", None),
    ("GET /payouts/{payout_id}", "pay_mixed", None),
    ("PATCH /payouts/{payout_id}", "pay_two", {"stage": "BLOCKED", "metadata": None}),
    ("POST /payouts", "", {"partnerId": "ptn_2", **PERIOD}),
    ("POST /payouts", "", {"partnerId": "ptn_1", "batchId": "pbt_1"}),
    ("POST /payouts/{payout_id}/statement", "pay_two", None),
    ("POST /payout-batches", "", {"partnerIds": ["ptn_1"], **PERIOD}),
    ("GET /commission-lines", "", None),
    ("GET /commission-lines/{line_id}", "cln_yen", None),
    ("POST /commission-lines", "", NEW_LINE),
    ("PATCH /commission-lines/{line_id}", "cln_first", {"note": "x", "sourceAmount": None}),
    ("POST /commission-lines/{line_id}/decline", "cln_first", {"reasonType": "DUPLICATE"}),
    ("POST /commission-lines/{line_id}/detach", "cln_second", None),
    ("GET /partners", "", None),
    ("GET /partners/{partner_id}", "crm_1", None),
    ("POST /partners", "", {"name": "Third"}),
    ("PATCH /partners/{partner_id}", "ptn_2", {"domain": "two.example"}),
    ("POST /comments", "", COMMENT),
]


@pytest.mark.parametrize("shown", [True, False])
def test_every_success_is_as_the_document_says(start: Start, *, shown: bool) -> None:
    api = start(echo_note=shown, echo_metadata=shown, total=shown)
    schema = schema_of(api.root)

    for operation, record, body in SUCCESSES:
        method, path = operation.split()
        answer = api.request(method, re.sub(r"\{.*\}", record, path), json=body)

        assert answer.is_success, operation
        schema[f"/api/v1{path}"][method].validate_response(answer)


def test_the_document_lists_these_operations_and_no_others(root: str) -> None:
    paths = httpx.get(f"{root}/openapi.json").json()["paths"]

    found = {f"{method.upper()} {path.removeprefix('/api/v1')}" for path in paths for method in paths[path]}

    assert set(LISTS + OTHERS) == found


def test_every_operation_documents_every_refusal(root: str) -> None:
    paths = httpx.get(f"{root}/openapi.json").json()["paths"]

    for path, operations in paths.items():
        for method, operation in operations.items():
            assert {"401", "402", "403", "422", "429"} <= operation["responses"].keys()
            assert ("404" in operation["responses"]) == (f"{method.upper()} {path[7:]}" not in LISTS)


def test_the_document_needs_no_key_and_names_the_key_header(root: str) -> None:
    document = httpx.get(f"{root}/openapi.json").json()

    assert (document["components"]["securitySchemes"]["ApiKeyAuth"]) == {
        "type": "apiKey",
        "in": "header",
        "name": "x-api-key",
    }
    assert document["security"] == [{"ApiKeyAuth": []}]


def test_the_document_follows_the_choices(start: Start) -> None:
    api = start(paging="page", reason_types=("DUPLICATE", "OTHER"), detail_field="reasonText")

    document = api.get(f"{api.root}/openapi.json").json()

    decline = document["components"]["schemas"]["Decline"]["properties"]
    listed = {parameter["name"] for parameter in document["paths"]["/api/v1/partners"]["get"]["parameters"]}
    assert decline["reasonType"]["enum"] == ["DUPLICATE", "OTHER"]
    assert "reasonText" in decline
    assert {"limit", "page"} == listed
