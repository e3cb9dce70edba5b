"""Makes payouts and the batches they stand on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert, or_, select, update

from reconcile.sandbox.api.bodies import BatchCreate, PayoutCreate
from reconcile.sandbox.api.problems import invalid
from reconcile.sandbox.records import rows
from reconcile.sandbox.records.payouts import read as read_payout
from reconcile.sandbox.records.store import Work
from reconcile.sandbox.records.tables import Record, batches, lines, partners, payouts


def create_payout(work: Work, body: PayoutCreate) -> tuple[bool, dict[str, Any]]:
    """Make a payout, or find the one that the partner has on this batch (introw-api.md 2.6).

    The first member says whether it is new. On an existing payout nothing is applied.
    """
    _need_partners(work, [body.partner_id])
    batch = _batch_for(work, body)
    query = select(payouts.c.id).where(
        payouts.c.batch_id == batch["id"], payouts.c.partner_id == body.partner_id
    )
    if existing := work.connection.execute(query).scalar():
        return False, read_payout(work, existing)
    payout_id = _open(work, batch, body.partner_id, body.metadata)
    if body.attach_pending_lines:
        _attach_pending(work, payout_id, body.partner_id, batch["period_end"])
    return True, read_payout(work, payout_id)


def _batch_for(work: Work, body: PayoutCreate) -> Record:
    if body.batch_id is not None:
        return work.known(batches, "batch", body.batch_id)
    if body.period_start is None or body.period_end is None:
        raise invalid(
            "periodStart" if body.period_start is None else "periodEnd", "Is required without a batchId."
        )
    return _new_batch(work, body.period_start, body.period_end)


def _new_batch(work: Work, period_start: str, period_end: str) -> dict[str, Any]:
    if period_end < period_start:
        raise invalid("periodEnd", "Lies before periodStart.")
    batch = {
        "id": work.new_id("pbt_"),
        "period_start": period_start,
        "period_end": period_end,
        "created_at": work.now,
    }
    work.connection.execute(insert(batches).values(batch))
    work.effect(batch["id"], "create")
    return batch


def create_batch(work: Work, body: BatchCreate) -> dict[str, Any]:
    """Make a batch with one DRAFT payout per partner (introw-api.md 2.7)."""
    partner_ids = list(dict.fromkeys(body.partner_ids))
    _need_partners(work, partner_ids)
    batch = _new_batch(work, body.period_start, body.period_end)
    made = {partner_id: _open(work, batch, partner_id, None) for partner_id in partner_ids}
    if body.attach_pending_lines:
        for partner_id, payout_id in made.items():
            _attach_pending(work, payout_id, partner_id, body.period_end)
    return rows.batch_json(batch, made.values())


def _need_partners(work: Work, partner_ids: Iterable[str]) -> None:
    for partner_id in partner_ids:
        work.known(partners, "partner", partner_id)


def _open(work: Work, batch: Record, partner_id: str, note: str | None) -> str:
    payout_id = work.new_id("pay_")
    work.connection.execute(
        insert(payouts).values(
            id=payout_id,
            partner_id=partner_id,
            batch_id=batch["id"],
            period_start=batch["period_start"],
            period_end=batch["period_end"],
            stage="DRAFT",
            statement_note=note,
            created_at=work.now,
            updated_at=work.now,
        )
    )
    work.effect(payout_id, "create")
    return payout_id


def _attach_pending(work: Work, payout_id: str, partner_id: str, period_end: str) -> None:
    """Pull in the partner's pending lines of the period and of before (introw-api.md 5.10)."""
    eligible = (
        (lines.c.partner_id == partner_id)
        & (lines.c.status == "PENDING")
        & or_(lines.c.period_end.is_(None), lines.c.period_end <= period_end)
    )
    taken = list(work.connection.execute(select(lines.c.id).where(eligible)).scalars())
    work.connection.execute(
        update(lines).where(eligible).values(payout_id=payout_id, status="IN_PAYOUT", updated_at=work.now)
    )
    for line_id in taken:
        work.effect(line_id, "attach")
