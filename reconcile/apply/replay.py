"""Reads from a journal how far its run is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reconcile.domain.money import recorded_amount
from reconcile.plan.outcome import Moved, OperationOutcome, Outcome
from reconcile.store.entries import Entry

LINES_THERE: Final = "twins"
"""The member of a start entry that holds `Progress.lines_there`; the name stands in every record."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a journal says of a run: the outcomes so far, and the intents that have none.

    lines_there: by creation, the lines like it or near it before the run wrote anything. amounts: the
    payouts' amounts then.
    """

    outcomes: dict[str, OperationOutcome]
    pending: frozenset[str]
    lines_there: dict[str, frozenset[str]]
    amounts: dict[str, Decimal]


def replay(entries: Iterable[Entry]) -> Progress:
    """The state of a run, which is only ever what its journal says."""
    outcomes: dict[str, OperationOutcome] = {}
    pending: set[str] = set()
    lines_there: dict[str, frozenset[str]] = {}
    amounts: dict[str, Decimal] = {}
    for entry in entries:
        match entry.kind:
            case "intent":
                pending.add(entry.operation_id)
            case "outcome":
                outcomes[entry.operation_id] = _outcome(entry)
                # What is unknown stays pending: only a re-read may settle it.
                if outcomes[entry.operation_id].outcome is not Outcome.UNKNOWN:
                    pending.discard(entry.operation_id)
            case "start":
                found = entry.body.get(LINES_THERE, {})
                # The first start counts: what stood there before this run wrote anything.
                lines_there = {key: frozenset(ids) for key, ids in found.items()} | lines_there
                told = entry.body.get("amounts", {})
                amounts = {key: recorded_amount(text) for key, text in told.items()} | amounts
    return Progress(outcomes, frozenset(pending), lines_there, amounts)


def _outcome(entry: Entry) -> OperationOutcome:
    body = entry.body
    return OperationOutcome(
        operation_id=entry.operation_id,
        outcome=Outcome(body["outcome"]),
        message=body.get("message", ""),
        result_id=body.get("result_id", ""),
        open=body.get("open", False),
        at=entry.at,
        status=body.get("status"),
        answer=body.get("answer", ""),
        moved=tuple(Moved(**one) for one in body.get("moved", ())),
    )
