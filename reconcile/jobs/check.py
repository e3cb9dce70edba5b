"""Validates edited workbooks, without any network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconcile.domain.finding import Finding, Severity
from reconcile.errors import WorkbookError, WorkbookWithdrawn
from reconcile.jobs.readings import named, names_of, read
from reconcile.jobs.session import Session
from reconcile.report.causes import by_cause
from reconcile.store.store import Store


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in one workbook."""

    name: str
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """How many errors there are, those of one cause counted once."""
        return sum(one.severity is Severity.ERROR for one in by_cause(self.findings))

    @property
    def warnings(self) -> int:
        """How many findings are no errors, those of one cause counted once."""
        return len(by_cause(self.findings)) - self.errors


def check(session: Session, files: Sequence[Path]) -> tuple[Checked, ...]:
    """What was found in each workbook; one that cannot be read stops no other.

    Raises ConfigurationError for a workbook that is not there, or is given twice.
    """
    with session.store(create=False) as store:
        return tuple(_checked(session, store, file, name) for file, name in names_of(files).items())


def as_json(checked: Iterable[Checked]) -> str:
    """The findings of all workbooks, for a machine."""
    every = tuple(finding for one in checked for finding in one.findings)
    from pydantic import TypeAdapter

    return TypeAdapter(tuple[Finding, ...]).dump_json(every, indent=2).decode()


def _checked(session: Session, store: Store, file: Path, name: str) -> Checked:
    try:
        return Checked(name, named(read(session, store, file), name).findings)
    except WorkbookWithdrawn as void:
        found = Finding(Severity.ERROR, "workbook-withdrawn", void.fact, f"{void.advice}.", file=name)
        return Checked(name, (found,))
    except WorkbookError as error:
        fix = f"`reconcile doctor {name}` says what can be done."
        return Checked(name, (Finding(Severity.ERROR, "workbook-unreadable", str(error), fix, file=name),))
