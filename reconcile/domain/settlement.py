"""What became of payouts by payments, and every payment that was read, as the state store keeps them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from reconcile.domain.money import Money

_ALTERNATIVE: Final = "alternative "
StageSet = tuple[str, str, str]
"""Workbook, payout and stage: a run of that workbook set the stage."""


def alternative(suggestion: int, solution: int) -> str:
    """The state of a settlement that is one of several solutions of a suggestion."""
    return f"{_ALTERNATIVE}{suggestion}.{solution}"


@dataclass(frozen=True, slots=True)
class Settlement:
    """One payment of a payout in one run of `payments`.

    workbook_id: the workbook that was written. state: `matched` where it stood there at once, `suggested`
    where a person had to accept it, `alternative 3.2` for the second solution of the third suggestion, of
    which a person chooses one, `differs` where the amount was not right. verdict: `paid`, `failed`, or
    `settled` where the payout stood there already. how, code: the pass, and the reason for a difference.
    amount: what was paid for this payout. reference, payment_id, paid_on: of the payment, the last one
    where several payouts share several; paid_on is ISO 8601 or empty. file, sha256: where that was read.
    read_at: UTC, ISO 8601.
    """

    workbook_id: str
    payout_id: str
    partner_id: str
    state: str
    verdict: str
    how: str
    code: str
    amount: Money
    reference: str
    payment_id: str
    paid_on: str
    file: str
    sha256: str
    read_at: str
    read_by: str

    @property
    def is_alternative(self) -> bool:
        """Whether it is one of several solutions, of which a person chooses one."""
        return self.state.startswith(_ALTERNATIVE)


@dataclass(frozen=True, slots=True)
class ReadPayment:
    """One reading of one payment.

    workbook_id: the workbook that the run wrote. key: the payment, the same in each of its readings.
    likeness: a fingerprint of what two readings of one payment have in common. payment_id, account, order_id,
    booked, value_date, payee, texts, status: as the file has them; days are ISO 8601 or empty, texts JSON.
    part: where it stands in the result. becomes: the stage that its payouts come to, where it has some.
    allotted: which amount went to which payout, as JSON; of a suggestion, that of each listed solution.
    file, sheet, spot, sha256: where it was read. read_at: UTC, ISO 8601.
    """

    workbook_id: str
    key: str
    likeness: str
    payment_id: str
    account: str
    order_id: str
    booked: str
    value_date: str
    payee: str
    texts: str
    status: str
    amount: Money
    part: str
    becomes: str
    allotted: str
    file: str
    sheet: str
    spot: str
    sha256: str
    read_at: str
    read_by: str


def workbooks_with_alternatives(settlements: Iterable[Settlement]) -> frozenset[str]:
    """The workbooks in which a person had to choose among solutions."""
    return frozenset(one.workbook_id for one in settlements if one.is_alternative)


def carried_out(
    settlements: Iterable[Settlement], stages_set: Collection[StageSet], stages: Mapping[str, str]
) -> tuple[Settlement, ...]:
    """The settlements with the solution that a person chose as a plain suggestion, and without the others.

    A solution was chosen where a run of its workbook set the stage of all its payouts. Where that is so of
    several, which one was chosen is not known, and none counts. stages: the stage that a verdict brings a
    payout to.
    """
    settlements = tuple(settlements)
    wanted: dict[tuple[str, str], dict[str, bool]] = {}
    for one in settlements:
        if one.is_alternative:
            is_set = (one.workbook_id, one.payout_id, stages.get(one.verdict, "")) in stages_set
            solutions = wanted.setdefault(_suggestion(one), {})
            solutions[one.state] = solutions.get(one.state, True) and is_set
    chosen = set()
    for suggestion, solutions in wanted.items():
        carried = [state for state, is_set in solutions.items() if is_set]
        if len(carried) == 1:
            chosen.add((*suggestion, carried[0]))
    return tuple(
        replace(one, state="suggested") if one.is_alternative else one
        for one in settlements
        if not one.is_alternative or (*_suggestion(one), one.state) in chosen
    )


def _suggestion(one: Settlement) -> tuple[str, str]:
    return one.workbook_id, one.state.partition(".")[0]
