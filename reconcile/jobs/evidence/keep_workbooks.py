"""Keeps the workbooks that evidence needs: as they were sent, and as they were applied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from reconcile.errors import ConfigurationError
from reconcile.jobs.session import Session
from reconcile.store.evidence.kept_files import APPLIED, SENT, Content, KeptFile, content_of_file, keep_files
from reconcile.store.store import Store


def keep_sent(session: Session, store: Store, workbooks: Iterable[tuple[str, Path]]) -> None:
    """Keeps exported workbooks as they were written: id and file of each."""
    keep_files(store, [kept_file(session, one, SENT, path.name, _content(path)) for one, path in workbooks])


def keep_applied(session: Session, store: Store, owner: str, files: Sequence[Path]) -> None:
    """Keeps the edited workbooks that a person named beside a saved plan."""
    keep_files(store, [kept_file(session, owner, APPLIED, path.name, _content(path)) for path in files])


def kept_file(
    session: Session, owner: str, role: str, name: str, content: Content, environment: str = ""
) -> KeptFile:
    """A file as the store keeps it, with whoever asked for it and when.

    owner: what it belongs to: a workbook, a run, a request. environment: where it is not the session's.
    """
    at = session.clock().isoformat(timespec="seconds")
    return KeptFile(
        environment or str(session.environment),
        owner,
        role,
        name,
        content.sha256,
        content.size,
        at,
        session.user,
        content.packed,
    )


def _content(path: Path) -> Content:
    try:
        return content_of_file(path)
    except OSError as error:
        raise ConfigurationError(f"The file {path} cannot be read: {error.strerror}.") from error
