"""What somebody asked an approval of, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass

from reconcile.domain.phrases import moment
from reconcile.people.how_approved import Standing
from reconcile.people.statement import Statement, Subject


@dataclass(frozen=True)
class Asked:
    """What somebody asked an approval of.

    subject: as it is now. request: what was signed when it was asked. words: what it does, a line each.
    """

    subject: Subject
    request: Statement
    found: Standing
    words: tuple[str, ...]

    def as_text(self) -> tuple[str, ...]:
        """What it is about, a line each."""
        head = f"Request {self.request.request} by {self.request.name}, {moment(self.request.at)}"
        return (head, *self.words)


@dataclass(frozen=True, slots=True)
class Answered:
    """What was put on record, and how the approval stands now."""

    said: Statement
    found: Standing
