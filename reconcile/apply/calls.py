"""Makes one call so that it takes effect exactly once, whatever becomes of its answer.

Nothing is written before its intent is on disk, and nothing goes on before the outcome is. A write whose
answer is lost is `unknown` until a re-read settles it. That live does not show it is believed only after a
bounded wait; then it is repeated. What is like a new record is never taken for another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from reconcile.apply.journal import Journal
from reconcile.apply.own_writes import OwnWrites
from reconcile.apply.replay import Progress
from reconcile.apply.reread import Reread, records_near, reread
from reconcile.apply.settle import Settled, alike, made, seen_of, settled
from reconcile.domain.fields import Value
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
from reconcile.plan.made_before.likeness import MadeRecord
from reconcile.plan.model import Action, Operation
from reconcile.plan.outcome import Moved, OperationOutcome, Outcome

_ATTEMPTS: Final = 3
"""How often one write is tried when each try provably had no effect."""
_TICK: Final = timedelta(seconds=2)
"""How much older than the run a record must be to be older: a clock shows whole seconds."""

_LOOKS: Final = 6
"""How often one call is looked at again because something lay between its last look and itself."""
_ROOM: Final = 8
"""The requests that a look and its write take at most, on nearly every server."""
_SLOW: Final = 10.0
"""Seconds that such a look may take by itself, on a server whose answers take their time."""
_NO_ROOM: Final = (
    "{} was not sent: in {} tries, what it relies on could not be read and written on within its bound. "
    "Introw is slow or answers 429 again and again, or the rate is low. Resume later; if it stays so, raise "
    "fresh_seconds under [run] in reconcile.toml first"
)
_FOUND: Final = 200
_MEANWHILE: Final = (
    "Introw answers that payout {} was there already: somebody else made it meanwhile. It is left as it is"
)
_ANOTHER_ROW: Final = (
    "Introw answers that payout {} is there for this partner and batch: another row of this run made it"
)

_STOPPING = (CreditsExhausted, KeyRefused, ScopeMissing, RateLimited, Stopped, Unreachable, UnexpectedAnswer)
"""Ends of a write that had no effect and that the next operation would meet too."""

_LOOK: Final = (
    "Look for it in Introw. If it is there, resume the run once Introw lists it. If it is not, set the run "
    "aside: the next diff of the workbook asks about the row, and sends nothing before you decide"
)
_UNSEEN: Final = f"Introw accepted it and does not show it, so it is not sent again. {_LOOK}"
_UNCLEAR_NEW: Final = f"the answer was lost, and live shows records that may or may not be it. {_LOOK}"
_UNCLEAR: Final = (
    "the answer was lost, and live shows neither what was wanted nor what was there before. Check the record "
    "in Introw, and set the run aside: the next diff of the workbook shows where the two differ"
)
_REFUSED_NEW: Final = f"An earlier answer was lost, and the repeat was refused. {_LOOK}"
_REFUSED: Final = (
    "An earlier answer was lost, and the repeat was refused; live does not show yet which holds. Resume the "
    "run a little later: it reads again"
)


_RESUME: Final = "Resume the run a little later: it reads again"


def _reason_setting(operation: Operation, error: ApiError) -> str:
    """Which setting to change where a server does not know a decline reason."""
    reason = (operation.body or {}).get("reasonType")
    if operation.action is not Action.DECLINE_LINE or reason is None or error.status not in (400, 422):
        return ""
    return (
        f" If this Introw does not know the reason {reason}: decline_reasons under [names] in reconcile.toml "
        "says which reasons the workbook offers."
    )


class Halt(Exception):
    """Not an error: the run stops here, for the reason given, and can be resumed."""


class _TooOld(Exception):
    """Not an error: what a call relies on was read too long ago, so nothing of it was sent."""


@dataclass
class Calls:
    """Makes the calls of one run, and keeps their outcomes.

    settle_wait: seconds before live is read again after a lost answer; the pauses grow from there.
    absence_wait: seconds after which what live does not show counts as not done. `on_outcome` is told each
    outcome. progress: what the journal said when this process began. own: what this run wrote. gap: what
    moved between the last reading and a write, as far as the answer to the write shows it. is_too_old:
    whether the last look, which took so many seconds, is too old to write on. look_again: the outcome of an
    operation that must not be sent by what live shows now; None where it may be.
    """

    client: Client
    journal: Journal
    names: Names
    settle_wait: float
    absence_wait: float
    on_outcome: Callable[[OperationOutcome], None]
    progress: Progress
    own: OwnWrites
    stop: Callable[[], bool] = lambda: False
    outcomes: dict[str, OperationOutcome] = field(default_factory=dict)
    gap: Callable[[Operation, Payout | CommissionLine | None], tuple[Moved, ...]] = lambda _, __: ()
    is_too_old: Callable[[Operation, float], bool] = lambda _, __: False
    look_again: Callable[[Operation], OperationOutcome | None] = lambda _: None

    def write(self, operation: Operation, attempt: int = 1) -> None:
        """Makes the call. Raises Halt when the run cannot go on."""
        self.journal.intent(operation, attempt, self.progress.lines_there.get(operation.id, ()))
        try:
            written = self._sent(operation)
        except (AnswerLost, ServerFailed) as error:
            self.conclude(operation, Outcome.UNKNOWN, str(error), is_open=True, status=error.status)
            self.settle(operation, attempt)
        except _STOPPING as error:
            # An earlier attempt may still take effect, so after one it stays unknown.
            outcome = Outcome.UNKNOWN if attempt > 1 else Outcome.SKIPPED
            unsent = OperationOutcome(operation.id, outcome, str(error), open=True, status=error.status)
            self._keep(operation, unsent, was_unsent=True)
            raise Halt(str(error)) from error
        except (Refused, NotFound) as error:
            self._refused(operation, error, attempt)
        else:
            if isinstance(written, Written):
                self._made(operation, written, attempt)
            elif attempt == 1:
                self._keep(operation, written, was_unsent=True)
            else:
                self._keep(operation, _not_repeated(operation, self.outcomes.get(operation.id), written))

    def _sent(self, operation: Operation) -> Written | OperationOutcome:
        """Makes the call, on a look that is fresh in this moment: after every longer wait it looks again.

        Answers the outcome of a call that must not be made any more. Raises ApiError as `Client.send` does.
        """
        took = 0.0
        for _ in range(_LOOKS):
            check = partial(self._refuse_old, operation, min(took, _SLOW))
            try:
                return self.client.send(operation.method, operation.path, operation.body, check)
            except _TooOld:
                self.client.wait_for_room(_ROOM)
                began = self.client.clock.monotonic()
                if found := self._looked_again(operation):
                    return found
                took = self.client.clock.monotonic() - began
        raise Stopped(_NO_ROOM.format(operation.id, _LOOKS))

    def _refuse_old(self, operation: Operation, took: float) -> None:
        if self.is_too_old(operation, took):
            raise _TooOld

    def _looked_again(self, operation: Operation) -> OperationOutcome | None:
        try:
            return self.look_again(operation)
        except Halt as halt:
            raise Stopped(str(halt)) from halt

    def settle(self, operation: Operation, attempt: int = 1) -> None:
        """Reads live again to learn whether a write took effect, and repeats it when it did not."""
        try:
            verdict, result_id = self._awaited(operation)
        except ApiError as error:
            raise Halt(f"{operation.id} is unknown, and live cannot be read: {error}") from error
        known = self.outcomes.get(operation.id)
        if verdict is Settled.HAPPENED:
            self.conclude(operation, Outcome.APPLIED, "settled by a re-read", result_id)
        elif verdict is Settled.UNCLEAR:
            message = _UNCLEAR_NEW if operation.action.creates else _UNCLEAR
            # An answer that came stays known: what was accepted is never sent again.
            unclear = known or OperationOutcome(operation.id, Outcome.UNKNOWN)
            self._keep(operation, replace(unclear, outcome=Outcome.UNKNOWN, message=message, open=True))
        elif known and known.accepted:
            self._unseen(operation, known)
        elif known and known.was_refused:
            self._still_refused(operation, known)
        elif attempt >= _ATTEMPTS:
            raise Halt(f"{operation.id} was tried {attempt} times without an answer or an effect")
        elif found := self.look_again(operation):
            self._keep(operation, _not_repeated(operation, known, found))
        else:
            self.write(operation, attempt + 1)

    def conclude(
        self,
        operation: Operation,
        outcome: Outcome,
        message: str = "",
        result_id: str = "",
        *,
        is_open: bool = False,
        status: int | None = None,
    ) -> None:
        """Puts an outcome on disk."""
        self._keep(
            operation,
            OperationOutcome(operation.id, outcome, message, result_id, is_open, status=status),
        )

    def hold(self, operation: Operation, result: OperationOutcome) -> None:
        """Puts the outcome of an operation on disk that was held back."""
        self._keep(operation, result)

    def read(self, operations: Iterable[Operation]) -> Reread:
        """The records of the operations as they are now."""
        return reread(self.client, operations, self.outcomes)

    def seen(self, operation: Operation, live: Reread) -> dict[str, Value]:
        """What live shows of an operation's record; a late read of our own writes counts as these."""
        target = operation.target
        seen = seen_of(operation, live, self.names)
        return self.own.recognised(target.kind, target.id, seen, self.client.clock.monotonic())

    def _keep(self, operation: Operation, result: OperationOutcome, *, was_unsent: bool = False) -> None:
        kept = self.journal.outcome(operation, result, was_unsent=was_unsent)
        self.outcomes[operation.id] = kept
        if kept.outcome is Outcome.APPLIED:
            self.own.note(operation, self.client.clock.monotonic())
        self.on_outcome(kept)

    def _made(self, operation: Operation, written: Written, attempt: int) -> None:
        """The call was accepted. Where the answer does not show a new record, only live can."""
        moved = self.gap(operation, written.record)
        result = OperationOutcome(
            operation.id,
            Outcome.APPLIED,
            in_the_gap(moved),
            status=written.status,
            answer=written.text,
            moved=moved,
        )
        if not operation.action.creates:
            self._keep(operation, replace(result, result_id=operation.target.id))
            return
        if written.record is not None:
            self._keep(operation, self._as_answered(operation, result, written.record, attempt))
            return
        try:
            verdict, result_id = self._awaited(operation)
        except (ApiError, Halt) as error:
            self._unseen(operation, result)
            raise Halt(f"{operation.id} was accepted, and live cannot be read: {error}") from error
        if verdict is Settled.HAPPENED:
            self._keep(operation, _made_or_found(operation, replace(result, result_id=result_id), attempt))
        else:
            self._unseen(operation, result)

    def _as_answered(
        self, operation: Operation, result: OperationOutcome, record: MadeRecord, attempt: int
    ) -> OperationOutcome:
        """The outcome of a creation whose answer shows a record: the new one, or one that was there."""
        if result.status == _FOUND and record.id in self._results:
            message = _ANOTHER_ROW.format(record.id)
            return replace(result, outcome=Outcome.ALREADY_APPLIED, result_id=record.id, message=message)
        answered = _made_or_found(operation, replace(result, result_id=record.id), attempt)
        was_there = self._was_there(operation, record)
        return replace(answered, outcome=Outcome.ALREADY_APPLIED) if was_there else answered

    def _was_there(self, operation: Operation, record: MadeRecord) -> bool:
        """Whether the record of the answer is older than the run: a server that knows it gives it back."""
        if record.id in self.progress.lines_there.get(operation.id, ()):
            return True
        ahead = self.client.status.server_ahead or timedelta()
        return record.created_at is not None and record.created_at + _TICK < self._began + ahead

    @property
    def _results(self) -> frozenset[str]:
        """The records that operations of the run made or found."""
        return frozenset(one.result_id for one in self.outcomes.values() if one.result_id)

    @property
    def _began(self) -> datetime:
        return datetime.fromisoformat(self.journal.run.started_at)

    def _unseen(self, operation: Operation, result: OperationOutcome) -> None:
        self._keep(operation, replace(result, outcome=Outcome.UNKNOWN, message=_UNSEEN, open=True))

    def _refused(self, operation: Operation, error: ApiError, attempt: int) -> None:
        """A refusal after a lost answer says nothing: it may be refused because the first attempt held."""
        if attempt == 1:
            said = f"{error}{_reason_setting(operation, error)}"
            refused = OperationOutcome(operation.id, Outcome.REFUSED, said, status=error.status)
            self._keep(operation, refused, was_unsent=True)
            return
        message = _REFUSED_NEW if operation.action.creates else _REFUSED
        said = f"{str(error).rstrip('.')}. {message}"
        try:
            verdict, result_id = self._awaited(operation)
        except (ApiError, Halt) as failure:
            self.conclude(operation, Outcome.UNKNOWN, said, is_open=True, status=error.status)
            raise Halt(f"{operation.id} is unknown, and live cannot be read: {failure}") from failure
        if verdict is Settled.HAPPENED:
            self.conclude(operation, Outcome.APPLIED, "settled by a re-read", result_id, status=error.status)
        else:
            self.conclude(operation, Outcome.UNKNOWN, said, is_open=True, status=error.status)

    def _still_refused(self, operation: Operation, known: OperationOutcome) -> None:
        """Live was read again by a later `resume`, and shows what was there before: it was refused.

        That a new record is not listed shows nothing, so that stays unknown.
        """
        if operation.action.creates:
            self._keep(operation, known)
            return
        message = "the repeat was refused, and live shows what was there before"
        self.conclude(operation, Outcome.REFUSED, message, status=known.status)

    def _awaited(self, operation: Operation) -> tuple[Settled, str]:
        """What live says of a write in the end: it is read until it shows it, or the wait is over.

        Raises ApiError, and Halt where the operator ends the wait: then nothing is known.
        """
        waited, pause = 0.0, min(self.settle_wait, self.absence_wait) or self.settle_wait
        while True:
            self.client.clock.sleep(pause)
            waited += pause
            verdict, result_id = self._verdict(operation)
            if verdict is Settled.HAPPENED or waited >= self.absence_wait:
                return verdict, result_id
            if self.stop():
                raise Halt(f"as you asked; {operation.id} is not settled yet")
            pause = min(pause * 2, self.absence_wait - waited)

    def _verdict(self, operation: Operation) -> tuple[Settled, str]:
        """What live says of a write, and the record that it left."""
        if not operation.action.creates:
            seen = self.seen(operation, self.read([operation]))
            return settled(operation, seen), operation.target.id
        others = self.progress.lines_there.get(operation.id, frozenset()) | self._results
        found = alike(operation, records_near(self.client, operation), self.names, self._began)
        return made(found.without(others))


