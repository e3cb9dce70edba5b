"""What must be true of new payouts, of the lines that go onto them, of comments, and of narrowed commands.

As everywhere in the invariants, the server's own log is held against what people typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from simulation.office import COMMENT, Book, Office
from simulation.records import COLLEAGUE, PERIOD, PERIODS, Effect, Record
from simulation.server import Introw
from simulation.world import World

MADE: Final = ("open", "attach", "comment")
"""The kinds of effects that are looked at here alone."""
_LOST: Final = 500
"""From this status on the answer does not say whether the call took effect."""
Content = tuple[str, ...]


def content_of(body: Record) -> Content:
    """What a new payout is, as it was sent; a batch stands for its days."""
    days = (body.get(name, "")[:10] for name in ("periodStart", "periodEnd"))
    return (body["partnerId"], body.get("batchId") or "", *days, body.get("metadata") or "")


def rows_of(book: Book) -> Iterator[Content]:
    """What the rows of `New payouts` ask for."""
    for record, _, value in book.typed:
        if record == "new payout":
            partner, when, note = value.split(" ", 2)
            yield (partner, "" if when in PERIODS else when, *PERIODS.get(when, PERIODS[PERIOD]), note)


def marked(book: Book, partner: str) -> set[str]:
    """The lines of a partner that are marked `Batch` in a workbook."""
    owners = {row.id: row.fixed["partner_id"] for row in book.edited.lines.rows}
    return {
        record for record, name, _ in book.typed if name == "Batch" and owners.get(record) == partner
    } - _unmarked(book)


def _unmarked(book: Book) -> set[str]:
    """The lines whose action was typed over."""
    return {row.id or "" for row in book.edited.lines.rows if row.values.get("action") != "Batch"}


def asks(book: Book, effect: Effect) -> bool:
    """Whether a workbook asks for a new payout, for a line on it, or for a move that is commented upon."""
    if effect.kind == "comment":
        return any(record == effect.record and name == "stage" for record, name, _ in book.typed)
    content = content_of(effect.body)
    if content not in set(rows_of(book)):
        return False
    return effect.kind == "open" or effect.record in marked(book, content[0])


def torn(books: Iterable[Book], effect: Effect, effects: Iterable[Effect]) -> str:
    """That a payout was made without the lines which every workbook that asks for it puts onto it.

    A line that an office put onto another payout before is on its payout.
    """
    if effect.kind != "open" or effect.body.get("attachPendingLines"):
        return ""
    done = {one.record for one in effects if one.kind == "attach" and one.by != COLLEAGUE}
    asking = [marked(book, effect.body["partnerId"]) - done for book in books if asks(book, effect)]
    if not asking or not all(asking):
        return ""
    return f"{effect.record} was made without {', '.join(sorted(asking[-1]))}."


def twice(effect: Effect, effects: Iterable[Effect], books: Iterable[Book]) -> str:
    """That a payout or a line on it was made more often than it was asked for, in words."""
    made = [one for one in effects if one.kind == effect.kind and one.by != COLLEAGUE]
    if effect.kind == "open":
        wanted = content_of(effect.body)
        same = [one.record for one in made if content_of(one.body) == wanted]
        typed = max(sum(row == wanted for row in rows_of(book)) for book in books)
        return f"The payout {wanted} was typed {typed} times and made as {same}." if len(same) > typed else ""
    same = [one.record for one in made if one.record == effect.record]
    asked = {book.id for book in books if any(one[:2] == (effect.record, "Batch") for one in book.typed)}
    told = f"{effect.record} was marked in {len(asked)} workbooks and batched {len(same)} times."
    return told if effect.kind == "attach" and len(same) > max(len(asked), 1) else ""


def bad_comment(effect: Effect, office: Office, world: World) -> tuple[str, str] | None:
    """The rule that a comment breaks, and how.

    A move whose answer was lost counts as the office's own once live shows it: nobody can tell who made it.
    """
    own = [one for one in world.server.effects if one.by == effect.by and one.record == effect.record]
    left = sum(one.kind == "comment" for one in own)
    stages = [one.fields["stage"] for one in own if one.kind == "patch" and "stage" in one.fields]
    moves = sum(before != after for before, after in stages)
    if left > max(moves, 1):
        return "no comment twice", f"{effect.record} was moved {moves} times and commented upon {left} times."
    if not office.commenting or effect.body["comment"] != COMMENT or not effect.body["isInternal"]:
        return "nothing is sent that nobody asked for", f"A comment on {effect.record}."
    path = f"/api/v1/payouts/{effect.record}"
    tried = any(one.by == effect.by and one.path == path and one.status >= _LOST for one in world.sent)
    return (
        None
        if stages or tried
        else ("a comment tells of a move", f"{effect.record} was not moved by {effect.by}.")
    )


def is_left_out(effect: Effect, office: Office, server: Introw) -> bool:
    """Whether an effect is about what the command was not about."""
    only = set(office.narrow_to.only)
    # That a decline empties its payout follows from the decline.
    return bool(only) and effect.kind != "emptied" and not only & _names(effect, office, server)


def _names(effect: Effect, office: Office, server: Introw) -> set[str]:
    """The ids of a record, its payout and its partner; of a batch those of all that goes together."""
    record = server.truth(effect.record) or {}
    partner = record.get("partnerId") or record.get("partner", {}).get("id")
    names = {effect.record, partner, record.get("payoutId"), *effect.fields.get("payoutId", ())}
    # `--only` takes a payout with its lines: those that stand on it in the workbook.
    names |= {
        row.fixed.get("payout_id")
        for book in office.asked
        for row in book.edited.lines.rows
        if row.id == effect.record
    }
    books = [book for book in office.asked if partner and any(row[0] == partner for row in rows_of(book))]
    together = set().union(*(marked(book, partner or "") for book in books))
    if effect.kind in ("open", "attach") or effect.record in together:
        names |= together
    return {name for name in names if name}


def expected_lines(expected: Mapping[str, str | None]) -> set[str]:
    """The lines that a new payout is to have."""
    return set((expected.get("lines") or "").split(", ")) - {""}


def is_on(server: Introw, payout_id: str, expected: Mapping[str, str | None]) -> str:
    """What of a new payout is not as a run says that it is; empty where all is."""
    there = server.truth(payout_id)
    if there is None:
        return "it is no record"
    values = {name: value_of(server, there, name) for name in ("lines", "period", "statement_note")}
    wrong = [f"{name} {value}" for name, value in values.items() if value != expected.get(name)]
    return ", ".join(wrong)


def value_of(server: Introw, payout: Record, name: str) -> str | None:
    """A value of a payout under the name that a plan has for it."""
    if name == "lines":
        return ", ".join(sorted(one["id"] for one in server.lines_of(payout["id"]))) or None
    days = (payout["periodStart"][:10], payout["periodEnd"][:10])
    periods = {period: key for key, period in PERIODS.items()}
    names = {"po_number": "poNumber", "statement_note": "metadata", "batch_id": "batchId"}
    value: str | None = periods[days] if name == "period" else payout.get(names.get(name, name))
    return value
