"""Remembers what was told to which address, in a folder beside the state: one small file for each.

Making the file is what decides who tells: of two programs at once, one makes it. It holds no text.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from reconcile.jobs.session import Session

_KEPT: Final = timedelta(days=400)
_BEGAN: Final = "began"


class ToldBefore:
    """The memory of one organisation. Raises OSError where its folder cannot be written."""

    def __init__(self, session: Session) -> None:
        self._environment = str(session.environment)
        self._folder = told_folder(session)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def claim(self, about: str, address: str) -> Path | None:
        """The mark that this address is told of it now; None where it was told already."""
        text = json.dumps([self._environment, about, address])
        mark = self._folder / hashlib.sha256(text.encode()).hexdigest()
        try:
            mark.open("x").close()
        except FileExistsError:
            return None
        return mark

    def began(self, now: datetime) -> datetime:
        """When this organisation was looked at first: what ended before is no news."""
        name = hashlib.sha256(self._environment.encode()).hexdigest()[:16]
        file = self._folder / f"{_BEGAN}-{name}"
        try:
            with file.open("x", encoding="utf-8") as stream:
                stream.write(now.isoformat())
        except FileExistsError:
            try:
                return datetime.fromisoformat(file.read_text(encoding="utf-8"))
            except ValueError:
                return now
        return now

    def forget_old(self, now: datetime) -> None:
        """Takes away marks that are older than the longest time that something waits."""
        for mark in self._folder.iterdir():
            is_old = mark.stat().st_mtime < (now - _KEPT).timestamp()
            if is_old and not mark.name.startswith(_BEGAN):
                mark.unlink(missing_ok=True)


def told_folder(session: Session) -> Path:
    """The folder beside the state."""
    state = session.settings.state
    return state.with_name(f"{state.name}.told")
