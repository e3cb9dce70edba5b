"""What a close was made of, frozen: enough to make the same close again, and to roll forward from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import islice
from typing import IO, Any, Final

from pydantic import TypeAdapter, ValidationError

from reconcile.close.checks import Earlier, OpenWork
from reconcile.close.contract_cost.asset import Asset
from reconcile.close.first_version.entries_by_stage import Owed
from reconcile.close.first_version.standing import PaidOn, owed_lines
from reconcile.close.flux import Explanation
from reconcile.close.gl.open_difference import OpenDifference
from reconcile.close.ledger.evidence_of_payment import Allotment, DatedBill, StagePaid
from reconcile.close.ledger.positions import Facts
from reconcile.close.remeasurement.on_account import OnAccount
from reconcile.close.remeasurement.rates import Rates
from reconcile.close.rollforward import Entry
from reconcile.close.sign_off.signatures import SignOff
from reconcile.domain.books.general_ledger import GeneralLedger
from reconcile.domain.period import Period
from reconcile.domain.policy.close import ClosePolicy
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import StateError

_NO_LINES: Final = b'"lines":{}'
"""Stands in the inputs where the lines of a snapshot go; within a text its quotes would be escaped."""
_PIECE: Final = 1000
VERSION: Final = 6
"""The version of the numbers of a new close."""
# No figure of a close rests on payouts outside its scope, so no version keeps them.
_NEVER: Final[Mapping[str, Any]] = {
    "snapshot": {"payouts_elsewhere": True},
    "last_export": {"payouts_elsewhere": True},
}
_SINCE_6: Final[Mapping[str, Any]] = {
    **_NEVER,
    **dict.fromkeys(("assets", "remeasured", "is_booked_functional"), True),
    "rates": {"dated", "averages"},
    "policy": {"contract_cost", "remeasurement"},
}
_SINCE_5: Final[Mapping[str, Any]] = {**_SINCE_6, "sign_off": True, "gl_open": True}
_SINCE_4: Final[Mapping[str, Any]] = {
    **_SINCE_5,
    "snapshot": {"scope": {"zone"}, "payouts_elsewhere": True},
    "last_export": {"scope": {"zone"}, "payouts_elsewhere": True},
    "policy": {"dimensions", *_SINCE_6["policy"]},
}
_SINCE_3: Final[Mapping[str, Any]] = {
    **_SINCE_4,
    **dict.fromkeys(("gl", "gl_booked", "explanations"), True),
    "policy": {"gl", "entity", "fiscal", *_SINCE_4["policy"]},
}
_SINCE_2: Final[Mapping[str, Any]] = {
    **_SINCE_3,
    **dict.fromkeys(("version", "allotments", "stage_paid", "bills", "draft", "trued_up", "own"), True),
    "policy": {"method", "receivable", "prepaid", "rate_days", *_SINCE_3["policy"]},
}
_UNKNOWN: Final = {1: _SINCE_2, 2: _SINCE_3, 3: _SINCE_4, 4: _SINCE_5, 5: _SINCE_6, 6: _NEVER}
"""What the inputs of a close do not hold, by the version of its numbers."""


@dataclass(frozen=True)
class Frozen:
    """Everything that decides a close. at: UTC. previous: the id of the close before it; empty for the first.

    last_export: the baseline of the newest export, against which movements are checked. again: why it was
    made once more. journals: the layouts of its journal files. version: of the numbers; a kept close is made
    again by its own. payments: of the first version; allotments, stage_paid and bills since the second.
    trued_up: what late entries of the close before it booked already. own: what runs of this program set
    since the last export, by record and field. gl: an export of the general ledger; gl_booked: whether the
    journal of this close should be in it already. explanations: of the flux, as they were brought.
    sign_off: who signed the numbers; None where no second person is asked. gl_open: what did not tie when the
    general ledger was brought last, in a close before this one. assets: the contract costs that the close
    before carried. remeasured: what remeasurements until then left on accounts of the balance sheet, in the
    currency of the books; is_booked_functional: whether they are entered in that currency. stamped:
    whether its manifest got a time stamp.
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
    version: int = 1
    allotments: Mapping[str, tuple[Allotment, ...]] = field(default_factory=dict)
    stage_paid: Mapping[str, StagePaid] = field(default_factory=dict)
    bills: tuple[DatedBill, ...] = ()
    draft: bool = False
    trued_up: tuple[Entry, ...] = ()
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    gl: GeneralLedger | None = None
    gl_booked: bool = False
    explanations: tuple[Explanation, ...] = ()
    sign_off: tuple[SignOff, ...] | None = None
    gl_open: tuple[OpenDifference, ...] = ()
    assets: tuple[Asset, ...] = ()
    remeasured: tuple[OnAccount, ...] = ()
    is_booked_functional: bool = False
    stamped: bool = False

    @property
    def ledger_version(self) -> int:
        """The version of the rules by which money is counted: the third changed only what is shown."""
        return min(self.version, 2)

    @property
    def facts(self) -> Facts:
        """What the ledger is made of."""
        return Facts(self.snapshot, self.names, self.allotments, self.stage_paid, self.bills)

    def owed(self) -> Owed:
        """What the next close of the first version opens with."""
        lines = owed_lines(self.snapshot, self.period, self.names, self.payments)
        return Owed(lines, self.snapshot.lines)

    def earlier(self, previous: Frozen | None) -> tuple[Earlier, ...]:
        """The records as they were at the last close and at the last export."""
        closes = (Earlier("last close", previous.snapshot),) if previous else ()
        exports = (Earlier("last export", self.last_export),) if self.last_export else ()
        return (*closes, *exports)


def write_inputs(stream: IO[bytes], frozen: Frozen) -> None:
    """Writes the frozen inputs as JSON.

    The lines go piece by piece: in one, 100,000 of them take 95 MB.
    """
    exported = frozen.last_export
    # A read-only view of the defaults cannot be written; a plain mapping of the same can.
    bare = replace(
        frozen,
        names=replace(frozen.names, decline_reasons=dict(frozen.names.decline_reasons)),
        snapshot=replace(frozen.snapshot, lines={}),
        last_export=replace(exported, lines={}) if exported else None,
    )
    # No number rests on a stamp, so it has no version: it stands there where there is one.
    unknown = {**_UNKNOWN[frozen.version], **({} if frozen.stamped else {"stamped": True})}
    first, *rest = _adapter().dump_json(bare, exclude=unknown).split(_NO_LINES)
    stream.write(first)
    for snapshot, text in zip((frozen.snapshot, exported), rest, strict=bool(exported)):
        assert snapshot
        stream.write(b'"lines":{')
        for number, lines in enumerate(_pieces(snapshot.lines)):
            stream.write((b"," if number else b"") + _lines_adapter().dump_json(lines)[1:-1])
        stream.write(b"}" + text)


def _pieces(lines: Mapping[str, CommissionLine]) -> Iterator[dict[str, CommissionLine]]:
    """The lines in parts that are small enough to be written at once."""
    left = iter(lines.items())
    while piece := dict(islice(left, _PIECE)):
        yield piece


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


@cache
def _lines_adapter() -> TypeAdapter[Mapping[str, CommissionLine]]:
    return TypeAdapter(Mapping[str, CommissionLine])
