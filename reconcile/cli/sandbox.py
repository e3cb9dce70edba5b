"""`reconcile sandbox`: serves a local Introw until it is told to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from reconcile.cli.common_options import FILE
from reconcile.cli.sandbox_options import choice_options, parsed
from reconcile.cli.text_out import write_line
from reconcile.cli.whole_number import WholeNumber
from reconcile.resources import sample
from reconcile.sandbox.api.faults import Fault, parse_fault
from reconcile.sandbox.choices import Choices

_STOPPERS = (signal.SIGINT, signal.SIGTERM)


class _Unusable(click.ClickException):
    """The port, the seed or the database cannot be used."""

    exit_code = 2


@click.command("sandbox")
@click.option(
    "--port", type=WholeNumber(0, 65535), default=8080, show_default=True, help="Port; 0 picks one."
)
@click.option(
    "--db",
    type=FILE,
    help="SQLite file for the state; one that exists keeps its contents. Without it, all is in memory.",
)
@click.option(
    "--seed",
    type=FILE,
    help="JSON file with the records to begin with; without it, the sample month.",
)
@choice_options
@click.option(
    "--fault",
    "faults",
    multiple=True,
    callback=parsed(parse_fault),
    metavar="TEXT",
    help="Something that goes wrong: 'METHOD PATH: KIND [COUNT] [after N]'. Repeat it for more faults.",
)
def command(port: int, db: Path | None, seed: Path | None, faults: tuple[Fault, ...], **chosen: Any) -> None:  # noqa: ANN401 - the options made from Choices
    """Serve a local Introw on 127.0.0.1: the commissions API over HTTP, with SQLite behind it.

    It follows Introw's documentation. The options after the first three answer questions that the
    documentation leaves open, or make something go wrong on purpose, as in
    --fault 'POST /commission-lines/*/decline: lose-answer 2'.
    """
    choices = _choices(chosen)
    with _stop_signal() as stop, ExitStack() as stack:
        url = _started(stack, port, db, seed or sample("2026-03/seed.json"), choices, faults)
        write_line(f"Sandbox ready at {url} (key: {', '.join(key.name for key in choices.keys)})")
        sys.stdout.flush()
        stop.wait()


def _choices(chosen: dict[str, Any]) -> Choices:
    """Fill Choices; what was left out stays at its default."""
    try:
        return Choices(**{name: value for name, value in chosen.items() if value not in (None, ())})
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _started(
    stack: ExitStack, port: int, db: Path | None, seed: Path, choices: Choices, faults: tuple[Fault, ...]
) -> str:
    """Start the server and give its address; what cannot be used becomes one sentence."""
    from reconcile.sandbox.seed import SeedError
    from reconcile.sandbox.server import running

    try:
        return stack.enter_context(running(seed, choices, port, db=db, faults=faults))
    except SeedError as error:
        raise _Unusable(str(error)) from error
    except OSError as error:
        raise _Unusable(
            f"Port {port} cannot be used ({os.strerror(error.errno or 0)}). Choose another with --port."
        ) from error


@contextmanager
def _stop_signal() -> Iterator[threading.Event]:
    """Turn SIGINT and SIGTERM into an event, so that the server ends in good order."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in _STOPPERS}
    try:
        yield stop
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
