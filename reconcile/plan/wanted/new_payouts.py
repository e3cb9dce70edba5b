"""The rows of `New payouts`: which payouts they ask for, and which lines of the pool go onto each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import RecordKind
from reconcile.domain.period import Period
from reconcile.domain.snapshot import Snapshot, batch_periods
from reconcile.errors import ConfigurationError
from reconcile.plan.model import Target, Texts
from reconcile.plan.wanted.new_lines import Made, keyed_rows, row_texts


@dataclass(frozen=True, slots=True)
class NewPayout:
    """A payout to be made.

    key: stands for its id until the server gives one. row: the worksheet row. values: the period in the form
    of `Period`; that of its batch where the row names none. beside: the partner's payouts of this period,
    where a person decided that it is one more. is_sent: an earlier run sent it, no payout was seen, and a
    person decided to send it again. lines: the lines of the pool that go onto it, with their money.
    """

    key: str
    row: int
    target: Target
    values: Texts
    beside: tuple[str, ...] = ()
    is_sent: bool = False
    reason: str = ""
    lines: tuple[tuple[str, str], ...] = ()


def new_payouts(copies: Iterable[EditedWorkbook], baseline: Snapshot, made: Made) -> Iterator[NewPayout]:
    """The payouts that the copies of one export ask for, in the order of their rows."""
    kind = RecordKind.NEW_PAYOUT
    rows = [(one, row) for one in copies for row in one.new_payouts.rows]
    workbook = rows[0][0].export.workbook_id if rows else ""
    periods = batch_periods(baseline.payouts.values())
    keyed = keyed_rows(workbook, [row for _, row in rows], made, kind)
    for (one, row), (_, key) in zip(rows, keyed, strict=True):
        values = _dated(row_texts(row, kind), periods)
        partner = values["partner_id"] or ""
        place = f"{one.file}, {one.new_payouts.name}!{row.number}"
        name = baseline.partner_name(partner)
        target = Target(kind, key, None, partner, name, place, one.file, workbook)
        yield NewPayout(key, row.number, target, values, reason=row.reason)


def _dated(values: dict[str, str | None], periods: Mapping[str, Period]) -> dict[str, str | None]:
    """The values with the period in its one form; what is no period is left for the check to report."""
    of_batch = periods.get(values["batch_id"] or "")
    if values["period"] is None:
        return values | {"period": str(of_batch) if of_batch else None}
    try:
        return values | {"period": str(Period.parse(values["period"]))}
    except ConfigurationError:
        return values | {"period": None}
