"""Lists the workbooks that were exported: by whom, when, what of, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass

from reconcile.domain.edited import Export
from reconcile.jobs.session import Session


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A workbook. file, recipient: of one of a set. came_back: when it was compared first; empty for never.

    runs: the runs of it.
    """

    export: Export
    file: str
    recipient: str
    came_back: str
    runs: tuple[str, ...]

    @property
    def is_out(self) -> bool:
        """Whether nothing was seen of it since."""
        return not self.came_back and not self.runs


def handed_out(session: Session) -> tuple[HandedOut, ...]:
    """All workbooks of the environment, newest first."""
    with session.store(create=False) as store:
        exports = store.exports(session.environment)
        ids = [one.workbook_id for one in exports]
        back = store.returned(ids)
        parts = {one.workbook_id: one for one in store.handouts_with(ids)}
        runs = store.runs(session.environment)
    used: dict[str, list[str]] = {}
    for run in runs:
        for workbook_id in run.workbook_id.split(", "):
            used.setdefault(workbook_id, []).append(run.run_id)
    found = []
    for one in reversed(exports):
        part = parts.get(one.workbook_id)
        file, recipient = (part.file, part.recipient) if part else ("", "")
        came_back = back.get(one.workbook_id, "")
        found.append(HandedOut(one, file, recipient, came_back, tuple(used.get(one.workbook_id, ()))))
    return tuple(found)
