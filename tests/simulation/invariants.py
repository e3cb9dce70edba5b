"""What must be true at every step of every story, whatever the server and the people do.

Each broken rule becomes one sentence. The rules look at the server's own log and at what people typed, never at
what the product believes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from simulation import new_payouts
from simulation.new_payouts import MADE
from simulation.office import CONDUCT, ENVIRONMENT, Book, Ended, Office
from simulation.records import BEGINS, COLLEAGUE, Effect, Record
from simulation.server import Introw
from simulation.world import World

from reconcile.apply.executed import Executed
from reconcile.apply.payout_comments import INTENT, LEFT, OUTCOME
from reconcile.apply.replay import Progress, replay
from reconcile.domain.fields import RecordKind
from reconcile.domain.stage import stage_of
from reconcile.plan.codec import from_json
from reconcile.plan.model import Action, Operation, Plan
from reconcile.plan.outcome import OperationOutcome, Outcome
from reconcile.store.entries import Entry

SLACK: Final = 3.0
"""Seconds that the calls between a look and its write may take, beside the freshness that is set."""
WIRE: Final = {"poNumber": "po_number", "sourceAmount": "source_amount"}
GROUPS: Final = {
    "amount": "amount",
    "currency": "amount",
    "sourceAmount": "amount",
    "status": "place",
    "payoutId": "place",
}
TEXTS: Final = {"description", "note", "poNumber", "metadata"}


@dataclass(frozen=True)
class Broken:
    """A rule that was broken, and how. The rule names the kind, so that shrinking keeps to it."""

    rule: str
    how: str


@dataclass(frozen=True)
class Change:
    """The last change of a group of fields of a record."""

    at: float
    by: str
    value: Any


@dataclass
class Watch:
    """Watches one story."""

    world: World
    offices: Mapping[str, Office]
    broken: list[Broken] = field(default_factory=list)
    changes: dict[tuple[str, str], Change] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Is told every effect as it happens."""
        self.world.server.watch = self.effect

    @property
    def server(self) -> Introw:
        """The server of this story."""
        return self.world.server

    def break_(self, rule: str, how: str) -> None:
        """A rule is broken."""
        self.broken.append(Broken(rule, how))
        self.world.note(f"BROKEN: {rule}. {how}")

    # --- at every effect -----------------------------------------------------------------------------

    def effect(self, effect: Effect) -> None:
        """Checks one effect against what people asked for and what they could see."""
        if effect.by != COLLEAGUE:
            self.world.occurred.append(f"Introw took from an office: {effect.kind}")
            office = self.offices[effect.by]
            book = next((one for one in reversed(office.asked) if _asks(one, effect)), None)
            self._in_bounds(effect, office, book)
            if effect.kind == "emptied":
                self._emptied(effect, office)
            elif book is None:
                self._unasked(effect)
            else:
                self._once(effect)
                self._seen(effect, book)
        for name, (_, after) in effect.fields.items():
            key = (effect.record, GROUPS.get(name, name))
            self.changes[key] = Change(effect.at, effect.by, after)

    def _in_bounds(self, effect: Effect, office: Office, book: Book | None) -> None:
        """A command does what it is about, nothing of a workbook that is void, and no half of a batch."""
        if new_payouts.is_left_out(effect, office, self.server):
            only = " ".join(office.narrow_to.only)
            self.break_("a narrowed command leaves the rest", f"{_told(effect)}, only {only}.")
        sent_at = self.world.since[effect.tag]
        if book and all(
            office.void.get(one.id, sent_at) < sent_at for one in office.asked if _asks(one, effect)
        ):
            self.break_("nothing of a withdrawn workbook is sent", f"{_told(effect)}, of {book.id}.")
        if how := new_payouts.torn(office.asked, effect, self.server.effects):
            self.break_("no new payout is torn from its lines", how)
        if effect.kind == "comment" and (bad := new_payouts.bad_comment(effect, office, self.world)):
            self.break_(*bad)

    def _unasked(self, effect: Effect) -> None:
        """A new payout takes what is in the pool: nobody can help what came there at the last moment."""
        if effect.kind == "attach":
            key = (effect.record, "place")
            bound = self.world.habits.lag + SLACK + CONDUCT.fresh_seconds
            came = self.changes[key].at if key in self.changes else float("-inf")
            day = self.server.truth(effect.record) or {}
            is_due = day["periodEnd"][:10] <= new_payouts.content_of(effect.body)[3]
            is_late = came >= self.world.since[effect.tag] - bound
            if is_late or not is_due or self._is_anothers(effect):
                return
        self.break_("nothing is sent that nobody asked for", f"{_told(effect)}.")

    def _is_anothers(self, effect: Effect) -> bool:
        """Whether the line went onto a payout that the call did not make, which was there at the last moment."""
        home = effect.fields["payoutId"][1]
        return not any(one.kind == "open" and one.record == home for one in self.server.effects[-20:])

    def _once(self, effect: Effect) -> None:
        if effect.kind not in ("create", "open", "attach"):
            return
        lag = self.world.habits.lag
        # A look is good for `fresh_seconds`, also for what somebody else makes.
        bound = lag + SLACK + CONDUCT.fresh_seconds if lag else SLACK
        sent_at, forgot_at = self.world.since[effect.tag], self.offices[effect.by].forgot_at
        books = [book for office in self.offices.values() for book in office.asked]
        if effect.kind != "create":
            others = [one for one in self.server.effects if one.kind == effect.kind and one.by != COLLEAGUE]
            same = [one for one in others if one.body == effect.body]
            unknown = [one for one in same if one.by != effect.by or one.at <= forgot_at]
            unseen = any(sent_at - one.at <= bound for one in unknown)
            how = "" if unseen else new_payouts.twice(effect, self.server.effects, books)
            if how:
                self.break_("no effect twice", how)
            return
        wanted = _content(effect.body)
        made = [
            one
            for one in self.server.effects
            if one.kind == "create" and one.by != COLLEAGUE and _content(one.body) == wanted
        ]
        unknown = [one for one in made if one.by != effect.by or one.at <= forgot_at]
        if any(sent_at - one.at <= bound for one in unknown):
            # Nobody could see that line yet, nor know of it. That is what remains without ETags; the payout's
            # total, which is read back, tells of it.
            return
        typed = max(sum(_row_content(book, value) == wanted for value in _rows(book)) for book in books)
        if len(made) > typed:
            where = ", ".join(one.record for one in made)
            self.break_("no effect twice", f"The line {wanted} was typed {typed} times and made as {where}.")

    def _seen(self, effect: Effect, book: Book) -> None:
        """Nothing is overwritten that was visible before the write was sent."""
        for record, group, bound in self._relied(effect, book):
            change = self.changes.get((record, group))
            if change and change.by != effect.by and self._is_old(change, book, effect, bound):
                age = self.world.since[effect.tag] - change.at
                how = f"{_told(effect)}, {age:.0f} s after {change.by} changed {group} of {record} to {change.value}."
                self.break_("nothing is overwritten that was visible before", how)

    def _is_old(self, change: Change, book: Book, effect: Effect, bound: float) -> bool:
        before_the_look = change.at < self.world.since[effect.tag] - bound
        return change.at > book.at and before_the_look

    def _relied(self, effect: Effect, book: Book) -> Iterator[tuple[str, str, float]]:
        """What the effect rests on: record, group, and seconds for which a look is good."""
        lag = self.world.habits.lag + SLACK
        money = lag + getattr(CONDUCT, "fresh_seconds", CONDUCT.reread_minutes * 60)
        text = lag + max(getattr(CONDUCT, "fresh_seconds", 0), CONDUCT.reread_minutes * 60)
        if effect.kind == "patch":
            for name in effect.fields:
                group = GROUPS.get(name, name)
                if self._differs(book, effect.record, group):
                    yield effect.record, group, text if name in TEXTS else money
            stage = effect.fields.get("stage", (None, ""))[1]
            if stage and _releases(stage):
                yield from self._lines(effect, book, money)
        elif effect.kind in ("attach", "decline", "detach"):
            if self._differs(book, effect.record, "place"):
                yield effect.record, "place", money
            # An amount that moved before is shown with the plan, and taken off as it is now.
            change = self.changes.get((effect.record, "amount"))
            is_shown = change and _same(change.value, book.amounts.get(effect.record))
            later = change and change.at > book.planned and not is_shown
            if later and self._differs(book, effect.record, "amount"):
                yield effect.record, "amount", money

    def _lines(self, effect: Effect, book: Book, bound: float) -> Iterator[tuple[str, str, float]]:
        """The lines of a payout as the person saw them; the amount of one that is off it by now pays nothing."""
        payout_id = effect.record
        seen = {row.id for row in book.edited.lines.rows if row.fixed.get("payout_id") == payout_id}
        paid = {one["id"] for one in self.server.lines_of(payout_id)}
        for line_id in sorted(one for one in seen | paid if one):
            for group in ("amount", "place") if line_id in paid else ("place",):
                if self._differs(book, line_id, group):
                    yield line_id, group, bound

    def _differs(self, book: Book, record: str, group: str) -> bool:
        """Whether what was there just before is neither what was exported nor what was typed."""
        change = self.changes.get((record, group))
        if change is None:
            return False
        rows = {row.id: row for row in (*book.edited.lines.rows, *book.edited.payouts.rows)}
        row = rows.get(record)
        if row is None:
            return True
        if group == "place":
            left_as_typed = change.value is None and bool(row.values.get("action"))
            return change.value != row.fixed.get("payout_id") and not left_as_typed
        names = (WIRE.get(group, group), "internal_note" if group == "note" else group)
        exported = [(row.baseline or {}).get(name) for name in names]
        typed = [row.values.get(name) for name in names]
        return not any(_same(change.value, one) for one in (*exported, *typed))

    def _emptied(self, effect: Effect, office: Office) -> None:
        """A payout that is emptied because somebody else took its other lines away."""
        book = next(
            (one for one in reversed(office.asked) if _declines_on(one, effect.record)), office.asked[-1]
        )
        bound = self.world.habits.lag + SLACK + getattr(CONDUCT, "fresh_seconds", CONDUCT.reread_minutes * 60)
        for row in book.edited.lines.rows:
            change = self.changes.get((row.id or "", "place"))
            if (
                row.fixed.get("payout_id") == effect.record
                and change
                and change.by != effect.by
                and not any(
                    record == row.id and name in ("Decline", "Detach") for record, name, _ in book.typed
                )
                and self._is_old(change, book, effect, bound)
            ):
                how = (
                    f"{effect.by} emptied {effect.record}, though {change.by} had taken {row.id} off before."
                )
                self.break_("nothing is overwritten that was visible before", how)

    # --- after every command -------------------------------------------------------------------------

    def ended(self, ended: Ended) -> None:
        """Checks how a command ended."""
        if ended.crashed:
            self.break_("no command ends in a traceback", ended.error)
        if ended.error:
            self.world.note(f"Office {ended.office} is told: {ended.error[:300]}")
        if ended.executed:
            self._told_true(ended.executed)
        office = self.offices[ended.office]
        while office.plans:
            self.plan_tells_all(*office.plans.pop())

    def _told_true(self, executed: Executed) -> None:
        stopped = f"Stopped: {executed.stopped[:200]}" if executed.stopped else "It does not tie out."
        if not executed.stopped and executed.verification.ties:
            stopped = "Everything ties out."
        told = ", ".join(
            f"{key} {one.outcome}{f' ({one.message[:120]})' if one.message else ''}"
            for key, one in executed.outcomes.items()
        )
        self.world.note(f"Run {executed.run_id}: {told}. {stopped}")
        self._narrowed(executed)
        for operation in executed.plan.operations:
            known = executed.outcomes.get(operation.id)
            if known and known.outcome is Outcome.APPLIED_DIFFERENTLY:
                self._differs_indeed(operation, known)
        if executed.stopped or not executed.verification.ties:
            return
        last: dict[tuple[str, str], tuple[Operation, str | None]] = {}
        for one in executed.plan.operations:
            outcome = executed.outcomes.get(one.id)
            if outcome and outcome.outcome in (Outcome.APPLIED, Outcome.ALREADY_APPLIED):
                if one.action is Action.CREATE_PAYOUT:
                    self._ties_new(executed, one, outcome.result_id)
                    continue
                record = outcome.result_id if one.action is Action.CREATE_LINE else one.target.id
                last |= {(record, name): (one, value) for name, value in one.expected.items()}
        for (record_id, name), (_, value) in last.items():
            self._ties(executed, record_id, name, value)

    def _differs_indeed(self, operation: Operation, known: OperationOutcome) -> None:
        """What is said to be applied differently is not as it was sent."""
        record = self.server.truth(known.result_id)
        if (
            record
            and known.moved
            and all(_same(self._value(record, one.name), one.wanted) for one in known.moved)
        ):
            names = ", ".join(one.name for one in known.moved)
            how = f"{operation.action} {known.result_id}: {names} is as it was sent."
            self.break_("every difference is true", how)

    def _value(self, record: Record, name: str) -> str | None:
        if record["kind"] == "payout":
            return new_payouts.value_of(self.server, record, name)
        return _wire_value(record, name)

    def _narrowed(self, executed: Executed) -> None:
        """`--first N` changes N payouts at most."""
        first = self.offices[executed.run_id.split("-")[1]].narrowed[executed.run_id].first
        homes = {one.target.payout_id for one in executed.plan.operations} - {None}
        if first is not None and len(homes) > first:
            self.break_(
                "a narrowed command leaves the rest", f"--first {first} changes {sorted(map(str, homes))}."
            )

    def _ties_new(self, executed: Executed, operation: Operation, payout_id: str) -> None:
        """A run that ties out made its new payout with the lines that it was to have."""
        how = new_payouts.is_on(self.server, payout_id, operation.expected)
        bound = self.world.seconds - self.world.habits.lag - SLACK
        lines = new_payouts.expected_lines(operation.expected)
        late = any(
            change.at > bound and (record in lines or payout_id in (record, change.value))
            for (record, _), change in self.changes.items()
        )
        if how and not late:
            self.break_("every 'ties out' is true", f"{executed.run_id} ties out: {payout_id}, {how}.")

    def _ties(self, executed: Executed, record_id: str, name: str, value: str | None) -> None:
        record = self.server.truth(record_id)
        gone = self.changes.get((record_id, "stage"))
        if record is None and gone and gone.at > self.world.seconds - self.world.habits.lag - SLACK:
            return
        if record is None:
            self.break_("every 'ties out' is true", f"{record_id} is no record, says {executed.run_id}.")
            return
        if record.get("status") == "VOIDED" and name != "state":
            return
        there = _wire_value(record, name)
        group = {"state": "place", "payout_id": "place"}.get(name, GROUPS.get(name, name))
        change = self.changes.get((record_id, group))
        late = change and change.at > self.world.seconds - self.world.habits.lag - SLACK
        if not _same(there, value) and not late:
            how = f"{executed.run_id} ties out, and {name} of {record_id} is {there!r} instead of {value!r}."
            self.break_("every 'ties out' is true", how)

    # --- at the end ----------------------------------------------------------------------------------

    def plan_tells_all(self, plan: Plan, book: Book) -> None:
        """Every edit is an operation, or the plan says why it is none."""
        told = {one.target.id for one in plan.operations}
        told |= {line for one in plan.operations for line in new_payouts.expected_lines(one.expected)}
        told |= {
            one.target.id for one in (*plan.conflicts, *plan.held, *plan.drifts, *plan.damaged, *plan.missing)
        }
        told |= {one.record_id for one in plan.findings}
        for record, name, value in book.typed:
            if (
                record not in ("new", "new payout")
                and record not in told
                and self._is_there(book, record)
                and not any(one.rule == "left-out" for one in plan.findings)
            ):
                self.break_("no edit is lost", f"{name} of {record} ({value}) is nowhere in the plan.")
        for kind, rows in (
            (RecordKind.NEW_LINE, book.edited.new_lines.rows),
            (RecordKind.NEW_PAYOUT, book.edited.new_payouts.rows),
        ):
            self._tells_rows(plan, kind, len(rows))

    def _tells_rows(self, plan: Plan, kind: RecordKind, rows: int) -> None:
        """Every row for a new record is told; an error may keep one from being looked at any further."""
        parts = (*plan.operations, *plan.conflicts, *plan.held, *plan.drifts)
        told = {one.target.id for one in parts if one.target.kind is kind}
        cells = {one.cell for one in plan.findings if one.kind is kind}
        decided = {one.conflict.target.id for one in plan.decided}
        left = any(one.rule == "left-out" for one in plan.findings)
        if len(told | decided) + len(cells) < rows and not left:
            self.break_("no edit is lost", f"{rows} rows for a {kind}, and {len(told)} are told.")

    def _is_there(self, book: Book, record: str) -> bool:
        rows = (*book.edited.lines.rows, *book.edited.payouts.rows)
        row = next((row for row in rows if row.id == record), None)
        return row is not None and row.values != row.baseline

    def journal_is_the_log(self, office: Office, *, restored: bool) -> None:
        """What a journal says of each operation is what the server did."""
        runs = [(run, office.store.entries(run.run_id)) for run in reversed(office.store.runs(ENVIRONMENT))]
        begun = [(run, entries) for run, entries in runs if any(one.kind == "start" for one in entries)]
        starts = [_seconds(next(e.at for e in entries if e.kind == "start")) for _, entries in begun]
        self._comments_are_the_log(office, [entries for _, entries in runs], restored=restored)
        for (run, entries), start, until in zip(begun, starts, [*starts, float("inf")][1:], strict=True):
            for one in from_json(run.plan, run.run_id).operations:
                self._agrees(office, one, replay(entries), (start, until), run.run_id, restored=restored)

    def _comments_are_the_log(
        self, office: Office, journals: list[tuple[Entry, ...]], *, restored: bool
    ) -> None:
        """Every comment that was left was meant to be, and none is said to be left that was not."""
        entries = [entry for some in journals for entry in some]
        begun = sum(entry.kind == INTENT for entry in entries)
        left = sum(entry.kind == OUTCOME and entry.body["outcome"] == LEFT for entry in entries)
        made = sum(one.kind == "comment" and one.by == office.name for one in self.server.effects)
        if left > made or (made > begun and not restored):
            how = f"Of {office.name}: {begun} comments begun, {left} left, {made} made."
            self.break_("the journal says what the server did", how)

    def _agrees(
        self,
        office: Office,
        operation: Operation,
        progress: Progress,
        window: tuple[float, float],
        run_id: str,
        *,
        restored: bool,
    ) -> None:
        sent = [
            one.tag
            for one in self.world.sent
            if one.by == office.name
            and (one.method, one.path.removeprefix("/api/v1")) == (operation.method, operation.path)
            and one.body == (operation.body or {})
            and window[0] <= one.at < window[1]
        ]
        done = [one for one in self.server.effects if one.tag in sent and one.kind != "emptied"]
        known = progress.outcomes.get(operation.id)
        if known is None and not done:
            return
        outcome = known.outcome if known else None
        untold = outcome in (None, Outcome.REFUSED, Outcome.SKIPPED) and operation.id not in progress.pending
        if done and untold and not (restored and known is None):
            how = f"{run_id}: {operation.action} {operation.target.id} is {outcome}, and the server did it."
            self.break_("no effect is lost without an outcome that says so", how)
        says_so = outcome in (Outcome.APPLIED, Outcome.APPLIED_DIFFERENTLY)
        if says_so and known and known.accepted and not done:
            was_there = operation.action is Action.CREATE_LINE and self.server.truth(known.result_id)
            if not was_there:
                how = f"{run_id}: {operation.action} {operation.target.id} is applied, and the server did nothing."
                self.break_("the journal says what the server did", how)

    def can_end(self, office: Office, ended: Ended) -> None:
        """A run that is still unfinished after calm resumes says what a person can do about it."""
        if office.unfinished is None:
            return
        outcomes = ended.executed.outcomes.values() if ended.executed else ()
        words = " ".join([ended.error, *(one.message for one in outcomes if one.open)])
        if ended.executed:
            words += ended.executed.stopped
        if "set the run aside" not in words and "set it aside" not in words:
            self.break_("every run can be ended", f"After three calm resumes: {words[:400]}")


