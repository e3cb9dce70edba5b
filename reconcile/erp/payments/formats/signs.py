"""Decides what the rows of a table mean: which sign is a payment, and what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Final

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import plain
from reconcile.erp.payments.directions import IN, OUT, Direction
from reconcile.erp.payments.formats.layout import word_form
from reconcile.erp.payments.formats.return_words import looks_returned
from reconcile.erp.payments.formats.table import Draft, Table, is_footer, payment_of
from reconcile.erp.payments.formats.table_header import same_form
from reconcile.erp.payments.model import Payment, PaymentStatus, Place, found, texts
from reconcile.erp.payments.payments_made import proof_of, titles_of
from reconcile.erp.payments.row_doubts import RowDoubts, doubts_in
from reconcile.erp.payments.state_words import said_states, state_of_row
from reconcile.errors import PaymentFileError

# Up to this share of the rows may have the other sign before it is no longer plain which sign is a payment.
_FEW: Final = Decimal("0.2")
# So many words of a status column are told of. One of free texts has as many as rows.
_MOST_WORDS: Final = 50
# In the headers of lists of payments made, and seldom in those of a bank account.
_OUTGOING: Final = (
    "pay", "paid", "beneficiary", "recipient", "vendor", "supplier", "partner", "bill", "zahlung",
    "empfänger", "begünstigt", "lieferant",
)  # fmt: skip


def payments_of(table: Table, drafts: Sequence[Draft]) -> tuple[Payment, ...]:
    """The payments of a table. Raises PaymentFileError where both signs could be payments, or none tells."""
    sign = _sign(table, drafts)
    doubts = _doubts(table, drafts, sign)
    read = [_payment(table, draft, amount, sign, doubts) for draft, amount in _parts(table, drafts)]
    if table.states:
        said = said_states([draft.row for draft in drafts], table.states, table.layout)
        words = [f"{word!r}: {meaning}" for word, meaning in islice(said, _MOST_WORDS)]
        more = sum(1 for _ in said)
        table.how.append("states: " + ", ".join(words) + (f", and {more:,} more words" if more else ""))
    return tuple(read)


def _doubts(table: Table, drafts: Sequence[Draft], sign: int) -> RowDoubts:
    """What the columns and the titles of the table say, looked at once."""
    told = table.direction is not None and table.direction.column not in table.states
    moved = bool(table.hints.sign or table.layout.sign or told) or sign < 0
    numbers = {draft.row.number for draft in drafts}
    numbers.add(table.header.row)
    others = [row for row in table.grid if row.number not in numbers and not is_footer(row)]
    titles = titles_of(others)
    proof = proof_of(table.header, table.layout, titles, moved=moved)
    titles = [Path(table.name).stem, table.sheet, *titles]
    rows = [draft.row for draft in drafts]
    return doubts_in(table.header, table.layout, rows, proof, titles, (table.mark, table.order))


def _payment(table: Table, draft: Draft, written: Decimal, sign: int, doubts: RowDoubts) -> Payment:
    status, why = _status(table, draft)
    amount, odd = _moved(table, draft, written, sign)
    came_in = amount < 0
    if status is PaymentStatus.UNKNOWN:
        table.findings.append(_unknown_state(draft, why))
    elif odd and status is not PaymentStatus.IGNORED:
        table.findings.append(_unknown_direction(table, draft, odd))
        status, why = PaymentStatus.UNKNOWN, odd
    elif status is PaymentStatus.RETURNED:
        amount = -abs(amount)
    elif came_in and status is PaymentStatus.PAID:
        status, why = _received(table, draft)
    elif _is_other_kind(table, draft) and (came_in or _says_returned(draft)):
        # It is no payment made, and it may be one that comes back.
        amount = -abs(amount)
        status, why = _received(table, draft)
    return payment_of(table, draft, amount, (status, why), doubts)


def _moved(table: Table, draft: Draft, written: Decimal, sign: int) -> tuple[Decimal, str]:
    """The amount, positive for money that went out, and what is odd about its direction, if anything."""
    if table.direction is None:
        return written * sign, ""
    way = table.direction.of(draft.row)
    if way == OUT:
        return abs(written), _against(table, draft, written)
    if way == IN:
        return -abs(written), _against(table, draft, written)
    word = table.direction.word(draft.row)
    return written * sign, f"the direction {word!r} is not known" if written else ""


def _against(table: Table, draft: Draft, written: Decimal) -> str:
    """Words where the sign of a row says the opposite of its direction, by the signs of the other rows."""
    usual = table.signs.get(table.direction.of(draft.row) if table.direction else "")
    if usual is None or not written or (written > 0) == usual:
        return ""
    return "the sign of the amount and the direction contradict each other"


def usual_signs(direction: Direction, drafts: Sequence[Draft]) -> dict[str, bool]:
    """Of each direction, whether most of its amounts are positive."""
    signs: dict[str, Counter[bool]] = {OUT: Counter(), IN: Counter()}
    for draft in drafts:
        way = direction.of(draft.row)
        if way in signs and draft.amount:
            signs[way][draft.amount > 0] += 1
    return {way: counts.most_common(1)[0][0] for way, counts in signs.items() if counts}


def _received(table: Table, draft: Draft) -> tuple[PaymentStatus, str]:
    """Money that came in: returned where the texts of the row say so, else only received."""
    if table.layout.ledger:
        table.findings.append(_other_way_round(draft))
    if _says_returned(draft):
        memo = table.all_texts(draft.row, "memo", "reason")
        return PaymentStatus.RETURNED, " ".join(memo) or "returned"
    return PaymentStatus.RECEIVED, "money received"


def _says_returned(draft: Draft) -> bool:
    return looks_returned(*texts(*(cell.text for cell in draft.row.cells)))


def _status(table: Table, draft: Draft) -> tuple[PaymentStatus, str]:
    """What became of a row. Rows with the same words are looked at once: there are few different ones."""
    row = draft.row
    said = (*map(row.text, table.states), table.text(row, "kind"), table.text(row, "reason"))
    said += (table.direction.word(row),) if table.direction else ()
    known = table.known_states.get(said)
    if known is None:
        known = _found_status(table, draft)
        if len(table.known_states) < _MOST_WORDS:
            table.known_states[said] = known
    return known


def _found_status(table: Table, draft: Draft) -> tuple[PaymentStatus, str]:
    layout, row = table.layout, draft.row
    status, word = state_of_row(row, table.states, layout, needed=table.says_states)
    kind = table.text(row, "kind")
    other = _is_other_kind(table, draft)
    way = table.direction.word(row) if table.direction else ""
    if status is PaymentStatus.PAID and any(word_form(one) in layout.between for one in (kind, way) if one):
        return PaymentStatus.IGNORED, "money between own accounts"
    if status is PaymentStatus.PAID and other:
        return PaymentStatus.IGNORED, f"the row is of the kind {kind}"
    return status, "" if status is PaymentStatus.PAID else table.text(row, "reason") or word


def _is_other_kind(table: Table, draft: Draft) -> bool:
    """Whether the row says that it is of a kind that the layout does not name as a payment."""
    kind, kinds = table.text(draft.row, "kind"), table.layout.kinds
    return bool(kind and kinds) and word_form(kind) not in kinds


def _sign(table: Table, drafts: Sequence[Draft]) -> int:
    """1 where positive amounts are payments, -1 where negative ones are."""
    if table.direction is not None:
        table.signs = usual_signs(table.direction, drafts)
    given = table.hints.sign or table.layout.sign
    if given or table.direction is not None or not table.header.has("amount"):
        return -1 if given == "negative" else 1
    counted = [one for one in drafts if one.amount and _status(table, one)[0] is not PaymentStatus.IGNORED]
    negative = [one for one in counted if one.amount and one.amount < 0]
    positive = len(counted) - len(negative)
    if counted and not negative and not _about_payments(table):
        raise _no_direction(table, counted[0])
    if len(negative) <= positive * _FEW:
        return 1
    if positive > len(negative) * _FEW:
        raise _both_signs(negative[0], next(one for one in counted if one.amount and one.amount > 0), counted)
    table.findings.append(_turned(negative[0], len(negative)))
    return -1


def _about_payments(table: Table) -> bool:
    """Whether the headers say that all rows are payments made, so that no direction is needed."""
    forms = [same_form(label) for label in table.header.labels]
    named = any(word in form for form in forms for word in _OUTGOING)
    return table.layout.ledger or named or table.header.has("status") or bool(table.layout.recognise)


def _no_direction(table: Table, first: Draft) -> PaymentFileError:
    return PaymentFileError(
        f"{table.name}: all amounts are positive, such as {plain(first.amount or Decimal(0))} in "
        f"{first.place}, and no column says whether money went out or came in. "
        "Pass --sign positive if all rows are payments made, or name the column as `direction` "
        "in a layout file (--layout)."
    )


def _unknown_state(draft: Draft, word: str) -> Finding:
    return found(
        "status-unknown",
        f"The status {word!r} is in no list of words, so the row is not taken for paid.",
        "Add the word to `paid`, `pending`, `rejected`, `returned` or `ignored` of a layout file (--layout).",
        draft.place,
        word,
        Severity.ERROR,
    )


def _unknown_direction(table: Table, draft: Draft, odd: str) -> Finding:
    return found(
        "direction-unknown",
        f"It is not known whether money went out or came in: {odd}.",
        "Add the word to `out` or `into` of a layout file (--layout), or mend the row.",
        draft.place,
        table.direction.word(draft.row) if table.direction else "",
        Severity.ERROR,
    )


def _both_signs(down: Draft, up: Draft, counted: Sequence[Draft]) -> PaymentFileError:
    return PaymentFileError(
        f"{up.place} has {plain(up.amount or Decimal(0))} and {down.place} has "
        f"{plain(down.amount or Decimal(0))}; of {len(counted)} rows many have either sign. Say which are "
        "payments to partners: --sign positive or --sign negative."
    )


def _turned(first: Draft, count: int) -> Finding:
    return found(
        "sign-turned",
        f"{count} of the amounts are negative, so negative amounts are read as payments.",
        "Nothing to do if that is right; otherwise pass --sign positive.",
        first.place,
        plain(first.amount or Decimal(0)),
        Severity.INFO,
    )


def _other_way_round(draft: Draft) -> Finding:
    return found(
        "sign-other",
        "The amount has the other sign than the payments of this file, so it is money received.",
        "Look whether it is a refund or a typing error; it stands on the sheet Money received.",
        draft.place,
        plain(draft.amount or Decimal(0)),
    )


def _parts(table: Table, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Decimal]]:
    """Each row with its amount; where rows are parts of one payment, with what the parts leave over.

    NetSuite writes a row for each bill, each with the payment's total, and often one for the payment itself.
    """
    if not table.header.has("total") or table.header.first("total") == table.header.first("amount"):
        yield from ((draft, draft.amount) for draft in drafts if draft.amount is not None)
        return
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        key = table.text(draft.row, "id") or str(draft.row.number)
        groups.setdefault(key, []).append(draft)
    for group in groups.values():
        yield from _whole_and_parts(table, group)


def _whole_and_parts(table: Table, group: Sequence[Draft]) -> Iterator[tuple[Draft, Decimal]]:
    parts: dict[tuple[object, ...], Draft] = {}
    for draft in group:
        if draft.amount is None:
            continue
        key = (*table.all_texts(draft.row, "bill"), draft.amount)
        if key in parts:
            table.findings.append(_twice(draft, parts[key].place))
        else:
            parts[key] = draft
    applied = Decimal(0)
    for draft in parts.values():
        applied += draft.amount or Decimal(0)
        yield draft, draft.amount or Decimal(0)
    total = next((draft.total for draft in group if draft.total is not None), applied)
    # The total of a payment may have the other sign than what was applied: money out, against a bill.
    whole = -abs(total) if applied < 0 else abs(total)
    if whole != applied:
        # What was paid and applied to no bill: it belongs to the total, so it is a payment of its own.
        lead = next((draft for draft in group if draft.amount is None), group[0])
        yield lead, whole - applied


def _twice(draft: Draft, first: Place) -> Finding:
    return found(
        "row-twice",
        f"The same bill of the same payment stands in {first} already; it is counted once.",
        "Nothing to do.",
        draft.place,
        plain(draft.amount or Decimal(0)),
    )
