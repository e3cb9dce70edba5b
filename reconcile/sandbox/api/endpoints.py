"""The operations of introw-api.md, section 2, as HTTP endpoints; each is one transaction."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, status
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from reconcile.sandbox.api.answers import Batch, Comment, Line, One, Partner, Payout, Statement
from reconcile.sandbox.api.bodies import (
    BatchCreate,
    CommentCreate,
    Decline,
    LineCreate,
    LinePatch,
    PartnerCreate,
    PartnerPatch,
    PayoutCreate,
    PayoutPatch,
)
from reconcile.sandbox.records import batches, lines, partners, payouts
from reconcile.sandbox.records.store import Store, Work

RecordId = Annotated[str, Path(min_length=1)]
CREATED = status.HTTP_201_CREATED
MISSING: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such record."}}
_payouts, _lines, _partners, _comments = (
    APIRouter(tags=[tag], responses=MISSING) for tag in ("Payouts", "Lines", "Partners", "Comments")
)
ROUTERS = (_payouts, _lines, _partners, _comments)


def begin(request: Request) -> AbstractContextManager[Work]:
    """Begin the transaction of this request."""
    store: Store = request.scope["sandbox.store"]
    return store.work(request.scope["sandbox.visit"])


def _one(record: dict[str, Any], status_code: int = 200) -> JSONResponse:
    return JSONResponse({"data": record}, status_code)


def _made(made: tuple[bool, dict[str, Any]]) -> JSONResponse:
    """Answer 201 for a new record and 200 for one that was there already."""
    new, record = made
    return _one(record, 201 if new else 200)


def _or_existing(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    return {200: {"model": model, "description": "It existed already."}}


@_payouts.get("/payouts/{payout_id}", response_model=One[Payout])
async def get_payout(request: Request, payout_id: RecordId) -> JSONResponse:
    """Read one payout (introw-api.md 2.4)."""
    with begin(request) as work:
        return _one(payouts.read(work, payout_id))


@_payouts.patch("/payouts/{payout_id}", response_model=One[Payout])
async def patch_payout(request: Request, payout_id: RecordId, body: PayoutPatch) -> JSONResponse:
    """Change stage, PO number or statement note (introw-api.md 2.5)."""
    with begin(request) as work:
        return _one(payouts.patch(work, payout_id, body))


@_payouts.post(
    "/payouts",
    status_code=CREATED,
    response_model=One[Payout],
    responses=_or_existing(One[Payout]),
)
async def create_payout(request: Request, body: PayoutCreate) -> JSONResponse:
    """Make a payout, or return the one on this batch (introw-api.md 2.6)."""
    with begin(request) as work:
        new, record = batches.create_payout(work, body)
        return _made((new or not work.choices.say_existing, record))


@_payouts.post("/payout-batches", status_code=CREATED, response_model=One[Batch])
async def create_batch(request: Request, body: BatchCreate) -> JSONResponse:
    """Make a batch and its payouts (introw-api.md 2.7)."""
    with begin(request) as work:
        return _one(batches.create_batch(work, body), 201)


@_payouts.post("/payouts/{payout_id}/statement", response_model=One[Statement])
async def make_statement(request: Request, payout_id: RecordId) -> JSONResponse:
    """Give a link to the payout's statement (introw-api.md 2.8)."""
    with begin(request) as work:
        return _one(payouts.statement(work, payout_id))


@_lines.get("/commission-lines/{line_id}", response_model=One[Line])
async def get_line(request: Request, line_id: RecordId) -> JSONResponse:
    """Read one line (introw-api.md 2.11)."""
    with begin(request) as work:
        return _one(lines.read(work, line_id))


@_lines.post(
    "/commission-lines",
    status_code=CREATED,
    response_model=One[Line],
    responses=_or_existing(One[Line]),
)
async def create_line(request: Request, body: LineCreate) -> JSONResponse:
    """Make a line, or return the one of this idempotency key (introw-api.md 2.12)."""
    with begin(request) as work:
        made = lines.create(work, body)
        return _made(made) if work.choices.show_created else JSONResponse({}, 201)


@_lines.patch("/commission-lines/{line_id}", response_model=One[Line])
async def patch_line(request: Request, line_id: RecordId, body: LinePatch) -> JSONResponse:
    """Change a line that is not voided (introw-api.md 2.13)."""
    with begin(request) as work:
        return _one(lines.patch(work, line_id, body))


@_lines.post("/commission-lines/{line_id}/decline", response_model=One[Line])
async def decline_line(request: Request, line_id: RecordId, body: Decline) -> JSONResponse:
    """Void a line that is on a payout (introw-api.md 2.14)."""
    with begin(request) as work:
        return _one(lines.decline(work, line_id, body))


@_lines.post("/commission-lines/{line_id}/detach", response_model=One[Line])
async def detach_line(request: Request, line_id: RecordId) -> JSONResponse:
    """Return a line to the pending pool (introw-api.md 2.15)."""
    with begin(request) as work:
        return _one(lines.detach(work, line_id))


@_partners.get("/partners/{partner_id}", response_model=One[Partner])
async def get_partner(request: Request, partner_id: RecordId) -> JSONResponse:
    """Read one partner by id or CRM external id (introw-api.md 2.16)."""
    with begin(request) as work:
        return _one(partners.read(work, partner_id))


@_partners.post(
    "/partners",
    status_code=CREATED,
    response_model=One[Partner],
    responses=_or_existing(One[Partner]),
)
async def create_partner(request: Request, body: PartnerCreate) -> JSONResponse:
    """Make a partner, or update the one that matches (introw-api.md 2.16)."""
    with begin(request) as work:
        return _made(partners.create(work, body))


@_partners.patch("/partners/{partner_id}", response_model=One[Partner])
async def patch_partner(request: Request, partner_id: RecordId, body: PartnerPatch) -> JSONResponse:
    """Change a partner (introw-api.md 2.16)."""
    with begin(request) as work:
        return _one(partners.patch(work, partner_id, body))


@_comments.post("/comments", status_code=CREATED, response_model=One[Comment])
async def create_comment(request: Request, body: CommentCreate) -> JSONResponse:
    """Leave a comment on a payout (introw-api.md 2.17)."""
    with begin(request) as work:
        return _one(partners.comment(work, body), 201)
