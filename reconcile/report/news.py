"""What a report says, item by item, so that a second look shows only what is new since the first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.domain.phrases import moment
from reconcile.report.model import Change, Report
from reconcile.report.sections import sections
from reconcile.report.words import after_of, before_of, record_of


@dataclass(frozen=True, slots=True)
class News:
    """What a report says that it did not say when it was shown before.

    shown_at: when that was. lines: what is new. gone: how many items are no longer in it.
    """

    shown_at: str
    lines: tuple[str, ...]
    gone: int


def items(report: Report) -> Iterator[str]:
    """Everything that a person may have to look at, a line each: the same line for the same thing.

    The name of the only workbook is left out: a review of it says the same under another name.
    """
    yield from (gate.message for gate in report.gates)
    yield from report.stops
    only = f"{report.workbooks[0].file}, " if len(report.workbooks) == 1 else ""
    for change in report.changes:
        yield _change(change, only)
    for section in sections(report):
        for line in section.lines:
            sides = "; ".join(f"{name}: {value}" for name, value in line.sides)
            parts = (section.title, line.who, line.what, sides, line.note, line.place.removeprefix(only))
            yield " · ".join(part for part in parts if part)
    for one in report.findings:
        owner = f" ({one.owner})" if one.owner else ""
        yield f"{one.severity} {one.place.removeprefix(only)}:{owner} {one.message}"


def marks(report: Report) -> frozenset[str]:
    """A short fingerprint of every item: enough to know it again, and nobody can read it."""
    return frozenset(mark(text) for text in items(report))


def mark(text: str) -> str:
    """The fingerprint of one item."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def news_of(report: Report, shown_at: str, known: frozenset[str]) -> News:
    """What is new in a report of which these items were shown before."""
    fresh = tuple(text for text in items(report) if mark(text) not in known)
    return News(shown_at, fresh, len(known - marks(report)))


def said_at(report: Report) -> str:
    """When the report was made, as a later one names it."""
    return moment(report.made_at)


def _change(one: Change, only: str) -> str:
    target, before = one.target, before_of(one)
    edit = f"{one.label}: {before} → {after_of(one)}" if before else f"{one.label}: {after_of(one)}"
    place = target.place.removeprefix(only)
    return " · ".join(part for part in (target.partner_name, record_of(target), edit, one.why, place) if part)
