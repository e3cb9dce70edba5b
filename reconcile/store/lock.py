"""One run at a time per environment and state store.

The row in the table `locks` says who runs. Whether that process still lives is asked of the operating system
where the store is a file: it holds a lock on a file beside the store, which ends with the process, however it
ends. Where the store is on a server, the lease tells: see `fence`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, select

from reconcile.errors import DecisionNeeded, StateError
from reconcile.store.run import Holder
from reconcile.store.sealing import put, remove
from reconcile.store.tables import LOCKS


@contextmanager
def process_lock(store: Path, environment: str) -> Iterator[bool]:
    """Holds the file that says that a process of this environment lives; answers whether it could.

    Raises StateError where the file cannot be made.
    """
    from filelock import FileLock, Timeout

    name = hashlib.sha256(environment.encode()).hexdigest()[:12]
    lock = FileLock(store.with_name(f"{store.name}.{name}.lock"), mode=0o600, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    except OSError as error:
        raise StateError(f"No lock can be made beside {store}: {error.strerror}.") from error
    try:
        yield True
    finally:
        lock.release()


def holder_of(connection: Connection, environment: str) -> Holder | None:
    """Who holds the environment, or held it when its process ended."""
    row = connection.execute(select(LOCKS).where(LOCKS.c.environment == environment)).mappings().first()
    return Holder(**{name: row[name] for name in Holder.__slots__}) if row else None


def take(
    connection: Connection,
    environment: str,
    holder: Holder,
    *,
    may_take: bool,
    take_over: bool,
    lease: float | None = None,
) -> Holder | None:
    """Notes the new holder; answers the one whose process ended without letting go, if any.

    may_take: the process lock is ours, so whoever held it on this computer is gone; with a lease: that of the
    last holder is over. take_over: the operator says that a holder on another computer is gone. Raises
    DecisionNeeded while somebody else runs.
    """
    other = holder_of(connection, environment)
    is_far = other is not None and not other.is_near and lease is None
    if not may_take or (is_far and not take_over):
        raise DecisionNeeded(refusal(environment, other, lease))
    values = {name: getattr(holder, name) for name in Holder.__slots__}
    put(connection, LOCKS, {"environment": environment, **values})
    return other


def let_go(connection: Connection, environment: str, holder: Holder) -> None:
    """Removes the holder's note."""
    mine = (LOCKS.c.environment == environment) & (LOCKS.c.run_id == holder.run_id)
    remove(connection, LOCKS, mine)


def refusal(environment: str, other: Holder | None, lease: float | None = None) -> str:
    """Why a run cannot begin now, and what to do. lease: its seconds, where a lease tells who lives."""
    if other is None:
        return f"Another process is about to run against {environment}. Look: reconcile history."
    run = other.run_id
    held = f"Run {run} against {environment} is held by {other}. Look: reconcile history {run}."
    if lease is not None:
        return (
            f"{held} Wait until it ends. If its process is gone, the environment is free {lease:g} seconds "
            "after its last sign of life."
        )
    if other.is_near:
        return f"{held} Wait until it ends, or stop it with Ctrl-C."
    return (
        f"{held} Whether that process still lives cannot be seen from this computer: look on {other.host}. "
        f"If it is gone: reconcile resume {run} --take-over."
    )
