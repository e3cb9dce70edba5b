"""Keeps a reading of live beside the state store, so that the next plan lists little more than the payouts.

It serves as long as `live_minutes` of the profile says, counted from when the reading began, and only with
the same organisation, key, version and record of runs: a run that began or went on since makes it void. It
is sealed with the API key, so a file that another program made or changed is not used. A plan of it is like
one that was saved at that moment: each operation reads again what it relies on when its turn comes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from reconcile import __version__
from reconcile.atomic import replacing
from reconcile.domain.snapshot import Environment, Snapshot
from reconcile.errors import ReconcileError
from reconcile.introw.connection import Key
from reconcile.jobs.session import Session
from reconcile.store.baselines import packed, unpacked
from reconcile.store.store import Store

_SEAL: Final = hashlib.sha256
_SEALED: Final = _SEAL().digest_size
_LARGEST: Final = 1 << 30
"""Bytes of a file that is read."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A reading that may serve. line_pages: of all lines, so that a plan of it names the same calls."""

    reading: Snapshot
    line_pages: int


@dataclass(frozen=True)
class KeptLive:
    """The place of one kept reading, and for what it may serve. within: how old it may be."""

    session: Session
    path: Path
    key: Key
    serves: bytes
    within: timedelta

    def earlier(self) -> Earlier | None:
        """The reading that may serve now. One that is too old is removed; that one is damaged is said."""
        content = self._content()
        if content is None or content.partition(b"\n")[0] != self.serves:
            return None
        try:
            _, pages, packed_reading = content.split(b"\n", 2)
            found = Earlier(unpacked(packed_reading), int(pages))
        except (ValueError, zlib.error):
            return None
        if timedelta(0) <= self.session.clock() - found.reading.taken_at <= self.within:
            return found
        _remove(self.path)
        return None

    def keep(self, reading: Snapshot, line_pages: int) -> None:
        """Keeps a reading in the place of the one before. Where it cannot be written, nothing serves."""
        settings = self.session.settings
        content = b"%s\n%d\n%s" % (self.serves, line_pages, packed(reading))
        try:
            if not settings.server and not settings.state.exists():
                return  # without a state store there is nothing to keep it beside
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
            with replacing(self.path, private=True) as stream:
                stream.write(self._seal(content) + content)
        except (OSError, ReconcileError):
            return

    def _content(self) -> bytes | None:
        """What was kept, if its seal is ours."""
        try:
            if not self.path.is_file() or self.path.stat().st_size > _LARGEST:
                return None
            kept = self.path.read_bytes()
        except OSError:
            return None
        seal, content = kept[:_SEALED], kept[_SEALED:]
        if hmac.compare_digest(seal, self._seal(content)):
            return content
        self.session.caller.say(
            f"{self.path} was made with another key, or it is damaged. It is not used: live is read anew."
        )
        return None

    def _seal(self, content: bytes) -> bytes:
        return hmac.digest(self.key.text.encode(), content, _SEAL)


def kept_live(session: Session, store: Store, key: Key) -> KeptLive | None:
    """The kept reading of this organisation; None where none may serve. To be asked before live is read."""
    path, minutes = live_path(session), session.settings.profile.live_minutes
    if not minutes:
        _remove(path)
        return None
    runs = store.runs(session.environment)
    if any(one.is_unfinished for one in runs):
        return None
    known = [(one.run_id, one.state, one.ended_at) for one in runs]
    digest = hashlib.sha256(json.dumps(known).encode()).hexdigest()
    serves = json.dumps([__version__, str(session.environment), digest]).encode()
    return KeptLive(session, path, key, serves, timedelta(minutes=minutes))


def size_of(path: Path) -> int:
    """The bytes of a kept reading; 0 where there is none."""
    with suppress(OSError):
        return path.stat().st_size if path.is_file() else 0
    return 0


def live_path(session: Session) -> Path:
    """The file of the kept reading: in a folder beside the state, one for each organisation."""
    state = session.settings.state
    return state.with_name(f"{state.name}.live") / f"{_named(session.environment)}.bin"


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _named(environment: Environment) -> str:
    return hashlib.sha256(str(environment).encode()).hexdigest()[:24]
