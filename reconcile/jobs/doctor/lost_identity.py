"""Finds the export of a workbook whose hidden sheets were removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reconcile.domain.edited import EditedWorkbook, Export, row_token
from reconcile.domain.fields import line_values, payout_values
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import ConfigurationError, WorkbookError
from reconcile.jobs.session import Session
from reconcile.store.store import Store
from reconcile.workbook.contract import Meta
from reconcile.workbook.read import meta_of_export, read_workbook

_MOST = 50
"""So many exports are looked at, the newest first."""


def identity(session: Session, store: Store, workbook_id: str) -> Meta:
    """The identity of a workbook by its id. Raises ConfigurationError where the store does not know it."""
    for export, baseline in _kept(session, store):
        if export.workbook_id == workbook_id:
            return meta_of_export(export, baseline, session.settings.templates)
    raise ConfigurationError(
        f"This state store knows no export {workbook_id} of {session.environment}. "
        "The report of a plan names the id of each workbook; --state names another store."
    )


def likely_exports(session: Session, store: Store, file: Path) -> tuple[Export, ...]:
    """The exports that a workbook without identity may be of: the one of its tokens, or all with its ids."""
    likely: list[Export] = []
    edited: EditedWorkbook | None = None
    for export, baseline in list(_kept(session, store))[:_MOST]:
        if edited is None:
            edited = _read(session, file, meta_of_export(export, baseline, session.settings.templates))
        if edited is None:
            return ()
        if _is_named(edited, export, baseline):
            return (export,)
        if edited.payouts.ids | edited.lines.ids <= baseline.payouts.keys() | baseline.lines.keys():
            likely.append(export)
    return tuple(likely)


def _kept(session: Session, store: Store) -> Iterator[tuple[Export, Snapshot]]:
    for export in reversed(store.exports(session.environment)):
        baseline = store.baseline(export.workbook_id)
        if baseline is not None:
            yield export, baseline


def _read(session: Session, file: Path, lost: Meta) -> EditedWorkbook | None:
    try:
        return read_workbook(file, session.settings.policy, session.settings.templates, lost=lost)
    except WorkbookError:
        return None


def _is_named(edited: EditedWorkbook, export: Export, baseline: Snapshot) -> bool:
    """Whether some row carries the token that this export gave it."""
    for sheet in (edited.payouts, edited.lines):
        for row in sheet.rows:
            payout, line = baseline.payouts.get(row.id or ""), baseline.lines.get(row.id or "")
            values = payout_values(payout) if payout else line_values(line) if line else None
            if values and row.token == row_token(export.workbook_id, sheet.kind, row.id or "", values):
                return True
    return False
