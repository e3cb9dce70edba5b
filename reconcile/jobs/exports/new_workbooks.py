"""Writes workbooks for finance: their identity, and the baseline that is kept of each."""

from __future__ import annotations

from pathlib import Path

from reconcile import __version__
from reconcile.atomic import refuse_existing
from reconcile.domain.edited import SCHEMA_VERSION, Export
from reconcile.domain.finding import Finding
from reconcile.domain.progress import Progress
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import ConfigurationError
from reconcile.jobs.doctor.server_words import tried_reasons
from reconcile.jobs.evidence.keep_workbooks import keep_sent
from reconcile.jobs.session import Session
from reconcile.store.baselines import SentAs
from reconcile.store.store import Store
from reconcile.workbook.export import Beside, Proposal, write_workbook


def refuse_output(output: Path, *, force: bool) -> None:
    """Raises ConfigurationError where the workbook may not be written under this name."""
    if output.suffix.lower() != ".xlsx":
        raise ConfigurationError(f"{output} must end in .xlsx.")
    refuse_existing(output, force=force)


def export_of(session: Session, snapshot: Snapshot, suffix: str = "") -> Export:
    """The identity of the workbook that shows a snapshot. suffix: tells the parts of a set apart."""
    return Export(
        workbook_id=session.new_id("wb", snapshot.taken_at) + suffix,
        schema_version=SCHEMA_VERSION,
        tool_version=__version__,
        environment=snapshot.environment,
        scope=snapshot.scope,
        exported_at=snapshot.taken_at,
        exported_by=session.user,
        fingerprint=snapshot.fingerprint,
    )


def write_exported(
    session: Session,
    store: Store,
    output: Path,
    snapshot: Snapshot,
    export: Export,
    proposal: Proposal | None = None,
    on_progress: Progress | None = None,
    note: str = "",
) -> list[Finding]:
    """Keeps the baseline and writes the workbook. Returns warnings of values that no cell can hold.

    snapshot: as cells show it, see `as_shown`. proposal: edits that stand in the workbook already.
    on_progress: is told of the rows. note: what `Start here` says to those who edit.
    """
    # The baseline first, so that no workbook is ever out without one.
    policy, templates = session.settings.policy, session.settings.templates
    store.save_export(export, snapshot, SentAs(output.name, note, policy.reasons_on_statements))
    beside = Beside(note, tried_reasons(session, store))
    warnings = list(
        write_workbook(
            output,
            snapshot,
            export,
            policy,
            templates,
            proposal,
            on_progress=on_progress,
            beside=beside,
        )
    )
    keep_sent(session, store, [(export.workbook_id, output)])
    return warnings
