"""The time stamp of a close: over its manifest, kept with it, so that its pack can be written once more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconcile.close.frozen import Frozen
from reconcile.jobs.closes.pack_manifest import CLOSE_STAMP, MANIFEST
from reconcile.jobs.evidence.keep_workbooks import kept_file
from reconcile.jobs.evidence.stamps import ask_for_stamp
from reconcile.jobs.session import Session
from reconcile.store.evidence.kept_files import STAMP, content_of, keep_files, kept_content
from reconcile.store.store import Store


def stamped_close(session: Session, frozen: Frozen, files: Mapping[str, Path]) -> dict[str, Path]:
    """The stamp over the manifest as a file beside it; none where the close gets none. Raises StampFailed."""
    if not frozen.stamped:
        return {}
    path = files[MANIFEST].with_name(CLOSE_STAMP)
    path.write_bytes(ask_for_stamp(session, files[MANIFEST].read_bytes()))
    return {CLOSE_STAMP: path}


def keep_stamp(session: Session, store: Store, close_id: str, stamp: Mapping[str, Path]) -> None:
    """Keeps the stamp of a close."""
    made = [
        kept_file(session, close_id, STAMP, name, content_of(path.read_bytes()))
        for name, path in stamp.items()
    ]
    keep_files(store, made)


def kept_stamp(store: Store, close_id: str) -> dict[str, bytes]:
    """The stamp of a close by the name of its file; none where it has none."""
    found = kept_content(store, close_id, STAMP, CLOSE_STAMP)
    return {} if found is None else {CLOSE_STAMP: found}


def remove_stamp(folder: Path, store: Store, close_id: str) -> None:
    """Takes away the stamp of a close that was made again."""
    path = folder / CLOSE_STAMP
    if path.is_file() and path.read_bytes() == kept_stamp(store, close_id).get(CLOSE_STAMP):
        path.unlink()
