"""What happens to commission lines: creating, patching, declining, detaching."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Select, func, insert, select, update

from reconcile.sandbox import moments, money
from reconcile.sandbox.api.bodies import Decline, LineCreate, LinePatch
from reconcile.sandbox.api.problems import Problem, invalid
from reconcile.sandbox.records import payouts, rows
from reconcile.sandbox.records.store import Work
from reconcile.sandbox.records.tables import Record, lines, partners
from reconcile.sandbox.wire import Text2000

BASE: Select[Any] = select(lines)
_DETAIL: TypeAdapter[str | None] = TypeAdapter(Text2000 | None)
_MONEY = {"amount", "currency", "source_amount"}


def written(work: Work, found: list[Record]) -> list[dict[str, Any]]:
    """Write a page of lines."""
    return [rows.line_json(row, work.choices) for row in found]


def row_of(work: Work, line_id: str) -> Record:
    """Fetch a line's row; 404 when there is none."""
    return work.known(lines, "commission line", line_id)


def read(work: Work, line_id: str) -> dict[str, Any]:
    """Read one line."""
    return rows.line_json(row_of(work, line_id), work.choices)


def create(work: Work, body: LineCreate) -> tuple[bool, dict[str, Any]]:
    """Make a line, or return the one that this idempotency key made (introw-api.md 2.12).

    The first member says whether it is new.
    """
    key = body.idempotency_key if work.choices.honour_keys else None
    if key is not None and (earlier := _made_with(work, key)):
        return False, rows.line_json(earlier, work.choices)
    source = body.source_amount or (body.amount if work.choices.fill_source else None)
    columns = _money(work, body.amount, source, body.currency)
    if columns["minor"] == 0:
        raise invalid("amount", "Must not be zero.")
    work.known(partners, "partner", body.partner_id)
    payout = _payout_for(work, body)
    line_id = work.new_id("cln_")
    work.connection.execute(
        insert(lines).values(
            id=line_id,
            partner_id=body.partner_id,
            payout_id=body.payout_id,
            description=_text(work, body.description),
            status=rows.status_on(payout["stage"] if payout else None),
            period_end=payout["period_end"] if payout else moments.month_end(work.now),
            idempotency_key=key,
            created_at=work.now,
            updated_at=work.now,
            **columns,
        )
    )
    work.effect(line_id, "create")
    return True, read(work, line_id)


def _made_with(work: Work, key: str) -> Record | None:
    """Find the line that this key made; a key past its life is forgotten."""
    earlier = work.one(select(lines).where(lines.c.idempotency_key == key))
    life = work.choices.key_life
    if earlier is None or not life or moments.seconds_since(earlier["created_at"]) < life:
        return earlier
    work.connection.execute(update(lines).where(lines.c.id == earlier["id"]).values(idempotency_key=None))
    return None


def _text(work: Work, text: str | None) -> str | None:
    return " ".join(text.split()) if text and work.choices.trim_texts else text


def _payout_for(work: Work, body: LineCreate) -> Record | None:
    if body.payout_id is None:
        return None
    payout = payouts.row_of(work, body.payout_id)
    if payout["partner_id"] != body.partner_id:
        raise invalid("payoutId", "Is a payout of another partner.")
    _refuse_paid(work, payout)
    return payout


def _money(work: Work, amount: str, source_amount: str | None, currency: str) -> dict[str, Any]:
    """Check and write the money columns; a currency without a rate is refused (introw-api.md 5.9)."""
    if money.decimals(currency) is None:
        raise invalid("currency", "Is not an ISO 4217 code.")
    if currency not in work.company.rates:
        raise invalid("currency", "Has no rate in this organisation.")
    try:
        return rows.money_columns(amount, source_amount, currency, work.choices)
    except ValueError as error:
        raise invalid("amount", str(error)) from error


def patch(work: Work, line_id: str, body: LinePatch) -> dict[str, Any]:
    """Change the members that were sent; a voided line is refused (introw-api.md 2.13)."""
    row = row_of(work, line_id)
    if row["status"] == "VOIDED":
        raise Problem(422, "COMMISSION_LINE_VOIDED", "A voided line cannot be edited.")
    if row["payout_id"] is not None:
        _refuse_paid(work, payouts.row_of(work, row["payout_id"]))
    wanted = body.model_dump(include=body.model_fields_set)
    if _MONEY & wanted.keys():
        whole = row | wanted
        wanted |= _money(work, whole["amount"], whole["source_amount"], whole["currency"])
    if "description" in wanted:
        wanted["description"] = _text(work, wanted["description"])
    work.change(lines, row, wanted)
    return read(work, line_id)


def decline(work: Work, line_id: str, body: Decline) -> dict[str, Any]:
    """Void a line that is on a payout; the last one takes the payout along (introw-api.md 2.14)."""
    reason, detail = _reason(work, body)
    row, payout = _on_payout(work, line_id)
    wanted = {"status": "VOIDED", "reason_type": reason, "reason_detail": detail}
    if work.choices.decline_payout_id == "null":
        wanted["payout_id"] = None
    work.change(lines, row, wanted, "decline")
    _decline_if_empty(work, payout)
    return read(work, line_id)


def detach(work: Work, line_id: str) -> dict[str, Any]:
    """Return a line to the pending pool (introw-api.md 2.15)."""
    row, payout = _on_payout(work, line_id)
    work.change(lines, row, {"status": "PENDING", "payout_id": None}, "detach")
    if work.choices.detach_last == "decline":
        _decline_if_empty(work, payout)
    return read(work, line_id)


def _reason(work: Work, body: Decline) -> tuple[str, str | None]:
    choices = work.choices
    if body.reason_type not in choices.reason_types:
        raise invalid("reasonType", f"Must be one of {', '.join(choices.reason_types)}.")
    try:
        detail = _DETAIL.validate_python((body.model_extra or {}).get(choices.detail_field))
    except ValidationError as error:
        raise invalid(choices.detail_field, "Must be a text of at most 2000 characters.") from error
    if body.reason_type == "CUSTOM" and not (detail or "").strip():
        raise invalid(choices.detail_field, "Is required when reasonType is CUSTOM.")
    return body.reason_type, detail


def _on_payout(work: Work, line_id: str) -> tuple[Record, Record]:
    """Fetch a line and its payout; 422 when it is not on one (introw-api.md 2.14, 2.15)."""
    row = row_of(work, line_id)
    if row["payout_id"] is None or row["status"] == "VOIDED":
        raise Problem(422, "COMMISSION_LINE_NOT_ON_PAYOUT", "The line is not on a payout.")
    payout = payouts.row_of(work, row["payout_id"])
    _refuse_paid(work, payout)
    return row, payout


def _refuse_paid(work: Work, payout: Record) -> None:
    if payout["stage"] == "PAID" and work.choices.edit_paid == "refuse":
        raise Problem(422, "PAYOUT_PAID", "The lines of a paid payout are final.")


def _decline_if_empty(work: Work, payout: Record) -> None:
    query = (
        select(func.count())
        .select_from(lines)
        .where(lines.c.payout_id == payout["id"], lines.c.status != "VOIDED")
    )
    if work.connection.execute(query).scalar_one() == 0:
        payouts.change(work, payout, {"stage": "DECLINED"}, "auto-decline")
