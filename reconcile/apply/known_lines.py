"""Whether a new line was made already: under its key, or as a line that says the same. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from reconcile.apply.journal import UsedKey
from reconcile.apply.settle import alike
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine
from reconcile.plan.made_before.likeness import KEY_USED, SAME_LINES, made_of
from reconcile.plan.model import Operation
from reconcile.plan.outcome import Moved, OperationOutcome, Outcome
from reconcile.plan.visible_state import DECLINED, line_state

_DECIDE = "Make the plan again from the workbook: it asks which is meant."


@dataclass(frozen=True)
class KnownLines:
    """What is known before the first write of a process.

    used: the keys that earlier runs used. near: by operation, the lines of the new line's payout or partner.
    made: the lines that earlier runs made, by id, as they are now.
    """

    used: Mapping[str, UsedKey] = field(default_factory=dict)
    near: Mapping[str, tuple[CommissionLine, ...]] = field(default_factory=dict)
    made: Mapping[str, CommissionLine] = field(default_factory=dict)

    def outcome(
        self, operation: Operation, names: Names, own: Collection[str] = ()
    ) -> OperationOutcome | None:
        """What becomes of a creation without any call; None where it may be sent.

        own: the lines that this very run made.
        """
        used = self.used.get(operation.target.id)
        if used and used.line != operation.target.id:
            return self._made(operation, used.line, names)
        if used and (line := self._sent(operation, used)):
            return _already(operation, line)
        if used and operation.relies_on.get(KEY_USED) != operation.target.id:
            return _held(
                operation,
                "An earlier run sent this new line, its answer was lost, and live does not show it.",
                Moved(KEY_USED, operation.relies_on.get(KEY_USED), None, operation.target.id),
            )
        return self._same(operation, names, own)

    def _made(self, operation: Operation, line_id: str, names: Names) -> OperationOutcome:
        line = self.made.get(line_id)
        if line and line_state(line, names) != DECLINED:
            return _already(operation, line_id)
        what = "it was declined since" if line else "it is not there any more"
        return OperationOutcome(
            operation.id,
            Outcome.SKIPPED,
            f"An earlier run made line {line_id} of this row, and {what}. It is not made again; for another "
            "line, use an empty row.",
            moved=(Moved(KEY_USED, operation.relies_on.get(KEY_USED), None, line_id),),
        )

    def _sent(self, operation: Operation, used: UsedKey) -> str:
        """The line that an earlier run made whose answer was lost; empty where that cannot be told."""
        taken = {one.line for one in self.used.values()}
        found = made_of(used.posted, self.near[operation.id], taken) if used.posted else []
        return found[0] if len(found) == 1 else ""

    def _same(self, operation: Operation, names: Names, own: Collection[str]) -> OperationOutcome | None:
        """The hold of a new line beside lines that say the same, and that no person decided upon."""
        planned = operation.relies_on.get(SAME_LINES)
        decided = set((planned or "").split(", "))
        found = [
            one
            for one in alike(operation, self.near[operation.id], names).like
            if one not in {*own, *decided}
        ]
        if not found:
            return None
        lines = ", ".join(found)
        return _held(
            operation,
            f"Line {lines} says the same, and was not there when the plan was made.",
            Moved(SAME_LINES, planned, None, lines),
        )


def _already(operation: Operation, line_id: str) -> OperationOutcome:
    message = "an earlier run made this line"
    return OperationOutcome(operation.id, Outcome.ALREADY_APPLIED, message, line_id)


def _held(operation: Operation, reason: str, moved: Moved) -> OperationOutcome:
    return OperationOutcome(operation.id, Outcome.SKIPPED, f"{reason} {_DECIDE}", moved=(moved,))
