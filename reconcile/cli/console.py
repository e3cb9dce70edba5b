"""The terminal: shows progress and what a job says, asks questions, and hears Ctrl-C."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import click

from reconcile.cli.text_out import write_line
from reconcile.domain.unseen import one_line
from reconcile.errors import ConfigurationError

if TYPE_CHECKING:
    from reconcile.cli.safe_console import SafeConsole
    from reconcile.domain.finding import Finding
    from reconcile.domain.progress import Progress
    from reconcile.jobs.session import StopRequest


def console(*, stderr: bool = False) -> SafeConsole:
    """A console: colour only on a terminal, never with NO_COLOR; a pipe is as wide as it needs."""
    from reconcile.cli.safe_console import SafeConsole

    made = SafeConsole(stderr=stderr, highlight=False)
    return (
        made if made.is_terminal else SafeConsole(stderr=stderr, highlight=False, width=100, soft_wrap=True)
    )


def warn(findings: Iterable[Finding]) -> None:
    """Shows findings on stderr, a line each."""
    for finding in findings:
        note(f"{finding.severity}: {finding.message} {finding.fix}")


def note(message: str) -> None:
    """Shows a sentence on stderr."""
    console(stderr=True).print(message, markup=False)


class Terminal:
    """The caller of every job that a command starts."""

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A progress bar with an ETA on stderr; silent where stderr is no terminal."""
        if not sys.stderr.isatty():
            yield lambda *_: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Remaining

        screen = console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
        with Progress(*columns, console=screen, disable=not screen.is_terminal, transient=True) as bar:
            task = bar.add_task("", total=None)
            yield lambda words, done, total: bar.update(task, description=words, completed=done, total=total)

    def say(self, message: str) -> None:
        """Shows a sentence on stderr."""
        write_line(message, err=True)

    def confirm(self, question: str) -> bool:
        """Asks on the terminal, or takes the answer from a pipe. Raises ConfigurationError without one."""
        write_line(err=True)
        if sys.stdin.isatty():
            return click.confirm(one_line(question), err=True)
        return _piped_answer(question)

    @contextmanager
    def stoppable(self) -> Iterator[StopRequest]:
        """The first Ctrl-C or SIGTERM stops after the call in flight, the second one at once."""
        from reconcile.jobs.session import StopRequest

        stop = StopRequest()
        before: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}

        def restore() -> None:
            for number, earlier in before.items():
                signal.signal(number, earlier)

        def ask(number: int, _: FrameType | None) -> None:
            stop.made = True
            stop.interrupted = stop.interrupted or number == signal.SIGINT
            restore()

        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, ask)
        try:
            yield stop
        finally:
            restore()


def _piped_answer(question: str) -> bool:
    """A yes or no that comes through a pipe (`echo n | reconcile apply ...`)."""
    try:
        answer = sys.stdin.readline().strip().casefold()
    except (OSError, ValueError):
        answer = ""
    if answer not in ("y", "yes", "n", "no"):
        raise ConfigurationError("Nobody can be asked here. Check the report, then pass --yes.")
    write_line(f"{question} {answer}", err=True)
    return answer.startswith("y")
