"""The journal of one run: intent before each call, outcome after it, both on disk before the next step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reconcile.apply.replay import Progress, replay
from reconcile.plan.model import Action, Operation
from reconcile.plan.outcome import OperationOutcome, Outcome
from reconcile.store.entries import Entry
from reconcile.store.store import Run, Store


@dataclass(frozen=True)
class Journal:
    """Writes the entries of one run. Requests stand in it without the key, which is only a header."""

    store: Store
    run: Run
    now: Callable[[], datetime]

    def progress(self) -> Progress:
        """What the journal says so far."""
        return replay(self.store.entries(self.run.run_id))

    def start(self, twins: dict[str, list[str]]) -> None:
        """The run begins, or begins again. twins: lines like the new ones that stand there already."""
        self._add("", "start", {"twins": twins, "by": self.run.started_by})

    def intent(self, operation: Operation, attempt: int) -> None:
        """The call is about to be made."""
        request = {"method": operation.method, "path": operation.path, "body": operation.body}
        self._add(operation.id, "intent", {"attempt": attempt, "action": operation.action.value, **request})

    def outcome(self, operation: Operation, result: OperationOutcome) -> OperationOutcome:
        """The call is over, or was not made; answers the outcome with its time."""
        body = {
            "outcome": result.outcome.value,
            "message": result.message,
            "result_id": result.result_id,
            "open": result.open,
        }
        if result.outcome.done:
            self._remember(operation, result.result_id)
        at = self._add(operation.id, "outcome", body)
        return OperationOutcome(
            operation.id, Outcome(result.outcome), result.message, result.result_id, result.open, at
        )

    def _remember(self, operation: Operation, result_id: str) -> None:
        """Keeps what a later diff of the same workbook cannot see live: new ids, declines, unshown fields."""
        record = operation.target.id
        if operation.action in (Action.CREATE_LINE, Action.DECLINE_LINE):
            self.store.record_effect(self.run, operation.action.value, record, result_id or record)
        for name in operation.unshown:
            self.store.record_effect(self.run, f"set {name}", record, operation.expected[name] or "")

    def end(self, state: str, reason: str) -> None:
        """The run is over, or stops here and can be resumed."""
        self._add("", "end", {"state": state, "reason": reason})
        self.store.end_run(self.run.run_id, state, self.now())

    def _add(self, operation_id: str, kind: str, body: dict[str, Any]) -> str:
        at = self.now().astimezone(UTC).isoformat(timespec="milliseconds")
        self.store.append(self.run.run_id, Entry(at, operation_id, kind, body))
        return at
