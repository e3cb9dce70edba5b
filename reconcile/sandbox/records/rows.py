"""Between records and rows: the seed into tables, a request into its log, rows into JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, insert

from reconcile.sandbox import money
from reconcile.sandbox.api.visit import Visit
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.records import tables
from reconcile.sandbox.records.tables import Record
from reconcile.sandbox.seed import Seed, SeedLine, SeedPayout, exact_rates

_PLAIN = Choices()
_PARTNER_DEFAULTS: dict[str, Any] = {
    "externalCompanyId": None,
    "externalIdType": None,
    "managerEmail": None,
    "categories": [],
    "tierId": None,
    "phaseId": None,
    "status": "active",
}


def load(connection: Connection, seed: Seed) -> None:
    """Insert a whole seed, each table in one bulk statement."""
    company = seed.organisation
    stages = {payout.id: payout.stage.value for payout in seed.payouts}
    organisation = {"currency": company.currency, "billing_complete": company.billing_complete}
    filled: dict[Table, list[dict[str, Any]]] = {
        tables.organisation: [{**organisation, "team": json.dumps(company.team)}],
        tables.rates: [{"currency": code, "rate": str(rate)} for code, rate in exact_rates(seed).items()],
        tables.partners: [{**one.model_dump(), "details": json.dumps(one.details)} for one in seed.partners],
        tables.batches: [batch.model_dump() for batch in seed.batches],
        tables.payouts: [_payout_row(payout) for payout in seed.payouts],
        tables.lines: [_line_row(line, stages) for line in seed.lines],
    }
    for table, rows in filled.items():
        if rows:
            connection.execute(insert(table), rows)


def _payout_row(payout: SeedPayout) -> dict[str, Any]:
    row = payout.model_dump()
    return {**row, "statement_note": row.pop("metadata"), "stage": payout.stage.value}


def _line_row(line: SeedLine, stages: Mapping[str, str]) -> dict[str, Any]:
    row = line.model_dump()
    row["reason_type"] = row.pop("void_reason")
    stage = stages.get(line.payout_id or "")
    row["status"] = "VOIDED" if line.void_reason else status_on(stage)
    return row | money_columns(line.amount, line.source_amount, line.currency)


def status_on(stage: str | None) -> str:
    """Give the status of a line on a payout in this stage, or of the pool when there is none."""
    if stage is None:
        return "PENDING"
    return "PAID" if stage == "PAID" else "IN_PAYOUT"


def money_columns(
    amount: str, source_amount: str | None, currency: str, choices: Choices = _PLAIN
) -> dict[str, Any]:
    """Write the money columns of a line; raises ValueError when the currency has fewer decimals."""
    keep = choices.more_decimals == "keep"
    exact = money.parse(amount) if keep else money.parse_amount(amount, currency)
    exact = money.stepped(exact, choices.amount_step)
    source = None if source_amount is None else money.written(money.parse(source_amount), currency)
    return {
        "amount": money.written(exact, currency),
        "minor": money.minor_units(exact, currency),
        "source_amount": source,
        "currency": currency,
    }


def of_visit(visit: Visit) -> dict[str, Any]:
    """Write the request log's row; it holds the key's name, never a key we do not know."""
    key, body = visit.key.name if visit.key else None, visit.body.decode("utf-8", "replace")
    return {**vars(visit), "key": key, "body": body}


def payout_json(row: Record, amount: str, currency: str, choices: Choices) -> dict[str, Any]:
    """Write a payout as introw-api.md 2.2 shows it."""
    note = {"metadata": row["statement_note"]} if choices.echo_metadata else {}
    return {
        "id": row["id"],
        "partner": {"id": row["partner_id"], "name": row["partner_name"]},
        "batchId": row["batch_id"],
        "periodStart": row["period_start"],
        "periodEnd": row["period_end"],
        "amount": {"value": amount, "currency": currency},
        "stage": row["stage"],
        "poNumber": row["po_number"],
        **note,
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
    }


def line_json(row: Record, choices: Choices) -> dict[str, Any]:
    """Write a line as introw-api.md 2.9 shows it."""
    note = {"note": row["note"]} if choices.echo_note else {}
    return {
        "id": row["id"],
        "partnerId": row["partner_id"],
        "payoutId": row["payout_id"],
        "description": row["description"],
        "amount": row["amount"],
        "sourceAmount": row["source_amount"],
        "currency": row["currency"],
        "status": choices.status_on_wire(row["status"]),
        "planName": row["plan_name"],
        "periodEnd": row["period_end"],
        **note,
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
    }


def partner_json(row: Record) -> dict[str, Any]:
    """Write a partner as introw-api.md 2.16 shows it."""
    details = _PARTNER_DEFAULTS | json.loads(row["details"])
    return {
        "id": row["id"],
        "name": row["name"],
        "domain": row["domain"],
        "externalId": row["external_id"],
        **details,
        "owner": None,
        "manager": None,
        "partnerObjectCrmProperties": {"name": row["name"]},
        "companyCrmProperties": {"domain": row["domain"]},
        "crmProperties": {"name": row["name"]},
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
    }


def batch_json(row: Record, payout_ids: Iterable[str]) -> dict[str, Any]:
    """Write a batch with the payouts it opened, which is a choice (introw-api.md 2.7)."""
    return {
        "id": row["id"],
        "periodStart": row["period_start"],
        "periodEnd": row["period_end"],
        "payoutIds": list(payout_ids),
        "createdAt": row["created_at"],
    }
