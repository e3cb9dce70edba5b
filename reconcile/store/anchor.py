"""The end of the chain of seals, noted in a file beside the store.

Who cuts off the end of the record consistently, or puts an earlier copy of the store in its place, leaves a
store that agrees with itself. The file still names the seal that is missing then. It may lag behind the
store, by a command that was killed, and is never ahead of it. Each line is the number of a seal and its hash;
the last line is the latest, and the others are ends that the store no longer holds.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconcile.store.seals import Head

_LINE: Final = re.compile(r"([0-9]{1,12}) ([0-9a-f]{64})")
_LONGEST: Final = 100_000


@dataclass(frozen=True, slots=True)
class Anchor:
    """An end of the chain that was noted once. file: the name of the file that says so."""

    seals: int
    hash: str
    file: str


def anchor_file(store: Path) -> Path:
    """The file of a store."""
    return store.with_name(f"{store.name}.seal")


def anchors_of(store: Path) -> tuple[Anchor, ...]:
    """The noted ends of the chain; none without the file. A line that cannot be read names no seal."""
    file = anchor_file(store)
    try:
        with file.open(encoding="ascii", errors="replace") as stream:
            lines = stream.read(_LONGEST).splitlines()
    except OSError:
        return ()
    return tuple(_anchor(line, file.name) for line in lines)


def note_end(store: Path, head: Head, lost: Sequence[Anchor]) -> None:
    """Notes the end of the chain. lost: noted ends that the store does not hold; they stay.

    Where the file cannot be written it stays behind, which is no error: the store itself was written.
    """
    file = anchor_file(store)
    ends = [*((one.seals, one.hash) for one in lost), *([(head.seals, head.hash)] if head.seals else [])]
    if not ends:
        # Nothing was sealed yet: a store that has only what is not sealed has no end.
        return
    text = "".join(f"{seals} {digest}\n" for seals, digest in ends)
    # Threads of one process write at the same time, too, so each has a draft of its own.
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with suppress(OSError):
        flags = os.O_CREAT | os.O_WRONLY | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(draft, flags, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(text)
        draft.replace(file)


def _anchor(line: str, file: str) -> Anchor:
    found = _LINE.fullmatch(line)
    # What is no seal is held against the store as one that it does not have.
    return Anchor(int(found[1]), found[2], file) if found else Anchor(-1, "0" * 64, file)
