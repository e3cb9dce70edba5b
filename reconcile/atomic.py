"""A file appears whole or not at all: written beside its place, flushed to disk, then moved there."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from reconcile.errors import ConfigurationError


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """A new file that takes the place of `path` when the block ends well; otherwise nothing is left.

    private: only its owner can read it. Raises ConfigurationError where the folder or the file cannot be
    written.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        # `open` of the module, since only it can be told the mode of the new file. It can be read, too, since
        # an archive is added to at its end.
        with open(draft, "x+b", opener=_private if private else None) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
        _flush_folder(path.parent)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigurationError(
            f"The file {path} cannot be written ({reason}). "
            "Check that the folder exists, that you may write there, and that the file is not open in Excel."
        ) from error
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder that takes the place of `path` when the block ends well; otherwise nothing is left.

    There must be nothing at `path`, or an empty folder. Raises ConfigurationError where it cannot be written.
    """
    draft = path.absolute().with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        draft.mkdir()
        yield draft
        if path.exists():
            path.rmdir()
        draft.rename(path)
        _flush_folder(path.absolute().parent)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigurationError(
            f"The folder {path} cannot be written ({reason}). Check that you may write there."
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Writes a text file in UTF-8, whole or not at all. private: only its owner can read it."""
    with replacing(path, private=private) as stream:
        stream.write(text.encode())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _flush_folder(folder: Path) -> None:
    # Windows cannot open a folder; there the move itself is what the file system promises.
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
