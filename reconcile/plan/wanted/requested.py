"""What the person wants, before anything is held back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reconcile.domain.fields import NEW_KINDS, RecordKind
from reconcile.plan.model import Change, Conflict, Target
from reconcile.plan.wanted.new_lines import NewLine
from reconcile.plan.wanted.new_payouts import NewPayout

RecordKey = tuple[RecordKind, str]


@dataclass(frozen=True)
class Requested:
    """Changes of records, new lines and new payouts, each in the order in which they were found."""

    changes: tuple[Change, ...]
    new_lines: tuple[NewLine, ...]
    new_payouts: tuple[NewPayout, ...] = ()

    @property
    def new(self) -> tuple[NewLine | NewPayout, ...]:
        """What is to be made."""
        return (*self.new_lines, *self.new_payouts)

    def without(self, held: Iterable[RecordKey]) -> Requested:
        """What is requested of records that are not held."""
        gone = set(held)
        if not gone:
            return self
        return Requested(
            tuple(change for change in self.changes if key_of(change.target) not in gone),
            tuple(line for line in self.new_lines if key_of(line.target) not in gone),
            tuple(payout for payout in self.new_payouts if key_of(payout.target) not in gone),
        )

    def less(self, conflict: Conflict) -> Requested:
        """What is requested without what a conflict is about, for live is to stand."""
        key, names = key_of(conflict.target), conflict.yours.keys()
        changes = tuple(one for one in self.changes if key_of(one.target) != key or one.field not in names)
        return replace(self, changes=changes).without([key] if conflict.target.kind in NEW_KINDS else [])


def key_of(target: Target) -> RecordKey:
    """The record a target stands for."""
    return target.kind, target.id
