"""Whether a new line or payout was made already: under its key, or as one that says the same. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from reconcile.apply.journal import UsedKey
from reconcile.apply.settle import alike
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine
from reconcile.plan.made_before.likeness import KEY_USED, SAME, MadeRecord, made_of
from reconcile.plan.model import Action, Operation
from reconcile.plan.outcome import Moved, OperationOutcome, Outcome
from reconcile.plan.visible_state import DECLINED, line_state

_DECIDE = "Make the plan again from the workbook: it asks which is meant."


@dataclass(frozen=True)
class KnownRecords:
    """What is known before the first write of a process.

    used: the keys that earlier runs used. near: by operation, the lines of the new line's payout or partner,
    or the payouts of the new payout's partner. made: what earlier runs made, by id, as it is now.
    """

    used: Mapping[str, UsedKey] = field(default_factory=dict)
    near: Mapping[str, tuple[MadeRecord, ...]] = field(default_factory=dict)
    made: Mapping[str, MadeRecord] = field(default_factory=dict)

    def outcome(
        self, operation: Operation, names: Names, own: Collection[str] = ()
    ) -> OperationOutcome | None:
        """What becomes of a creation without any call; None where it may be sent.

        own: the records that this very run made.
        """
        used = self.used.get(operation.target.id)
        if used and used.record != operation.target.id:
            return self._made(operation, used.record, names)
        if used and (record := self._sent(operation, used)):
            return _already(operation, record)
        if used and operation.relies_on.get(KEY_USED) != operation.target.id:
            return _held(
                operation,
                f"An earlier run sent this {operation.target.kind}, its answer was lost, and live does not "
                "show it.",
                Moved(KEY_USED, operation.relies_on.get(KEY_USED), None, operation.target.id),
            )
        return self._same(operation, names, own)

    def _made(self, operation: Operation, record_id: str, names: Names) -> OperationOutcome:
        record, noun = self.made.get(record_id), _noun(operation)
        if record and not (isinstance(record, CommissionLine) and line_state(record, names) == DECLINED):
            return _already(operation, record_id)
        what = "it was declined since" if record else "it is not there any more"
        return OperationOutcome(
            operation.id,
            Outcome.SKIPPED,
            f"An earlier run made {noun} {record_id} of this row, and {what}. It is not made again; for "
            f"another {noun}, use an empty row.",
            moved=(Moved(KEY_USED, operation.relies_on.get(KEY_USED), None, record_id),),
        )

    def _sent(self, operation: Operation, used: UsedKey) -> str:
        """The record that an earlier run made whose answer was lost; empty where that cannot be told."""
        taken = {one.record for one in self.used.values()}
        found = made_of(used.posted, self.near[operation.id], taken) if used.posted else []
        return found[0] if len(found) == 1 else ""

    def _same(self, operation: Operation, names: Names, own: Collection[str]) -> OperationOutcome | None:
        """The hold of a creation beside records that say the same, and that no person decided upon."""
        same = SAME[operation.action]
        planned = operation.relies_on.get(same)
        decided = set((planned or "").split(", "))
        found = [
            one
            for one in alike(operation, self.near[operation.id], names).like
            if one not in {*own, *decided}
        ]
        if not found:
            return None
        records = ", ".join(found)
        return _held(
            operation,
            f"{said_of(operation, records)}, and was not there when the plan was made.",
            Moved(same, planned, None, records),
        )


def said_of(operation: Operation, records: str) -> str:
    """That other records say the same as a new one."""
    if operation.action is Action.CREATE_PAYOUT:
        return f"Payout {records} is for the same partner and period"
    return f"Line {records} says the same"


def _noun(operation: Operation) -> str:
    return "payout" if operation.action is Action.CREATE_PAYOUT else "line"


def _already(operation: Operation, record_id: str) -> OperationOutcome:
    message = f"an earlier run made this {_noun(operation)}"
    return OperationOutcome(operation.id, Outcome.ALREADY_APPLIED, message, record_id)


def _held(operation: Operation, reason: str, moved: Moved) -> OperationOutcome:
    return OperationOutcome(operation.id, Outcome.SKIPPED, f"{reason} {_DECIDE}", moved=(moved,))
