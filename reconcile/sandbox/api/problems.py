"""Refusals: a status, a code and a sentence, in either of the two error envelopes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reconcile.sandbox.choices import Envelope


@dataclass(frozen=True)
class Detail:
    """One field that was refused, and why (introw-api.md 2.18: 422 carries per-field details)."""

    field: str
    message: str


class Problem(Exception):
    """A request that is refused; raised anywhere, answered in one place."""

    def __init__(self, status: int, code: str, message: str, details: tuple[Detail, ...] = ()) -> None:
        """Keep what the answer will say."""
        super().__init__(message)
        self.status, self.code, self.message, self.details = status, code, message, details

    def body(self, envelope: Envelope) -> dict[str, Any]:
        """Write the error body; its member names are a choice, Introw does not publish them."""
        details = [{"field": detail.field, "message": detail.message} for detail in self.details]
        members = {"code": self.code, "message": self.message, "details": details}
        return {"error": members} if envelope == "nested" else members


def invalid(field: str, message: str) -> Problem:
    """One field of the request is wrong: 422 VALIDATION_ERROR."""
    return all_invalid([Detail(field, message)])


def all_invalid(details: Iterable[Detail]) -> Problem:
    """Several fields of the request are wrong: 422 VALIDATION_ERROR."""
    return Problem(422, "VALIDATION_ERROR", "The request is not valid.", tuple(details))


def not_found(kind: str, record_id: str) -> Problem:
    """There is no such record in this organisation: 404, for example PAYOUT_NOT_FOUND."""
    code = f"{kind.upper().replace(' ', '_')}_NOT_FOUND"
    return Problem(404, code, f"There is no {kind} {record_id}.")


def unauthorized() -> Problem:
    """The key is missing or unknown (introw-api.md 2.18)."""
    return Problem(401, "UNAUTHORIZED", "The x-api-key header is missing or names no valid key.")


def forbidden(scope: str) -> Problem:
    """The key lacks a scope, which is named."""
    return Problem(403, "FORBIDDEN", f"The key lacks the scope {scope}.")


def rate_exceeded() -> Problem:
    """The key used up its window (introw-api.md 4.2)."""
    return Problem(429, "RATE_LIMIT_EXCEEDED", "Too many requests in this minute.")


def credits_exhausted() -> Problem:
    """The month's credits are used up; this refusal costs none (introw-api.md 4.3)."""
    return Problem(402, "API_CREDITS_EXHAUSTED", "The API credits of this month are used up.")
