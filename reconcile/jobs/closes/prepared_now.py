"""The prepared closes as they would be now, and how their signatures stand; no network."""

from __future__ import annotations

from dataclasses import replace

from reconcile.close.close import Close, make_close
from reconcile.close.months.month_states import SignedMonth, State
from reconcile.domain.period import Period
from reconcile.jobs.approvals.sign_statement import read_kept, signatures, standards
from reconcile.jobs.close_chain import before_it, made_in
from reconcile.jobs.closes.payment_evidence import evidence_of
from reconcile.jobs.closes.sign_off import CLOSE, Prepared, last_prepared, subject_of_close
from reconcile.jobs.closes.stale import known_now
from reconcile.jobs.session import Session
from reconcile.people.how_approved import Signatures, Standing, standing
from reconcile.store.closes import kept_closes
from reconcile.store.store import Store


def made_now(session: Session, store: Store, found: Prepared) -> Close:
    """A prepared close with what runs, exports, payments and bills have changed since."""
    frozen = found.frozen
    previous = before_it(kept_closes(store, session.environment), frozen)
    snapshot = known_now(session, store, frozen)
    facts = evidence_of(session, store, snapshot, (previous, frozen)).facts
    now = replace(
        frozen,
        snapshot=snapshot,
        allotments=facts.allotments,
        stage_paid=facts.stage_paid,
        bills=tuple(facts.bills),
    )
    return make_close(now, previous)


def made_then(session: Session, store: Store, found: Prepared) -> Close:
    """A prepared close as it was signed."""
    return made_in(kept_closes(store, session.environment), found.frozen)


def signed_months(session: Session, store: Store) -> dict[str, SignedMonth]:
    """How far the signatures of the periods are that somebody prepared and that are not closed."""
    if not session.settings.team.people:
        return {}
    kept = read_kept(session, store)
    found = signatures(kept)
    months = {}
    for source in dict.fromkeys(
        said.subject.source
        for _, said in found.statements
        if (said.act, said.subject.kind) == ("request", CLOSE)
    ):
        prepared = last_prepared(store, found, Period.parse(source))
        if prepared:
            policy = session.settings.team.policy
            now = subject_of_close(policy, kept.store, made_now(session, store, prepared))
            how = standing(now, found, standards(session))
            months[source] = _signed_month(prepared, how, is_same=now.fingerprint == prepared.fingerprint)
    return months


def _signed_month(found: Prepared, how: Standing, *, is_same: bool) -> SignedMonth:
    said = f"prepared {found.said.at[:10]} by {found.said.name}"
    if how.is_approved:
        return SignedMonth(State.REVIEWED, found.said.at, f"{said}, reviewed by {', '.join(how.approved_by)}")
    if is_same and how.is_waiting:
        who = " or ".join(how.who) or "nobody that [people] has"
        return SignedMonth(State.PREPARED, found.said.at, f"{said}, waits for a review by {who}")
    return SignedMonth(State.FALLEN, found.said.at, f"{said}. {' '.join(how.problems)}")


def signed_closes(found: Signatures) -> dict[str, str]:
    """Who signed each close that is closed, by its id: `prepared by Ana, reviewed by Ben`."""
    told = {}
    for request, close_id in found.used.items():
        mine = [
            said for _, said in found.statements if said.request == request and said.subject.kind == CLOSE
        ]
        prepared = [one.name for one in mine if one.act == "request"]
        reviewed = dict.fromkeys(one.name for one in mine if one.act == "approve")
        if prepared:
            told[close_id] = f"prepared by {prepared[0]}, reviewed by {', '.join(reviewed)}"
    return told
