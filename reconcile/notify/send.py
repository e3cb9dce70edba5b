"""Sends a notice to every target at once, within a bound of seconds.

The library `apprise` speaks to the targets. Each gets a thread of its own that is left behind when the time
is over, so that no server can hold up the job that something is told about.
"""

from __future__ import annotations

import logging
import threading
import time
import warnings
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

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
    # It would write addresses and answers to stderr.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


def _library() -> Apprise:
    _load()
    from apprise import Apprise, AppriseAsset  # noqa: PLC0415  an extra

    asset = AppriseAsset(app_id="reconcile", app_desc="reconcile", app_url="", http_redirects=False)
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
    return {one.target: one.problem for one in attempts if one.problem}


class _Attempt(threading.Thread):
    """One message to one target."""

    def __init__(self, opened: Apprise, target: Target, message: Message) -> None:
        super().__init__(daemon=True)
        self._opened = opened
        self.target = target
        self._message = message
        self._is_taken = False

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
