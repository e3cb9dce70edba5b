"""The journal of one run: intent before each call, outcome after it, both on disk before the next step."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from reconcile.apply.replay import LINES_THERE, Progress, replay
from reconcile.plan.made_before.likeness import Posted, values_wanted
from reconcile.plan.model import Action, Operation
from reconcile.plan.outcome import OperationOutcome, Outcome, Verification
from reconcile.store.entries import Entry
from reconcile.store.run import POSTED, Effect, Run
from reconcile.store.store import Store


@dataclass(frozen=True, slots=True)
class UsedKey:
    """What became of a new line or payout that was sent under a key.

    record: its id; the key itself where none was seen. posted: what was sent, if this is on record.
    """

    record: str
    posted: Posted | None


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

    def used_keys(self, operations: Iterable[Operation]) -> dict[str, UsedKey]:
        """What earlier runs did with the keys of these creations, by key."""
        wanted = {(one.target.workbook, one.action) for one in operations if one.action.creates}
        found = {}
        for workbook, action in sorted(wanted):
            posted = self.store.effects(workbook, POSTED)
            for key, record in self.store.effects(workbook, action).items():
                if record:
                    found[key] = UsedKey(record, Posted.from_json(posted.get(key, "")))
        return found

    def start(self, lines_there: Mapping[str, list[str]], amounts: Mapping[str, Decimal]) -> None:
        """The run begins, or begins again.

        lines_there: by creation, the lines like it or near it that exist already. amounts: those of the
        payouts, as they are.
        """
        texts = {key: str(amount) for key, amount in amounts.items()}
        self._add(
            "", "start", {LINES_THERE: dict(lines_there), "amounts": texts, "by": self.who}, state="running"
        )

    def intent(self, operation: Operation, attempt: int, before: Collection[str] = ()) -> None:
        """The call is about to be made. before: the lines that are like a new one already.

        From here on the key of a new line counts as used: this process may die before it learns more.
        """
        request = {"method": operation.method, "path": operation.path, "body": operation.body}
        why = {"why": operation.reason} if operation.reason else {}
        body = {"attempt": attempt, "action": operation.action.value, **request, **why}
        self._add(operation.id, "intent", body, _sending(operation, self.now(), before))

    def outcome(
        self, operation: Operation, result: OperationOutcome, *, was_unsent: bool = False
    ) -> OperationOutcome:
        """The call is over, or was not made; answers the outcome with its time.

        was_unsent: nothing of this call reached the server, or it refused it, so that a new line's key is
        free again. An operation that was only held says nothing about its key.
        """
        body = {
            "outcome": result.outcome.value,
            "message": result.message,
            "result_id": result.result_id,
            "open": result.open,
            "status": result.status,
            "answer": result.answer,
            "moved": [asdict(one) for one in result.moved],
        }
        at = self._add(operation.id, "outcome", body, _effects(operation, result, was_unsent=was_unsent))
        return replace(result, at=at)

    def comments(self) -> dict[str, str]:
        """How far the comment of each operation is: what its last entry says, by operation."""
        found = {}
        for entry in self.store.entries(self.run.run_id):
            if entry.kind.startswith("comment"):
                found[entry.operation_id] = str(entry.body.get("outcome", entry.kind))
        return found

    def note_comment(self, operation: Operation, kind: str, body: Mapping[str, Any]) -> None:
        """A comment is about to be left on a payout, or is over."""
        self._add(operation.id, kind, dict(body))

    def end(self, state: str, reason: str, found: Verification | None = None) -> None:
        """The run is over, or stops here and can be resumed. found: its read-back, for a later report."""
        body: dict[str, Any] = {"state": state, "reason": reason, "by": self.who}
        if found:
            body["verification"] = json.loads(json.dumps(asdict(found), default=str))
        self._add("", "end", body, state=state)

    def set_aside(self, operations: Iterable[Operation], reason: str) -> None:
        """The run is over without its end. The keys of new lines whose answer is not known count as used."""
        progress = self.progress()
        began = datetime.fromisoformat(self.run.started_at)
        effects = [
            effect
            for one in operations
            if one.id in progress.pending
            for effect in _sending(one, began, progress.lines_there.get(one.id, ()))
        ]
        body = {"state": "set aside", "reason": reason, "by": self.who}
        self._add("", "end", body, effects, state="set aside")

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


def _sending(operation: Operation, at: datetime, before: Collection[str]) -> Iterator[Effect]:
    """That the key of a new record is used, and for what."""
    if not operation.action.creates:
        return
    key = operation.target.id
    values = values_wanted(operation.target.partner_id, operation.expected)
    for workbook in operation.workbooks:
        yield Effect(workbook, operation.action.value, key, key)
        yield Effect(workbook, POSTED, key, Posted(values, at, frozenset(before)).to_json())


def _effects(operation: Operation, result: OperationOutcome, *, was_unsent: bool) -> Iterator[Effect]:
    """What a later diff of the same workbooks cannot see live: new ids, declines, unshown fields."""
    for workbook in operation.workbooks:
        for what, caused in _caused(operation, result, was_unsent=was_unsent):
            yield Effect(workbook, what, operation.target.id, caused)


def _caused(operation: Operation, result: OperationOutcome, *, was_unsent: bool) -> Iterator[tuple[str, str]]:
    record = operation.target.id
    if operation.action.creates:
        # Of an unknown one the key itself stands for the record; of one that was not made, nothing does.
        if result.outcome.done or result.outcome is Outcome.UNKNOWN:
            yield operation.action.value, result.result_id or record
        elif was_unsent:
            yield operation.action.value, ""
    if result.outcome.done and operation.action is Action.DECLINE_LINE:
        yield operation.action.value, record
    if result.outcome.done:
        yield from ((f"set {name}", operation.expected[name] or "") for name in operation.unshown)
