"""The errors of reconcile, each with the exit code that the command line gives.

    ReconcileError                      1
    ├── ConfigurationError              2   an option, a setting, a key, a file name
    │   └── StateError                  2   the state store cannot be used
    ├── WorkbookError                   1   this file is not a workbook that we can read
    │   └── WorkbookWithdrawn           1   its sender made it void
    ├── PaymentFileError                1   this file cannot be read as payments, or only by guessing
    ├── DecisionNeeded                  1   a gate, a stale plan, an unfinished run
    ├── RunStopped                      4   a run ended part-way; its journal is kept
    ├── StampFailed                     3   the time-stamping authority failed or refused us
    └── ApiError                        3   the API failed or refused us
        ├── Unreachable                 3   no answer, and no effect on the server
        ├── Stopped                     4   asked to stop while waiting for the rate; nothing was sent
        ├── AnswerLost                  3   a write may or may not have taken effect
        ├── ServerFailed                3   5xx
        ├── RateLimited                 3   429, more often than we are willing to wait
        ├── CreditsExhausted            3   402
        ├── KeyRefused                  3   401
        ├── ScopeMissing                3   403
        ├── NotFound                    3   404
        ├── Refused                     3   422 and other 4xx: the request is not accepted
        ├── UnexpectedAnswer            3   an answer that we cannot understand
        └── ListingIncomplete           3   a listing that provably lacks records

Every message is a sentence for a person: what happened, where, and what to do next.
"""

from __future__ import annotations


class ReconcileError(Exception):
    """Something a person can act on; shown as one sentence, without a traceback."""

    exit_code = 1


class ConfigurationError(ReconcileError):
    """An option, a setting, a key or a file name is wrong."""

    exit_code = 2


class StateError(ConfigurationError):
    """The state store cannot be opened, read or written."""


class WorkbookError(ReconcileError):
    """A file is not a workbook that we can read."""


class WorkbookWithdrawn(WorkbookError):
    """A workbook that its sender made void. fact: who did, when and why. advice: what to do."""

    def __init__(self, fact: str, advice: str) -> None:
        super().__init__(f"{fact} {advice}")
        self.fact = fact
        self.advice = advice


class PaymentFileError(ReconcileError):
    """A file cannot be read as payments, or only by guessing what it means."""


class DecisionNeeded(ReconcileError):
    """A person must decide before anything is written."""


class RunStopped(ReconcileError):
    """A run ended part-way; its journal is kept and it can be resumed."""

    exit_code = 4


class StampFailed(ReconcileError):
    """The time-stamping authority did not answer, or what it answered is no stamp of what was asked."""

    exit_code = 3


class ApiError(ReconcileError):
    """The API failed or refused us. `status` is the HTTP status, where there was an answer."""

    exit_code = 3

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Unreachable(ApiError):
    """No answer came, and the request had no effect."""


class Stopped(ApiError):
    """We were asked to stop while a request waited for the rate limit; it was not sent."""

    exit_code = 4


class AnswerLost(ApiError):
    """A write was sent and its answer was lost: only a re-read can tell whether it took effect."""


class ServerFailed(ApiError):
    """The server answered 5xx; a write may have taken effect."""


class RateLimited(ApiError):
    """The server answered 429 (introw-api.md 4.2) more often than we are willing to wait."""


class CreditsExhausted(ApiError):
    """The server answered 402: the month's credits are used up (introw-api.md 4.3)."""


class KeyRefused(ApiError):
    """The server answered 401: the key is missing, wrong, expired or revoked."""


class ScopeMissing(ApiError):
    """The server answered 403: the key lacks a scope."""


class NotFound(ApiError):
    """The server answered 404: no such record in this organisation."""


class Refused(ApiError):
    """The server does not accept the request (422, or another 4xx); nothing was changed."""


class UnexpectedAnswer(ApiError):
    """The server answered something that we cannot understand."""


class ListingIncomplete(ApiError):
    """A listing provably lacks records, so nothing may be concluded from it."""
