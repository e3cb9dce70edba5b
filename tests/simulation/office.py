"""An office: an operator with a state store and workbooks, who uses the real code of `reconcile`.

This file alone binds the simulation to the product: rows of workbooks go in, calls to the server come out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from builders import make_sheet
from simulation.records import BEGINS, PERIODS
from simulation.stores import Backup, OfficeStore
from simulation.world import Killed, Wire, World

from reconcile.apply.executed import Executed
from reconcile.check.review import review
from reconcile.config import Profile, Settings
from reconcile.domain.edited import SCHEMA_VERSION, EditedRow, EditedWorkbook, Export
from reconcile.domain.fields import FIELDS, RecordKind, Value, Values
from reconcile.domain.policy.names_and_limits import Conduct, Policy
from reconcile.domain.progress import Progress
from reconcile.domain.snapshot import Environment, Scope, Snapshot
from reconcile.errors import ReconcileError
from reconcile.introw.client import Client
from reconcile.introw.connection import Connection, Key
from reconcile.introw.fetch import fetch_snapshot
from reconcile.jobs.evidence.keep import keep_inputs
from reconcile.jobs.evidence.made_of import FileAsRead
from reconcile.jobs.exports.withdraw import restore, withdraw
from reconcile.jobs.kept_live import live_path
from reconcile.jobs.narrow_to import NarrowTo
from reconcile.jobs.plan import EVERYTHING, PlanMade, plan_of
from reconcile.jobs.readings import Reading
from reconcile.jobs.runs.apply import planned
from reconcile.jobs.runs.resume import resume, set_aside
from reconcile.jobs.runs.run_options import Consent, RunOptions
from reconcile.jobs.runs.start_run import Planned
from reconcile.jobs.session import Session, StopRequest
from reconcile.plan.codec import to_json
from reconcile.plan.model import Plan
from reconcile.store.run import Run
from reconcile.store.sent.withdrawals import withdrawn
from reconcile.store.store import Store
from reconcile.workbook.contract import line_row, payout_row
from reconcile.workbook.read import baseline_of

ENVIRONMENT = Environment("http://127.0.0.1:8080", "default")
CONNECTION = Connection(ENVIRONMENT.origin, Key("a-key-of-the-simulation"), page_size=50)
PROFILE = Profile(ENVIRONMENT.origin, comment_author="ap@acme.example")
POLICY, CONDUCT = Policy(), Conduct()
FIRST_NEW = 30
"""The worksheet row of the first new line, and of the first new payout."""
WORDS = {"new_lines": "new", "new_payouts": "payout"}
"""What the tokens of ready rows begin with, by sheet."""
COMMENT = "Moved by the run of the month."


@dataclass(frozen=True)
class Book:
    """A workbook as a person has it.

    typed: what was typed into it. at: when it was exported. planned: the moment of live in its plan. amounts:
    those of the lines there: of some it may know more than of that moment.
    """

    edited: EditedWorkbook
    at: float
    planned: float = 0
    typed: tuple[tuple[str, str, str], ...] = ()
    amounts: Mapping[str, str] = field(default_factory=dict)

    @property
    def new_rows(self) -> tuple[EditedRow, ...]:
        """The rows of `New lines` and `New payouts` that were filled in."""
        return (*self.edited.new_lines.rows, *self.edited.new_payouts.rows)

    @property
    def id(self) -> str:
        """The id of its export."""
        return self.edited.export.workbook_id


@dataclass(frozen=True)
class Way:
    """How a person wants a command: for which records, and with a comment on every payout that moves."""

    narrow_to: NarrowTo = EVERYTHING
    comment: bool = False

    @property
    def options(self) -> RunOptions:
        """The options of the run."""
        return RunOptions(comment=self.comment, comment_text=COMMENT if self.comment else "")


PLAIN = Way()


@dataclass(frozen=True)
class Ended:
    """How a command ended. executed: the run, if there was one. error: what it said instead."""

    office: str
    executed: Executed | None = None
    error: str = ""
    crashed: bool = False
    killed: bool = False


class OfficeSession(Session):
    """A session whose server and store are those of the simulation."""

    @contextmanager
    def connected(self) -> Iterator[Client]:
        """A client on the line to the simulated server."""
        world = self.office.world
        connection = replace(CONNECTION, rate=world.habits.rate)
        with Client(connection, clock=world.clock, transport=Wire(world, self.office.name)) as client:
            yield client

    @contextmanager
    def store(self, *, create: bool = True) -> Iterator[Store]:  # noqa: ARG002  it is always there
        """The office's store, which stays open."""
        yield self.office.store

    def new_id(self, prefix: str, at: datetime) -> str:  # noqa: ARG002  the same id in every play
        """The next number."""
        self.office.count += 1
        name = f"{prefix}-{self.office.name}-{self.office.count}"
        self.office.narrowed[name] = self.office.narrow_to
        return name

    def bind(self, office: Office) -> None:
        """Belongs to this office."""
        object.__setattr__(self, "office", office)

    office: Office


