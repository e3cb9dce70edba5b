"""Starts a run for a person who is signed in: the words of the command, and who stands behind it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

from reconcile.config import SIGNED_IN, Settings
from reconcile.desk.live_session import named_file
from reconcile.desk.runs.run_files import AlreadyStarted, RunFiles, desk_key_file, keep_start, make_private
from reconcile.desk.runs.run_process import interrupt, start_process
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.approvals.sign_statement import SignIn
from reconcile.jobs.approvals.signed_in import sign_for_process
from reconcile.jobs.session import Session


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a person agreed to on the page. allow: the limits let pass. reopen, reason: as in `Consent`."""

    allow: tuple[str, ...] = ()
    reopen: tuple[str, ...] = ()
    reason: str = ""

    @property
    def words(self) -> list[str]:
        """The same as options."""
        found = [word for name in self.allow for word in ("--allow", name)]
        found += [word for name in self.reopen for word in ("--reopen", name)]
        return [*found, "--reason", self.reason] if self.reason else found


def start_apply(
    session: Session, by: str, plan: bytes, workbooks: Mapping[str, bytes], agreed: Agreed, run_id: str = ""
) -> str:
    """Starts to apply a saved plan; answers the id that its run gets, if it begins.

    by: the person who is signed in. workbooks: those of the plan by name, whose results are written after it.
    run_id: a new one without it. Raises ConfigurationError where that person cannot go on record.
    """
    run_id = run_id or new_run_id(session)
    files = RunFiles.of(session, run_id)
    _make(files)
    files.plan.write_bytes(plan)
    for name, content in workbooks.items():
        # A name that was uploaded is never a place: only its last part counts, and it must be one.
        safe = Path(name.replace("\\", "/")).name
        if safe.lower().endswith(".xlsx") and not safe.startswith("."):
            (files.folder / "workbooks" / safe).write_bytes(content)
    words = ["apply", str(files.plan), *_common(run_id, agreed), *_results(files)]
    _begin(session, by, files, words)
    return run_id


def start_resume(session: Session, by: str, run_id: str) -> None:
    """Starts to finish an unfinished run, also one begun elsewhere. One that goes on here is left alone."""
    files = RunFiles.of(session, run_id)
    if files.last and files.last.is_alive:
        return
    _make(files)
    with suppress(AlreadyStarted):
        _begin(session, by, files, ["resume", run_id, "--json", *_results(files)])


def ask_to_stop(session: Session, by: str, run_id: str) -> None:
    """Asks a run to stop after the call in flight, once, whoever asks how often.

    Raises DecisionNeeded for a run whose process this desk did not start, or that is gone.
    """
    start = RunFiles.of(session, run_id).last
    if start is None or not start.pid or not start.is_alive:
        raise DecisionNeeded(
            f"No process of {run_id} that this desk started is going on, so there is nothing to stop here."
        )
    try:
        with (start.folder / "stop").open("x", encoding="utf-8") as stream:
            stream.write(by)
    except FileExistsError:
        # A second signal would end the process in the middle of a call.
        return
    interrupt(start.pid, start.output)


def new_run_id(session: Session) -> str:
    """The id of a run that is about to be started."""
    return session.new_id("run", session.clock())


def _make(files: RunFiles) -> None:
    for folder in (files.folder / "workbooks", files.folder / "results"):
        make_private(folder)


def _common(run_id: str, agreed: Agreed) -> list[str]:
    return ["--yes", "--json", "--run-id", run_id, *agreed.words]


def _results(files: RunFiles) -> list[str]:
    if not files.workbooks:
        return []
    make_private(files.results)
    return [
        *("--result", str(files.results)),
        *(word for one in files.workbooks for word in ("--workbook", str(one))),
    ]


def _begin(session: Session, by: str, files: RunFiles, words: Sequence[str]) -> None:
    whole = [*words, *_settings(session)]
    environ = {**os.environ, **_behind(session, by, whole)}
    start = files.new_start(words[0], by, session.clock().isoformat(timespec="seconds"))
    try:
        pid = start_process(whole, environ, start.output, start.notes)
    except OSError as error:
        shutil.rmtree(start.folder, ignore_errors=True)
        raise ConfigurationError(f"The run could not be started: {error.strerror}.") from error
    keep_start(replace(start, pid=pid))


def _settings(session: Session) -> list[str]:
    """The options by which the process finds the settings of the desk."""
    settings = session.settings
    words = ["--profile", settings.profile_name] if settings.file else []
    if file := named_file(settings):
        words += ["--config", str(file)]
    if settings.sources.get("state") == "--state":
        words += ["--state", _state_words(settings)]
    if settings.templates:
        words += ["--templates", str(settings.templates)]
    return words


def _state_words(settings: Settings) -> str:
    server = settings.server
    if server is None:
        return str(settings.state)
    return f"{server}?{urlencode(server.options)}" if server.options else str(server)


def _behind(session: Session, by: str, words: Sequence[str]) -> dict[str, str]:
    """What tells the process who is signed in; nothing where that is the user of this computer."""
    team = session.settings.team
    person = team.by_name(by)
    if person is None:
        if by == session.user and not team.people:
            return {}
        raise ConfigurationError(f"{by} stands nowhere in [people], so nothing is started in that name.")
    who = SignIn(person.email, desk_key_file(session))
    return {SIGNED_IN: sign_for_process(session, who, person.name, words)}
