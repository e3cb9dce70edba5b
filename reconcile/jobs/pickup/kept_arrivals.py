"""The private folder of what was picked up: each workbook's copy, plan and report, and how it ended.

It lies beside the state. A workbook is known by the hash of its content, so the same is prepared once, under
whatever name it comes again.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from reconcile.atomic import write_text
from reconcile.domain.split.split_by import file_names
from reconcile.errors import ConfigurationError, WorkbookError
from reconcile.jobs.session import Session

READY: Final = "ready"
BROKEN: Final = "broken"
UNCHANGED: Final = "unchanged"
_OUTCOME: Final = "arrival.json"
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Arrival:
    """A workbook that was picked up. state: READY, BROKEN or UNCHANGED. at: UTC.

    findings: rule and place of each error. problem: why it could not be read. waits: what a person must
    decide. plan: the saved plan, empty where there is none. sender: whom the mail says that it is from, which
    anybody can write; empty for one from the folder.
    """

    name: str
    digest: str
    at: str
    state: str
    findings: tuple[str, ...] = ()
    problem: str = ""
    changes: int = 0
    conflicts: int = 0
    waits: tuple[str, ...] = ()
    plan: str = ""
    sender: str = ""

    @property
    def words(self) -> str:
        """How it ended, in one line."""
        if self.state == UNCHANGED:
            return f"{self.name}: nothing to do."
        if self.state == BROKEN:
            return f"{self.name}: {self.problem or '; '.join(self.findings[:3])}"
        waits = f"; {', '.join(self.waits)}" if self.waits else ""
        return f"{self.name}: {self.changes:,} to write{waits}. Plan: {self.plan}"


def arrivals_folder(session: Session) -> Path:
    """The folder, made where it is not there yet."""
    state = session.settings.state
    folder = state.with_name(f"{state.name}.arrivals")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def arrivals(session: Session) -> tuple[Arrival, ...]:
    """Everything that was picked up, newest first. What cannot be read is left out: it is picked up again."""
    found = [one for folder in arrivals_folder(session).iterdir() if (one := _read(folder))]
    return tuple(sorted(found, key=lambda one: (one.at, one.digest), reverse=True))


def kept(session: Session, digest: str) -> Arrival | None:
    """What was picked up with this content; None where it was not, or not to the end."""
    is_digest = len(digest) == 64 and set(digest) <= set("0123456789abcdef")
    return _read(arrivals_folder(session) / digest) if is_digest else None


def copy_of(session: Session, arrival: Arrival) -> Path:
    """The copy of the workbook. Raises ConfigurationError where somebody took it away."""
    folder = arrivals_folder(session) / arrival.digest
    found = next((one for one in sorted(folder.glob("*")) if one.suffix in (".xlsx", ".xlsm")), None)
    if found is None:
        raise ConfigurationError(f"{arrival.name} is not kept any more. Save it in the folder again.")
    return found


def keep(session: Session, arrival: Arrival) -> None:
    """Notes how it ended: from now on it is known. Raises ConfigurationError."""
    file = arrivals_folder(session) / arrival.digest / _OUTCOME
    write_text(file, json.dumps(asdict(arrival), indent=1, ensure_ascii=False), private=True)


def take_in(session: Session, file: Path, megabytes: int) -> tuple[str, Path]:
    """Copies a file into the private folder; answers its hash and the copy.

    It is read once, without following a link. Raises WorkbookError for one that is too large or cannot be
    read.
    """
    folder = arrivals_folder(session)
    draft = folder / f".taking-{secrets.token_hex(4)}"
    digest, size = hashlib.sha256(), 0
    try:
        reading = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(reading, "rb") as source, draft.open("wb") as target:
            for chunk in _chunks(source.read, megabytes << 20):
                digest.update(chunk)
                target.write(chunk)
                size += len(chunk)
        if size > megabytes << 20:
            raise WorkbookError(f"It has more than {megabytes} MB (megabytes in [pickup]).")
        place = folder / digest.hexdigest()
        place.mkdir(exist_ok=True, mode=0o700)
        copy = place / file_names([file.stem], file.suffix.lower())[0]
        draft.replace(copy)
    except OSError as error:
        raise WorkbookError(f"It cannot be read: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return digest.hexdigest(), copy


def _chunks(read: Callable[[int], bytes], most: int) -> Iterator[bytes]:
    """The content in pieces; it ends soon after `most` bytes."""
    size = 0
    while size <= most and (chunk := read(_CHUNK)):
        size += len(chunk)
        yield chunk


def _read(folder: Path) -> Arrival | None:
    try:
        return TypeAdapter(Arrival).validate_json((folder / _OUTCOME).read_bytes())
    except (OSError, ValueError):
        return None
