"""Live as last read, each record with the moment, and read again by the cheapest way when it is too old."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import inf
from typing import Final

from reconcile.apply.reread import Reread
from reconcile.domain.records import CommissionLine, Payout
from reconcile.introw.client import Reader
from reconcile.introw.fetch import read_again
from reconcile.plan.cost.relied_records import Wanted
from reconcile.plan.model import Operation

_NEVER: Final = -inf


@dataclass
class Live:
    """Live as this run last saw it. now: seconds on a steady clock."""

    reader: Reader
    now: Callable[[], float]
    _payouts: dict[str, Payout] = field(default_factory=dict)
    _lines: dict[str, CommissionLine] = field(default_factory=dict)
    _listed: dict[str, tuple[CommissionLine, ...]] = field(default_factory=dict)
    _at: dict[str, float] = field(default_factory=dict)
    _listed_at: dict[str, float] = field(default_factory=dict)

    @property
    def seen(self) -> Reread:
        """What was seen last; it changes as more is read."""
        return Reread(self._payouts, self._lines, self._listed)

    def at(self, record_id: str) -> float:
        """When a record was read."""
        return self._at.get(record_id, _NEVER)

    def read(self, wanted: Wanted) -> None:
        """Reads what is wanted, and keeps everything else that comes along. Raises ApiError."""
        began = self.now()
        again = read_again(self.reader, wanted.payouts, wanted.lines, wanted.whole)
        for record_id in (*wanted.payouts, *wanted.lines):
            self._payouts.pop(record_id, None)
            self._lines.pop(record_id, None)
            self._at[record_id] = began
        self._payouts.update(again.payouts)
        self._lines.update(again.lines)
        self._listed.update(again.listed)
        self._at.update(dict.fromkeys((*again.payouts, *again.lines), began))
        self._listed_at.update(dict.fromkeys(again.listed, began))

    def wrote(self, operation: Operation, answer: Payout | CommissionLine | None) -> None:
        """A write of this run changed a record: its answer shows it, or it must be read again."""
        record_id = operation.target.id
        if isinstance(answer, Payout):
            self._payouts[answer.id] = answer
        elif answer is not None:
            self._lines[answer.id] = answer
        self._at[record_id] = _NEVER if answer is None else self.now()

    def too_old(
        self,
        operations: Iterable[Operation],
        bound: Callable[[Operation], float],
        wanted: Callable[[Iterable[Operation]], Wanted],
    ) -> Wanted:
        """What is wanted by these operations and was read longer ago than each of them bears."""
        old, now = Wanted(), self.now()
        for one in operations:
            need, limit = wanted([one]), now - bound(one)
            old.payouts |= {key for key in need.payouts if self.at(key) < limit}
            old.lines |= {key: home for key, home in need.lines.items() if self.at(key) < limit}
            old.whole |= {key for key in need.whole if self._listed_at.get(key, _NEVER) < limit}
        return old

    def is_listed_before(self, payout_id: str, moment: float) -> bool:
        """Whether the lines of a payout are known, and were listed before a moment."""
        return payout_id in self._listed and self._listed_at[payout_id] < moment

    def forget_listing(self, payout_id: str, older_than: float) -> None:
        """Forgets the lines of a payout that were listed too long ago."""
        if self._listed_at.get(payout_id, _NEVER) < older_than:
            self._listed.pop(payout_id, None)
