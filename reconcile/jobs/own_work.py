"""What earlier runs of a workbook did, from the state store."""

from __future__ import annotations

from reconcile.domain.fields import LINE_FIELDS, PAYOUT_FIELDS
from reconcile.plan.made_before.likeness import Posted
from reconcile.plan.model import Action
from reconcile.plan.sources import OwnWork
from reconcile.store.run import POSTED
from reconcile.store.store import Store


def own_work(store: Store, workbook_id: str) -> OwnWork:
    """The lines that its runs made, sent and declined, and the fields they set that live does not show."""
    made = store.effects(workbook_id, Action.CREATE_LINE)
    return OwnWork(
        # An empty id stands for a line that was asked for and not made.
        created={key: line for key, line in made.items() if line},
        posted={
            key: posted
            for key, text in store.effects(workbook_id, POSTED).items()
            if made.get(key) and (posted := Posted.from_json(text))
        },
        gone=frozenset(store.effects(workbook_id, Action.DECLINE_LINE)),
        sent={
            (record, field.name): text
            for field in (*PAYOUT_FIELDS, *LINE_FIELDS)
            for record, text in store.effects(workbook_id, f"set {field.name}").items()
        },
    )
