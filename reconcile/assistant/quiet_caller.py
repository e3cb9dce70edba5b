"""The caller of a job that an assistant started: it shows nothing and can be asked nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reconcile.domain.progress import Progress
from reconcile.errors import DecisionNeeded
from reconcile.jobs.session import StopRequest


class QuietCaller:
    """Keeps what a job says. messages: in order."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Shows nothing."""
        yield lambda _what, _done, _total: None

    def say(self, message: str) -> None:
        """Keeps a sentence for the answer."""
        self.messages.append(message)

    def confirm(self, question: str) -> bool:  # noqa: ARG002  the question is for a person
        """Raises DecisionNeeded: no assistant answers for a person."""
        raise DecisionNeeded("This asks for a yes or no of a person, and no assistant may give it.")

    @contextmanager
    def stoppable(self) -> Iterator[StopRequest]:
        """Nothing asks for a stop."""
        yield StopRequest()
