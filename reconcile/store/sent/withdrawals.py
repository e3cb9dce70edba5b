"""Exported workbooks that were made void: each withdrawal and each taking back is a row of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import Connection, select, text

from reconcile.domain.phrases import moment
from reconcile.errors import DecisionNeeded
from reconcile.store.sealing import add
from reconcile.store.tables import RUNS, WITHDRAWALS

WITHDRAWN, VALID = "withdrawn", "valid"
_UNFINISHED: Final = ("running", "stopped")


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A workbook that was made void, or valid again. state: WITHDRAWN or VALID. at: UTC, ISO 8601."""

    environment: str
    workbook_id: str
    state: str
    at: str
    by: str
    reason: str

    def __str__(self) -> str:
        """`withdrawn on 2026-04-03 09:30 UTC by anna: a plan was wrong`."""
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.state} on {moment(self.at)} by {self.by}{reason}"


def withdrawn(connection: Connection, workbook_ids: Collection[str]) -> dict[str, Withdrawal]:
    """Those of these workbooks that are void now, by their id."""
    query = select(WITHDRAWALS).where(WITHDRAWALS.c.workbook_id.in_(list(workbook_ids)))
    rows = connection.execute(query.order_by(text("rowid"))).mappings()
    last = {row["workbook_id"]: Withdrawal(**row) for row in rows}
    return {key: one for key, one in last.items() if one.state == WITHDRAWN}


def note_withdrawals(connection: Connection, rows: Iterable[Withdrawal]) -> None:
    """Makes workbooks void, or valid again. Raises DecisionNeeded while a run of one is unfinished."""
    kept = list(rows)
    names = {one.workbook_id for one in kept}
    running = select(RUNS.c.run_id, RUNS.c.workbook_id).where(RUNS.c.state.in_(_UNFINISHED))
    for run in connection.execute(running):
        if names.intersection(run.workbook_id.split(", ")):
            raise DecisionNeeded(
                f"Nothing was withdrawn: {run.run_id} of {run.workbook_id} is unfinished. Finish it, or set "
                "it aside, with: reconcile resume"
            )
    add(connection, WITHDRAWALS, [asdict(one) for one in kept])


def refuse_withdrawn(connection: Connection, workbook_ids: Collection[str]) -> None:
    """Raises DecisionNeeded where one of these workbooks is void."""
    for one in withdrawn(connection, workbook_ids).values():
        raise DecisionNeeded(f"Nothing was written. The workbook {one.workbook_id} was {one}")
