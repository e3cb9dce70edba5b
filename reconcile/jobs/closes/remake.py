"""Makes kept closes again from what was kept: to write the pack once more, or to compare it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reconcile.close.close import Close
from reconcile.domain.period import Period
from reconcile.jobs.close_chain import kept_close, made_in, thawed
from reconcile.jobs.closes.close import CloseResult, close_result
from reconcile.jobs.closes.close_files import NUMBERS, hashes, pack_files, temporary_folder, write_files
from reconcile.jobs.closes.close_stamp import kept_stamp
from reconcile.jobs.closes.stale import say_stale
from reconcile.jobs.session import Session
from reconcile.store.closes import KeptClose, kept_closes


@dataclass(frozen=True, slots=True)
class Verified:
    """A kept close, and the files of its pack that come out differently today."""

    kept: KeptClose
    differing: tuple[str, ...]

    @property
    def numbers_differ(self) -> bool:
        """Whether its numbers differ, and not only the looks of its files."""
        return NUMBERS in self.differing


def write_again(session: Session, period: Period, folder: Path) -> CloseResult:
    """Writes the pack of a close once more, from what was kept. Raises DecisionNeeded where there is none."""
    with session.store() as store:
        chain = kept_closes(store, session.environment)
        made = remade(chain, kept_close(store, session.environment, period))
        stamp = kept_stamp(store, made.frozen.close_id)
        say_stale(session, store, period)
    with temporary_folder() as building:
        files = pack_files(made, session.settings.templates, building)
        write_files(folder, {**files, **stamp})
        return close_result(made, files, folder, closed=True)


def verify(session: Session, period: Period | None) -> tuple[Verified, ...]:
    """Makes the pack of every close again, or of one, and compares it with what was written then."""
    with session.store() as store:
        chain = kept_closes(store, session.environment)
    chosen = [one for one in chain if period is None or one.period == str(period)]
    return tuple(_verified(session, chain, one) for one in chosen)


def _verified(session: Session, chain: Iterable[KeptClose], kept: KeptClose) -> Verified:
    with temporary_folder() as building:
        found = hashes(pack_files(remade(chain, kept), session.settings.templates, building))
    return Verified(kept, tuple(name for name, was in kept.files.items() if found.get(name) != was))


def remade(chain: Iterable[KeptClose], kept: KeptClose) -> Close:
    """A close made again, after the one before it in the chain."""
    return made_in(chain, thawed(kept))
