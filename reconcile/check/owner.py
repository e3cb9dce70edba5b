"""Whose money a finding is about: the partner and the amount of its record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import NEW_KINDS, RecordKind, Unread, Value
from reconcile.domain.finding import Finding
from reconcile.domain.money import Money, parse_decimal
from reconcile.domain.snapshot import Snapshot


def money_of(kind: RecordKind, record_id: str, *snapshots: Snapshot) -> Money | None:
    """The amount of a payout or line in the first snapshot that has it."""
    for snapshot in snapshots:
        records = snapshot.payouts if kind is RecordKind.PAYOUT else snapshot.lines
        if record := records.get(record_id):
            return record.amount
    return None


def owned(findings: Iterable[Finding], *snapshots: Snapshot) -> Iterator[Finding]:
    """The findings on payouts and lines, each with its partner and amount; the others as they are."""
    for one in findings:
        name = _partner(one, snapshots)
        if one.partner_name or one.kind is None or not name:
            yield one
        else:
            yield replace(one, partner_name=name, money=money_of(one.kind, one.record_id, *snapshots))


def of_new_rows(findings: Iterable[Finding], edited: EditedWorkbook, known: Snapshot) -> Iterator[Finding]:
    """The findings, those on rows for new records with the partner and the amount that their row names."""
    rows = {
        (sheet.kind, f"row {row.number}"): row.values
        for sheet in (edited.new_lines, edited.new_payouts)
        for row in sheet.rows
    }
    for one in findings:
        values = rows.get((one.kind, one.record_id)) if one.kind in NEW_KINDS else None
        partner = _text(values, "partner_id")
        if partner in known.partners:
            name, money = known.partner_name(partner), _amount(values)
            yield replace(one, partner_name=name, money=money)
        else:
            yield one


def _partner(one: Finding, snapshots: Iterable[Snapshot]) -> str:
    for snapshot in snapshots:
        if one.kind is RecordKind.PAYOUT and one.record_id in snapshot.payouts:
            return snapshot.payouts[one.record_id].partner_name
        if one.kind is RecordKind.LINE and one.record_id in snapshot.lines:
            return snapshot.partner_name(snapshot.lines[one.record_id].partner_id)
    return ""


def _text(values: Mapping[str, Value] | None, name: str) -> str:
    value = (values or {}).get(name)
    return "" if value is None or isinstance(value, Unread) else value


def _amount(values: Mapping[str, Value] | None) -> Money | None:
    number, currency = parse_decimal(_text(values, "amount")), _text(values, "currency")
    return None if number is None or not currency else Money(number, currency)
