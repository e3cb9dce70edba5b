"""Runs the operations of a plan, one call at a time, so that each takes effect exactly once.

Nothing is written before its intent is on disk, and nothing goes on before the outcome is. A write whose
answer is lost is `unknown` until a re-read settles it; only what certainly did not happen is repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from reconcile.apply.journal import Journal
from reconcile.apply.replay import Progress
from reconcile.apply.reread import Reread, reread
from reconcile.apply.settle import Settled, met, seen_of, settled, stale, twins
from reconcile.domain.policy import Names
from reconcile.domain.records import CommissionLine, Payout
from reconcile.errors import (
    AnswerLost,
    ApiError,
    CreditsExhausted,
    KeyRefused,
    NotFound,
    RateLimited,
    Refused,
    ScopeMissing,
    ServerFailed,
    Stopped,
    UnexpectedAnswer,
    Unreachable,
)
from reconcile.introw.client import Client
from reconcile.plan.model import Action, Operation, Plan
from reconcile.plan.outcome import OperationOutcome, Outcome

_ATTEMPTS = 3
"""How often one write is tried when each try provably had no effect."""


_STOPPING = (CreditsExhausted, KeyRefused, ScopeMissing, RateLimited, Stopped, Unreachable, UnexpectedAnswer)
"""Ends of a write that had no effect and that the next operation would meet too."""


class Halt(Exception):
    """Not an error: the run stops here, for the reason given, and can be resumed."""


@dataclass
class Runner:
    """One execution of a plan. `stop` is asked between operations; `on_outcome` is told each outcome.

    settle_wait: seconds to let a lost request come to rest before live is read again.
    """

    plan: Plan
    client: Client
    journal: Journal
    names: Names
    stop: Callable[[], bool] = lambda: False
    on_outcome: Callable[[OperationOutcome], None] = lambda _: None
    settle_wait: float = 1
    outcomes: dict[str, OperationOutcome] = field(default_factory=dict)

    def run(self) -> str:
        """Runs what is not done yet. Answers why it stopped early, or an empty text when it did not.

        Raises what the API raised when not even the first re-read was possible.
        """
        progress = self.journal.progress()
        self.outcomes = dict(progress.outcomes)
        todo = [one for one in self.plan.operations if self._is_open(one)]
        live = self._read(todo)
        self.journal.start({one.id: ids for one, ids in self._twins(todo)})
        progress = self.journal.progress()
        try:
            for operation in todo:
                self._step(operation, live, progress)
        except Halt as halt:
            self.journal.end("stopped", str(halt))
            return str(halt)
        return ""

    def _is_open(self, operation: Operation) -> bool:
        known = self.outcomes.get(operation.id)
        return known is None or known.open

    def _step(self, operation: Operation, live: Reread, progress: Progress) -> None:
        if self.stop():
            raise Halt("stopped as asked")
        blocked = self._blocked(operation)
        if blocked:
            self._conclude(operation, Outcome.SKIPPED, blocked)
        elif operation.id in progress.pending:
            # An intent without an outcome: an earlier process died in this very call.
            self._settle(operation, progress)
        else:
            self._fresh(operation, live, progress)

    def _fresh(self, operation: Operation, live: Reread, progress: Progress) -> None:
        seen = seen_of(operation, live, self.names)
        if met(operation, seen):
            self._conclude(operation, Outcome.ALREADY_APPLIED, "live shows it already")
        elif moved := stale(operation, seen):
            self._conclude(operation, Outcome.SKIPPED, f"stale: {_moves(moved)}")
        else:
            self._write(operation, progress, attempt=1)

    def _blocked(self, operation: Operation) -> str:
        for earlier in operation.waits_for:
            known = self.outcomes.get(earlier)
            if known is None or not known.outcome.done:
                return f"it waits for {earlier}, which is {known.outcome if known else 'not done'}"
        return ""

    def _write(self, operation: Operation, progress: Progress, attempt: int) -> None:
        self.journal.intent(operation, attempt)
        try:
            written = self.client.send(operation.method, operation.path, operation.body)
        except (AnswerLost, ServerFailed) as error:
            self._conclude(operation, Outcome.UNKNOWN, str(error), is_open=True, status=error.status)
            self._settle(operation, progress, attempt)
        except _STOPPING as error:
            self._conclude(operation, Outcome.SKIPPED, str(error), is_open=True, status=error.status)
            raise Halt(str(error)) from error
        except (Refused, NotFound) as error:
            self._refused(operation, error, attempt)
        else:
            made = self._result_id(operation, written.record, progress)
            self._conclude(
                operation, Outcome.APPLIED, result_id=made, status=written.status, answer=written.text
            )

    def _result_id(
        self, operation: Operation, made: Payout | CommissionLine | None, progress: Progress
    ) -> str:
        """The record that a write left; where the answer does not show a new line, live does."""
        if made:
            return made.id
        if operation.action is Action.CREATE_LINE:
            return self._verdict(operation, progress)[1]
        return operation.target.id

    def _refused(self, operation: Operation, error: ApiError, attempt: int) -> None:
        """A refusal after a lost answer is none when the line is where it was wanted."""
        if attempt > 1 and operation.action in (Action.DECLINE_LINE, Action.DETACH_LINE):
            seen = seen_of(operation, self._read([operation]), self.names)
            if settled(operation, seen) is Settled.HAPPENED:
                self._conclude(operation, Outcome.APPLIED, result_id=operation.target.id)
                return
        self._conclude(operation, Outcome.REFUSED, str(error), status=error.status)

    def _settle(self, operation: Operation, progress: Progress, attempt: int = 1) -> None:
        """Reads live again to learn whether a write took effect, and repeats it when it did not."""
        self.client.clock.sleep(self.settle_wait)
        try:
            verdict, result_id = self._verdict(operation, progress)
        except ApiError as error:
            raise Halt(f"{operation.id} is unknown, and live cannot be read: {error}") from error
        if verdict is Settled.HAPPENED:
            self._conclude(operation, Outcome.APPLIED, "settled by a re-read", result_id=result_id)
        elif verdict is Settled.NOT and attempt < _ATTEMPTS:
            self._write(operation, progress, attempt + 1)
        elif verdict is Settled.NOT:
            reason = f"{operation.id} was tried {attempt} times without an answer or an effect"
            raise Halt(reason)
        else:
            message = "the answer was lost, and live shows neither what was wanted nor what was there before"
            self._conclude(operation, Outcome.UNKNOWN, message, is_open=True)

    def _verdict(self, operation: Operation, progress: Progress) -> tuple[Settled, str]:
        if operation.action is not Action.CREATE_LINE:
            seen = seen_of(operation, self._read([operation]), self.names)
            return settled(operation, seen), operation.target.id
        known = progress.twins.get(operation.id, frozenset()) | self._made()
        found = [one for one in twins(operation, self._lines_near(operation), self.names) if one not in known]
        if len(found) > 1:
            return Settled.UNCLEAR, ""
        return (Settled.HAPPENED, found[0]) if found else (Settled.NOT, "")

    def _made(self) -> frozenset[str]:
        return frozenset(one.result_id for one in self.outcomes.values() if one.result_id)

    def _twins(self, operations: Iterable[Operation]) -> Iterable[tuple[Operation, list[str]]]:
        """Lines like the new ones that stand there already, so that a later re-read can tell them apart."""
        near: dict[tuple[str | None, str], tuple[CommissionLine, ...]] = {}
        for one in operations:
            if one.action is Action.CREATE_LINE:
                place = (one.target.payout_id, one.target.partner_id)
                if place not in near:
                    near[place] = self._lines_near(one)
                yield one, twins(one, near[place], self.names)

    def _lines_near(self, operation: Operation) -> tuple[CommissionLine, ...]:
        target = operation.target
        if target.payout_id:
            return self.client.list_lines(payout_id=target.payout_id).records
        return self.client.list_lines(partner_id=target.partner_id).records

    def _read(self, operations: Iterable[Operation]) -> Reread:
        return reread(self.client, operations, self.outcomes)

    def _conclude(
        self,
        operation: Operation,
        outcome: Outcome,
        message: str = "",
        result_id: str = "",
        *,
        is_open: bool = False,
        status: int | None = None,
        answer: str = "",
    ) -> None:
        result = OperationOutcome(
            operation.id, outcome, message, result_id, is_open, status=status, answer=answer
        )
        self.outcomes[operation.id] = self.journal.outcome(operation, result)
        self.on_outcome(self.outcomes[operation.id])


def _moves(moved: Mapping[str, tuple[str | None, str | None]]) -> str:
    return ", ".join(
        f"{name} was {was!r} when planned and is {now!r} now" for name, (was, now) in moved.items()
    )
