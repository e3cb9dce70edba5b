"""Workbooks that go out: their identity, the baseline that is kept of them, and what no cell can hold."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile import __version__
from reconcile.cli.terminal import console
from reconcile.errors import ConfigurationError
from reconcile.jobs.session import new_id, whoami

if TYPE_CHECKING:  # nothing that `--help` has no need of
    from reconcile.config import Settings
    from reconcile.domain.edited import Export
    from reconcile.domain.finding import Finding
    from reconcile.domain.progress import Progress
    from reconcile.domain.snapshot import Snapshot
    from reconcile.store.store import Store
    from reconcile.workbook.export import Proposal


def refuse_output(output: Path, *, force: bool) -> None:
    """Raises ConfigurationError where the workbook may not be written under this name."""
    if output.suffix.lower() != ".xlsx":
        raise ConfigurationError(f"{output} must end in .xlsx.")
    if output.exists() and not force:
        raise ConfigurationError(f"{output} is there already; choose another name, or pass --force.")


def export_of(snapshot: Snapshot, suffix: str = "") -> Export:
    """The identity of the workbook that shows a snapshot. suffix: tells the parts of a set apart."""
    from reconcile.domain.edited import SCHEMA_VERSION, Export

    return Export(
        workbook_id=new_id("wb", snapshot.taken_at) + suffix,
        schema_version=SCHEMA_VERSION,
        tool_version=__version__,
        environment=snapshot.environment,
        scope=snapshot.scope,
        exported_at=snapshot.taken_at,
        exported_by=whoami(),
        fingerprint=snapshot.fingerprint,
    )


def write_exported(
    output: Path,
    snapshot: Snapshot,
    export: Export,
    settings: Settings,
    store: Store,
    proposal: Proposal | None = None,
    on_progress: Progress | None = None,
) -> None:
    """Writes a workbook, and warns on stderr of what no cell can hold.

    snapshot: as cells show it, see `as_shown`. proposal: edits that stand in the workbook already.
    on_progress: is told of the rows.
    """
    from reconcile.workbook.export import write_workbook

    # The baseline first, so that no workbook is ever out without one.
    store.save_export(export, snapshot)
    given = (snapshot, export, settings.policy, settings.templates, proposal)
    warn(write_workbook(output, *given, on_progress=on_progress))


def warn(findings: Iterable[Finding]) -> None:
    """Says findings on stderr, a line each."""
    out = console(stderr=True)
    for finding in findings:
        out.print(f"{finding.severity}: {finding.message} {finding.fix}", markup=False)
