"""Writes the review workbooks of a plan: one per workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reconcile.cli.gather import Reading
from reconcile.config import Settings
from reconcile.domain.split import file_names
from reconcile.errors import ConfigurationError
from reconcile.plan.model import Plan
from reconcile.report.review import markup_for
from reconcile.workbook.review import write_review


def refuse_review(target: Path, files: Sequence[Path]) -> None:
    """Raises ConfigurationError where a review cannot be written there, or would replace something.

    One workbook gets a file; several get a folder, with one file each.
    """
    is_file = target.suffix.lower() == ".xlsx"
    if len(files) > 1 and is_file:
        raise ConfigurationError(f"{target} is one file; for {len(files)} workbooks name a folder.")
    if len(files) == 1 and not is_file:
        raise ConfigurationError(f"{target} must end in .xlsx.")
    if target.exists():
        raise ConfigurationError(
            f"{target} is there already, perhaps with decisions in it; choose another name."
        )
    if not target.absolute().parent.is_dir():
        raise ConfigurationError(f"There is no folder {target.absolute().parent}.")


def write_reviews(
    target: Path, files: Sequence[Path], readings: Sequence[Reading], plan: Plan, settings: Settings
) -> list[Path]:
    """Writes them, and answers where they are."""
    if len(files) == 1:
        targets = [target]
    else:
        target.mkdir()
        targets = [
            target / name for name in file_names(one.edited.file.removesuffix(".xlsx") for one in readings)
        ]
    for file, reading, written in zip(files, readings, targets, strict=True):
        write_review(file, written, markup_for(plan, reading.edited.file), settings.templates)
    return targets
