"""Python reads this at its start when the folder is on PYTHONPATH: it strikes a process at one exact step.

A step is the moment just before or just after an API call, or a commit of a SQLite connection that changes
something. The product knows nothing of this; what is wrapped are its libraries.

STRIKE_LOG: a file that gets one line per step. STRIKE_AT: the number of the step, from 1. STRIKE_HOW: what
happens there. `kill`, `term`, `int`: a signal. `full`: no file can be written any more. `readonly`: SQLite
refuses every change from here on. `torn`: the power fails in the middle of this commit, so that some of its
pages are in the file, some are not, and SQLite's rollback journal is still there. `short`: the process is
killed, and a disk that lied about what it had kept loses the end of the state file.
"""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import weakref
from contextlib import suppress
from pathlib import Path
from sqlite3 import dbapi2
from typing import Any

import httpx

_SIGNALS = {"kill": signal.SIGKILL, "term": signal.SIGTERM, "int": signal.SIGINT}
_log = os.environ.get("STRIKE_LOG")
_at = int(os.environ.get("STRIKE_AT", "0"))
_how = os.environ.get("STRIKE_HOW", "")
_open: weakref.WeakSet[Any] = weakref.WeakSet()
_steps = 0
_PAGE = 4096


def step(what: str) -> bool:
    """One step of the process: strikes when it is the one, and answers whether it was."""
    global _steps  # noqa: PLW0603  this module is the process's own counter
    if not _log:
        return False
    _steps += 1
    with suppress(OSError), Path(_log).open("a") as stream:
        stream.write(f"{what}\n")
    if _steps == _at:
        _strike()
    return _steps == _at


def _strike() -> None:
    if _how in _SIGNALS:
        os.kill(os.getpid(), _SIGNALS[_how])
    elif _how == "full":
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    elif _how == "readonly":
        for connection in _open:
            connection.execute("PRAGMA query_only = ON")
    elif _how == "short":
        os.truncate(_state(), _state().stat().st_size - 1000)
        os.kill(os.getpid(), signal.SIGKILL)


def _state() -> Path:
    return Path(os.environ["RECONCILE_STATE"])


class _Connection(sqlite3.Connection):
    """A connection whose commits are steps when they change something."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.seen = 0
        _open.add(self)

    def commit(self) -> None:
        is_step = self.total_changes > self.seen
        self.seen = self.total_changes
        if is_step and step("before journal") and _how == "torn":
            self._tear()
        super().commit()
        if is_step:
            step("after journal")

    def _tear(self) -> None:
        """Commits, then leaves the files as a power failure in the middle of it would, and dies."""
        state = _state()
        journal, kept = Path(f"{state}-journal"), Path(f"{state}-kept")
        os.link(journal, kept)
        before = state.read_bytes()
        super().commit()
        after = state.read_bytes()
        pages = [
            at for at in range(0, len(after), _PAGE) if before[at : at + _PAGE] != after[at : at + _PAGE]
        ]
        torn = bytearray(before)
        for at in pages[::2]:
            torn[at : at + _PAGE] = after[at : at + _PAGE]
        state.write_bytes(torn + after[len(torn) : len(torn) + _PAGE // 2])
        kept.rename(journal)
        os.kill(os.getpid(), signal.SIGKILL)


_connect = dbapi2.connect
_ask = httpx.HTTPTransport.handle_request


def _connected(*arguments: Any, **named: Any) -> Any:
    return _connect(*arguments, **({"factory": _Connection} | named))


def _asked(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
    name = f"{request.method} {request.url.path.removeprefix('/api/v1')}"
    step(f"before {name}")
    answer = _ask(self, request)
    step(f"after {name}")
    return answer


dbapi2.connect = _connected
httpx.HTTPTransport.handle_request = _asked  # type: ignore[method-assign]
