"""A run that the desk starts is the same command in a process of its own, and goes on without the desk."""

from __future__ import annotations

import asyncio
import json
import stat
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from cli_session import DECLINE, EVERY_KIND, PATIENCE, SET_AMOUNT, CliSession
from signers import public_line

from reconcile.config import SIGNED_IN, Choices
from reconcile.desk.page_caller import PageCaller
from reconcile.desk.runs.run_events import progress_events
from reconcile.desk.runs.run_files import RunFiles, Start, desk_folder, desk_key_file
from reconcile.desk.runs.run_orders import Agreed, ask_to_stop, start_apply, start_resume
from reconcile.desk.runs.run_view import RunView, look_at
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.approvals.desk_key import desk_key_of
from reconcile.jobs.runs.run_progress import RunProgress
from reconcile.jobs.runs.watch_run import RunWatch, Watched
from reconcile.jobs.session import Session, open_session

FAST = "[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\n"
HELD_UP = "[profiles.default]\nrate = 8\nwindow = 3600\n[run]\nfresh_seconds = 3600\n"
"""After a few requests the run waits for an hour, or until it is asked to stop."""
KILLED = """
import os
from pathlib import Path
from reconcile.config import Choices
from reconcile.desk.page_caller import PageCaller
from reconcile.desk.runs.run_orders import Agreed, start_apply
from reconcile.jobs.session import open_session

session = open_session(Choices(), PageCaller())
print(start_apply(session, session.user, Path("saved-plan.json").read_bytes(), {}, Agreed()), flush=True)
os.kill(os.getpid(), 9)
"""
"""A desk that is killed as soon as it has started a run."""
ANA = '[people.ana]\nname = "Ana"\nemail = "ana@example.com"\nroles = ["prepare"]\n'


def _session() -> Session:
    return open_session(Choices(), PageCaller())


def _plan(cli: CliSession, *keystrokes: object) -> bytes:
    cli.plan(cli.edit(cli.export(), *(keystrokes or EVERY_KIND)))  # type: ignore[arg-type]
    return (cli.folder / "saved-plan.json").read_bytes()


