"""What happened to one payout or line beside the runs: exports, bills, payments and closes that name it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.domain.bill import IssuedBill
from reconcile.domain.settlement import Settlement
from reconcile.domain.snapshot import Environment, Snapshot
from reconcile.store.closes import KeptClose, kept_closes
from reconcile.store.store import Store


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. at: UTC, ISO 8601. kind: `export`, `return`, `bill`, `payment` or `close`.

    by: empty where nobody is known. place: the file, where there is one.
    """

    at: str
    by: str
    kind: str
    what: str
    partner_name: str = ""
    place: str = ""


def events_of(store: Store, environment: Environment, record_id: str) -> tuple[Event, ...]:
    """Everything that the store knows of a record beside the runs, by kind. Raises StateError."""
    exported = tuple(_exports(store, environment, record_id))
    bills = (one for one in store.bills(environment) if record_id in (one.payout_id, one.line_id))
    payments = (one for one in store.settlements(environment) if one.payout_id == record_id)
    closes = (one for one in kept_closes(store, environment) if json.dumps(record_id) in one.inputs)
    return (*exported, *map(_bill, bills), *map(_payment, payments), *map(_close, closes))


def _exports(store: Store, environment: Environment, record_id: str) -> Iterator[Event]:
    exports = store.exports(environment, holding=record_id)
    ids = [one.workbook_id for one in exports]
    files = {one.workbook_id: one for one in store.handouts_with(ids)}
    returned = store.returned(ids)
    baseline = store.baseline(ids[-1]) if ids else None
    partner = _partner(baseline, record_id) if baseline else ""
    for one in exports:
        handout = files.get(one.workbook_id)
        to = f" for {handout.recipient or handout.part}" if handout else ""
        at, place = one.exported_at.isoformat(), handout.file if handout else ""
        yield Event(at, one.exported_by, "export", f"exported as {one.workbook_id}{to}", partner, place)
        if one.workbook_id in returned:
            yield Event(returned[one.workbook_id], "", "return", f"{one.workbook_id} came back", partner)


def _partner(baseline: Snapshot, record_id: str) -> str:
    payout, line = baseline.payouts.get(record_id), baseline.lines.get(record_id)
    return payout.partner_name if payout else baseline.partner_name(line.partner_id) if line else ""


def _bill(one: IssuedBill) -> Event:
    again = f", again: {one.reason}" if one.reason else ""
    return Event(
        one.issued_at, one.issued_by, "bill", f"bill {one.number}: {one.amount}{again}", place=one.file
    )


def _payment(one: Settlement) -> Event:
    when = f" on {one.paid_on}" if one.paid_on else ""
    reference = f", reference {one.reference}" if one.reference else ""
    state = "one of several solutions" if one.is_alternative else one.state
    what = f"payment {state}, {one.verdict}: {one.amount}{when}{reference}"
    return Event(one.read_at, one.read_by, "payment", what, place=one.file)


def _close(one: KeptClose) -> Event:
    return Event(one.at, one.by, "close", f"in the close of {one.period}, {one.superseded or one.close_id}")
