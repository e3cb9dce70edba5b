"""What a close was made of, frozen: enough to make the same close again, and to roll forward from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

from pydantic import TypeAdapter, ValidationError

from reconcile.close.checks import Earlier, Evidence, OpenWork
from reconcile.close.rates import Rates
from reconcile.close.rollforward import Owed
from reconcile.close.state import PaidOn, owed_lines
from reconcile.domain.closing import ClosePolicy
from reconcile.domain.period import Period
from reconcile.domain.policy import Names
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import StateError


@dataclass(frozen=True)
class Frozen:
    """Everything that decides a close. at: UTC. previous: the id of the close before it; empty for the first.

    last_export: the baseline of the newest export, against which movements are checked. again: why it was
    made once more. journals: the layouts of its journal files.
    """

    close_id: str
    period: Period
    at: datetime
    by: str
    tool_version: str
    snapshot: Snapshot
    names: Names
    policy: ClosePolicy
    previous: str = ""
    payments: Mapping[str, tuple[PaidOn, ...]] = field(default_factory=dict)
    matched: bool = False
    out: tuple[OpenWork, ...] = ()
    unfinished: tuple[OpenWork, ...] = ()
    last_export: Snapshot | None = None
    waivers: Mapping[str, str] = field(default_factory=dict)
    rates: Rates | None = None
    again: str = ""
    journals: tuple[str, ...] = ()

    def owed(self) -> Owed:
        """What the next close opens with."""
        lines = owed_lines(self.snapshot, self.period, self.names, self.payments)
        return Owed(lines, self.snapshot.lines)

    def evidence(self, previous: Frozen | None) -> Evidence:
        """What the checks look at."""
        earlier = [Earlier("last close", previous.snapshot)] if previous else []
        if self.last_export:
            earlier.append(Earlier("last export", self.last_export))
        return Evidence(
            self.period,
            self.snapshot,
            self.names,
            self.policy,
            earlier,
            self.payments,
            self.matched,
            self.out,
            self.unfinished,
        )


def to_json(frozen: Frozen) -> str:
    """The frozen inputs as JSON."""
    # A read-only view of the defaults cannot be written; a plain mapping of the same can.
    names = replace(frozen.names, decline_reasons=dict(frozen.names.decline_reasons))
    return _adapter().dump_json(replace(frozen, names=names)).decode()


def from_json(text: str, place: str) -> Frozen:
    """The frozen inputs back. Raises StateError where they are damaged or of another version."""
    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        said = error.errors()[0]["msg"]
        raise StateError(
            f"{place} cannot be read ({said}). Restore the state store from a backup."
        ) from error


@cache
def _adapter() -> TypeAdapter[Frozen]:
    return TypeAdapter(Frozen)
