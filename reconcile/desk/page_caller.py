"""The caller of a job that a page started: it keeps what the job says, and can be asked nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reconcile.domain.progress import Progress
from reconcile.errors import ConfigurationError
from reconcile.jobs.session import StopRequest


class PageCaller:
    """Hears a job. messages: what it said, in order. stop: set `made` to end a run after its current call."""

    def __init__(self, on_progress: Progress | None = None) -> None:
        self.messages: list[str] = []
        self.stop = StopRequest()
        self._on_progress: Progress = on_progress or (lambda _what, _done, _total: None)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Tells the page how far the job is."""
        yield self._on_progress

    def say(self, message: str) -> None:
        """Keeps a sentence for the page."""
        self.messages.append(message)

    def confirm(self, question: str) -> bool:
        """Raises ConfigurationError: a page asks before it starts a job."""
        raise ConfigurationError(f"A page cannot be asked while a job goes on: {question}")

    @contextmanager
    def stoppable(self) -> Iterator[StopRequest]:
        """The stop that the page can ask for."""
        yield self.stop
