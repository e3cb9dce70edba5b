"""Runs the operations of a plan in order: what may start, what is held back, and where the run stops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

from reconcile.apply.bounds import Bounds, Spent
from reconcile.apply.calls import Calls, Halt
from reconcile.apply.ground import Own
from reconcile.apply.journal import Journal
from reconcile.apply.known_records import KnownRecords
from reconcile.apply.own_writes import OwnWrites
from reconcile.apply.reread import Reread, near_each
from reconcile.apply.settle import alike, met
from reconcile.apply.turn import EARLIER, Turn
from reconcile.domain.phrases import counted
from reconcile.domain.policy.names_and_limits import Conduct, Names
from reconcile.errors import ApiError, DecisionNeeded
from reconcile.introw.client import Client
from reconcile.introw.fetch import refetch
from reconcile.plan.made_before.likeness import MadeRecord
from reconcile.plan.model import Action, Operation, Plan
from reconcile.plan.outcome import Moved, OperationOutcome, Outcome, record_of

_NO_BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class Look:
    """Live before the first write.

    known: of the new lines and payouts. requests: what the look took.
    """

    todo: Sequence[Operation]
    live: Reread
    known: KnownRecords
    requests: int


@dataclass
class Runner:
    """One execution of a plan. `stop` is asked between operations; `on_outcome` is told each outcome.

    conduct, settle_wait, absence_wait: see `domain.policy.Conduct` and `Calls`. bounds: where the operator
    wants it to end.
    """

    plan: Plan
    client: Client
    journal: Journal
    names: Names
    conduct: Conduct = field(default_factory=Conduct)
    stop: Callable[[], bool] = lambda: False
    on_outcome: Callable[[OperationOutcome], None] = lambda _: None
    settle_wait: float = 1
    absence_wait: float = 30
    bounds: Bounds = _NO_BOUNDS

    def __post_init__(self) -> None:
        """Takes up the run where its journal says that it is."""
        progress = self.journal.progress()
        self.calls = Calls(
            self.client,
            self.journal,
            self.names,
            self.settle_wait,
            self.absence_wait,
            self.on_outcome,
            progress,
            OwnWrites(self.conduct.settle_seconds),
            self.stop,
            dict(progress.outcomes),
        )
        self._note_own()
        self._requests = self.client.status.requests
        self._refusals = 0
        self._look: Look | None = None
        self._near: dict[str, tuple[MadeRecord, ...]] = {}
        self._turn = Turn(self.plan, self.client, self.names, self.conduct, self._same_lines)
        self.calls.gap = self._turn.wrote
        self.calls.is_too_old = self._turn.is_too_old
        self.calls.look_again = self._held
        for one in self._own_before():
            self._turn.done(one, EARLIER)

    @property
    def outcomes(self) -> dict[str, OperationOutcome]:
        """The outcomes so far, by operation."""
        return self.calls.outcomes

    @property
    def amounts(self) -> dict[str, Decimal]:
        """The payouts' amounts before the run wrote anything."""
        return self.calls.progress.amounts

    @property
    def wrote(self) -> bool:
        """Whether something was open when this process began."""
        return bool(self._look and self._look.todo)

    def look(self) -> Look:
        """Reads what the open operations rely on, which writes nothing, not even to the journal.

        Raises ApiError, and DecisionNeeded where the month's credits do not cover writes and read-back.
        """
        todo = [one for one in self.plan.operations if self._is_open(one)]
        self._turn.look(todo)
        known = self._known_records(todo)
        looks = self.client.status.requests - self._requests
        self._refuse_too_few_credits(len(todo), looks)
        self._look = Look(todo, self._turn.live.seen, known, looks)
        return self._look

    def _known_records(self, todo: Sequence[Operation]) -> KnownRecords:
        """What is known of the new lines and payouts that this run has not sent yet."""
        new = [one for one in todo if one.action.creates]
        unsent = [one for one in new if one.id not in self.calls.progress.pending]
        every = self.journal.used_keys(unsent)
        used = {one.target.id: every[one.target.id] for one in unsent if one.target.id in every}
        seen = [
            (one, used[one.target.id].record)
            for one in unsent
            if one.target.id in used and used[one.target.id].record != one.target.id
        ]
        homes = {record: one.target.payout_id for one, record in seen if one.action is Action.CREATE_LINE}
        payouts = [record for one, record in seen if one.action is Action.CREATE_PAYOUT]
        found = refetch(self.client, payouts, homes, homes) if seen else ({}, {})
        near = {one.id: self._near[one.id] for one in new}
        return KnownRecords(used, near, {**found[0], **found[1]})

    def _note_own(self) -> None:
        """What this run wrote in an earlier process just now may not show yet either."""
        at, now = self._now(), self.client.clock.now()
        for one in self.plan.operations:
            known = self.outcomes.get(one.id)
            if known and known.outcome is Outcome.APPLIED and known.at:
                age = (now - datetime.fromisoformat(known.at)).total_seconds()
                self.calls.own.note(one, at - age)

    def run(self) -> str:
        """Runs what is not done yet. Answers why it stopped early, or an empty text when it did not."""
        try:
            self._run(self._looked())
        except Halt as halt:
            self.journal.end("stopped", str(halt))
            return str(halt)
        return ""

    def _looked(self) -> Look:
        """The first look; for a run that is on record already, a look that fails is a stop."""
        try:
            return self._look or self.look()
        except ApiError as error:
            raise Halt(f"live could not be read, and nothing was written since: {error}") from error
        except DecisionNeeded as error:
            raise Halt(str(error)) from error

    def _run(self, look: Look) -> None:
        # What must be known of live before the first write.
        payouts = {one.target.payout_id for one in look.todo}
        amounts = {key: one.amount.amount for key, one in look.live.payouts.items() if key in payouts}
        self.journal.start(self._lines_there(look), amounts)
        self.calls.progress = self.journal.progress()
        self._turn.begin()
        place = 0
        for _, group in groupby(look.todo, key=lambda one: one.target.payout_id):
            operations = list(group)
            self._respect_bounds(len(operations), look.requests)
            for operation in operations:
                self._step(operation, look.todo[place:])
                place += 1

    def _lines_there(self, look: Look) -> dict[str, list[str]]:
        """The records that are like the new ones, or near them, before this process wrote anything."""
        found = {}
        for one in look.todo:
            if one.id in look.known.near:
                there = alike(one, look.known.near[one.id], self.names)
                found[one.id] = [*there.like, *there.near]
        return found

    def _is_open(self, operation: Operation) -> bool:
        known = self.outcomes.get(operation.id)
        return known is None or known.open

    def _step(self, operation: Operation, ahead: Sequence[Operation]) -> None:
        if self.stop():
            raise Halt("as you asked, with no call in flight")
        blocking = next(self._blocking(operation), None)
        if blocking:
            is_open, reason = blocking
            self.calls.conclude(operation, Outcome.SKIPPED, reason, is_open=is_open)
        elif operation.id in self.calls.progress.pending:
            # An intent without an outcome: an earlier process died in this very call.
            self.calls.settle(operation)
        else:
            self._try(operation, ahead)
        if self.outcomes[operation.id].outcome.done:
            self._turn.done(Own(operation, record_of(operation, self.outcomes)))
        self._count_refusal(operation)

    def _try(self, operation: Operation, ahead: Sequence[Operation]) -> None:
        if known := self._known_outcome(operation):
            self.calls.hold(operation, known)
            return
        if held := self._held(operation, ahead):
            self.calls.hold(operation, held)
        else:
            self.calls.write(operation)

    def _held(self, operation: Operation, ahead: Sequence[Operation] = ()) -> OperationOutcome | None:
        """The outcome of an operation that is not to be sent by what live shows now; None where it is."""
        ahead = ahead or [operation]
        if self._is_met(operation, ahead):
            return OperationOutcome(operation.id, Outcome.ALREADY_APPLIED, "live shows it already")
        return self._stale(operation, ahead)

    def _is_met(self, operation: Operation, ahead: Sequence[Operation]) -> bool:
        """Whether live, read again where it is too old, shows what the operation wants."""
        with _reading_before(operation):
            self._turn.refresh(operation, ahead)
            return met(operation, self.calls.seen(operation, self._turn.live.seen))

    def _stale(self, operation: Operation, ahead: Sequence[Operation]) -> OperationOutcome | None:
        """The outcome of an operation that relies on what moved; None where nothing did."""
        with _reading_before(operation):
            self._turn.refresh(operation, ahead)
            moved = self._turn.moved(operation, ahead)
        if not moved:
            return None
        return OperationOutcome(
            operation.id, Outcome.SKIPPED, f"stale: {_told(operation, moved)}", moved=moved
        )

    def _own_before(self) -> Iterator[Own]:
        """What an earlier process did of this run."""
        for one in self.plan.operations:
            known = self.outcomes.get(one.id)
            if known and known.outcome.done:
                yield Own(one, record_of(one, self.outcomes))

    def _known_outcome(self, operation: Operation) -> OperationOutcome | None:
        """What becomes of a new record that was made already, or that nobody can tell from another one."""
        if not operation.action.creates or self._look is None:
            return None
        own = {one.result_id for one in self.outcomes.values() if one.result_id}
        return self._look.known.outcome(operation, self.names, own)

    def _same_lines(self, operations: Iterable[Operation]) -> dict[str, list[str]]:
        """Reads the records near each new one; answers those that say the same."""
        new = [one for one in operations if one.action.creates]
        near = near_each(self.client, new)
        self._near |= near
        return {one.id: list(alike(one, near[one.id], self.names).like) for one in new}

    def _blocking(self, operation: Operation) -> Iterator[tuple[bool, str]]:
        """Why an operation cannot be tried, and whether a later `resume` may try it."""
        for earlier in operation.waits_for:
            known = self.outcomes.get(earlier)
            if known is None or not known.outcome.done:
                reason = f"it waits for {earlier}, which is {known.outcome if known else 'not done'}"
                yield known is None or known.open, reason

    def _count_refusal(self, operation: Operation) -> None:
        self._refusals += self.outcomes[operation.id].outcome is Outcome.REFUSED
        if self._refusals >= self.conduct.max_refusals:
            raise Halt(
                f"{counted(self._refusals, 'operation was', 'operations were')} refused (run.max_refusals); "
                "something is wrong in general"
            )

    def _refuse_too_few_credits(self, writes: int, looks: int) -> None:
        left = self.client.status.credits_remaining
        needed = writes + looks
        if self.bounds.max_calls is not None:
            needed = min(needed, self.bounds.max_calls)
        if writes and left is not None and left < needed:
            raise DecisionNeeded(
                f"It takes {needed} more credits, and {left} are left this month (they come back on the 1st, "
                "UTC), so nothing was written."
            )

    def _respect_bounds(self, writes: int, looks: int) -> None:
        used = self.client.status.requests - self._requests
        connection = self.client.connection
        takes = timedelta(seconds=writes * connection.window / connection.rate)
        reason = self.bounds.reached(Spent(used, writes, looks, self.client.clock.now() + takes))
        if reason:
            raise Halt(reason)

    def _now(self) -> float:
        return self.client.clock.monotonic()


@contextmanager
def _reading_before(operation: Operation) -> Iterator[None]:
    try:
        yield
    except ApiError as error:
        raise Halt(f"live could not be read before {operation.id}: {error}") from error


def _told(operation: Operation, moved: Sequence[Moved]) -> str:
    """What moved, in words, with the values on all sides."""
    return ", ".join(
        f"{one.name} was {one.planned!r} when planned and is {one.live!r} now"
        + (f" (wanted: {one.wanted!r})" if one.name in operation.expected else "")
        for one in moved
    )
