"""Asks for an approval, and uses one: the same for plans, closes and sets of bills."""

from __future__ import annotations

from datetime import datetime

from reconcile.jobs.approvals.sign_statement import (
    Signer,
    changed_words,
    nonce,
    put_on_record,
    read_kept,
    signatures,
    standards,
)
from reconcile.jobs.session import Session
from reconcile.people.how_approved import Standing, standing
from reconcile.people.statement import Statement, Subject
from reconcile.store.approval.kept_approvals import (
    Claim,
    KeptApprovals,
    Refusal,
    add_refusal,
    give_id,
)
from reconcile.store.store import Store


def own_id(session: Session, store: Store) -> str:
    """The id of the state store, which gets one where it has none."""
    with store.writing() as connection:
        return give_id(connection, session.clock().isoformat(timespec="seconds"))


def ask(session: Session, store: Store, who: Signer, subject: Subject) -> Statement:
    """Puts a signed request on record."""
    at = session.clock()
    said = Statement(
        act="request",
        request=session.new_id("req", at),
        subject=subject,
        name=who.person.name,
        key=who.key.fingerprint,
        at=at.isoformat(timespec="seconds"),
        nonce=nonce(),
        signed_in_as=who.signed_in_as,
    )
    put_on_record(store, who, said)
    return said


def standing_of(
    session: Session, store: Store, subject: Subject, served: datetime | None = None, saved: str = ""
) -> Standing:
    """How the approval of a subject stands. Raises DecisionNeeded where the record was changed."""
    return standing(subject, signatures(read_kept(session, store)), standards(session, served, saved))


def claim_on(session: Session, subject: Subject, request: str, served: datetime | None = None) -> Claim:
    """The use of an approval, held against the record once more in the moment in which it is used."""

    def check(kept: KeptApprovals) -> str:
        if kept.breaks:
            return f"Nothing was written. {changed_words(kept)}"
        now = standing(subject, signatures(kept), standards(session, served))
        return "" if now.is_approved else f"Nothing was written. {' '.join(now.problems)}"

    return Claim(request, session.user, check)


def note_refusal(session: Session, store: Store, fingerprint: str, reason: str) -> None:
    """Puts on record that something was not done, since it was not approved."""
    at = session.clock().isoformat(timespec="seconds")
    with store.writing() as connection:
        add_refusal(connection, Refusal(str(session.environment), fingerprint, at, session.user, reason))
