"""Writes the review workbooks of a plan: one per workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from reconcile.atomic import new_folder
from reconcile.domain.split.split_by import file_names
from reconcile.errors import ConfigurationError
from reconcile.jobs.readings import Reading
from reconcile.jobs.session import Session
from reconcile.plan.model import Plan


def review_among(review: Path | None, reports: Sequence[Path]) -> tuple[Path | None, tuple[Path, ...]]:
    """The review workbook, which may be named as a report that ends in .xlsx, and the other reports.

    Raises ConfigurationError for two of them.
    """
    books = [path for path in reports if path.suffix.lower() == ".xlsx"]
    named = [*([review] if review else []), *books]
    if len(named) > 1:
        raise ConfigurationError(f"{named[0]} and {named[1]} are both the review workbook; name one.")
    others = tuple(path for path in reports if path not in books)
    return (named[0] if named else None), others


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
    session: Session, target: Path, files: Sequence[Path], readings: Sequence[Reading], plan: Plan
) -> tuple[Path, ...]:
    """Writes them, and answers where they are."""
    if len(files) == 1:
        write_decided(session, files[0], target, plan, readings[0].edited.file, {})
        return (target,)
    names = file_names(Path(one.edited.file).with_suffix("").as_posix() for one in readings)
    with new_folder(target) as draft:
        for file, reading, name in zip(files, readings, names, strict=True):
            write_decided(session, file, draft / name, plan, reading.edited.file, {})
    return tuple(target / name for name in names)


def write_decided(
    session: Session, file: Path, target: Path, plan: Plan, name: str, chosen: Mapping[int, str]
) -> None:
    """The review workbook of one of a plan's workbooks, with these decisions in it.

    name: of the workbook in the plan. chosen: see `markup_for`. Each decision is bound to the live value that
    the plan shows, as one that a person chooses in the sheet.
    """
    from reconcile.jobs.reviews.review_markup import markup_for
    from reconcile.workbook.copy import write_review

    write_review(file, target, markup_for(plan, name, chosen), session.settings.templates)
