"""The sandbox's own paths: the request log, a dump of the state, and more faults.

They need a key, cost nothing, and are not in the OpenAPI document.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import Connection, Table, func, select

from reconcile.sandbox.api.faults import Faults, parse_fault
from reconcile.sandbox.api.problems import invalid
from reconcile.sandbox.api.visit import Visit
from reconcile.sandbox.records import lines, payouts, rows, tables
from reconcile.sandbox.records.store import Store, Work
from reconcile.sandbox.records.tables import Record

router = APIRouter(prefix="/_sandbox", include_in_schema=False)


class FaultText(BaseModel):
    """A fault to add, in the grammar of `faults`."""

    fault: str


@router.get("/requests")
async def list_requests(request: Request) -> JSONResponse:
    """Give the whole request log, in order."""
    store: Store = request.scope["sandbox.store"]
    with store.connection.begin():
        return JSONResponse({"requests": _everything(store.connection, tables.requests, "seq")})


@router.get("/state")
async def dump_state(request: Request) -> JSONResponse:
    """Give all records, with what the API hides, and the number of effects on each.

    Records are in the order of their ids, so that two dumps can be compared.
    """
    store: Store = request.scope["sandbox.store"]
    with store.work(Visit(seq=0, at="", method="GET", path="", query="", body=b"", key=None)) as work:
        return JSONResponse(
            {
                "payouts": _payouts(work),
                "lines": [_line(work, row) for row in work.all(lines.BASE.order_by(tables.lines.c.id))],
                "partners": _everything(work.connection, tables.partners, "id"),
                "batches": _everything(work.connection, tables.batches, "id"),
                "comments": _everything(work.connection, tables.comments, "id"),
                "effects": _effects(work.connection),
            }
        )


@router.get("/effects")
async def list_effects(request: Request) -> JSONResponse:
    """Give every effect in order: which record, what happened, on which request."""
    store: Store = request.scope["sandbox.store"]
    with store.connection.begin():
        return JSONResponse({"effects": _everything(store.connection, tables.effects, "seq")})


@router.post("/faults")
async def add_fault(request: Request, body: FaultText) -> JSONResponse:
    """Add a fault while the server runs."""
    faults: Faults = request.scope["sandbox.faults"]
    try:
        fault = parse_fault(body.fault)
    except ValueError as error:
        raise invalid("fault", str(error)) from error
    faults.add(fault)
    return JSONResponse({"fault": fault.text}, 201)


def _payouts(work: Work) -> list[dict[str, Any]]:
    found = work.all(payouts.BASE.order_by(tables.payouts.c.id))
    shown = payouts.written(work, found)
    return [one | {"metadata": row["statement_note"]} for one, row in zip(shown, found, strict=True)]


def _line(work: Work, row: Record) -> dict[str, Any]:
    hidden = {
        "note": row["note"],
        "reasonType": row["reason_type"],
        "reasonDetail": row["reason_detail"],
        "idempotencyKey": row["idempotency_key"],
    }
    return rows.line_json(row, work.choices) | hidden


def _everything(connection: Connection, table: Table, order: str) -> list[dict[str, Any]]:
    query = select(table).order_by(table.c[order])
    return [dict(row) for row in connection.execute(query).mappings()]


def _effects(connection: Connection) -> dict[str, int]:
    record_id = tables.effects.c.record_id
    query = select(record_id, func.count().label("times")).group_by(record_id).order_by(record_id)
    return {row.record_id: row.times for row in connection.execute(query)}
