"""Makes the store of a team, and copies a store into another database or a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from reconcile.config import server_notes
from reconcile.domain.phrases import counted
from reconcile.errors import ConfigurationError, ReconcileError
from reconcile.jobs.session import Session
from reconcile.state_server import place_of
from reconcile.store.copying import Copied, copy_store
from reconcile.store.database import FileDatabase
from reconcile.store.store import Store
from reconcile.store.tables import STORE_VERSION


@dataclass(frozen=True, slots=True)
class Moved:
    """What was copied, and where it is now. breaks: whether the record was changed past this program."""

    lines: tuple[str, ...]
    has_breaks: bool


def migrate(session: Session) -> str:
    """Makes the store in an empty database, or brings a file to this version. Answers what was done."""
    database = session.database(check=False)
    if database is not None:
        with Store(database):
            made = database.make()
    else:
        before = session.settings.state.exists()
        with Store(FileDatabase(session.settings.state, create=True)):
            made = not before
    done = "was made" if made else "is there"
    return f"The state store {session.shown_state} {done}, version {STORE_VERSION}."


def copy(session: Session, to: str) -> Moved:
    """Copies the state store into another place, a file or the URL of an empty database, and compares.

    Raises ConfigurationError where a file is there already, StateError and DecisionNeeded.
    """
    with session.store(create=False) as source, _target(session, to) as target:
        copied = copy_store(source, target)
        return _moved(session, copied, str(target.backend))


def backup(session: Session, file: Path) -> Moved:
    """Copies the state store into a file, wherever it is kept."""
    return copy(session, str(file))


@contextmanager
def _target(session: Session, to: str) -> Iterator[Store]:
    """The store that is copied into. A file that is not filled is not left behind."""
    file, server = place_of(to, session.settings.profile.state_lease, server_notes())
    if server is not None:
        there = replace(session, settings=replace(session.settings, state=file, server=server))
        database = there.database(check=False)
        assert database is not None
        with Store(database) as store:
            database.make()
            yield store
        return
    if file.exists():
        raise ConfigurationError(f"{file} is there already, so nothing was copied. Name another file.")
    try:
        with Store(file) as store:
            yield store
    except (ReconcileError, OSError):
        for one in (file, file.with_name(f"{file.name}.seal")):
            with suppress(OSError):
                one.unlink()
        raise


def _moved(session: Session, copied: Copied, target: str) -> Moved:
    rows = counted(sum(copied.rows.values()), "row")
    lines = [
        f"Copied {rows} from {session.shown_state} to {target}, and read them back.",
        f"Every table has the same fingerprint, and all {copied.seals:,} seals are the same.",
        *map(str, copied.breaks),
    ]
    return Moved(tuple(lines), bool(copied.breaks))
