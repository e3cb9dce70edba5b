"""Makes one call so that it takes effect exactly once, whatever becomes of its answer.

Nothing is written before its intent is on disk, and nothing goes on before the outcome is. A write whose
answer is lost is `unknown` until a re-read settles it; only what certainly did not happen is repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from reconcile.apply.journal import Journal
from reconcile.apply.replay import Progress
from reconcile.apply.reread import Reread, reread
from reconcile.apply.settle import Settled, seen_of, settled, twins
from reconcile.domain.policy.names_and_limits import Names
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
from reconcile.introw.client import Client, Written
from reconcile.plan.model import Action, Operation
from reconcile.plan.outcome import Moved, OperationOutcome, Outcome

_ATTEMPTS = 3
"""How often one write is tried when each try provably had no effect."""

_STOPPING = (CreditsExhausted, KeyRefused, ScopeMissing, RateLimited, Stopped, Unreachable, UnexpectedAnswer)
"""Ends of a write that had no effect and that the next operation would meet too."""


class Halt(Exception):
    """Not an error: the run stops here, for the reason given, and can be resumed."""


@dataclass
class Calls:
    """Makes the calls of one run, and keeps their outcomes.

    settle_wait: seconds to let a lost request come to rest before live is read again. `on_outcome` is told
    each outcome. progress: what the journal said when this process began. gap: what moved between the last
    reading and a write, as far as the answer to the write shows it.
    """

    client: Client
    journal: Journal
    names: Names
    settle_wait: float
    on_outcome: Callable[[OperationOutcome], None]
    progress: Progress
    outcomes: dict[str, OperationOutcome] = field(default_factory=dict)
    gap: Callable[[Operation, Payout | CommissionLine | None], tuple[Moved, ...]] = lambda _, __: ()

    def write(self, operation: Operation, attempt: int = 1) -> None:
        """Makes the call. Raises Halt when the run cannot go on."""
        self.journal.intent(operation, attempt)
        try:
            written = self.client.send(operation.method, operation.path, operation.body)
        except (AnswerLost, ServerFailed) as error:
            self.conclude(operation, Outcome.UNKNOWN, str(error), is_open=True, status=error.status)
            self.settle(operation, attempt)
        except _STOPPING as error:
            # An earlier attempt may still take effect, so after one it stays unknown.
            outcome = Outcome.UNKNOWN if attempt > 1 else Outcome.SKIPPED
            self.conclude(operation, outcome, str(error), is_open=True, status=error.status)
            raise Halt(str(error)) from error
        except (Refused, NotFound) as error:
            self._refused(operation, error, attempt)
        else:
            self._made(operation, written)

    def settle(self, operation: Operation, attempt: int = 1) -> None:
        """Reads live again to learn whether a write took effect, and repeats it when it did not."""
        self.client.clock.sleep(self.settle_wait)
        try:
            verdict, result_id = self._verdict(operation)
        except ApiError as error:
            raise Halt(f"{operation.id} is unknown, and live cannot be read: {error}") from error
        if verdict is Settled.HAPPENED:
            self.conclude(operation, Outcome.APPLIED, "settled by a re-read", result_id)
        elif verdict is Settled.UNCLEAR:
            message = "the answer was lost, and live shows neither what was wanted nor what was there before"
            self.conclude(operation, Outcome.UNKNOWN, message, is_open=True)
        elif self._accepted(operation):
            self._unseen(operation, self.outcomes[operation.id])
        elif attempt < _ATTEMPTS:
            self.write(operation, attempt + 1)
        else:
            raise Halt(f"{operation.id} was tried {attempt} times without an answer or an effect")

    def conclude(
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
        """Puts an outcome on disk."""
        self._keep(
            operation,
            OperationOutcome(
                operation.id, outcome, message, result_id, is_open, status=status, answer=answer
            ),
        )

    def hold(self, operation: Operation, result: OperationOutcome) -> None:
        """Puts the outcome of an operation on disk that was held back."""
        self._keep(operation, result)

    def read(self, operations: Iterable[Operation]) -> Reread:
        """The records of the operations as they are now."""
        return reread(self.client, operations, self.outcomes)

    def twins_of(self, operations: Iterable[Operation]) -> dict[str, list[str]]:
        """Lines like the new ones that stand there already, so that a later re-read can tell them apart."""
        near: dict[tuple[str | None, str], tuple[CommissionLine, ...]] = {}
        found = {}
        for one in operations:
            if one.action is Action.CREATE_LINE:
                place = (one.target.payout_id, one.target.partner_id)
                if place not in near:
                    near[place] = self._lines_near(one)
                found[one.id] = twins(one, near[place], self.names)
        return found

    def _keep(self, operation: Operation, result: OperationOutcome) -> None:
        self.outcomes[operation.id] = self.journal.outcome(operation, result)
        self.on_outcome(self.outcomes[operation.id])

    def _made(self, operation: Operation, written: Written) -> None:
        """The call was accepted. Where the answer does not show a new line, only live can."""
        moved = self.gap(operation, written.record)
        result = OperationOutcome(
            operation.id,
            Outcome.APPLIED,
            in_the_gap(moved),
            status=written.status,
            answer=written.text,
            moved=moved,
        )
        if written.record or operation.action is not Action.CREATE_LINE:
            made = written.record.id if written.record else operation.target.id
            self._keep(operation, replace(result, result_id=made))
            return
        try:
            verdict, result_id = self._verdict(operation)
        except ApiError as error:
            self._unseen(operation, result)
            raise Halt(f"{operation.id} was accepted, and live cannot be read: {error}") from error
        if verdict is Settled.HAPPENED:
            self._keep(operation, replace(result, result_id=result_id))
        else:
            self._unseen(operation, result)

    def _unseen(self, operation: Operation, result: OperationOutcome) -> None:
        message = "Introw accepted the new line and does not show it, so it is not sent again"
        self._keep(operation, replace(result, outcome=Outcome.UNKNOWN, message=message, open=True))

    def _accepted(self, operation: Operation) -> bool:
        known = self.outcomes.get(operation.id)
        return known is not None and known.accepted

    def _refused(self, operation: Operation, error: ApiError, attempt: int) -> None:
        """A refusal after a lost answer is none when the first attempt did what was wanted after all."""
        if attempt > 1:
            try:
                verdict, result_id = self._verdict(operation)
            except ApiError as failure:
                self.conclude(operation, Outcome.UNKNOWN, str(error), is_open=True, status=error.status)
                raise Halt(f"{operation.id} is unknown, and live cannot be read: {failure}") from failure
            if verdict is Settled.HAPPENED:
                self.conclude(
                    operation, Outcome.APPLIED, "settled by a re-read", result_id, status=error.status
                )
                return
            if verdict is Settled.UNCLEAR:
                self.conclude(operation, Outcome.UNKNOWN, str(error), is_open=True, status=error.status)
                return
        self.conclude(operation, Outcome.REFUSED, str(error), status=error.status)

    def _verdict(self, operation: Operation) -> tuple[Settled, str]:
        """What live says of a write, and the record that it left."""
        if operation.action is not Action.CREATE_LINE:
            seen = seen_of(operation, self.read([operation]), self.names)
            return settled(operation, seen), operation.target.id
        made = frozenset(one.result_id for one in self.outcomes.values() if one.result_id)
        known = self.progress.twins.get(operation.id, frozenset()) | made
        found = [one for one in twins(operation, self._lines_near(operation), self.names) if one not in known]
        if len(found) > 1:
            return Settled.UNCLEAR, ""
        return (Settled.HAPPENED, found[0]) if found else (Settled.NOT, "")

    def _lines_near(self, operation: Operation) -> tuple[CommissionLine, ...]:
        target = operation.target
        if target.payout_id:
            return self.client.list_lines(payout_id=target.payout_id).records
        return self.client.list_lines(partner_id=target.partner_id).records


def in_the_gap(moved: Iterable[Moved]) -> str:
    """The message of a write that was made while something it relied on moved; empty where nothing did."""
    sides = ", ".join(
        f"{one.name} was {one.planned or '(blank)'} before and is {one.live or '(blank)'} in the answer"
        for one in moved
    )
    return f"moved in the last moment: {sides}. Check it; undo sets back what this run wrote" if sides else ""