@dataclass
class _Stop:
    """Whether the operator pressed Ctrl-C."""

    world: World
    interrupted: bool = False

    @property
    def made(self) -> bool:
        """Asked between operations. An office that works in a gap of another one is left in peace."""
        return self.world.stopped and self.world.busy <= 1


@dataclass(frozen=True)
class _Caller:
    """The operator at the terminal."""

    world: World

    def progress(self) -> AbstractContextManager[Progress]:
        """Nobody looks at the progress."""
        return nullcontext(lambda *_: None)

    def say(self, message: str) -> None:
        """What is said goes into the diary."""
        self.world.note(message)

    def confirm(self, _: str) -> bool:
        """The operator agrees."""
        return True

    def stoppable(self) -> AbstractContextManager[StopRequest]:
        """Ctrl-C works."""
        return nullcontext(cast("StopRequest", _Stop(self.world)))


@dataclass
class Office:
    """One operator. checks: whether the checks of workbooks run, which take ten times as long as all the rest.

    live_minutes: for how long a reading of live serves further plans.
    narrow_to: what the present command is about; narrowed: what each run is about. commenting: a
    command so far leaves comments. void: since when which workbooks are withdrawn. forgot_at: when its store
    was put back; what it did before, it does not know.
    """

    name: str
    world: World
    store: OfficeStore
    checks: bool = False
    live_minutes: float = 0
    book: Book | None = None
    backup: Backup | None = None
    count: int = 0
    asked: list[Book] = field(default_factory=list)
    plans: list[tuple[Plan, Book]] = field(default_factory=list)
    narrow_to: NarrowTo = field(default_factory=NarrowTo)
    saved_for: NarrowTo = field(default_factory=NarrowTo)
    narrowed: dict[str, NarrowTo] = field(default_factory=dict)
    commenting: bool = False
    void: dict[str, float] = field(default_factory=dict)
    forgot_at: float = float("-inf")

    def __post_init__(self) -> None:
        """The office has settings of its own."""
        profile = replace(PROFILE, live_minutes=self.live_minutes)
        settings = Settings("default", profile, POLICY, self.store.path, conduct=CONDUCT)
        self.session = OfficeSession(settings, _Caller(self.world), self.name, self.world.now)
        self.session.bind(self)
        self.saved = self.store.path.with_suffix(".json")
        self.saved.unlink(missing_ok=True)
        live_path(self.session).unlink(missing_ok=True)

    # --- commands ------------------------------------------------------------------------------------

    def export(self) -> Ended:
        """`reconcile export`: the office gets a fresh workbook."""
        return self._command(lambda: self._online(self._export))

    def apply(self, way: Way = PLAIN) -> Ended:
        """`reconcile apply march.xlsx --yes`."""
        if self.book is None:
            return Ended(self.name)
        return self._command(lambda: self._online(lambda *on: self._apply(*on, way)))

    def save_plan(self, way: Way = PLAIN) -> Ended:
        """`reconcile diff march.xlsx --save plan.json`."""
        if self.book is None:
            return Ended(self.name)
        return self._command(lambda: self._online(lambda *on: self._save_plan(*on, way)))

    def diff(self, way: Way = PLAIN) -> Ended:
        """`reconcile diff march.xlsx`: nothing comes of it but a look, and perhaps a kept reading of live."""
        if self.book is None:
            return Ended(self.name)
        return self._command(lambda: self._online(lambda *on: self._plan(*on, way) and None))

    def apply_saved(self, way: Way = PLAIN) -> Ended:
        """`reconcile apply plan.json --yes`."""
        return self._command(lambda: self._apply_saved(way)) if self.saved.exists() else Ended(self.name)

    def resume(self, way: Way = PLAIN) -> Ended:
        """`reconcile resume`, where there is something to resume."""
        return self._command(lambda: self._resume(way))

    def withdraw(self) -> Ended:
        """`reconcile exports withdraw march.xlsx`."""
        return self._void(withdraw)

    def make_valid(self) -> Ended:
        """`reconcile exports restore march.xlsx`."""
        return self._void(restore)

    def set_aside(self) -> Ended:
        """`reconcile resume RUN --set-aside "enough"`."""
        return self._command(self._set_aside)

    @property
    def unfinished(self) -> Run | None:
        """The run that stands in the way of the next one."""
        return next((one for one in self.store.runs(ENVIRONMENT) if one.is_unfinished), None)

    # --- what people do to files ---------------------------------------------------------------------

    def keep_backup(self) -> None:
        """Somebody copies the state store."""
        self.backup = self.store.copied()

    def restore(self) -> None:
        """Somebody puts the copy back."""
        if self.backup:
            self.backup()
            self.forgot_at = self.world.seconds
            self.note_void()

    def take(self, book: Book | None) -> None:
        """The office gets a copy of somebody's workbook."""
        self.book = book or self.book

    def type(self, record: str, name: str, value: str) -> None:
        """Types into a row of the workbook; record `new` stands for the next free row of `New lines`."""
        if self.book is None:
            return
        typed = (*self.book.typed, (record, name, value))
        edited = self.book.edited
        if record in ("new", "new payout"):
            edited = _with_new(edited, value) if record == "new" else _with_new_payout(edited, value)
        elif (sheet := "payouts" if name in ("stage", "po_number") else "lines") and record:
            rows = tuple(
                replace(row, values={**row.values, **_entry(name, value)}) if row.id == record else row
                for row in getattr(edited, sheet).rows
            )
            edited = replace(edited, **{sheet: replace(getattr(edited, sheet), rows=rows)})
        self.book = replace(self.book, edited=edited, typed=typed)

    def move_rows(self, *, keep_tokens: bool) -> None:
        """Cuts the new rows and pastes them further down; hidden columns travel along, or do not."""

        def moved(row: EditedRow, word: str) -> EditedRow:
            number = row.number + 7
            return replace(row, number=number, token=row.token if keep_tokens else _token(word, number))

        self._redo_new(moved)

    def strip(self) -> None:
        """The document inspector removes the hidden columns."""
        self._redo_new(lambda row, _: replace(row, token=None))

    def _redo_new(self, change: Callable[[EditedRow, str], EditedRow]) -> None:
        if self.book is None:
            return
        edited = self.book.edited
        sheets = {
            name: replace(sheet, rows=tuple(change(row, word) for row in sheet.rows))
            for name, word in WORDS.items()
            for sheet in [getattr(edited, name)]
        }
        self.book = replace(self.book, edited=replace(edited, **sheets))

    # --- the product ---------------------------------------------------------------------------------

    def _command(self, work: Callable[[], Executed | None]) -> Ended:
        world = self.world
        world.busy += 1
        world.stopped = world.busy > 1 and world.stopped
        before = self.narrow_to
        try:
            return Ended(self.name, work())
        except Killed:
            return Ended(self.name, killed=True)
        except ReconcileError as error:
            return Ended(self.name, error=str(error))
        except Exception as error:  # noqa: BLE001  whatever it is, it is a finding
            return Ended(self.name, error=f"{type(error).__name__}: {error}", crashed=True)
        finally:
            world.dead = False
            world.busy -= 1
            self.narrow_to = before

    def _online(self, work: Callable[[Store, Client], Executed | None]) -> Executed | None:
        with self.session.connected() as client:
            return work(self.store, client)

    def _export(self, store: Store, client: Client) -> None:
        now = self.world.now()
        snapshot = fetch_snapshot(client, ENVIRONMENT, Scope(), now)
        self.count += 1
        export = Export(
            f"wb_{self.name}_{self.count}",
            SCHEMA_VERSION,
            "0",
            ENVIRONMENT,
            Scope(),
            now,
            self.name,
            snapshot.fingerprint,
        )
        store.save_export(export, snapshot)
        self.book = Book(_workbook(export, snapshot), self.world.seconds)

    def _void(self, change: Callable[..., object]) -> Ended:
        if self.book is None:
            return Ended(self.name)
        name = self.book.id
        ended = self._command(lambda: change(self.session, [name], "A plan was wrong") and None)
        self.note_void()
        return ended

    def note_void(self) -> None:
        """Remembers which workbooks are withdrawn by now."""
        with self.store.reading() as connection:
            void = withdrawn(connection, {one.id for one in self.asked} | self._own())
        self.void = {one: self.void.get(one, self.world.seconds) for one in void}

    def _own(self) -> set[str]:
        return {self.book.id} if self.book else set()

    def _plan(self, store: Store, client: Client, way: Way) -> PlanMade:
        book, self.narrow_to = self.book, way.narrow_to
        assert book is not None
        edited = book.edited
        baseline = store.baseline(edited.export.workbook_id) or baseline_of(edited)
        findings = review(edited, baseline, POLICY) if self.checks else ()
        reading = Reading(edited, baseline, findings)
        made = plan_of(
            self.session,
            client,
            store,
            [reading],
            [FileAsRead(Path(edited.file), edited.file, "", 0)],
            narrow_to=way.narrow_to,
        )
        planned = (made.live_at - BEGINS).total_seconds() if made.live_at else self.world.seconds
        if made.live_at:
            self.world.occurred.append("a plan is made of an earlier reading of live")
        amounts = {key: str(one.amount.amount) for key, one in made.made_of.live.lines.items()}
        self.asked.append(replace(book, planned=planned, amounts=amounts))
        self.plans.append((made.plan, book))
        return made

    def _save_plan(self, store: Store, client: Client, way: Way) -> None:
        made = self._plan(store, client, way)
        keep_inputs(self.session, store, made.plan.fingerprint, made.made_of)
        self.saved.write_text(to_json(made.plan), encoding="utf-8")
        self.saved_for = way.narrow_to

    def _start(self, planned: Planned, way: Way) -> Executed | None:
        """The person reads the report, lets the gates pass, and says yes."""
        self.commenting |= way.comment
        consent = Consent(yes=True, allow=tuple(gate.name for gate in planned.plan.gates))
        return planned.start(consent, way.options).executed

    def _apply(self, store: Store, client: Client, way: Way) -> Executed | None:
        return self._start(Planned(self.session, client, store, self._plan(store, client, way).plan), way)

    def _apply_saved(self, way: Way) -> Executed | None:
        self.narrow_to = self.saved_for
        with planned(self.session, [self.saved], None) as found:
            return self._start(found, way)

    def _resume(self, way: Way) -> Executed | None:
        run = self.unfinished
        if run is None:
            return None
        self.narrow_to = self.narrowed[run.run_id]
        self.commenting |= way.comment
        return resume(self.session, run.run_id, way.options).executed

    def _set_aside(self) -> None:
        if run := self.unfinished:
            set_aside(self.session, run.run_id, "enough")


