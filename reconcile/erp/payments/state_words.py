"""What became of a payment, by the word in a status column. A word in no list is never taken for paid.

A layout's own lists come first, then the lists here, which hold what banks and payment systems write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from reconcile.erp.payments.formats.layout import TableLayout, word_form
from reconcile.erp.payments.formats.table_header import Header, guessed_places, same_form
from reconcile.erp.payments.model import Grid, GridRow, PaymentStatus

_PAID: Final = """
paid|completed|complete|success|successful|succeeded|settled|cleared|ok|booked|posted|executed|processed|done|
sent|funds sent|outgoing payment sent|delivered|reconciled|bezahlt|gebucht|umsatz gebucht|
ausgeführt|abgeschlossen|betaald|geboekt|uitgevoerd|payé|effectué|exécuté|comptabilisé|pagado|pagato|eseguito
"""
_PENDING: Final = """
pending|scheduled|processing|in process|in progress|in transit|initiated|submitted|created|queued|draft|open|
unclaimed|on hold|held|hold|waiting|unpaid|incoming payment waiting|funds converted|processing transfer|
awaiting payment|awaiting approval|awaiting funds|pending approval|pending accounting approval|
pending supervisor approval|pending receipt|requires approval|to pay|upcoming|new|not posting|
approval pending|vorgemerkt|umsatz vorgemerkt|ausstehend|offen|in bearbeitung|geplant|in behandeling|gepland|
en attente|en cours|pendiente|in attesa|in sospeso
"""
_VOID: Final = """
void|voided|deleted|cancelled|canceled|cancelled by user|removed|archived|duplicate|storniert|gelöscht|
geannuleerd|annulé|annulée|cancelado|anulado|annullato
"""
_FAILED: Final = """
rejected|failed|failure|declined|refused|denied|blocked|error|expired|uncollected|not paid|unsuccessful|
abgelehnt|fehlgeschlagen|zurückgewiesen|geweigerd|mislukt|geblokkeerd|refusé|échoué|rechazado|fallido|rifiutato
"""
_RETURNED: Final = """
returned|return|reversed|reverted|reversal|bounced|bounced back|refunded|refund|charged back|chargeback|
recalled|funds refunded|rückgabe|zurückgegeben|rücklastschrift|ruecklastschrift|rucklastschrift|teruggeboekt|
terugboeking|retourné|remboursé|devuelto|reembolsado|stornato|rimborsato
"""
# Payment systems have few different states, texts are many.
_MOST_STATES: Final = 20


# The headers of a column that tells the state. What stands in one is a state, known or not.
_LABELS: Final = frozenset(
    same_form(label)
    for label in (
        "State", "Zustand", "Stand", "Statut", "État", "Estado", "Situação", "Situación", "Stato",
        "Stan", "Stav", "Tila", "Tilstand", "Durum", "Állapot", "Stare", "Стан", "Статус", "Состояние",
        "Κατάσταση", "状态", "狀態", "状態", "ステータス", "상태", "الحالة", "Trạng thái", "Result",
        "Resultat", "Résultat", "Resultado", "Ergebnis", "Risultato", "Outcome", "Disposition",
        "Payment state", "Transaction state", "Transfer state",
    )
)  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.replace("\n", "").split("|"))


_COMMON: Final = (
    (_words(_VOID), PaymentStatus.IGNORED),
    (_words(_PENDING), PaymentStatus.IGNORED),
    (_words(_FAILED), PaymentStatus.REJECTED),
    (_words(_RETURNED), PaymentStatus.RETURNED),
    (_words(_PAID), PaymentStatus.PAID),
)


def state_of(word: str, layout: TableLayout) -> PaymentStatus | None:
    """The state that a word means; None for a word in no list."""
    form = word_form(word)
    own = (
        (layout.ignored, PaymentStatus.IGNORED),
        (layout.pending, PaymentStatus.IGNORED),
        (layout.rejected, PaymentStatus.REJECTED),
        (layout.returned, PaymentStatus.RETURNED),
        (layout.paid, PaymentStatus.PAID),
    )
    return next((state for words, state in (*own, *_COMMON) if form in words), None)


def is_void(word: str) -> bool:
    """Whether a word says that a payment was taken back before it left, or deleted."""
    return word_form(word) in _COMMON[0][0]


def state_columns(grid: Grid, header: Header, layout: TableLayout) -> tuple[int, ...]:
    """The columns that say something about the state: the named ones, and others that are known by values.

    An unnamed column is one where at least half of its texts, of few different ones, are words for a state.
    """
    named = named_state_columns(header, layout)
    below = [row for row in grid if row.number > header.row]
    others = (place for place in guessed_places(header, layout) if _tells_state(below, place, layout))
    return tuple(dict.fromkeys((*named, *others)))


def named_state_columns(header: Header, layout: TableLayout) -> tuple[int, ...]:
    """The columns of the layout, or else those whose header calls them a state in some language."""
    given = header.columns.get("status", ())
    forms = ((place, same_form(header.labels[place])) for place in guessed_places(header, layout))
    return given or tuple(place for place, form in forms if form in _LABELS or form.endswith("status"))


def said_states(
    rows: Sequence[GridRow], columns: Sequence[int], layout: TableLayout
) -> Iterator[tuple[str, str]]:
    """For people: each word of the columns as it is written, with what it means and how many rows have it."""
    counts = Counter(row.text(place) for row in rows for place in columns if row.text(place))
    for word, count in counts.items():
        state = state_of(word, layout)
        yield word, f"{state.value if state else 'in no list'}, {count} row{'' if count == 1 else 's'}"


def state_of_row(
    row: GridRow, columns: Sequence[int], layout: TableLayout, *, needed: bool
) -> tuple[PaymentStatus, str]:
    """The state of a row and the word that says so: the first that is not paid, if any.

    needed: other rows say that they are paid, so a row that says nothing is not known to be.
    """
    words = [row.text(place) for place in columns if row.text(place)]
    if not words:
        blank_is_paid = not needed or "" in layout.paid
        return (PaymentStatus.PAID, "") if blank_is_paid else (PaymentStatus.UNKNOWN, "no status")
    states: Mapping[str, PaymentStatus | None] = {word: state_of(word, layout) for word in words}
    unknown = next((word for word, state in states.items() if state is None), None)
    other = next(((s, word) for word, s in states.items() if s and s is not PaymentStatus.PAID), None)
    if other is not None:
        return other
    return (PaymentStatus.PAID, "") if unknown is None else (PaymentStatus.UNKNOWN, unknown)


def _tells_state(rows: Sequence[GridRow], place: int, layout: TableLayout) -> bool:
    counts = Counter(word_form(row.text(place)) for row in rows if row.text(place))
    known = sum(count for word, count in counts.items() if state_of(word, layout))
    return 0 < len(counts) <= _MOST_STATES and known * 2 >= sum(counts.values())
