"""Python reads this at its start when the folder is on PYTHONPATH: it strikes a process at one exact step.

A step is the moment just before or just after an API call, or a commit of a SQLite connection that changes
something. The product knows nothing of this; what is wrapped are its libraries.

STRIKE_LOG: a file that gets one line per step. STRIKE_AT: the number of the step, from 1. STRIKE_HOW: what
happens there. `kill`, `term`, `int`: a signal. `full`: no file can be written any more. `readonly`: SQLite
refuses every change from here on. `torn`: the power fails in the middle of this commit, so that some of its
pages are in the file, some are not, and SQLite's rollback journal is still there. `short`: the process is
killed, and a disk that lied about what it had kept loses the end of the state file. `stop`: the process is
stopped. `call`: a file of the name STRIKE_CALL is made, and the process goes on when the test has removed it.
STRIKE_POSTGRES: the state is in PostgreSQL, and its commits are the steps.
"""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import threading
import time
import weakref
from contextlib import suppress
from pathlib import Path
from sqlite3 import dbapi2
from typing import Any

import httpx

_SIGNALS = {"kill": signal.SIGKILL, "term": signal.SIGTERM, "int": signal.SIGINT}
if hasattr(signal, "SIGSTOP"):
    _SIGNALS["stop"] = signal.SIGSTOP
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
    elif _how == "call":
        call = Path(os.environ["STRIKE_CALL"])
        call.touch()
        while call.exists():
            time.sleep(0.01)


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


def _watch_postgres() -> None:
    """Makes each commit of the main thread a step, when something was changed since the last one."""
    import psycopg  # noqa: PLC0415  only where the state is there
    from psycopg.cursor import Cursor  # noqa: PLC0415

    changed: set[int] = set()
    execute, many, commit = Cursor.execute, Cursor.executemany, psycopg.Connection.commit

    def noted(cursor: Any, query: Any) -> None:
        is_change = str(query).lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE")
        if is_change and threading.current_thread() is threading.main_thread():
            changed.add(id(cursor.connection))

    def executed(cursor: Any, query: Any, *rest: Any, **named: Any) -> Any:
        noted(cursor, query)
        return execute(cursor, query, *rest, **named)

    def executed_many(cursor: Any, query: Any, *rest: Any, **named: Any) -> Any:
        noted(cursor, query)
        return many(cursor, query, *rest, **named)

    def committed(connection: Any) -> None:
        is_step = id(connection) in changed
        changed.discard(id(connection))
        if is_step:
            step("before journal")
        commit(connection)
        if is_step:
            step("after journal")

    Cursor.execute, Cursor.executemany = executed, executed_many  # type: ignore[method-assign,assignment]
    psycopg.Connection.commit = committed  # type: ignore[method-assign,assignment]


if os.environ.get("STRIKE_POSTGRES"):
    _watch_postgres()
