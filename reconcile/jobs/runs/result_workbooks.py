"""Result workbooks: copies of the edited workbooks that say what became of each row in a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconcile.atomic import refuse_existing
from reconcile.check.named_partners import with_partner_ids
from reconcile.domain.edited import EditedWorkbook
from reconcile.errors import ConfigurationError, ReconcileError
from reconcile.jobs.reviews.review_markup import conflict_key
from reconcile.jobs.session import Session
from reconcile.plan.model import Plan
from reconcile.plan.outcome import OperationOutcome
from reconcile.plan.results import row_results
from reconcile.workbook.copy import write_result
from reconcile.workbook.read import baseline_of, read_export, read_workbook


@dataclass(frozen=True, slots=True)
class ResultPlaces:
    """The edited workbooks whose results were asked for, each with the place of its result."""

    pairs: tuple[tuple[Path, Path], ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A result workbook. error: why it was not written; None where it was."""

    target: Path
    error: ReconcileError | None = None


def result_places(
    session: Session, plan: Plan, result: Path | None, files: Sequence[Path], *, force: bool = False
) -> ResultPlaces:
    """Checks before the run whether the results can be written after it.

    files: the edited workbooks; without any, those of the plan in the working folder. Raises
    ConfigurationError where one is not a workbook of the plan, or where there is no place for its result;
    force: a file that is there already is replaced.
    """
    if result is None:
        return ResultPlaces()
    files = files or [file for one in plan.workbooks if (file := Path(one.file)).is_file()]
    if not files:
        raise ConfigurationError(
            f"--result needs the edited workbook ({plan.files}), which is not here. Name it with --workbook."
        )
    known = {one.export.workbook_id for one in plan.workbooks}
    for file in files:
        if read_export(file, session.settings.policy.reading).workbook_id not in known:
            raise ConfigurationError(f"{file} is not a workbook of this run: {plan.files}.")
    return ResultPlaces(_pairs(result, files, force=force))


def _pairs(result: Path, files: Sequence[Path], *, force: bool) -> tuple[tuple[Path, Path], ...]:
    if len(files) > 1 and not result.is_dir():
        raise ConfigurationError(
            f"The results of {len(files)} workbooks need a folder, and {result} is none."
        )
    pairs = tuple((file, result / file.name if result.is_dir() else result) for file in files)
    if len({target for _, target in pairs}) < len(pairs):
        raise ConfigurationError(
            f"Two of the workbooks have the same name, and their results would be one file in {result}. "
            "Rename one of them."
        )
    for source, target in pairs:
        if target.resolve() == source.resolve() or target.suffix.lower() != ".xlsx":
            raise ConfigurationError(
                f"The result {target} must be another .xlsx file than the workbook itself."
            )
        if not target.parent.is_dir():
            raise ConfigurationError(f"There is no folder {target.parent} for the result.")
        refuse_existing(target, force=force)
    return pairs


def write_results(
    session: Session,
    places: ResultPlaces,
    plan: Plan,
    outcomes: Mapping[str, OperationOutcome],
    not_tried: str,
) -> tuple[Written, ...]:
    """Writes the results. Raises nothing: the run is over and recorded by now.

    not_tried: what to say of operations without an outcome.
    """
    settings = session.settings
    waiting = {conflict_key(conflict) for conflict in plan.conflicts}
    written = []
    for source, target in places.pairs:
        try:
            edited = _read(session, source)
            results = row_results(plan, outcomes, edited, not_tried)
            reading = settings.policy.reading
            write_result(source, target, results, settings.templates, reading, waiting)
        except ReconcileError as error:
            written.append(Written(target, error))
        else:
            written.append(Written(target))
    return tuple(written)


def _read(session: Session, source: Path) -> EditedWorkbook:
    """The workbook as the plan read it: a new line is known by the id of its partner, not by the name."""
    settings = session.settings
    edited = read_workbook(source, settings.policy, settings.templates)
    with session.store(create=False) as store:
        kept = store.baseline(edited.export.workbook_id)
    return with_partner_ids(edited, kept or baseline_of(edited))
