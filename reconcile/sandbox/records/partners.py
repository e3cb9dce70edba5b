"""What happens to partners, and the comments on payouts."""

from __future__ import annotations

import json
from typing import Any

from pydantic.alias_generators import to_camel
from sqlalchemy import Select, insert, or_, select

from reconcile.sandbox.api.bodies import CommentCreate, PartnerCreate, PartnerPatch
from reconcile.sandbox.api.problems import invalid, not_found
from reconcile.sandbox.records import payouts, rows
from reconcile.sandbox.records.store import Work
from reconcile.sandbox.records.tables import Record, comments, partners

BASE: Select[Any] = select(partners)
_COLUMNS = {"name", "domain"}


def written(found: list[Record]) -> list[dict[str, Any]]:
    """Write a page of partners."""
    return [rows.partner_json(row) for row in found]


def row_of(work: Work, name: str) -> Record:
    """Fetch a partner by its id or its CRM external id (introw-api.md 2.16); 404 otherwise."""
    query = BASE.where(or_(partners.c.id == name, partners.c.external_id == name)).limit(1)
    row = work.one(query)
    if row is None:
        raise not_found("partner", name)
    return row


def read(work: Work, name: str) -> dict[str, Any]:
    """Read one partner."""
    return rows.partner_json(row_of(work, name))


def create(work: Work, body: PartnerCreate) -> tuple[bool, dict[str, Any]]:
    """Make a partner, or update the one with this domain or name (introw-api.md 2.16)."""
    matching = partners.c.domain == body.domain if body.domain else partners.c.name == body.name
    existing = work.one(BASE.where(matching).order_by(partners.c.id).limit(1))
    if existing is not None:
        return False, _patched(work, existing, body)
    partner_id = work.new_id("ptn_")
    work.connection.execute(
        insert(partners).values(
            id=partner_id,
            name=body.name,
            domain=body.domain,
            details=json.dumps(_details(body)),
            created_at=work.now,
            updated_at=work.now,
        )
    )
    work.effect(partner_id, "create")
    return True, read(work, partner_id)


def patch(work: Work, name: str, body: PartnerPatch) -> dict[str, Any]:
    """Change the members that were sent."""
    return _patched(work, row_of(work, name), body)


def _patched(work: Work, row: Record, body: PartnerCreate) -> dict[str, Any]:
    wanted: dict[str, Any] = body.model_dump(include=body.model_fields_set & _COLUMNS)
    wanted["details"] = json.dumps(json.loads(row["details"]) | _details(body))
    work.change(partners, row, wanted)
    return read(work, row["id"])


def _details(body: PartnerCreate) -> dict[str, Any]:
    sent = body.model_dump(include=body.model_fields_set - _COLUMNS)
    return {to_camel(name): value for name, value in sent.items()}


def comment(work: Work, body: CommentCreate) -> dict[str, Any]:
    """Keep a comment; its author must be a team member (introw-api.md 2.17)."""
    payouts.row_of(work, body.commission_payout_id)
    if body.author_email not in work.company.team:
        raise invalid("authorEmail", "Is not a member of the team.")
    comment_id = work.new_id("cmt_")
    kept = body.model_dump(exclude={"commission_payout_id"})
    kept |= {"id": comment_id, "payout_id": body.commission_payout_id, "created_at": work.now}
    work.connection.execute(insert(comments).values(**kept))
    work.effect(comment_id, "create")
    members = body.model_dump(by_alias=True)
    return {"id": comment_id, **members, "createdAt": work.now}
