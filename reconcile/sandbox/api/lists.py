"""The three list endpoints, whose parameters and envelopes follow the chosen way of paging."""

# Annotations are evaluated here and now: they name the paging style that is passed in.
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse

from reconcile.sandbox.api.answers import Line, Partner, Payout
from reconcile.sandbox.api.endpoints import begin
from reconcile.sandbox.api.paging import STYLES, ListQuery, Wanted, page_of
from reconcile.sandbox.api.problems import invalid
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.records import lines, partners, payouts, tables
from reconcile.sandbox.wire import Stage

PartnerId = Annotated[str | None, Query(alias="partnerId")]
PayoutId = Annotated[str | None, Query(alias="payoutId")]
BatchId = Annotated[str | None, Query(alias="batchId")]


def list_router(choices: Choices) -> APIRouter:
    """Make the list endpoints for these choices."""
    router = APIRouter()
    _add_payouts(router, choices)
    _add_lines(router, choices)
    _add_partners(router, choices)
    return router


def _add_payouts(router: APIRouter, choices: Choices) -> None:
    style = STYLES[choices.paging]

    @router.get("/payouts", tags=["Payouts"], response_model=style.envelope[Payout])
    async def list_payouts(
        request: Request,
        ask: Annotated[ListQuery, Depends(style.read)],
        stage: Stage | None = None,
        partner_id: PartnerId = None,
        batch_id: BatchId = None,
    ) -> JSONResponse:
        """List payouts (introw-api.md 2.3); only the filter by stage is documented."""
        filters = {"stage": stage, "partner_id": partner_id, "batch_id": batch_id}
        with begin(request) as work:
            wanted = Wanted(request, ask, filters)
            write = partial(payouts.written, work)
            return JSONResponse(page_of(work, tables.payouts, payouts.BASE, wanted, write))


def _add_lines(router: APIRouter, choices: Choices) -> None:
    style = STYLES[choices.paging]

    @router.get("/commission-lines", tags=["Lines"], response_model=style.envelope[Line])
    async def list_lines(
        request: Request,
        ask: Annotated[ListQuery, Depends(style.read)],
        payout_id: PayoutId = None,
        partner_id: PartnerId = None,
        status: str | None = None,
    ) -> JSONResponse:
        """List lines by payout, partner or status (introw-api.md 2.10)."""
        filters = {"payout_id": payout_id, "partner_id": partner_id, "status": _status(choices, status)}
        hidden = None if choices.list_voided or status else tables.lines.c.status != "VOIDED"
        with begin(request) as work:
            wanted = Wanted(request, ask, filters, hidden)
            write = partial(lines.written, work)
            return JSONResponse(page_of(work, tables.lines, lines.BASE, wanted, write))


def _add_partners(router: APIRouter, choices: Choices) -> None:
    style = STYLES[choices.paging]

    @router.get("/partners", tags=["Partners"], response_model=style.envelope[Partner])
    async def list_partners(request: Request, ask: Annotated[ListQuery, Depends(style.read)]) -> JSONResponse:
        """List partners (introw-api.md 2.16)."""
        with begin(request) as work:
            wanted = Wanted(request, ask, {})
            return JSONResponse(page_of(work, tables.partners, partners.BASE, wanted, partners.written))


def _status(choices: Choices, name: str | None) -> str | None:
    """Turn a status on the wire into ours; a name that is not in use is refused (a choice)."""
    if name is None:
        return None
    status = choices.status_from_wire(name)
    if status is None:
        raise invalid("status", "Is not a line status.")
    return status