def _declines_on(book: Book, payout_id: str) -> bool:
    """Whether a line of that payout is declined in a workbook."""
    lines = {row.id for row in book.edited.lines.rows if row.fixed.get("payout_id") == payout_id}
    return any(record in lines and name == "Decline" for record, name, _ in book.typed)


def _asks(book: Book, effect: Effect) -> bool:
    """Whether a workbook asks for an effect."""
    if effect.kind in MADE:
        return new_payouts.asks(book, effect)
    if effect.kind == "create":
        return any(_row_content(book, value) == _content(effect.body) for value in _rows(book))
    typed = {(record, name): value for record, name, value in book.typed}
    if effect.kind in ("decline", "detach"):
        return (effect.record, effect.kind.capitalize()) in typed
    return all(
        any(_same(value, typed.get((effect.record, ours))) for ours in (WIRE.get(name, name), name))
        for name, value in effect.body.items()
    )


def _rows(book: Book) -> list[str]:
    return [value for record, _, value in book.typed if record == "new"]


def _row_content(book: Book, value: str) -> tuple[str, ...]:
    payout_id, amount, description = value.split(" ", 2)
    known = {row.id for row in book.edited.payouts.rows}
    return (payout_id if payout_id in known else "", f"{Decimal(amount).normalize():f}", description)


def _content(body: Record) -> tuple[str, ...]:
    amount = Decimal(body["amount"]).normalize()
    return (body.get("payoutId") or "", f"{amount:f}", body.get("description") or "")


def _releases(stage: str) -> bool:
    known = stage_of(stage)
    return known.partner_visible or known.paying or known.final


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401  any JSON value
    try:
        return Decimal(one) == Decimal(other)
    except (ArithmeticError, TypeError, ValueError):
        return bool((one or None) == (other or None))


def _wire_value(record: Record, name: str) -> str | None:
    void = record.get("status") == "VOIDED"
    if name == "state":
        return "declined" if void else "on payout" if record["payoutId"] else "pool"
    names = {"po_number": "poNumber", "source_amount": "sourceAmount", "payout_id": "payoutId"}
    value: str | None = record.get(names.get(name, name))
    return value


def _seconds(moment: str) -> float:
    return (datetime.fromisoformat(moment) - BEGINS).total_seconds()


def _told(effect: Effect) -> str:
    words = ", ".join(f"{name} {before} -> {after}" for name, (before, after) in effect.fields.items())
    return f"Office {effect.by}: {effect.kind} of {effect.record} ({words})"
