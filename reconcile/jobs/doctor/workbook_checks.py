"""Says what happened to a workbook since its export, and writes a clean copy of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reconcile.domain.finding import Severity
from reconcile.domain.phrases import counted, moment
from reconcile.errors import ConfigurationError, WorkbookError, WorkbookWithdrawn
from reconcile.jobs.doctor.check_result import Check
from reconcile.jobs.doctor.lost_identity import identity, likely_exports
from reconcile.jobs.named_files import refuse_missing
from reconcile.jobs.readings import Reading, read
from reconcile.jobs.session import Session
from reconcile.report.causes import by_cause
from reconcile.workbook.doctor import Trace, arrangement, describe, examine, repair

_FEW = 10
"""How many cells a check names."""


def examine_workbook(
    session: Session, file: Path, target: Path | None = None, workbook_id: str = ""
) -> list[Check]:
    """What happened to the workbook since its export, what the check finds, and what is in the clean copy.

    target: the clean copy, if one is wanted. workbook_id: what a workbook is that does not say so itself.
    Raises ConfigurationError where there is no such file, or the copy cannot be written.
    """
    refuse_missing([file])
    if target:
        _check_target(file, target)
    policy, templates = session.settings.policy, session.settings.templates
    try:
        with session.store(create=False) as store:
            lost = identity(session, store, workbook_id) if workbook_id else None
            traces = examine(file, policy, templates, lost)
            reading = read(session, store, file, lost)
    except WorkbookWithdrawn as void:
        return [Check("Workbook", ok=False, found=str(void))]
    except WorkbookError as error:
        checks = [Check("Workbook", ok=False, found=str(error)), *map(_check_of, describe(file, policy))]
        checks += _which_export(session, file)
        return [*checks, *([_nothing_to_repair(target)] if target else [])]
    own_id = reading.edited.export.workbook_id
    if workbook_id not in ("", own_id):
        raise ConfigurationError(
            f"{file} says itself that it is {own_id}, so it is not {workbook_id}. Leave --workbook out."
        )
    checks = [
        *map(_check_of, traces),
        *map(_check_of, arrangement(reading.edited, reading.baseline)),
        *_unsaved(reading),
        _findings(reading),
    ]
    return [*checks, *(_repaired(session, file, target, reading) if target else [])]


def _which_export(session: Session, file: Path) -> Iterator[Check]:
    """Which exports a workbook may be of that does not say so itself, and how to put it right."""
    with session.store(create=False) as store:
        likely = likely_exports(session, store, file)
    for one in likely[:_FEW]:
        told = f"{one.workbook_id}, exported {moment(one.exported_at)}: {one.scope}"
        advice = f"If so: reconcile doctor {file.name} --repair OUT.xlsx --workbook {one.workbook_id}"
        yield Check("It may be", ok=None, found=told, advice=advice)


def _check_target(file: Path, target: Path) -> None:
    if target.suffix.lower() != ".xlsx":
        raise ConfigurationError(f"{target} must end in .xlsx, since the clean copy is a workbook.")
    if target.resolve() == file.resolve():
        raise ConfigurationError(
            f"The clean copy must not replace {file} itself. Give --repair another name."
        )


def _check_of(trace: Trace) -> Check:
    in_order = None if trace.fix else True
    return Check(trace.what, ok=False if trace.harm else in_order, found=trace.told, advice=trace.fix)


def _unsaved(reading: Reading) -> Iterator[Check]:
    cells = [one.place for one in reading.findings if one.rule == "formula-without-value"]
    if cells:
        told = f"{', '.join(cells[:_FEW])}: their results were not saved"
        advice = "Open the file in Excel or LibreOffice and save it there, or type the values."
        yield Check("Formulas without values", ok=False, found=told, advice=advice)


def _findings(reading: Reading) -> Check:
    causes = by_cause(reading.findings)
    errors = sum(one.severity is Severity.ERROR for one in causes)
    found = f"{counted(errors, 'error')}, {counted(len(causes) - errors, 'warning')}"
    return Check("Check", ok=not errors, found=found, advice=f"See: reconcile check {reading.edited.file}")


def _nothing_to_repair(target: Path) -> Check:
    found = f"{target} was not written: there is no export to put edits into"
    return Check("Clean copy", ok=False, found=found, advice="Bring the edits into the exported workbook.")


def _repaired(session: Session, file: Path, target: Path, reading: Reading) -> list[Check]:
    policy, templates = session.settings.policy, session.settings.templates
    done = repair(file, target, reading.edited, reading.baseline, reading.findings, policy, templates)
    counts = f"{counted(done.edits, 'edit')}, {counted(done.new_lines, 'new line')}"
    counts += f", {counted(done.new_payouts, 'new payout')}" if done.new_payouts else ""
    checks = [Check("Clean copy", ok=True, found=f"{target}: {counts}")]
    if done.own:
        checks.append(Check("Carried as values", ok=True, found=", ".join(done.own)))
    shown = "It stands in the clean copy as it was. Correct it there."
    checks += [Check("Carried as shown", ok=None, found=one, advice=shown) for one in done.as_shown]
    plain = "the order of the rows, hidden rows and filters, colours and formats of your own"
    checks.append(Check("Never carried", ok=True, found=plain))
    advice = "Do this again in the clean copy if you need it."
    return checks + [Check("Not carried", ok=None, found=one, advice=advice) for one in done.left]
