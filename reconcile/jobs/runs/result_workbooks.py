"""The result workbooks of a run, for `apply --result` and `resume --result`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconcile.errors import ConfigurationError, ReconcileError

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.jobs.runs.run import Shape
    from reconcile.plan.model import Plan
    from reconcile.plan.outcome import OperationOutcome

Command = TypeVar("Command", bound=Callable[..., Any])


def result_options(command: Command) -> Command:
    """Adds the options that ask for a result workbook, and say of which workbook."""
    path = click.Path(path_type=Path)
    words = "Write a copy of the workbook that says what became of each row; of several ones, into a folder."
    whose = "The edited workbook of a run or a saved plan, for --result; repeatable."
    command = click.option("--workbook", "workbooks", multiple=True, type=path, help=whose)(command)
    return click.option("--result", type=path, help=words)(command)


@dataclass(frozen=True)
class Wanted:
    """The result workbooks that were asked for: the edited workbook and where its result goes."""

    pairs: tuple[tuple[Path, Path], ...] = ()

    def write(
        self, plan: Plan, outcomes: Mapping[str, OperationOutcome], not_tried: str, settings: Settings
    ) -> int:
        """Writes them, and answers 0 or, where one cannot be written, the exit code of that error.

        not_tried: what to say of operations without an outcome. The run is over and recorded by now, so
        nothing is raised.
        """
        code = 0
        for source, target in self.pairs:
            try:
                _write(source, target, (plan, outcomes, not_tried), settings)
            except ReconcileError as error:
                click.echo(f"The run is recorded, but its result is not written: {error}", err=True)
                code = error.exit_code
            else:
                click.echo(f"Result: {target}", err=True)
        return code


def _write(
    source: Path,
    target: Path,
    ended: tuple[Plan, Mapping[str, OperationOutcome], str],
    settings: Settings,
) -> None:
    from reconcile.plan.results import row_results
    from reconcile.workbook.copy import write_result
    from reconcile.workbook.read import read_workbook

    plan, outcomes, not_tried = ended
    edited = read_workbook(source, settings.policy, settings.templates)
    results = row_results(plan, outcomes, edited, not_tried)
    write_result(source, target, results, settings.templates, settings.policy.reading)


def with_results(
    shape: Shape, result: Path | None, files: Sequence[Path], plan: Plan, settings: Settings
) -> Shape:
    """The shape of a run that writes these results, see `wanted`."""
    return replace(shape, results=wanted(result, files, plan, settings))


def wanted(result: Path | None, files: Sequence[Path], plan: Plan, settings: Settings) -> Wanted:
    """Looks before the run whether the results can be written after it.

    files: the edited workbooks; without any, those of the plan in the working folder. Raises
    ConfigurationError where one is not a workbook of the plan, or where there is no place for its result.
    """
    if result is None:
        return Wanted()
    from reconcile.workbook.read import read_export

    files = files or [file for one in plan.workbooks if (file := Path(one.file)).is_file()]
    if not files:
        raise ConfigurationError(
            f"--result needs the edited workbook ({plan.files}), which is not here. Name it with --workbook."
        )
    known = {one.export.workbook_id for one in plan.workbooks}
    for file in files:
        if read_export(file, settings.policy.reading).workbook_id not in known:
            raise ConfigurationError(f"{file} is not a workbook of this run: {plan.files}.")
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
    return Wanted(pairs)
