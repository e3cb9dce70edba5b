"""A row under the rules, with what is known around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from reconcile.check.row_context import RowContext
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import Unread, Value, Values, line_values
from reconcile.domain.finding import Finding
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.snapshot import Snapshot

Likeness = tuple[str | None, ...]
"""What makes two lines the same to a person: partner, payout, amount, currency and description."""


@dataclass(frozen=True)
class Around:
    """The other rows of a workbook, by what rules ask for."""

    edited: EditedWorkbook
    baseline: Snapshot

    @cached_property
    def new(self) -> Mapping[Likeness, list[int]]:
        """The numbers of the rows of `New lines` that say the same; rows without amount say nothing."""
        found: dict[Likeness, list[int]] = {}
        for row in self.edited.new_lines.rows:
            if row.values.get("amount"):
                found.setdefault(likeness(row.values), []).append(row.number)
        return found

    @cached_property
    def existing(self) -> Mapping[Likeness, str]:
        """The lines of the export by what they say."""
        return {
            likeness({**line_values(line), "partner_id": line.partner_id, "payout_id": line.payout_id}): key
            for key, line in self.baseline.lines.items()
        }

    @cached_property
    def filled(self) -> frozenset[str]:
        """The payouts that get a new line."""
        return frozenset(_known(row.values.get("payout_id")) or "" for row in self.edited.new_lines.rows)


def likeness(values: Values) -> Likeness:
    """What a line says, for comparing lines."""
    names = ("partner_id", "payout_id", "amount", "currency", "description")
    return tuple(_known(values.get(name)) for name in names)


@dataclass(frozen=True)
class Context:
    """A row under the rules, with what is known around it."""

    context: RowContext
    baseline: Snapshot
    policy: Policy
    around: Around

    @property
    def likeness(self) -> Likeness:
        """What the row says, for comparing lines."""
        return likeness(self.context.row.values)

    def action_of(self, line_id: str) -> str | None:
        """What the workbook does with another line."""
        row = self.around.edited.lines.row_of(line_id)
        return _known(row.values.get("action")) if row else None

    def now(self, name: str) -> str | None:
        """The field's value in the workbook; None for blank or untouched without a baseline."""
        return _known(self._now(name))

    def was(self, name: str) -> str | None:
        """The field's value at the export."""
        return _known(self._was(name))

    def changed(self, name: str) -> bool:
        """Whether the person changed the field."""
        return self._now(name) != self._was(name)

    def lacks(self, name: str) -> bool:
        """Whether the field is blank. One that could not be shown, or not be read, is not known to be."""
        return self._now(name) is None and not self.context.is_unreadable(name)

    def _now(self, name: str) -> Value:
        was = self._was(name)
        return was if self.context.damaged(name) else self.context.row.values.get(name, was)

    def _was(self, name: str) -> Value:
        return (self.context.baseline or {}).get(name)

    def found(self, rule: str, column: str, message: str, fix: str) -> Iterator[Finding]:
        """A finding at a cell of the row."""
        yield self.context.finding(rule, column, message, fix)


def _known(value: Value) -> str | None:
    return None if isinstance(value, Unread) else value


Rule = Callable[[Context], Iterator[Finding]]
