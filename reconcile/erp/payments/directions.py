"""Which way money went, by a column that says so: Debit/Credit, Af/Bij, Soll/Haben, IN/OUT, a sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.erp.payments.formats.layout import TableLayout, word_form
from reconcile.erp.payments.formats.table_header import Header, guessed_places, same_form
from reconcile.erp.payments.model import Grid, GridRow

OUT: Final = "out"
IN: Final = "in"

_OUT: Final = frozenset(
    (
        "debit", "dr", "dr.", "d", "db", "dbit", "debet", "débit", "af", "uit", "soll", "s", "out",
        "outgoing", "outflow", "outbound", "money out", "paid out", "withdrawal", "sent", "-", "\u2212",
        "debit transfer", "ausgang", "belastung", "lastschrift", "addebito", "cargo", "adeudo", "sortie",
    )
)  # fmt: skip
_IN: Final = frozenset(
    (
        "credit", "cr", "cr.", "c", "crdt", "kredit", "crédit", "bij", "in", "haben", "h", "incoming",
        "inflow", "inbound", "money in", "paid in", "deposit", "received", "+", "credit transfer", "eingang",
        "gutschrift", "accredito", "abono", "entrée",
    )
)  # fmt: skip
_LABELS: Final = frozenset(
    same_form(label)
    for label in (
        "Direction", "Credit Debit Indicator", "Debit Credit Indicator", "CreditDebit", "Debit/Credit",
        "Credit/Debit", "Debit or Credit", "Credit or Debit", "Dr/Cr", "Cr/Dr", "D/C", "C/D", "DC",
        "CdtDbtInd",
        "Af Bij", "Af/Bij", "Bij/Af", "Soll/Haben", "S/H", "SH", "Soll-/Habenkennzeichen", "In/Out", "Sign",
        "Vorzeichen", "Richtung", "Sens", "Debet/Credit", "Debit/Credit indicator", "DebitCreditCode",
    )
)  # fmt: skip
# The minus and plus have no letters, and one letter under any header may mean anything.
_SHORT: Final = 1


@dataclass(frozen=True, slots=True)
class Direction:
    """The column that tells the direction, and the words for either."""

    column: int
    out: frozenset[str]
    into: frozenset[str]

    def of(self, row: GridRow) -> str:
        """`out`, `in`, or an empty text where the row does not say it in known words."""
        word = word_form(row.text(self.column))
        return OUT if word in self.out else IN if word in self.into else ""

    def word(self, row: GridRow) -> str:
        """The word as it stands there."""
        return row.text(self.column)


def direction_word(text: str, layout: TableLayout) -> str:
    """`out` or `in` where a text is a word for a direction, whatever its column; else an empty text."""
    word = word_form(text)
    return OUT if word in _OUT | {*layout.out} else IN if word in _IN | {*layout.into} else ""


def find_direction(grid: Grid, header: Header, layout: TableLayout) -> Direction | None:
    """The column by the layout, by its header, or by values that are all words for a direction."""
    out, into = _OUT | frozenset(layout.out), _IN | frozenset(layout.into)
    named = header.first("direction")
    if named is None:
        named = next(
            (at for at, label in enumerate(header.labels) if same_form(label) in _LABELS and label), None
        )
    if named is not None:
        return Direction(named, out - frozenset(layout.into), into - frozenset(layout.out))
    if layout.recognise and layout.sign:
        return None  # the layout knows its table, and that the sign tells
    below = [row for row in grid if row.number > header.row]
    amounts = {header.first(role) for role in ("amount", "paid_out", "paid_in", "date", "balance")}
    places = (place for place in guessed_places(header, layout, taken=False) if place not in amounts)
    found = next((at for at in places if _tells(below, at, out, into)), None)
    return None if found is None else Direction(found, out, into)


def _tells(rows: Sequence[GridRow], place: int, out: frozenset[str], into: frozenset[str]) -> bool:
    texts: set[str] = set()
    words: set[str] = set()
    for row in rows:
        text = row.text(place)
        if text and text not in texts:
            texts.add(text)
            words.add(word := word_form(text))
            if word not in out and word not in into:
                return False
    if not words:
        return False
    both = bool(words & out) and bool(words & into)
    return both or all(len(word) > _SHORT for word in words)
