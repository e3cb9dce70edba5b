"""The journal of one run: intent before each call, outcome after it, both on disk before the next step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from reconcile.apply.replay import Progress, replay
from reconcile.plan.model import Action, Operation
from reconcile.plan.outcome import OperationOutcome, Outcome
from reconcile.store.entries import Entry
from reconcile.store.run import Effect, Run
from reconcile.store.store import Store


@dataclass(frozen=True)
class Journal:
    """Writes the entries of one run. Requests stand in it without the key, which is only a header.

    who: the person at this process, who may be another one than began the run.
    """

    store: Store
    run: Run
    now: Callable[[], datetime]
    who: str

    def progress(self) -> Progress:
        """What the journal says so far."""
        return replay(self.store.entries(self.run.run_id))

    def start(self, twins: Mapping[str, list[str]], amounts: Mapping[str, Decimal]) -> None:
        """The run begins, or begins again.

        twins: lines like the new ones that stand there already. amounts: those of the payouts, as they are.
        """
        texts = {key: str(amount) for key, amount in amounts.items()}
        self._add("", "start", {"twins": dict(twins), "amounts": texts, "by": self.who}, state="running")

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
            "status": result.status,
            "answer": result.answer,
            "moved": [asdict(one) for one in result.moved],
        }
        at = self._add(operation.id, "outcome", body, _effects(operation, result))
        return replace(result, at=at)

    def end(self, state: str, reason: str) -> None:
        """The run is over, or stops here and can be resumed."""
        self._add("", "end", {"state": state, "reason": reason, "by": self.who}, state=state)

    def _add(
        self,
        operation_id: str,
        kind: str,
        body: dict[str, Any],
        effects: Iterable[Effect] = (),
        state: str | None = None,
    ) -> str:
        at = self.now().astimezone(UTC).isoformat(timespec="milliseconds")
        self.store.append(self.run, Entry(at, operation_id, kind, body), effects, state)
        return at


def _effects(operation: Operation, result: OperationOutcome) -> Iterator[Effect]:
    """What a later diff of the same workbooks cannot see live: new ids, declines, unshown fields."""
    for workbook in operation.workbooks:
        for what, caused in _caused(operation, result):
            yield Effect(workbook, what, operation.target.id, caused)


def _caused(operation: Operation, result: OperationOutcome) -> Iterator[tuple[str, str]]:
    record = operation.target.id
    if operation.action is Action.CREATE_LINE:
        # Of an unknown one the key itself stands for the line; of one that was not made, nothing does.
        sent = result.outcome.done or result.outcome is Outcome.UNKNOWN
        yield operation.action.value, (result.result_id or record) if sent else ""
    if result.outcome.done and operation.action is Action.DECLINE_LINE:
        yield operation.action.value, record
    if result.outcome.done:
        yield from ((f"set {name}", operation.expected[name] or "") for name in operation.unshown)
