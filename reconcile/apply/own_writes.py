"""What this run wrote itself, so that a read that is late is not taken for somebody else's edit. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconcile.domain.fields import RecordKind, Value
from reconcile.plan.model import Operation

_Place = tuple[RecordKind, str, str]


@dataclass(slots=True)
class _Field:
    """A field that this run wrote: the values it had before, the one that it has now, and since when."""

    earlier: set[str | None]
    now: str | None
    at: float


@dataclass(slots=True)
class OwnWrites:
    """The fields that this run wrote. lag: seconds for which a read may still show what was there before."""

    lag: float
    _fields: dict[_Place, _Field] = field(default_factory=dict)

    def note(self, operation: Operation, at: float) -> None:
        """Remembers what an operation wrote. at: on the monotonic clock."""
        if operation.action.creates:
            return
        for name, value in operation.expected.items():
            place = (operation.target.kind, operation.target.id, name)
            known = self._fields.get(place)
            earlier = known.earlier | {known.now} if known else set()
            if name in operation.relies_on:
                earlier.add(operation.relies_on[name])
            self._fields[place] = _Field(earlier - {value}, value, at)

    def recognised(
        self, kind: RecordKind, record_id: str, seen: Mapping[str, Value], at: float
    ) -> dict[str, Value]:
        """What is seen of a record; a value from before our own write counts as the one that we wrote."""
        found = dict(seen)
        for name, value in seen.items():
            known = self._fields.get((kind, record_id, name))
            if known and value in known.earlier and at - known.at <= self.lag:
                found[name] = known.now
        return found
