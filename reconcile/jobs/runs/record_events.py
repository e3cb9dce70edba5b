"""What happened to one payout, line or payment beside the runs: exports, bills, payments, answers, closes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from reconcile.domain.bill import IssuedBill
from reconcile.domain.settlement import Answers, ReadPayment, Settlement, place_text, suggestion_of
from reconcile.domain.snapshot import Environment, Snapshot
from reconcile.store.closes import KeptClose, kept_closes
from reconcile.store.evidence.payments_read import kept_answers, readings_naming
from reconcile.store.sent.change_comments import Comment, comments_about
from reconcile.store.sent.withdrawals import withdrawn
from reconcile.store.store import Store


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. at: UTC, ISO 8601.

    kind: `export`, `return`, `comment`, `bill`, `payment`, `answer` or `close`.

    by: empty where nobody is known. place: the file, where there is one.
    """

    at: str
    by: str
    kind: str
    what: str
    partner_name: str = ""
    place: str = ""


def events_of(store: Store, environment: Environment, record_id: str) -> tuple[Event, ...]:
    """Everything that the store knows of a record beside the runs, by kind. Raises StateError.

    record_id: a payout or a line; or the reference, the id or the file of a payment that was read.
    """
    exported = tuple(_exports(store, environment, record_id))
    with store.reading() as connection:
        comments = comments_about(connection, environment, record_id)
    bills = (one for one in store.bills(environment) if record_id in (one.payout_id, one.line_id))
    read = readings_naming(store, environment, record_id)
    told = {(one.workbook_id, one.payment_id, one.file) for one in read}
    payments = (
        one
        for one in store.settlements(environment)
        if one.payout_id == record_id and (one.workbook_id, one.payment_id, one.file) not in told
    )
    answers = _answers(kept_answers(store, environment), read, record_id)
    closes = (one for one in kept_closes(store, environment) if json.dumps(record_id) in one.inputs)
    events = (map(_bill, bills), map(_payment, payments), map(_read, read), answers, map(_close, closes))
    return (*exported, *map(_comment, comments), *chain.from_iterable(events))


def _exports(store: Store, environment: Environment, record_id: str) -> Iterator[Event]:
    exports = store.exports(environment, holding=record_id)
    ids = [one.workbook_id for one in exports]
    files = {one.workbook_id: one for one in store.split_workbooks_with(ids)}
    returned = store.returned(ids)
    with store.reading() as connection:
        void = withdrawn(connection, ids)
    baseline = store.baseline(ids[-1]) if ids else None
    partner = _partner(baseline, record_id) if baseline else ""
    for one in exports:
        split = files.get(one.workbook_id)
        to = f" for {split.recipient or split.part}" if split else ""
        at, place = one.exported_at.isoformat(), split.file if split else ""
        yield Event(at, one.exported_by, "export", f"exported as {one.workbook_id}{to}", partner, place)
        if one.workbook_id in returned:
            yield Event(returned[one.workbook_id], "", "return", f"{one.workbook_id} came back", partner)
        if gone := void.get(one.workbook_id):
            told = f"{one.workbook_id} was withdrawn: {gone.reason}"
            yield Event(gone.at, gone.by, "withdrawal", told, partner, place)


def _partner(baseline: Snapshot, record_id: str) -> str:
    payout, line = baseline.payouts.get(record_id), baseline.lines.get(record_id)
    return payout.partner_name if payout else baseline.partner_name(line.partner_id) if line else ""


def _comment(one: Comment) -> Event:
    return Event(one.at, one.by, "comment", f"comment on {one.workbook_id}: {one.text}")


def _bill(one: IssuedBill) -> Event:
    again = f", again: {one.reason}" if one.reason else ""
    return Event(
        one.issued_at, one.issued_by, "bill", f"bill {one.number}: {one.amount}{again}", place=one.file
    )


def _payment(one: Settlement) -> Event:
    when = f" on {one.paid_on}" if one.paid_on else ""
    reference = f", reference {one.reference}" if one.reference else ""
    number = suggestion_of(one.state)
    state = f"suggested as M{number}, solution {one.state.partition('.')[2]}" if number else one.state
    what = f"payment {state}, {one.verdict}: {one.amount}{when}{reference}"
    return Event(one.read_at, one.read_by, "payment", what, place=one.file)


def _read(one: ReadPayment) -> Event:
    """When a payment was read and where, and which payouts it went to, or may go to."""
    day = one.booked or one.value_date
    number = suggestion_of(one.part)
    solutions = [
        " + ".join(f"{amount} for {payout}" for payout, amount in solution.items()) if solution else "nothing"
        for solution in json.loads(one.allotted)
    ]
    if len(solutions) > 1:
        solutions = [f"{place}: {text}" for place, text in enumerate(solutions, 1)]
    part = f"suggestion M{number}" if number else one.part
    to = f": {'; '.join(solutions)}" if solutions else ""
    payee = f" to {one.payee}" if one.payee else ""
    what = f"payment read, {one.amount}{payee}{f' on {day}' if day else ''}, {part}{to}"
    return Event(one.read_at, one.read_by, "payment", what, place=place_text(one.file, one.sheet, one.spot))


def _answers(answers: Answers, read: Sequence[ReadPayment], record_id: str) -> Iterator[Event]:
    """What was answered to the suggestions of these readings, and to those that name the payout."""
    asked = {(one.workbook_id, suggestion_of(one.part)) for one in read}
    keys = {(one.workbook_id, one.key) for one in read}
    for suggestion, one in answers.items():
        taken = any((one.workbook_id, key) in keys for key in one.payments)
        if suggestion in asked or taken or record_id in one.payouts:
            said = f"{one.chosen}: {', '.join(one.payouts)} to {one.becomes}" if one.chosen else "No"
            what = f"suggestion M{one.suggestion} of {one.workbook_id} answered {said}"
            yield Event(one.at, one.by, "answer", what, place=f"{one.file}, {one.sheet}!{one.cell}")


def _close(one: KeptClose) -> Event:
    return Event(one.at, one.by, "close", f"in the close of {one.period}, {one.superseded or one.close_id}")
