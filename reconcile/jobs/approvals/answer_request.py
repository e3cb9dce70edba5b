"""Asks for the approval of a saved plan, and answers a request: approves it, or rejects it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from reconcile.domain.period import Period
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.approvals.asked import Answered, Asked
from reconcile.jobs.approvals.plan_approval import known_of
from reconcile.jobs.approvals.rules_on_record import keep_rules
from reconcile.jobs.approvals.sign_statement import (
    KeyChoice,
    SignIn,
    nonce,
    put_on_record,
    read_kept,
    signatures,
    signer,
    standards,
)
from reconcile.jobs.approvals.use_approval import ask, own_id, standing_of
from reconcile.jobs.saved_plans import read_plan, refuse_foreign_plan
from reconcile.jobs.session import Session
from reconcile.people.asked_words import plan_words
from reconcile.people.how_approved import Signatures, is_preparer, standing
from reconcile.people.plan_rules import rules_met, subject_of
from reconcile.people.statement import Statement
from reconcile.plan.model import Plan
from reconcile.store.store import Store


def request(
    session: Session,
    file: Path,
    key: KeyChoice | SignIn,
    gates: Sequence[str] = (),
    reopened: Sequence[str] = (),
) -> Answered:
    """Asks for the approval of a saved plan, signed by whoever prepared it.

    gates, reopened: the limits and the closed periods that are to be let pass. Raises ConfigurationError, and
    DecisionNeeded where the plan needs other ones.
    """
    with session.store() as store:
        plan = _plan(session, store, file)
        _expect_same("--allow", {one.name for one in plan.gates}, gates)
        known = known_of(session, store, plan)
        reopened = [str(Period.parse(one)) for one in reopened]
        _expect_same("--reopen", known.reopened, reopened)
        who = signer(session, key, "prepare")
        keep_rules(session, store)
        policy, mine = session.settings.team.policy, own_id(session, store)
        subject = subject_of(plan, mine, policy, known, gates, reopened)
        said = ask(session, store, who, subject)
        return Answered(said, standing_of(session, store, subject))


def asked(session: Session, file: Path) -> Asked:
    """What is asked about a saved plan. Raises DecisionNeeded where nobody asked."""
    with session.store(create=False) as store:
        plan = _plan(session, store, file)
        kept = signatures(read_kept(session, store))
        said = _request_of(plan, kept)
        known, policy = known_of(session, store, plan), session.settings.team.policy
        subject = subject_of(
            plan, said.subject.store, policy, known, said.subject.gates, said.subject.reopened
        )
        found = standing_of(session, store, subject)
    earlier = [
        one
        for _, one in kept.statements
        if one.act == "approve" and one.subject.source == subject.source and one.request != said.request
    ]
    words = plan_words(plan, subject, rules_met(plan, policy, known), earlier[-1] if earlier else None)
    return Asked(subject, said, found, tuple(words))


def answer(session: Session, about: Asked, key: KeyChoice | SignIn, reason: str | None = None) -> Answered:
    """Approves what was shown, or rejects it for a reason. Raises DecisionNeeded and ConfigurationError."""
    who = signer(session, key, "approve")
    if is_preparer(who.person, about.request):
        raise DecisionNeeded(f"{who.person.name} prepared it, and nobody approves their own work.")
    if about.subject != about.request.subject:
        raise DecisionNeeded(
            "It is not as it was when it was asked for: rules, numbers, closed periods or payments on record "
            "have changed since. It must be asked for again."
        )
    at = session.clock()
    until = at + timedelta(hours=session.settings.team.policy.expires_hours)
    said = Statement(
        act="approve" if reason is None else "reject",
        request=about.request.request,
        subject=about.request.subject,
        name=who.person.name,
        key=who.key.fingerprint,
        at=at.isoformat(timespec="seconds"),
        nonce=nonce(),
        expires=until.isoformat(timespec="seconds") if reason is None else "",
        reason=reason or "",
        signed_in_as=who.signed_in_as,
    )
    with session.store() as store:
        kept = signatures(read_kept(session, store))
        found = standing(about.subject, kept, standards(session))
        if run := kept.used.get(about.request.request):
            raise DecisionNeeded(f"{run} has used this approval; there is nothing left to answer.")
        if who.person.name in found.approved_by and reason is None:
            raise DecisionNeeded(f"{who.person.name} has approved it already.")
        put_on_record(store, who, said)
        return Answered(said, standing_of(session, store, about.subject))


def _plan(session: Session, store: Store, file: Path) -> Plan:
    plan = read_plan(file, session.settings.policy)
    refuse_foreign_plan(session, store, plan, file.name)
    if not plan.operations:
        raise ConfigurationError(f"{file.name} writes nothing, so there is nothing to approve.")
    return plan


def _request_of(plan: Plan, kept: Signatures) -> Statement:
    mine = [
        said
        for _, said in kept.statements
        if said.act == "request" and said.subject.fingerprint == plan.fingerprint
    ]
    if not mine:
        raise DecisionNeeded(
            "Nobody has asked for an approval of this plan. Whoever prepared it asks: reconcile request."
        )
    return mine[-1]


def _expect_same(option: str, needed: Sequence[str] | set[str], given: Sequence[str]) -> None:
    """What a plan lets pass is said when it is asked for, all of it and nothing else."""
    if missing := sorted(set(needed) - set(given)):
        raise DecisionNeeded(
            f"The plan cannot be applied without {option} {f' {option} '.join(missing)}: say so here, so "
            "that it is approved, too."
        )
    if more := sorted(set(given) - set(needed)):
        raise ConfigurationError(f"{option} {more[0]}: the plan does not need it.")
