"""Jobs asked for by something that is no terminal: they return values, and tell and ask only their caller."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cli_session import APPROVED_LINE, DETACH, DRAFT, SET_AMOUNT, CliSession

from reconcile.config import Choices as Named
from reconcile.config import load
from reconcile.domain.progress import Progress
from reconcile.errors import DecisionNeeded, Stopped
from reconcile.jobs.bills import BillsRequest, bill
from reconcile.jobs.check import check
from reconcile.jobs.diff import DiffRequest, diff
from reconcile.jobs.exports.export import ExportRequest, export
from reconcile.jobs.runs.apply import planned
from reconcile.jobs.runs.execute_run import RunResult
from reconcile.jobs.runs.history import history
from reconcile.jobs.runs.resume import resume
from reconcile.jobs.runs.run_options import Consent, RunOptions
from reconcile.jobs.scope import Filters
from reconcile.jobs.session import Session, StopRequest
from reconcile.workbook.copy.cell_editor import Keystroke, type_into

SET_DRAFT = Keystroke("Payouts", DRAFT, "PO number", "PO-DRAFT")


@dataclass
class Page:
    """A caller like a page in the browser: keeps what it hears, and has its answers ready."""

    answer: bool = True
    stop: StopRequest = field(default_factory=StopRequest)
    on_progress: Progress = lambda *_: None
    steps: set[str] = field(default_factory=set)
    heard: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        def told(step: str, done: int, total: int | None) -> None:
            self.steps.add(step)
            self.on_progress(step, done, total)

        yield told

    def say(self, message: str) -> None:
        self.heard.append(message)

    def confirm(self, question: str) -> bool:
        self.asked.append(question)
        return self.answer

    @contextmanager
    def stoppable(self) -> Iterator[StopRequest]:
        yield self.stop


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
def session(cli: CliSession, page: Page) -> Session:
    settings = load(Named(config=cli.folder / "reconcile.toml"), os.environ, cli.folder)
    return Session(settings, page, "Ada Lovelace")


def edited(session: Session, folder: Path, *edits: Keystroke) -> Path:
    """An exported workbook with edits in it."""
    exported = export(session, ExportRequest(Filters(), folder / "march.xlsx"))
    type_into(exported.output, folder / "edited.xlsx", edits)
    return folder / "edited.xlsx"


def applied(session: Session, file: Path, consent: Consent | None = None) -> RunResult:
    with planned(session, [file], None) as ready:
        return ready.start(consent or Consent(), RunOptions())


def stop_after_the_first(page: Page) -> Callable[[str, int, int | None], None]:
    """Asks for a stop as soon as one operation is done."""

    def told(step: str, _done: int, _total: int | None) -> None:
        if step == "Applying":
            page.stop.made = page.stop.interrupted = True

    return told


def test_a_month_goes_through_the_jobs_and_nothing_is_printed(
    cli: CliSession, session: Session, page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    file = edited(session, cli.folder, SET_AMOUNT)
    (checked,) = check(session, [file])
    compared = diff(session, DiffRequest((file,)))
    result = applied(session, file)
    billed = bill(session, BillsRequest("csv", cli.folder / "bills", Filters(), dry_run=True))

    assert (checked.name, checked.errors) == ("edited.xlsx", 0)
    assert [one.target.id for one in compared.plan.operations] == [APPROVED_LINE]
    assert (result.exit_code, result.stopped) == (0, "")
    assert cli.state()[APPROVED_LINE]["amount"] == "512.50"
    assert not billed.written
    assert "Applying" in page.steps
    assert tuple(capsys.readouterr()) == ("", "")


def test_the_user_of_the_session_is_on_record(cli: CliSession, session: Session) -> None:
    run_id = applied(session, edited(session, cli.folder, SET_AMOUNT)).run_id
    (run,) = history(session).record.runs

    assert (run.run_id, run.started_by) == (run_id, "Ada Lovelace")


def test_the_caller_is_asked_once_and_a_no_writes_nothing(
    cli: CliSession, session: Session, page: Page
) -> None:
    page.answer = False
    file = edited(session, cli.folder, SET_AMOUNT)

    with pytest.raises(DecisionNeeded, match="the answer was no"):
        applied(session, file)
    (question,) = page.asked
    assert f"Apply 1 operation to {session.environment}?" in question
    assert cli.writes() == []


def test_consent_in_advance_is_not_asked_for(cli: CliSession, session: Session, page: Page) -> None:
    result = applied(session, edited(session, cli.folder, SET_AMOUNT), Consent(yes=True))

    assert (result.exit_code, page.asked) == (0, [])


def test_a_stop_before_the_first_write_leaves_no_run(cli: CliSession, session: Session, page: Page) -> None:
    file = edited(session, cli.folder, SET_AMOUNT)
    page.stop.made = True

    with pytest.raises(Stopped):
        applied(session, file)
    assert page.heard == ["Nothing was written, and no run was begun."]
    assert list(history(session).record.runs) == []
    assert cli.writes() == []


def test_a_stopped_run_says_so_and_is_finished_later(cli: CliSession, session: Session, page: Page) -> None:
    page.on_progress = stop_after_the_first(page)
    stopped = applied(session, edited(session, cli.folder, SET_AMOUNT, DETACH, SET_DRAFT))
    page.on_progress, page.stop = lambda *_: None, StopRequest()
    finished = resume(session, stopped.run_id, RunOptions())

    assert (stopped.exit_code, bool(stopped.stopped)) == (130, True)
    assert (finished.run_id, finished.stopped) == (stopped.run_id, "")
    assert cli.state()[DRAFT]["poNumber"] == "PO-DRAFT"


def test_a_plan_without_operations_needs_no_answer_and_makes_no_run(
    cli: CliSession, session: Session, page: Page
) -> None:
    result = applied(session, edited(session, cli.folder))

    assert (result.executed, result.exit_code, page.asked) == (None, 0, [])
    assert list(history(session).record.runs) == []
