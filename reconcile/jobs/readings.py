"""Reads and checks workbooks that came back, without any network."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconcile.check.named_partners import with_partner_ids
from reconcile.check.review import review
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import ConfigurationError, WorkbookWithdrawn
from reconcile.jobs.session import Session
from reconcile.store.sent.withdrawals import Withdrawal, withdrawn
from reconcile.store.store import Store
from reconcile.workbook.contract import Meta
from reconcile.workbook.read import baseline_of, read_workbook, readonly_edits

if TYPE_CHECKING:
    from reconcile.plan.sources import OwnWork

_ADVICE: Final = "Take the edits over into a workbook that is valid: reconcile exports"


@dataclass(frozen=True)
class Reading:
    """A workbook with its baseline, and everything that was found in it. kept: the store has its export."""

    edited: EditedWorkbook
    baseline: Snapshot
    findings: tuple[Finding, ...]
    kept: bool = True


def read(session: Session, store: Store, file: Path, lost: Meta | None = None) -> Reading:
    """Reads and checks a workbook. `lost`: its identity where that is gone. Raises WorkbookError."""
    policy, templates = session.settings.policy, session.settings.templates
    with session.caller.progress() as on_progress:
        edited = read_workbook(file, policy, templates, on_progress, lost)
    workbook_id = edited.export.workbook_id
    _refuse_withdrawn(store, workbook_id, edited.file)
    own = None
    if edited.new_lines.rows:
        from reconcile.jobs.own_work import own_work

        own = own_work(store, workbook_id)
    return reading_of(edited, store.baseline(workbook_id), own, policy)


def _refuse_withdrawn(store: Store, workbook_id: str, file: str) -> None:
    with store.reading() as connection:
        found = withdrawn(connection, [workbook_id]).get(workbook_id)
    if found:
        raise WorkbookWithdrawn(withdrawn_text(file, found), _ADVICE)


def withdrawn_text(file: str, one: Withdrawal) -> str:
    """Why a workbook is not taken."""
    return f"{file} is void: the workbook {one.workbook_id} was {one}."


def reading_of(edited: EditedWorkbook, kept: Snapshot | None, own: OwnWork | None, policy: Policy) -> Reading:
    """A workbook that was read, checked. kept: its baseline in the store.

    own: what its earlier runs did; only its new lines are asked about it.
    """
    baseline = kept or baseline_of(edited)
    edited = with_partner_ids(edited, baseline)
    noted = () if kept else (_unknown_export(edited),)
    readonly = (*readonly_edits(edited, baseline, policy.locale), *noted)
    if own and edited.new_lines.rows:
        from reconcile.plan.made_before.same_lines import made_findings

        readonly = (*readonly, *made_findings(edited, own))
    return Reading(edited, baseline, review(edited, baseline, policy, readonly), kept is not None)


def read_all(session: Session, store: Store, files: Sequence[Path]) -> tuple[Reading, ...]:
    """Reads and checks several workbooks. Raises WorkbookError; ConfigurationError for one given twice.

    Workbooks of the same name are told apart by as much of their path as it takes.
    """
    return tuple(named(read(session, store, file), name) for file, name in names_of(files).items())


def _unknown_export(edited: EditedWorkbook) -> Finding:
    return Finding(
        Severity.WARNING,
        "export-unknown",
        "This state store did not make the export; the baseline is the one in the workbook itself.",
        "Use the state store of the export (--state) if there is one.",
        file=edited.file,
    )


def names_of(files: Sequence[Path]) -> dict[Path, str]:
    """The name of each workbook in messages."""
    # Unlike Path.resolve, this leaves a link that leads to itself to those who open it.
    paths = [Path(os.path.realpath(file)) for file in files]
    for file, path in zip(files, paths, strict=True):
        if paths.count(path) > 1:
            raise ConfigurationError(f"The workbook {file} is given twice.")
    return dict(zip(files, _shortnames_of(paths), strict=True))


def _shortnames_of(paths: Sequence[Path]) -> list[str]:
    """The file names, with as many folders before each as make it differ from the others."""
    depth = 1
    while True:
        names = ["/".join(path.parts[-depth:]) for path in paths]
        if len(set(names)) == len(paths):
            return names
        depth += 1


def named(reading: Reading, name: str) -> Reading:
    """The reading, with another name in its messages."""
    edited = reading.edited
    if edited.file == name:
        return reading
    findings = tuple(replace(one, file=name) if one.file == edited.file else one for one in reading.findings)
    return Reading(replace(edited, file=name), reading.baseline, findings, reading.kept)
