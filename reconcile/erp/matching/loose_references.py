"""References that are not whole: an id with letters glued to it, and a list that the bank cut.

Neither is enough for a match without a person. The first is suggested where the amount agrees; the second is
said, with the part that was cut, and questions a match that was made without it.
"""

from __future__ import annotations

from typing import Final

from reconcile.erp.matching.compare_amounts import compare
from reconcile.erp.matching.match_state import MatchState, Tie
from reconcile.erp.matching.references import Hit, References, key_of
from reconcile.erp.matching.result import Verdict
from reconcile.erp.payments.model import cut, texts

# The lengths at which banks cut: lines of 35 characters, ACH addenda, the remittance information of SEPA.
_LENGTHS: Final = frozenset((35, 70, 80, 105, 140))
# A beginning of this length, which only one reference has, was cut whatever the length of the text is.
_TELLING: Final = 8
_SHOWN: Final = 3


def suggest_glued(state: MatchState) -> None:
    """Suggests payouts for payments with their id and amount, where letters are glued to the id."""
    if "reference" not in state.policy.passes:
        return
    index = _index(state)
    for number in state.free_payments():
        payment = state.payments[number]
        hits = index.glued(texts(payment.order, *payment.references)) if state.live(number) else []
        payouts = sorted(frozenset().union(*(hit.leads_to for hit in hits)))
        if len(payouts) != 1 or not state.is_open(payouts[0]):
            continue
        fit = compare([payment], [state.owed[payouts[0]]], state.policy)
        if fit.fits:
            words = f"{hits[0].reference}, with other letters glued to it, and the amount agrees"
            state.match([number], payouts, fit, Tie("reference", words, sure=False), Verdict.PAID)


def note_cut_lists(state: MatchState) -> None:
    """Says which lists of references were cut, and where; a match made without the rest is doubtful."""
    index = _index(state)
    for number, payment in enumerate(state.payments):
        for text in payment.references:
            begun = _cut_word(index, text)
            if begun:
                _note(state, number, text, begun)


def _note(state: MatchState, number: int, text: str, begun: tuple[str, list[Hit]]) -> None:
    word, hits = begun
    names = [hit.reference for hit in hits]
    shown = ", ".join(names[:_SHOWN]) + (
        f" or one of {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    )
    message = (
        f"The text was cut after {len(text.strip())} characters: its last word {cut(word)!r} is only the "
        f"beginning of {shown}, and what followed is lost."
    )
    state.note(number, "list-cut", message, "Look up in the payment order which payouts it was for.")
    match = state.taken.get(number)
    meant = frozenset().union(*(hit.leads_to for hit in hits))
    ours = {place for place, one in state.used.items() if one is match}
    if match is not None and match.verdict is Verdict.PAID and not meant & ours:
        state.question(match, f"its list of references was cut after {len(text.strip())} characters")


def _cut_word(index: References, text: str) -> tuple[str, list[Hit]] | None:
    """The last word of a text that was cut in the middle of a reference, and the references it may be."""
    words = text.replace(",", " ").replace(";", " ").split()
    if len(words) < 2:
        return None
    hits = index.beginning_with(words[-1])
    telling = len(hits) == 1 and len(key_of(words[-1])) >= _TELLING
    return (words[-1], hits) if hits and (telling or len(text.strip()) in _LENGTHS) else None


def _index(state: MatchState) -> References:
    index = References()
    for number, owed in enumerate(state.owed):
        for reference in owed.references:
            index.add(reference, number)
    return index
