"""Asks for the approval of a saved plan, gives it, or rejects it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from reconcile.domain.period import Period
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.approvals.plan_approval import known_of
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
from reconcile.jobs.saved_plans import read_plan, refuse_foreign_plan
from reconcile.jobs.session import Session
from reconcile.people.asked_words import plan_words
from reconcile.people.how_approved import Signatures, Standing, is_preparer, standing
from reconcile.people.plan_rules import Met, rules_met, subject_of
from reconcile.people.statement import Statement, Subject
from reconcile.plan.model import Plan
from reconcile.store.approval.kept_approvals import give_id
from reconcile.store.store import Store


@dataclass(frozen=True)
class Asked:
    """A plan that somebody asked an approval of. request: what was signed when it was asked."""

    plan: Plan
    subject: Subject
    met: tuple[Met, ...]
    request: Statement
    found: Standing
    earlier: Statement | None

    def as_text(self) -> tuple[str, ...]:
        """What it is about, a line each."""
        words = plan_words(self.plan, self.subject, self.met, self.earlier)
        return (f"Request {self.request.request} by {self.request.name}, {self.request.at[:16]}", *words)


@dataclass(frozen=True, slots=True)
class Answered:
    """What was put on record, and how the approval stands now."""

    said: Statement
    found: Standing


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
        at = session.clock()
        with store.writing() as connection:
            mine = give_id(connection, at.isoformat(timespec="seconds"))
        subject = subject_of(plan, mine, session.settings.team.policy, known, gates, reopened)
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
        return Answered(said, _standing(session, store, subject)[0])


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
        found = _standing(session, store, subject)[0]
    earlier = [
        one
        for _, one in kept.statements
        if one.act == "approve" and one.subject.source == subject.source and one.request != said.request
    ]
    met = rules_met(plan, policy, known)
    return Asked(plan, subject, met, said, found, earlier[-1] if earlier else None)


def answer(session: Session, about: Asked, key: KeyChoice | SignIn, reason: str | None = None) -> Answered:
    """Approves what was shown, or rejects it for a reason. Raises DecisionNeeded and ConfigurationError."""
    who = signer(session, key, "approve")
    if is_preparer(who.person, about.request):
        raise DecisionNeeded(f"{who.person.name} prepared it, and nobody approves their own work.")
    if about.subject != about.request.subject:
        raise DecisionNeeded(
            "It is not as it was when it was asked for: rules, closed periods or payments on record "
            "have changed since. Ask again: reconcile request."
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
        found, kept = _standing(session, store, about.subject)
        if run := kept.used.get(about.request.request):
            raise DecisionNeeded(f"Run {run} has used this approval; there is nothing left to answer.")
        if who.person.name in found.approved_by and reason is None:
            raise DecisionNeeded(f"{who.person.name} has approved it already.")
        put_on_record(store, who, said)
        return Answered(said, _standing(session, store, about.subject)[0])


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


def _standing(session: Session, store: Store, subject: Subject) -> tuple[Standing, Signatures]:
    kept = signatures(read_kept(session, store))
    return standing(subject, kept, standards(session)), kept
