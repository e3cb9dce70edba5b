"""One look at a run: how far it is by the state store, and whether its process lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reconcile.desk.runs.run_files import RunFiles, Start
from reconcile.jobs.runs.run_progress import PayoutProgress, RunProgress
from reconcile.jobs.runs.watch_run import RunWatch, Watched

EXPECTED: Final = "expected run"
"""The kind of the row that says who is about to start a run."""
_MOST_ROWS: Final = 100
"""Payouts of a kind that are shown."""


@dataclass(frozen=True, slots=True)
class RunView:
    """What a page shows of a run.

    start: the last one by a desk on this computer. is_alive: whether the process of that start lives.
    expected_by: who has it started at this very moment, at whichever desk; empty for nobody.
    """

    run_id: str
    watched: Watched
    start: Start | None
    is_alive: bool
    expected_by: str = ""

    @property
    def progress(self) -> RunProgress | None:
        """How far it is; None while it is not on record."""
        return self.watched.progress

    @property
    def state(self) -> str:
        """`starting`, `not begun`, `left behind`, or the state of the run on record."""
        if self.progress is None:
            return "starting" if self.is_alive or self._is_expected else "not begun"
        if self.watched.is_left_behind and not self.is_alive:
            return "left behind"
        return self.progress.state

    @property
    def is_known(self) -> bool:
        """Whether there is, or was, anything of this id."""
        return self.progress is not None or self.start is not None or bool(self.expected_by)

    @property
    def by(self) -> str:
        """Who started it, as far as it is known."""
        return self.start.by if self.start else self.expected_by

    @property
    def _is_expected(self) -> bool:
        """Whether its process is still to come; once it is there, it speaks for itself."""
        return bool(self.expected_by) and (self.start is None or not self.start.pid)

    @property
    def is_settled(self) -> bool:
        """Whether nothing of it goes on, so that nothing changes until somebody does something."""
        return not self.is_alive and self.state not in ("starting", "running")

    @property
    def problem(self) -> str:
        """Why its last process ended without success; empty while it lives, and for none."""
        return self.start.problem if self.start and not self.is_alive else ""

    @property
    def can_stop(self) -> bool:
        """Whether this desk can ask it to stop, and nobody has."""
        goes_on = self.is_alive and self.state in ("starting", "running")
        return bool(goes_on and self.start and not self.start.stopped_by)

    @property
    def can_resume(self) -> bool:
        """Whether it waits for somebody to finish it."""
        return self.state in ("stopped", "left behind") and not self.is_alive


def look_at(watch: RunWatch, expected_by: str = "") -> RunView:
    """One look. Raises ConfigurationError for what is no run of this desk's organisation."""
    files = RunFiles.of(watch.session, watch.run_id)
    # The process first: of one that is gone everything is on record then.
    start = files.last
    is_alive = bool(start and start.is_alive)
    watched = watch.look(is_known_alive=is_alive)
    return RunView(watch.run_id, watched, start, is_alive, expected_by)


def rows_of(progress: RunProgress | None) -> tuple[PayoutProgress, ...]:
    """The payouts that a page shows: those that want a look first, then the others as the run takes them."""
    if progress is None:
        return ()
    quiet = ("done", "waiting")
    wanting = [one for one in progress.payouts if one.state not in quiet]
    others = [one for one in progress.payouts if one.state in quiet]
    return (*wanting[:_MOST_ROWS], *others[:_MOST_ROWS])
