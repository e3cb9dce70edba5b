"""What happens to payouts and batches: reading with amounts, patching, creating, statements."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, select, update

from reconcile.sandbox import moments, money
from reconcile.sandbox.api.bodies import PayoutPatch
from reconcile.sandbox.api.problems import Problem, not_found
from reconcile.sandbox.records import rows
from reconcile.sandbox.records.store import Work
from reconcile.sandbox.records.tables import Record, lines, partners, payouts

BASE: Select[Any] = select(payouts, partners.c.name.label("partner_name")).join(
    partners, partners.c.id == payouts.c.partner_id
)
# The two queries that every answer about a payout needs, built once: building costs more than running.
_BY_ID = BASE.where(payouts.c.id == bindparam("payout_id"))
_ALL_SUMS = (
    select(lines.c.payout_id, lines.c.currency, func.sum(lines.c.minor))
    .where(lines.c.payout_id.is_not(None), lines.c.status != "VOIDED")
    .group_by(lines.c.payout_id, lines.c.currency)
)
_SUMS = _ALL_SUMS.where(lines.c.payout_id.in_(bindparam("payout_ids", expanding=True)))
_MANY = 10_000  # above it, all payouts are added up: SQLite takes only so many parameters


def written(work: Work, found: Sequence[Record]) -> list[dict[str, Any]]:
    """Write payouts with their amounts, which one grouped query computes for all of them."""
    sums = _sums(work, [row["id"] for row in found])
    company = work.company
    return [
        rows.payout_json(
            row,
            money.in_company_currency(sums[row["id"]], company.rates, company.currency),
            company.currency,
            work.choices,
        )
        for row in found
    ]


def _sums(work: Work, payout_ids: list[str]) -> dict[str, list[tuple[str, int]]]:
    """Add up the lines that are not voided, per payout and currency, exactly."""
    query, values = (_SUMS, {"payout_ids": payout_ids}) if len(payout_ids) <= _MANY else (_ALL_SUMS, {})
    sums: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for payout_id, currency, minor in work.connection.execute(query, values):
        sums[payout_id].append((currency, minor))
    return sums


def row_of(work: Work, payout_id: str) -> Record:
    """Fetch a payout's row; 404 when there is none."""
    row = work.one(_BY_ID, payout_id=payout_id)
    if row is None:
        raise not_found("payout", payout_id)
    return row


def read(work: Work, payout_id: str) -> dict[str, Any]:
    """Read one payout."""
    return written(work, [row_of(work, payout_id)])[0]


def patch(work: Work, payout_id: str, body: PayoutPatch) -> dict[str, Any]:
    """Change the members that were sent; any stage may follow any stage (introw-api.md 2.5)."""
    row = row_of(work, payout_id)
    sent = body.model_dump(mode="json", include=body.model_fields_set)
    if "metadata" in sent:
        sent["statement_note"] = sent.pop("metadata")
    change(work, row, sent)
    return read(work, payout_id)


def change(work: Work, row: Record, wanted: dict[str, Any], kind: str = "update") -> None:
    """Write what differs; another stage may make its lines count as paid."""
    changed = work.change(payouts, row, wanted, kind)
    if "stage" in changed:
        _restate_lines(work, row["id"], changed["stage"])


def _restate_lines(work: Work, payout_id: str, stage: str) -> None:
    """Let the lines count as paid or not (introw-api.md 5.5); no other stage touches them."""
    status = rows.status_on(stage)
    work.connection.execute(
        update(lines)
        .where(lines.c.payout_id == payout_id, lines.c.status.not_in(["VOIDED", status]))
        .values(status=status)
    )


def statement(work: Work, payout_id: str) -> dict[str, Any]:
    """Give a link to the statement; the same content gives the same document (introw-api.md 2.8)."""
    row = row_of(work, payout_id)
    if not work.company.billing_complete:
        raise Problem(422, "NO_BILLING_INFO", "The company's billing information is incomplete.")
    query = (
        select(lines.c.id, lines.c.amount, lines.c.currency, lines.c.description)
        .where(lines.c.payout_id == payout_id, lines.c.status != "VOIDED")
        .order_by(lines.c.id)
    )
    content = [list(line) for line in work.connection.execute(query)]
    if not content:
        raise Problem(422, "NO_COMMISSION_LINES", "The payout has no commission line.")
    document = json.dumps([content, row["po_number"], row["statement_note"]])
    name = hashlib.sha256(document.encode()).hexdigest()[:24]
    return {
        "url": f"https://statements.invalid/{payout_id}/{name}.pdf",
        "expiresAt": moments.in_one_hour(),
        "isUploaded": False,
    }
