"""What can be seen of a record: the one form in which a plan relies on, expects and verifies values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from reconcile.domain.fields import RecordKind, Value, line_values, payout_values
from reconcile.domain.period import period_of
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine, Payout
from reconcile.plan.model import Texts

ABSENT = "absent"
THERE = "there"
DECLINED = "declined"
ON_PAYOUT = "on payout"
POOL = "pool"


class Records(Protocol):
    """Payouts and lines by id: a snapshot, or what was just read again."""

    @property
    def payouts(self) -> Mapping[str, Payout]:
        """The payouts by id."""
        ...

    @property
    def lines(self) -> Mapping[str, CommissionLine]:
        """The lines by id."""
        ...


def line_state(line: CommissionLine, names: Names) -> str:
    """Where a line is: declined, on a payout, in the pool, or `unclear` with its status.

    The API's status names are not documented (introw-api.md 3.2), so an unknown one on a line without a
    payout is not guessed: it may be a declined line under another name.
    """
    if line.status in names.voided_statuses:
        return DECLINED
    if line.payout_id is not None:
        return ON_PAYOUT
    if line.status in names.pending_statuses:
        return POOL
    return f"unclear: status {line.status} is in neither pending_statuses nor voided_statuses of [names]"


def observe(records: Records, kind: RecordKind, record_id: str, names: Names) -> dict[str, Value]:
    """The values that can be seen of a payout or a line; `state` is `absent` for one that is gone.

    Of a payout that the run made, its batch, period and lines as well.
    """
    if kind in (RecordKind.PAYOUT, RecordKind.NEW_PAYOUT):
        payout = records.payouts.get(record_id)
        if payout is None:
            return {"state": ABSENT}
        more = _as_made(payout, records, names) if kind is RecordKind.NEW_PAYOUT else {}
        return {"state": THERE, **payout_values(payout), **more}
    line = records.lines.get(record_id)
    if line is None:
        return {"state": ABSENT}
    on = records.payouts.get(line.payout_id) if line.payout_id else None
    return {
        **line_values(line),
        "state": line_state(line, names),
        "status": line.status,
        "payout_id": line.payout_id,
        "payout_stage": on.stage if on else None,
    }


def _as_made(payout: Payout, records: Records, names: Names) -> dict[str, Value]:
    period = period_of(payout.period_start, payout.period_end)
    own = (one for one in records.lines.values() if one.payout_id == payout.id)
    lines = sorted(one.id for one in own if line_state(one, names) != DECLINED)
    return {
        "batch_id": payout.batch_id,
        "period": str(period) if period else None,
        "lines": ", ".join(lines) or None,
    }


def differences(wanted: Texts, seen: Mapping[str, Value]) -> dict[str, tuple[str | None, str | None]]:
    """The names whose value is seen to be another than wanted: (wanted, seen).

    What cannot be seen is left out.
    """
    found: dict[str, tuple[str | None, str | None]] = {}
    for name, value in wanted.items():
        there = seen.get(name)
        if (there is None or isinstance(there, str)) and there != value:
            found[name] = (value, there)
    return found
