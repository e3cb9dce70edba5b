"""Exports payouts and their lines to a workbook, or to several in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconcile.check.export_review import review_export
from reconcile.domain.finding import Finding
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.split.split_by import Part, SplitBy, SplitWorkbook, split
from reconcile.domain.split.split_by_size import chunks
from reconcile.errors import ConfigurationError
from reconcile.jobs.doctor.server_words import noted_words
from reconcile.jobs.exports.new_workbooks import export_of, refuse_output, write_exported
from reconcile.jobs.exports.sender_words import sender_words
from reconcile.jobs.exports.split_export import folder_for, refuse_folder, write_set
from reconcile.jobs.named_files import refuse_missing
from reconcile.jobs.scope import Filters, fetch_scope, refuse_unmatched
from reconcile.jobs.session import Session
from reconcile.workbook.contract import as_shown
from reconcile.workbook.export import Proposal

LONGEST_NOTE: Final = 1_000


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export, and where to.

    output: the workbook; with split_by a new folder. recipients: a CSV file that says who gets which part.
    force: replaces a workbook that is there. note: what `Start here` says to those who edit. new_payouts:
    with a sheet for payouts to be made.
    """

    filters: Filters
    output: Path
    split_by: str | None = None
    recipients: Path | None = None
    force: bool = False
    note: str = ""
    new_payouts: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported.

    output: the workbook, or the folder of several. split_workbooks: those in the folder, with who gets each.
    most_rows: the limit of rows that made several workbooks of one; None where it did not. warnings: values
    that no cell can hold. differing: payouts whose amount is not the sum of their lines. notes: words of the
    server that no setting names.
    """

    output: Path
    snapshot: Snapshot
    requests: int
    split_workbooks: tuple[SplitWorkbook, ...]
    most_rows: int | None
    warnings: tuple[Finding, ...]
    differing: tuple[Finding, ...]
    notes: tuple[str, ...] = ()


def export(session: Session, request: ExportRequest) -> Exported:
    """Exports what is in scope. Raises ConfigurationError where nothing is, or the output cannot be made."""
    named = request.filters.scope
    note = sender_words(request.note, "--note", LONGEST_NOTE) if request.note else ""
    _refuse(request)
    refuse_missing([request.recipients] if request.recipients else [])
    with session.reading() as reader, session.store() as store, session.caller.progress() as on_progress:
        # Gather.
        fetched = fetch_scope(session, reader, named, on_progress)
        # Decide.
        refuse_unmatched(fetched.scope, fetched)
        snapshot = as_shown(fetched)
        most = session.settings.policy.reading.rows_per_workbook
        parts = _parts(snapshot, request)
        cut = [(part, chunks(part, most)) for part in parts]
        is_cut = any(len(some) > 1 for _, some in cut)
        # Act.
        output = request.output
        split_workbooks: tuple[SplitWorkbook, ...] = ()
        proposal = Proposal(new_payouts=request.new_payouts)
        if is_cut or request.split_by:
            output = output if request.split_by else folder_for(output)
            split_workbooks, warnings = write_set(
                session, store, output, cut, request.recipients, proposal, on_progress, note
            )
        else:
            identity = export_of(session, snapshot)
            warnings = write_exported(session, store, output, snapshot, identity, proposal, on_progress, note)
        notes = noted_words(session, store, snapshot)
    return Exported(
        output,
        snapshot,
        reader.status.requests,
        split_workbooks,
        most if is_cut else None,
        tuple(warnings),
        tuple(review_export(snapshot)),
        notes,
    )


def _refuse(request: ExportRequest) -> None:
    if request.split_by:
        refuse_folder(request.output)
    else:
        refuse_output(request.output, force=request.force)
    if request.recipients and not request.split_by:
        raise ConfigurationError("--recipients names who gets which part; it needs --split-by.")


def _parts(snapshot: Snapshot, request: ExportRequest) -> Sequence[Part]:
    if request.split_by:
        return split(snapshot, SplitBy(request.split_by))
    return (Part("", request.output.stem, snapshot),)
