"""Watches a run through the state store, whoever started it, on whichever computer."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconcile.errors import ConfigurationError
from reconcile.jobs.runs.run_progress import RunProgress, progress_of
from reconcile.jobs.session import Session
from reconcile.plan.codec import OLDEST_PLAN, from_json
from reconcile.plan.model import Plan
from reconcile.store.entries import Entry
from reconcile.store.run import Holder
from reconcile.store.store import Store


@dataclass(frozen=True, slots=True)
class Watched:
    """progress: None while the run is not on record. holder: who holds it, or held it when its process died.

    is_held: whether that process lives.
    """

    progress: RunProgress | None
    holder: Holder | None = None
    is_held: bool = False

    @property
    def is_left_behind(self) -> bool:
        """Whether the run is unfinished, and no process goes on with it."""
        return self.progress is not None and not self.progress.is_over and not self.is_held


@dataclass
class RunWatch:
    """Looks at one run again and again; what it has read of the journal it does not read twice."""

    session: Session
    store: Store
    run_id: str
    _plan: Plan | None = field(init=False, default=None)
    _entries: list[Entry] = field(init=False, default_factory=list)

    def look(self, *, is_known_alive: bool = False) -> Watched:
        """How far the run is now. is_known_alive: its process is known to live, so nobody else is asked.

        Raises ConfigurationError for a run of another environment, or one whose plan cannot be read.
        """
        self._entries += self.store.entries(self.run_id, after=len(self._entries))
        # Read after its journal: one that is over has its last entry then, or gets it at the next look.
        run = self.store.run(self.run_id)
        if run is None:
            return Watched(None)
        if run.environment != str(self.session.environment):
            raise ConfigurationError(
                f"{self.run_id} is a run on {run.environment}, which this desk does not serve."
            )
        if run.state != "running":
            self._entries += self.store.entries(self.run_id, after=len(self._entries))
        self._plan = self._plan or from_json(run.plan, run.run_id, OLDEST_PLAN)
        progress = progress_of(run, self._plan, self._entries, self.session.clock())
        holder = self._holder()
        is_held = not progress.is_over and (is_known_alive or self._is_alive(holder))
        return Watched(progress, holder, is_held)

    def _holder(self) -> Holder | None:
        found = self.store.holder(self.session.environment)
        return found if found and found.run_id == self.run_id else None

    def _is_alive(self, holder: Holder | None) -> bool:
        return holder is not None and not self.store.is_gone(self.session.environment, holder)
