"""Makes exported workbooks void, or valid again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Final

from reconcile.domain.phrases import counted, did_you_mean
from reconcile.errors import ConfigurationError
from reconcile.jobs.exports.sender_words import sender_words
from reconcile.jobs.session import Session
from reconcile.store.sent.sent_exports import SentExport, sent_exports
from reconcile.store.sent.withdrawals import VALID, WITHDRAWN, Withdrawal, note_withdrawals
from reconcile.workbook.read import read_export

LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Changed:
    """What was made void, or valid again. same: those that were so already."""

    state: str
    changed: tuple[SentExport, ...]
    same: tuple[SentExport, ...]

    def as_text(self) -> list[str]:
        """A line for each workbook, and what follows from it."""
        lines = [f"{shown_name(one)}: {self.state}." for one in self.changed]
        for one in self.same:
            was = str(one.withdrawal) if one.withdrawal else VALID
            lines.append(f"{shown_name(one)}: nothing was changed, it is {was}")
        if self.changed and self.state == WITHDRAWN:
            lines.append(
                f"{counted(len(self.changed), 'workbook')} will be refused when they come back."
                if len(self.changed) > 1
                else "It will be refused when it comes back."
            )
        return lines


def withdraw(session: Session, names: Sequence[str], reason: str) -> Changed:
    """Makes workbooks void: what comes back of them is refused, with the reason.

    names: ids of workbooks or of a split, names of exported files, or the files themselves. Raises
    ConfigurationError for a name that means none, DecisionNeeded while a run of one is unfinished.
    """
    words = sender_words(reason, "--reason", LONGEST_REASON)
    return _change(session, names, WITHDRAWN, words, lambda one: one.withdrawal is not None)


def restore(session: Session, names: Sequence[str], reason: str) -> Changed:
    """Makes withdrawn workbooks valid again; see `withdraw`."""
    words = sender_words(reason, "--reason", LONGEST_REASON)
    return _change(session, names, VALID, words, lambda one: one.withdrawal is None)


def shown_name(one: SentExport) -> str:
    """`march.xlsx (wb-20260405-093012-1f2e3d)`."""
    name = one.export.workbook_id
    return f"{one.file} ({name})" if one.file else name


def _change(
    session: Session, names: Sequence[str], state: str, reason: str, is_so: Callable[[SentExport], bool]
) -> Changed:
    with session.store(create=False) as store:
        sent = sent_exports(store, session.environment)
        meant = {one.export.workbook_id: one for name in names for one in _meant(session, sent, name)}
        changed = tuple(one for one in meant.values() if not is_so(one))
        at = session.clock().astimezone(UTC).isoformat(timespec="seconds")
        rows = [
            Withdrawal(str(one.export.environment), key, state, at, session.user, reason)
            for one in changed
            for key in [one.export.workbook_id]
        ]
        if rows:
            with store.writing() as connection:
                note_withdrawals(connection, rows)
    return Changed(state, changed, tuple(one for one in meant.values() if is_so(one)))


def _meant(session: Session, sent: Sequence[SentExport], name: str) -> Sequence[SentExport]:
    """The workbooks that a name means: an id, a split, a file that is there, the name of a file."""
    found = [one for one in sent if name in _ids(one)]
    if not found and Path(name).is_file():
        own = read_export(Path(name), session.settings.policy.reading).workbook_id
        found = [one for one in sent if one.export.workbook_id == own]
    elif not found:
        found = [one for one in sent if one.file == Path(name).name]
        if len(found) > 1:
            ids = ", ".join(one.export.workbook_id for one in found)
            raise ConfigurationError(f"{name} was exported {len(found)} times; name one of: {ids}.")
    if not found:
        known = [part for one in sent for part in (*_ids(one), one.file) if part]
        raise ConfigurationError(
            f"This state store has no export {name}.{did_you_mean(name, known)} "
            "List them with: reconcile exports --all"
        )
    return found


def _ids(one: SentExport) -> tuple[str, ...]:
    return (one.export.workbook_id, *([one.split.set_id] if one.split else []))
