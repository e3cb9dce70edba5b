"""A file appears whole or not at all: written beside its place, flushed to disk, then moved there.

Every output goes this way, and none leaves its folder by a link: a link in its place is replaced and not
followed, and a folder of the working folder that is a link to elsewhere is refused. New files and folders
can be read by their owner alone, unless `share_files` was called.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from reconcile.errors import ConfigurationError

_PRIVATE: Final = 0o077
_HEAD: Final = 4096
_SHOWN: Final = 60
_LEADING: Final = frozenset("/\\:")
"""What leads to another folder, or another drive, in a name."""
_USERS_OWN: Final = os.umask(_PRIVATE)
os.umask(_USERS_OWN)


def keep_files_private() -> None:
    """From now on, what this process makes can be read by its owner alone: 0600, folders 0700."""
    os.umask(_PRIVATE)


def share_files() -> None:
    """From now on, what this process makes can be read by those whom the user's own umask lets read it."""
    os.umask(_USERS_OWN)


def make_folder(path: Path) -> None:
    """Makes a folder for outputs, unless it is there. Raises ConfigurationError."""
    _refuse_links(path, path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"The folder {path} cannot be made: {error.strerror}.") from error


def inside(folder: Path, name: str) -> Path:
    """The path of a file right in a folder. Raises ConfigurationError for a name that leads elsewhere."""
    if not name or name in (".", "..") or set(name) & _LEADING or not name.isprintable():
        raise ConfigurationError(f"{name[:_SHOWN]!r} is not the name of a file in {folder}.")
    return folder / name


def refuse_existing(path: Path, *, force: bool | None = None) -> None:
    """Raises ConfigurationError where something is there already.

    force: whether it may be replaced; None where the command has no such option.
    """
    if path.exists() and not force:
        hint = "" if force is None else ", or pass --force"
        raise ConfigurationError(f"{path} is there already; choose another name{hint}.")


def refuse_foreign(path: Path, what: str, marks: re.Pattern[bytes]) -> None:
    """Raises ConfigurationError where a file is there already that is not an earlier one of the same kind.

    what: the kind, for the message. marks: what stands near the beginning of each file of that kind.
    """
    if not path.exists() or not path.is_file():
        return  # What is no file is refused, with its reason, where it is written.
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise ConfigurationError(f"The file {path} cannot be read ({error.strerror}).") from error
    if head and not marks.search(head):
        raise ConfigurationError(f"{path} is there already and is not {what}; choose another name.")


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """A new file that takes the place of `path` when the block ends well; otherwise nothing is left.

    private: only its owner can read it. Raises ConfigurationError where the folder or the file cannot be
    written, or is a link to elsewhere.
    """
    _refuse_links(path.parent, path)
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise ConfigurationError(f"{path} is a pipe or a device. Name a file.")
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

    There must be nothing at `path`, or an empty folder. Raises ConfigurationError where it cannot be written,
    or is a link to elsewhere.
    """
    _refuse_links(path.parent, path)
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


def _refuse_links(folder: Path, named: Path) -> None:
    """Raises ConfigurationError where a folder below the working folder is a link that leads out of it.

    named: what the message names.

    Such a link may have come with the folder. One in an absolute path, or above the working folder, is the
    user's own.
    """
    base = Path.cwd()
    folder = Path(os.path.abspath(folder))  # noqa: PTH100  `resolve` would follow the link
    if folder.is_relative_to(base) and not folder.resolve().is_relative_to(base.resolve()):
        raise ConfigurationError(
            f"{named} leads out of the working folder by a link, to {folder.resolve()}. "
            "Nothing was written. Name the folder itself."
        )


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