def _entry(name: str, value: str) -> dict[str, Value]:
    if name in ("Decline", "Detach", "Batch"):
        reason: Value = "DUPLICATE" if name == "Decline" else None
        return {"action": name, "decline_reason": reason}
    return {name: value}


def _with_new(edited: EditedWorkbook, value: str) -> EditedWorkbook:
    """The next ready row of `New lines` is filled in: `payout amount description`, or `-` for the pool."""
    payout_id, amount, description = value.split(" ", 2)
    number = FIRST_NEW + len(edited.new_lines.rows)
    known = {row.id: row for row in edited.payouts.rows}
    partner = known[payout_id].fixed["partner_id"] if payout_id in known else "ptn_1"
    blank: dict[str, Value] = dict.fromkeys(one.name for one in FIELDS[RecordKind.NEW_LINE])
    values = blank | {
        "partner_id": partner,
        "payout_id": payout_id if payout_id in known else None,
        "amount": amount,
        "currency": "USD",
        "description": description,
    }
    row = EditedRow(number, None, values, None, _token("new", number), {})
    return replace(edited, new_lines=replace(edited.new_lines, rows=(*edited.new_lines.rows, row)))


def _with_new_payout(edited: EditedWorkbook, value: str) -> EditedWorkbook:
    """The next ready row of `New payouts` is filled in: `partner period note`, or a batch for the period."""
    partner, when, note = value.split(" ", 2)
    number = FIRST_NEW + len(edited.new_payouts.rows)
    values: dict[str, Value] = {
        "partner_id": partner,
        "batch_id": None if when in PERIODS else when,
        "period": when if when in PERIODS else None,
        "statement_note": note,
    }
    row = EditedRow(number, None, values, None, _token("payout", number), {})
    return replace(edited, new_payouts=replace(edited.new_payouts, rows=(*edited.new_payouts.rows, row)))


