"""Puts the sandbox's application together: endpoints, refusals, document, gate."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from reconcile.sandbox.api import controls, endpoints
from reconcile.sandbox.api.answers import FlatError, NestedError
from reconcile.sandbox.api.faults import Faults
from reconcile.sandbox.api.gate import Gate
from reconcile.sandbox.api.lists import list_router
from reconcile.sandbox.api.problems import Detail, Problem, all_invalid, invalid
from reconcile.sandbox.api.visit import API
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.records.store import Store

_REFUSALS = {
    401: "The key is missing or not valid.",
    402: "The month's credits are used up.",
    403: "The key lacks a scope.",
    422: "The request is not valid, or the record's state does not allow it.",
    429: "The key has used up its window.",
}


def create_app(store: Store, choices: Choices, faults: Faults) -> ASGIApp:
    """Make the application that uvicorn serves."""
    return Gate(_routes(choices), store, choices, faults)


@lru_cache(maxsize=8)
def _routes(choices: Choices) -> FastAPI:
    """The endpoints, which all servers with these choices share: the gate tells each request its records.

    FastAPI takes longer to build them than to answer a request.
    """
    app = FastAPI(title="Introw API (sandbox)", version="2026-05-20", docs_url=None, redoc_url=None)
    error = NestedError if choices.error_envelope == "nested" else FlatError
    refusals: dict[int | str, dict[str, Any]] = {
        status: {"model": error, "description": text} for status, text in _REFUSALS.items()
    }
    for router in (list_router(choices), *endpoints.ROUTERS):
        app.include_router(router, prefix=API, responses=refusals)
    app.include_router(controls.router)
    _answer_refusals(app, choices)
    _complete_document(app, choices, error.__name__)
    return app


def _answer_refusals(app: FastAPI, choices: Choices) -> None:
    """Give every refusal the one error body, those of the framework included."""

    def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
        return JSONResponse(problem.body(choices.error_envelope), problem.status, headers)

    @app.exception_handler(Problem)
    async def refuse(_: Request, problem: Problem) -> JSONResponse:
        return answer(problem)

    @app.exception_handler(RequestValidationError)
    async def refuse_invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return answer(all_invalid(_detail(each) for each in error.errors()))

    @app.exception_handler(HTTPException)
    async def refuse_unrouted(_: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 400:  # a body that is not even text
            return answer(invalid("body", error.detail))
        code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(error.status_code, "BAD_REQUEST")
        return answer(Problem(error.status_code, code, error.detail), error.headers)


def _detail(error: dict[str, Any]) -> Detail:
    """Name the field without the place it came from: `body.amount` is `amount`."""
    place = ".".join(str(part) for part in error["loc"][1:])
    return Detail(place or str(error["loc"][0]), error["msg"].removeprefix("Value error, "))


def _complete_document(app: FastAPI, choices: Choices, error: str) -> None:
    """Write into the OpenAPI document what depends on choices, and the headers of every answer."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
            _complete(app.openapi_schema, choices, error)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _complete(document: dict[str, Any], choices: Choices, error: str) -> None:
    # Only documented here: the gate is what checks the key, before a body is even read.
    key = {"type": "apiKey", "in": "header", "name": "x-api-key"}
    document["components"]["securitySchemes"] = {"ApiKeyAuth": key}
    document["security"] = [{"ApiKeyAuth": []}]
    decline = document["components"]["schemas"]["Decline"]["properties"]
    decline["reasonType"]["enum"] = list(choices.reason_types)
    decline[choices.detail_field] = {"type": "string", "maxLength": 2000}
    remaining = {"schema": {"type": "integer", "minimum": 0}, "required": True}
    body = {"application/json": {"schema": {"$ref": f"#/components/schemas/{error}"}}}
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                response["headers"] = {"x-ratelimit-remaining-minute": remaining}
                if status == "404":
                    response["content"] = body
