"""Each status as one sentence a person can act on, whatever the error body looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from reconcile.errors import (
    ApiError,
    CreditsExhausted,
    KeyRefused,
    NotFound,
    Refused,
    ScopeMissing,
    ServerFailed,
)
from reconcile.introw.connection import Key
from reconcile.introw.error_text import LONGEST, server_words

if TYPE_CHECKING:
    from introw.conftest import Opens

KEY = Key("k3y-Of-0ur-0wn")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused), (401, KeyRefused), (402, CreditsExhausted), (403, ScopeMissing), (404, NotFound),
        (405, Refused), (409, Refused), (413, Refused), (422, Refused), (500, ServerFailed), (599, ServerFailed),
    ],
)  # fmt: skip
def test_the_status_alone_decides(status: int, error: type[ApiError], connect: Opens) -> None:
    client = connect(lambda _: httpx.Response(status, content=b"\xff<nonsense"), attempts=1)

    with pytest.raises(error) as caught:
        client.update_line("cln_1", {"amount": "1.00"})
    assert caught.value.status == status
    assert str(caught.value).endswith(".")


def test_401_says_where_keys_are_made(connect: Opens) -> None:
    with pytest.raises(KeyRefused, match=r"\(401\).*Settings > Developers > API keys and set INTROW_API_KEY"):
        connect(lambda _: httpx.Response(401)).list_payouts()


@pytest.mark.parametrize(
    ("headers", "budget"),
    [
        (
            {"x-introw-credits-remaining-month": "0", "x-introw-credits-limit-month": "5000"},
            "0 left of 5000. ",
        ),
        ({"x-introw-credits-remaining-month": "3"}, "3 left. "),
        ({}, ""),
    ],
)
def test_402_says_what_is_left_and_when_there_is_more(
    headers: dict[str, str], budget: str, connect: Opens
) -> None:
    client = connect(lambda _: httpx.Response(402, headers=headers, json={"code": "API_CREDITS_EXHAUSTED"}))

    with pytest.raises(CreditsExhausted) as caught:
        client.detach_line("cln_1")
    text = str(caught.value)
    assert f"(402), which had no effect. {budget}They come back on 2026-12-01 at 00:00 UTC" in text


@pytest.mark.parametrize(
    ("call", "body", "scope"),
    [
        ("list_payouts", {}, "commissions:read"),
        ("list_lines", {}, "commissions:read"),
        ("list_partners", {}, "partners:read"),
        ("detach_line", {}, "commissions:write"),
        ("detach_line", {"error": {"message": "Key lacks affiliate:write"}}, "affiliate:write"),
        ("list_payouts", {"requiredScope": "finance:read"}, "finance:read"),
    ],
)
def test_403_names_the_scope(call: str, body: object, scope: str, connect: Opens) -> None:
    client = connect(lambda _: httpx.Response(403, json=body))

    with pytest.raises(ScopeMissing, match=f"lacks the scope {scope} for"):
        getattr(client, call)(*(["x"] if call == "detach_line" else []))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("get_payout", "There is no payout a/b in this organisation (404)."),
        ("get_line", "There is no commission line a/b in this organisation (404)."),
        ("detach_line", "There is no commission line a/b in this organisation (404)."),
    ],
)
def test_404_names_the_record(call: str, text: str, connect: Opens) -> None:
    with pytest.raises(NotFound) as caught:
        getattr(connect(lambda _: httpx.Response(404)), call)("a/b")
    assert str(caught.value) == text


def test_404_of_a_list_points_to_the_address(connect: Opens) -> None:
    with pytest.raises(NotFound, match="Check INTROW_BASE_URL"):
        connect(lambda _: httpx.Response(404)).list_payouts()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"code": "BAD", "message": "No good"}}, "BAD: No good"),
        ({"code": "BAD", "message": "No good"}, "BAD: No good"),
        ({"error": "No good"}, "No good"),
        ({"message": ["a", "b"]}, ""),
        ("No good", "No good"),
        ({"errors": ["a", "b"]}, "(a; b)"),
        (
            {"error": {"code": "V", "message": "M", "details": [{"field": "amount", "message": "zero"}]}},
            "V: M (amount: zero)",
        ),
        ({"message": "M", "fields": {"amount": "zero", "currency": ["odd"]}}, "M (amount: zero; currency: odd)"),
        ({"message": "M", "issues": [{"path": ["body", "amount"], "message": "zero"}]}, "M (body.amount: zero)"),
        ({"title": "T", "violations": [{"param": "x", "msg": "m"}]}, "T (x: m)"),
        ({"data": {"error": {"error_code": "E", "detail": "D"}}}, "E: D"),
        ([{"message": "in a list"}], "in a list"),
        ({}, ""),
        ([], ""),
        (None, ""),
        (5, ""),
    ],
)  # fmt: skip
def test_the_servers_words_are_found_in_any_shape(body: object, words: str) -> None:
    assert server_words(httpx.Response(422, json=body).content, KEY) == words


@pytest.mark.parametrize("content", [b"", b"<html><h1>Bad gateway</h1></html>", b"[" * 100_000])
def test_what_says_nothing_adds_nothing(content: bytes) -> None:
    assert len(server_words(content, KEY)) <= LONGEST
    assert "<" not in server_words(content, KEY)


def test_the_servers_words_are_cut_and_cleaned(connect: Opens) -> None:
    client = connect(lambda _: httpx.Response(422, json={"message": "a\x1b[31m\r\nb\u202e" + "x" * 1000}))

    with pytest.raises(Refused) as caught:
        client.update_payout("pay_1", {"stage": "NO"})
    text = str(caught.value)
    assert "The server says: a[31m bxxx" in text
    assert text.isprintable()
    assert len(text) < LONGEST + 120


def test_422_says_that_nothing_was_changed(connect: Opens) -> None:
    body = {"error": {"code": "VALIDATION_ERROR", "message": "Invalid.", "details": [{"field": "stage", "message": "unknown"}]}}  # fmt: skip

    with pytest.raises(Refused) as caught:
        connect(lambda _: httpx.Response(422, json=body)).update_payout("pay_1", {"stage": "NO"})
    assert str(caught.value) == (
        "PATCH /payouts/pay_1 was not accepted (422), and nothing was changed. "
        "The server says: VALIDATION_ERROR: Invalid. (stage: unknown)."
    )


def test_a_failed_write_says_that_it_may_have_taken_effect(connect: Opens) -> None:
    with pytest.raises(ServerFailed, match="may or may not have been made"):
        connect(lambda _: httpx.Response(500)).create_line({"amount": "1.00"})
