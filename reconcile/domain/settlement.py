"""What became of payouts by payments, and every payment that was read, as the state store keeps them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from reconcile.domain.money import Money

_ALTERNATIVE: Final = "alternative "
_SUGGESTED: Final = "suggested"
StageSet = tuple[str, str, str]
"""Workbook, payout and stage: a run of that workbook set the stage."""


def suggested(suggestion: int, solution: int = 0) -> str:
    """`suggested 3` for the part of a payment, `suggested 3.2` for the state of a settlement."""
    return f"{_SUGGESTED} {suggestion}.{solution}" if solution else f"{_SUGGESTED} {suggestion}"


def suggestion_of(text: str) -> int:
    """The number of the suggestion in a state or part; 0 where it has none."""
    for name in (f"{_SUGGESTED} ", _ALTERNATIVE):
        if text.startswith(name):
            return int(text.removeprefix(name).partition(".")[0])
    return 0


@dataclass(frozen=True, slots=True)
class Settlement:
    """One payment of a payout in one run of `payments`.

    workbook_id: the workbook that was written. state: `matched` where it stood there at once, `suggested 3.2`
    for the second solution of the third suggestion, which a person had to answer, `differs` where the amount
    was not right. Before answers were kept, a suggestion of one solution was `suggested`, and one of several
    `alternative 3.2`. verdict: `paid`, `failed`, or
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


@dataclass(frozen=True, slots=True)
class ReadPayment:
    """One reading of one payment.

    workbook_id: the workbook that the run wrote. key: the payment, the same in each of its readings.
    likeness: a fingerprint of what two readings of one payment have in common. payment_id, account, order_id,
    booked, value_date, payee, texts, status: as the file has them; days are ISO 8601 or empty, texts JSON.
    part: where it stands in the result, of a suggestion `suggested 3`. becomes: the stage that its payouts
    come to, where it has some, and where the stage shows which payment it was. allotted: which amount went to
    which payout, as JSON; of a suggestion, that of each listed solution, empty where it is no part of it.
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


def place_text(file: str, sheet: str, spot: str) -> str:
    """`bank.csv, line 14` or `paid.xlsx, Sheet1!A7`."""
    return f"{file}, {sheet}!{spot}" if sheet else f"{file}, {spot}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered to a suggestion in a workbook of `payments`.

    chosen: the number of the solution; 0 for No. becomes: the stage that the answer sets; empty for No.
    payouts: those of the solution. payments: where the payments of the solution stand in their files, or, of
    an answer from the state store, the keys under which they are kept. file, sheet, cell: of the answer.
    at: when it was applied, UTC, ISO 8601; empty in a workbook.
    """

    workbook_id: str
    suggestion: int
    chosen: int
    becomes: str
    payouts: tuple[str, ...]
    payments: tuple[str, ...]
    file: str
    sheet: str
    cell: str
    at: str = ""
    by: str = ""


Answers = Mapping[tuple[str, int], Answer]
"""The last answer to each suggestion, by workbook and number."""


def workbooks_with_suggestions(settlements: Iterable[Settlement]) -> frozenset[str]:
    """The workbooks in which a person had to answer, as far as suggestions have numbers."""
    return frozenset(one.workbook_id for one in settlements if suggestion_of(one.state))


def carried_out(
    settlements: Iterable[Settlement],
    stages_set: Collection[StageSet],
    stages: Mapping[str, str],
    answers: Answers,
) -> tuple[Settlement, ...]:
    """The settlements with what a person accepted as a plain suggestion, and without what he did not.

    The answer to a suggestion says it. Where none was kept, a solution counts as chosen where a run of its
    workbook set the stage of all its payouts; where that is so of several, it is not known which one was
    chosen, and none counts. stages: the stage that a verdict brings a payout to.
    """
    settlements = tuple(settlements)
    by_stages = _by_stages(settlements, stages_set, stages)
    return tuple(
        replace(one, state=_SUGGESTED) if suggestion_of(one.state) else one
        for one in settlements
        if _is_accepted(one, answers, by_stages)
    )


def _is_accepted(one: Settlement, answers: Answers, by_stages: Collection[tuple[str, str]]) -> bool:
    """Whether a settlement counts, as far as the answer to its suggestion says."""
    number = suggestion_of(one.state)
    answer = answers.get((one.workbook_id, number)) if number else None
    if answer:
        return answer.chosen == int(one.state.partition(".")[2])
    return not number or (one.workbook_id, one.state) in by_stages


def _by_stages(
    settlements: Iterable[Settlement], stages_set: Collection[StageSet], stages: Mapping[str, str]
) -> set[tuple[str, str]]:
    """Workbook and state of the solutions that the stages show as the one that was chosen."""
    wanted: dict[tuple[str, int], dict[str, bool]] = {}
    for one in settlements:
        if number := suggestion_of(one.state):
            is_set = (one.workbook_id, one.payout_id, stages.get(one.verdict, "")) in stages_set
            solutions = wanted.setdefault((one.workbook_id, number), {})
            solutions[one.state] = solutions.get(one.state, True) and is_set
    chosen = set()
    for (workbook_id, _), solutions in wanted.items():
        carried = [state for state, is_set in solutions.items() if is_set]
        if len(carried) == 1:
            chosen.add((workbook_id, carried[0]))
    return chosen
