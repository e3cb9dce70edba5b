"""The gate before the endpoints: key, rate, scope, credits, faults, headers and the request log."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import replace

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconcile.sandbox import moments
from reconcile.sandbox.api import problems
from reconcile.sandbox.api.browser_guard import refusal_of
from reconcile.sandbox.api.dropped_connections import close
from reconcile.sandbox.api.exchange import Answer, deliver, encoded, html_headers, whole_body
from reconcile.sandbox.api.faults import BEFORE, Fault, Faults
from reconcile.sandbox.api.limits import Credits, Windows
from reconcile.sandbox.api.problems import Problem
from reconcile.sandbox.api.visit import API, Visit
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.records.store import Store

_LOG = logging.getLogger(__name__)
_CODES = {
    "409": "CONFLICT",
    "422": "VALIDATION_ERROR",
    "500": "INTERNAL_SERVER_ERROR",
    "502": "BAD_GATEWAY",
    "503": "SERVICE_UNAVAILABLE",
}


class Gate:
    """The outermost application: everything that happens to a request besides its endpoint."""

    def __init__(self, app: ASGIApp, store: Store, choices: Choices, faults: Faults) -> None:
        """Stand before this application."""
        self._app, self._store, self._choices, self._faults = app, store, choices, faults
        self._keys = {key.name: key for key in choices.keys}
        self._windows = Windows(choices)
        self._credits = Credits(choices.credits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or pass on what does not concern the API."""
        scope["sandbox.store"], scope["sandbox.faults"] = self._store, self._faults
        try:
            if refusal := refusal_of(scope, self._keys):
                # What is left of the body is not read, so the connection cannot go on.
                await deliver(self._answer_of(refusal, {"connection": "close"}), send)
            elif scope["path"].startswith(f"{API}/"):
                await self._let_through(scope, receive, send)
            else:
                await self._app(scope, receive, send)
        except Exception:
            _LOG.exception("The sandbox failed on %s %s.", scope["method"], scope["path"])
            raise

    async def _let_through(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await whole_body(receive)
        if body is None:  # the client hung up before it had said all
            return
        visit = self._arrive(scope, body)
        await asyncio.sleep(self._choices.latency / 1000)
        answer = await self._answer(visit, scope)
        visit.status = answer.status if answer else None
        self._store.log(visit)  # before the answer leaves, so that whoever has it finds it logged
        if answer:
            await deliver(answer, send)
        if answer is None or answer.cut is not None:
            await close(scope, receive)

    def _arrive(self, scope: Scope, body: bytes) -> Visit:
        presented = dict(scope["headers"]).get(b"x-api-key", b"").decode("latin-1")
        return Visit(
            seq=self._store.next_seq(),
            at=moments.now(),
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            body=body,
            key=self._keys.get(presented),
        )

    async def _answer(self, visit: Visit, scope: Scope) -> Answer | None:
        """Give the answer as it will leave, or None when the connection is to be closed."""
        if refusal := self._refusal(visit):
            return self._refuse(visit, refusal)
        fault = self._faults.take(visit.method, visit.route)
        if fault is None:
            return self._metered(visit, await self._ask(visit, scope))
        visit.fault = fault.text
        if fault.kind == "drop":
            return None
        if fault.kind in BEFORE:
            return self._refuse(visit, _fault_problem(fault, visit))
        return self._spoilt(visit, fault, self._metered(visit, await self._ask(visit, scope)))

    def _refusal(self, visit: Visit) -> Problem | None:
        """Check in the order key, rate, scope, credits; which order Introw has is not documented."""
        if visit.key is None:
            return problems.unauthorized()
        if not self._windows.admit(visit.key.name):
            return problems.rate_exceeded()
        if visit.scope not in visit.key.scopes:
            return problems.forbidden(visit.scope)
        return problems.credits_exhausted() if self._credits.exhausted else None

    def _refuse(self, visit: Visit, problem: Problem) -> Answer:
        headers = self._headers(visit)
        if problem.status == 429 and self._choices.retry_after:
            headers["retry-after"] = str(self._windows.seconds_left())
        if problem.status == 402:
            headers |= self._credits.headers()
        return self._answer_of(problem, headers)

    def _answer_of(self, problem: Problem, headers: Mapping[str, str]) -> Answer:
        body = json.dumps(problem.body(self._choices.error_envelope)).encode()
        return Answer(problem.status, encoded({"content-type": "application/json", **headers}), body)

    def _headers(self, visit: Visit) -> dict[str, str]:
        left = self._windows.remaining(visit.key.name if visit.key else None)
        return {"x-ratelimit-remaining-minute": str(left)}

    async def _ask(self, visit: Visit, scope: Scope) -> Answer:
        """ListQuery the endpoint, and keep its whole answer back."""
        scope["sandbox.visit"] = visit
        sent: list[Message] = []
        done = {"type": "http.request", "body": visit.body, "more_body": False}

        async def receive() -> Message:
            return done

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], tuple(sent[0]["headers"]), body)

    def _metered(self, visit: Visit, answer: Answer) -> Answer:
        """Charge a success, and add the headers; what a fault then does to the answer costs the same."""
        headers = self._headers(visit)
        if answer.status < 400:
            self._credits.charge()
            headers |= self._credits.headers()
        return replace(answer, headers=answer.headers + encoded(headers))

    def _spoilt(self, visit: Visit, fault: Fault, answer: Answer) -> Answer | None:
        """Spoil an answer whose request has taken effect."""
        match fault.kind:
            case "lose-answer":
                return None
            case "500-after":
                return self._refuse(visit, _fault_problem(replace(fault, kind="500"), visit))
            case "slow":
                return replace(answer, delay=fault.seconds)
            case "garbage":
                return replace(
                    answer, status=200, body=b"<html>upstream {garbage", headers=html_headers(answer)
                )
            case "redirect":
                away = encoded({"location": "https://login.example.com/"})
                return replace(answer, status=302, body=b"", headers=(*html_headers(answer), *away))
            case _:
                return replace(answer, cut=len(answer.body) // 2)


def _fault_problem(fault: Fault, visit: Visit) -> Problem:
    match fault.kind:
        case "401":
            return problems.unauthorized()
        case "402":
            return problems.credits_exhausted()
        case "403":
            return problems.forbidden(visit.scope)
        case "429":
            return problems.rate_exceeded()
        case _:
            return Problem(int(fault.kind), _CODES[fault.kind], "A fault that was asked for.")
