"""Sends a notice to every target at once, within a bound of seconds.

The library `apprise` speaks to the targets. Each gets a thread of its own, whose connections are shut when
the time is over: no server can hold up the job that something is told about, or send on for ever. What it
answers has a bound in bytes, too.
"""

from __future__ import annotations

import logging
import socket
import sys
import threading
import time
import warnings
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from reconcile.errors import ConfigurationError
from reconcile.notify.notice import Notice
from reconcile.notify.targets import Target
from reconcile.notify.texts import Message, message_for

if TYPE_CHECKING:
    from apprise import Apprise

_ANSWER_SECONDS: Final = 10
"""How long a target may take to answer, before the library gives up on it."""


@cache
def _load() -> None:
    """Loads the library with all its parts. Raises ConfigurationError where it is not installed."""
    with warnings.catch_warnings():
        # It looks for a module that newer Pythons do not have.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            from apprise import Apprise  # noqa: PLC0415  an extra
        except ImportError as error:
            raise ConfigurationError("Notices need an extra: pip install 'reconcile[desk]'.") from error
        Apprise.instantiate("json://localhost")
        from reconcile.notify.bounded_answers import bound_answers  # noqa: PLC0415  needs the extra
    bound_answers(lambda: isinstance(threading.current_thread(), _Attempt))
    # It would write addresses and answers to stderr.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    sys.addaudithook(_watch)


def _library() -> Apprise:
    _load()
    from apprise import Apprise, AppriseAsset  # noqa: PLC0415  an extra

    # With a time-out of its own the library sends in threads for which the program waits at its end.
    asset = AppriseAsset(
        app_id="reconcile", app_desc="reconcile", app_url="", http_redirects=False, service_timeout=0
    )
    return Apprise(asset=asset)


def open_target(target: Target) -> Apprise:
    """The target as the library knows it. Raises ConfigurationError for an address that it cannot read."""
    opened = _library()
    if not opened.add(f"{target.url}&cto={_ANSWER_SECONDS}&rto={_ANSWER_SECONDS}"):
        raise ConfigurationError(
            f"The address of {target.name} cannot be read. `reconcile help notifications` shows how each "
            "kind is written."
        )
    return opened


def send(targets: Sequence[Target], notice: Notice, *, amounts: bool, seconds: float) -> dict[Target, str]:
    """Sends a notice; answers a sentence for each target that did not take it. Raises ConfigurationError."""
    attempts = [
        _Attempt(open_target(one), one, message_for(one.kind, notice, amounts=amounts)) for one in targets
    ]
    end = time.monotonic() + seconds
    for one in attempts:
        one.start()
    for one in attempts:
        one.join(max(0, end - time.monotonic()))
    problems = {one.target: one.problem for one in attempts if one.problem}
    for one in attempts:
        one.give_up()
    return problems


class _Attempt(threading.Thread):
    """One message to one target."""

    def __init__(self, opened: Apprise, target: Target, message: Message) -> None:
        super().__init__(daemon=True)
        self._opened = opened
        self.target = target
        self._message = message
        self._is_taken = False
        self._is_over = False
        self._connections: list[socket.socket] = []

    def watch(self, connection: socket.socket) -> None:
        """Remembers a connection that is about to be made. Raises TimeoutError after the time."""
        if self._is_over:
            raise TimeoutError
        # The library closes its own or wraps it in TLS; this one leads to the same connection.
        self._connections.append(connection.dup())

    def give_up(self) -> None:
        """Shuts its connections, and lets it make none any more."""
        self._is_over = True
        for one in self._connections:
            with suppress(OSError), one:
                one.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        """Sends the message. Without a format of its own the library leaves the text as it is."""
        sent = self._opened.notify(body=self._message.body, title=self._message.title)
        self._is_taken = bool(sent)

    @property
    def problem(self) -> str:
        """That the target did not take it; empty where it did."""
        if self._is_taken:
            return ""
        why = "gave no answer in time" if self.is_alive() else "did not take it"
        return f"{self.target.name} {why}: check the address, its password or token, and the network."


def _watch(event: str, given: tuple[Any, ...]) -> None:
    """Told by Python of each connection that is made, in the thread that makes it."""
    attempt = threading.current_thread() if event == "socket.connect" else None
    if isinstance(attempt, _Attempt):
        attempt.watch(given[0])