def _until(session: Session, run_id: str, meant: Callable[[RunView], bool]) -> RunView:
    """Looks until it is as meant, as each new desk would: nothing is remembered from look to look."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with session.store(create=False) as store:
            found = look_at(RunWatch(session, store, run_id))
        if meant(found):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def _settled(session: Session, run_id: str) -> RunView:
    return _until(session, run_id, lambda one: one.is_settled)


def test_a_run_is_the_same_command_in_the_name_of_who_is_signed_in(cli: CliSession) -> None:
    plan = _plan(cli)
    key = desk_key_of(desk_key_file(_session()))
    cli.settings(f'{FAST}{ANA}[approval]\ndesk_key = "{key.line}"\n')
    session = _session()
    edited = (cli.folder / "edited.xlsx").read_bytes()
    run_id = start_apply(session, "Ana", plan, {"../../edited.xlsx": edited}, Agreed())
    found = _settled(session, run_id)

    assert (found.state, found.problem, found.can_resume) == ("finished", "", False)
    assert found.progress
    assert found.progress.count("done") == found.progress.count("operations") == len(cli.writes())
    assert {one.state for one in found.progress.payouts} == {"done"}
    assert found.progress.seconds_left is None
    files = RunFiles.of(session, run_id)
    assert files.last
    assert json.loads(files.last.output.read_text(encoding="utf-8"))["run"] == run_id
    assert files.result_names == ("edited.xlsx",)
    assert [name for name in ("../plan.json", "plan.json", "", ".") if files.result(name)] == []
    private = (files.last.output, files.last.notes, files.last.folder, desk_key_file(session))
    assert [stat.S_IMODE(one.stat().st_mode) for one in private] == [0o600, 0o600, 0o700, 0o600]
    assert json.loads(cli.run("history", "--json")[1])[0]["started_by"] == "Ana (desk)"

    with pytest.raises(ConfigurationError, match=r"Mallory stands nowhere in \[people\]"):
        start_apply(session, "Mallory", plan, {}, Agreed())
    cli.setenv(SIGNED_IN, "Ana")
    code, _, err = cli.run("apply", "saved-plan.json", "--yes")
    assert (code, "Nothing was done: what names the person who is signed in cannot" in err) == (2, True)


def test_a_run_survives_its_desk_and_is_found_stopped_and_resumed_by_another(cli: CliSession) -> None:
    plan = _plan(cli)
    cli.settings(HELD_UP)
    desk = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True, check=False)
    assert desk.returncode == -9, desk.stderr
    session, run_id = _session(), desk.stdout.strip()
    going = _until(session, run_id, lambda one: one.progress is not None and one.progress.count("done") > 0)
    assert (going.state, going.is_alive, going.can_stop, going.can_resume) == ("running", True, True, False)

    second = start_apply(session, session.user, plan, {}, Agreed())
    told = _settled(session, second)
    assert (told.state, told.progress) == ("not begun", None)
    assert f"Run {run_id}" in told.problem
    assert "is unfinished" in told.problem
    start_resume(session, session.user, run_id)
    assert len(RunFiles.of(session, run_id).starts) == 1, "a run that goes on is started a second time"

    for _ in range(3):
        ask_to_stop(session, "Ben", run_id)
    found = _settled(session, run_id)
    assert (found.state, found.can_resume, found.can_stop) == ("stopped", True, False)
    assert (found.start and found.start.stopped_by) == "Ben"
    assert found.progress
    assert found.progress.count("waiting") > 0
    assert "It was stopped" in found.progress.reason
    with pytest.raises(DecisionNeeded, match="nothing to stop"):
        ask_to_stop(session, "Ben", run_id)

    cli.settings(FAST)
    start_resume(_session(), session.user, run_id)
    found = _settled(session, run_id)
    assert found.state == "finished", found
    assert found.progress
    assert found.progress.count("done") == found.progress.count("operations") == len(cli.writes())


def test_a_desk_that_the_rules_do_not_name_starts_nothing(cli: CliSession) -> None:
    plan = _plan(cli, SET_AMOUNT)
    desk_key_of(desk_key_file(_session()))
    cli.settings(f'{FAST}{ANA}[approval]\ndesk_key = "{public_line("another desk")}"\n')
    with pytest.raises(ConfigurationError, match=r"The key of this desk is ssh-ed25519 .* names another one"):
        start_apply(_session(), "Ana", plan, {}, Agreed())

    assert cli.writes() == []


@pytest.mark.parametrize(
    "run_id",
    ["../run-1", "run-1/..", "run-..", "run-", "", "run-1\n", "run-1\x00", "/etc", "run-" + "a" * 61],
)
def test_what_is_no_id_of_a_run_is_no_place(cli: CliSession, run_id: str) -> None:
    session = _session()
    for job in (RunFiles.of, lambda one, name: start_resume(one, "Ana", name)):
        with pytest.raises(ConfigurationError, match="no id of a run"):
            job(session, run_id)

    assert not desk_folder(session).exists()


def test_a_run_of_a_given_id_begins_once(cli: CliSession) -> None:
    _plan(cli, SET_AMOUNT, *DECLINE)
    codes = [cli.run("apply", "saved-plan.json", "--yes", "--run-id", "run-of-the-desk")[0] for _ in range(2)]
    _, _, told = cli.run("apply", "saved-plan.json", "--yes", "--run-id", "run-of-the-desk")

    assert codes == [0, 2]
    assert "there is a run of that id already" in told
    assert cli.run("apply", "saved-plan.json", "--yes", "--run-id", "../x")[0] == 2


def _view(state: str, text: str = "", *, is_held: bool = False, start: Start | None = None) -> RunView:
    """A look at a run; text stands for what a page shows of it."""
    progress = RunProgress("run-1", state, "Ana", text, (), 1)
    return RunView("run-1", Watched(progress, None, is_held), start, is_alive=False)


def test_a_run_whose_process_died_is_left_behind_until_somebody_resumes_it() -> None:
    found = _view("running")

    assert (found.state, found.can_resume, found.can_stop, found.is_settled) == (
        "left behind",
        True,
        False,
        True,
    )


def test_a_run_of_another_computer_goes_on_and_cannot_be_stopped_here() -> None:
    found = _view("running", is_held=True)

    assert (found.state, found.can_resume, found.can_stop, found.is_settled) == (
        "running",
        False,
        False,
        False,
    )


def test_events_tell_what_changed_and_end_with_the_run() -> None:
    going = [_view("running", text, is_held=True) for text in ("a", "a", "b\r\nc")]
    looks = iter([*going, _view("finished", "d")])

    def shown(view: RunView) -> str:
        return view.progress.reason if view.progress else ""

    async def read() -> list[str]:
        return [one async for one in progress_events(lambda: next(looks), shown, pause=0)]

    assert asyncio.run(read()) == [
        "event: progress\ndata: a\n\n",
        "event: progress\ndata: b\ndata: c\n\n",
        "event: progress\ndata: d\n\n",
        "event: end\ndata: finished\n\n",
    ]