def _made_or_found(operation: Operation, answered: OperationOutcome, attempt: int) -> OperationOutcome:
    """The outcome of a new record: 200 for 201 says that one is on this batch already (introw-api.md 2.6).

    A repeat finds that of its own first try.
    """
    if operation.action is Action.CREATE_PAYOUT and answered.status == _FOUND and attempt == 1:
        message = _MEANWHILE.format(answered.result_id)
        return replace(answered, outcome=Outcome.ALREADY_APPLIED, message=message)
    return answered


def _not_repeated(
    operation: Operation, known: OperationOutcome | None, found: OperationOutcome
) -> OperationOutcome:
    """The outcome of a write that is not sent again since what it relies on moved.

    Its first attempt may still take effect, so it is unknown. Only a later `resume`, which sees no effect
    after another whole wait, ends it. That a new record is not listed shows nothing, so that stays unknown.
    """
    creates = operation.action.creates
    if found.outcome.done:
        target = operation.target.id
        return OperationOutcome(operation.id, Outcome.APPLIED, "settled by a re-read", target)
    if known and known.moved and not creates:
        return found
    then = _LOOK if creates else _RESUME
    message = f"{found.message}. It is not sent again, and the first attempt may still take effect. {then}"
    return replace(found, outcome=Outcome.UNKNOWN, message=message, open=True)


def in_the_gap(moved: Iterable[Moved]) -> str:
    """The message of a write that was made while something it relied on moved; empty where nothing did."""
    sides = ", ".join(
        f"{one.name} was {one.planned or '(blank)'} before and is {one.live or '(blank)'} in the answer"
        for one in moved
    )
    return f"moved in the last moment: {sides}. Check it; undo sets back what this run wrote" if sides else ""
