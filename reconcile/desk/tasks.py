"""Work that takes longer than a request: done in a thread, its progress kept where every desk sees it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from reconcile.desk.security.tokens import new_secret
from reconcile.domain.progress import Progress
from reconcile.errors import ReconcileError
from reconcile.jobs.desk.desk_store import DeskRow, DeskStore

TASK: Final = "task"
_KEPT_SECONDS: Final = 7 * 86_400
_BEAT_SECONDS: Final = 5.0
_LOST_SECONDS: Final = 60.0
_TOLD_SECONDS: Final = 0.5
RUNNING, DONE, FAILED, LOST = "running", "done", "failed", "lost"

Work = Callable[[str, Progress], Mapping[str, Any]]
"""Does the work under a key, tells its progress, and answers values for the page, as JSON has them."""


@dataclass(frozen=True)
class Task:
    """A piece of work. state: of RUNNING, DONE, FAILED, LOST. of: what kind of work it is.

    total: None where it is not known. left: seconds that it takes from now on, by its pace; None without one.
    result: what the work answered. message: why it failed. began, beat: seconds since 1970.
    """

    key: str
    owner: str
    of: str
    title: str
    began: float
    beat: float
    state: str = RUNNING
    what: str = ""
    done: int = 0
    total: int | None = None
    left: int | None = None
    message: str = ""
    result: Mapping[str, Any] | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self.state != RUNNING

    @property
    def back(self) -> str:
        """Where it was started."""
        return f"/{self.of.partition('/')[0]}"

    def told(self) -> dict[str, Any]:
        """What a page that waits is told."""
        names = ("state", "what", "done", "total", "left", "message")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Tasks:
    """The work of all desks on one store."""

    rows: DeskStore

    def start(self, owner: str, of: str, title: str, work: Work) -> str:
        """Starts some work; answers its key."""
        now = time.time()
        task = Task(new_secret(), owner, of, title, now, now)
        _Worker(self.rows, task, work).begin()
        return task.key

    def get(self, key: str) -> Task | None:
        """A piece of work by its key."""
        row = self.rows.get(TASK, key)
        return _task(row) if row else None

    def every(self, of: str, owner: str = "") -> tuple[Task, ...]:
        """The work of a kind, newest first. owner: only of this person."""
        found = (_task(row) for row in reversed(self.rows.every(TASK, owner)))
        return tuple(one for one in found if one.of == of)


def _task(row: DeskRow) -> Task:
    """The work as it is now: that of a desk that ended in the middle is lost."""
    task = Task(row.key, row.owner, **json.loads(row.body))
    if task.state == RUNNING and time.time() - task.beat > _LOST_SECONDS:
        return replace(task, state=LOST, message="The desk that did this was ended. Start it again.")
    return task


class _Worker:
    """Does one piece of work in a thread, while another one says that it still goes on."""

    def __init__(self, rows: DeskStore, task: Task, work: Work) -> None:
        self._rows, self._task, self._work = rows, task, work
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._told = 0.0

    def begin(self) -> None:
        self._keep(self._task)
        for target in (self._do, self._beat):
            threading.Thread(target=target, daemon=True).start()

    def _do(self) -> None:
        try:
            result = self._work(self._task.key, self._progress)
            ended: dict[str, Any] = {"state": DONE, "result": result}
        except ReconcileError as error:
            ended = {"state": FAILED, "message": str(error)}
        except Exception as error:  # noqa: BLE001  whatever it is, the page that waits must hear of it
            ended = {"state": FAILED, "message": f"{type(error).__name__}: {error}. Please report this."}
        self._over.set()
        with self._lock:
            self._keep(replace(self._task, **ended))

    def _beat(self) -> None:
        while not self._over.wait(_BEAT_SECONDS):
            with self._lock:
                if not self._over.is_set():
                    self._keep(replace(self._task, beat=time.time()))

    def _progress(self, what: str, done: int, total: int | None) -> None:
        now = time.time()
        with self._lock:
            left = _left(now - self._task.began, done, total)
            self._task = replace(self._task, what=what, done=done, total=total, left=left, beat=now)
            if now - self._told >= _TOLD_SECONDS:
                self._told = now
                self._keep(self._task)

    def _keep(self, task: Task) -> None:
        self._task = task
        values = {name: value for name, value in vars(task).items() if name not in ("key", "owner")}
        self._rows.put(TASK, task.key, task.owner, json.dumps(values).encode(), _KEPT_SECONDS)


def _left(spent: float, done: int, total: int | None) -> int | None:
    """The seconds left at the pace so far; None where there is no telling."""
    if not total or not done:
        return None
    return max(0, round(spent / done * (total - done)))