def _token(word: str, number: int) -> str:
    """The token of the ready row of that number."""
    return f"{word}-{number - FIRST_NEW + 1:03}"


def _workbook(export: Export, snapshot: Snapshot) -> EditedWorkbook:
    """The workbook of a snapshot as it would be read back untouched."""
    payouts = [payout_row(one, snapshot, export.workbook_id) for one in snapshot.payouts.values()]
    lines = [line_row(one, snapshot, export.workbook_id) for one in snapshot.lines.values()]
    return EditedWorkbook(
        f"{export.workbook_id}.xlsx",
        export,
        make_sheet(
            RecordKind.PAYOUT,
            [
                _row(
                    n,
                    row,
                    {
                        "amount": str(row.record.amount.amount),
                        "currency": row.currency,
                        "partner_id": row.record.partner_id,
                        "partner": row.record.partner_name,
                        "batch_id": row.record.batch_id,
                    },
                )
                for n, row in enumerate(payouts, 2)
            ],
        ),
        make_sheet(
            RecordKind.LINE,
            [
                _row(
                    n,
                    row,
                    {
                        "partner_id": row.record.partner_id,
                        "payout_id": row.record.payout_id,
                        "status": row.record.status,
                        "partner": snapshot.partner_name(row.record.partner_id),
                    },
                )
                for n, row in enumerate(lines, 2)
            ],
        ),
        make_sheet(RecordKind.NEW_LINE, ()),
        findings=(),
        new_payouts=make_sheet(RecordKind.NEW_PAYOUT, ()),
    )


def _row(number: int, row: Any, fixed: Values) -> EditedRow:  # noqa: ANN401  a row of either kind
    return EditedRow(number, row.id, row.values, row.values, row.token, fixed)
