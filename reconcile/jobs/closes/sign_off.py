"""The sign-off of a close: one person prepares it, another reviews it, and closing uses it once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import Final

from reconcile.close.close import Close
from reconcile.close.frozen import Frozen, from_json, write_inputs
from reconcile.close.pack import entity_of, numbers_fingerprint, verdict
from reconcile.close.rollforward import Movement
from reconcile.close.sign_off.signatures import SignOff
from reconcile.domain.money import plain
from reconcile.domain.period import Period
from reconcile.domain.phrases import moment
from reconcile.domain.policy.approval import ApprovalPolicy
from reconcile.jobs.approvals.sign_statement import Signer, read_kept, signatures, standards
from reconcile.jobs.approvals.use_approval import ask, own_id
from reconcile.jobs.evidence.keep_workbooks import kept_file
from reconcile.jobs.session import Session
from reconcile.people.close_rules import close_rules
from reconcile.people.how_approved import Signatures, Standing, standing
from reconcile.people.statement import Statement, Subject
from reconcile.store.evidence.kept_files import content_of, keep_files, kept_files, plain_bytes
from reconcile.store.store import Store

CLOSE: Final = "close"
"""The kind of what is signed."""
_PREPARED: Final = "prepared"
_CLOSE_ID: Final = "Close"


@dataclass(frozen=True)
class Review:
    """How the sign-off of a close with certain numbers stands. signed: whose signatures are under them."""

    subject: Subject
    standing: Standing
    signed: tuple[SignOff, ...]

    @property
    def holds(self) -> bool:
        """Whether somebody prepared it, and nobody said no."""
        return bool(self.standing.request) and (self.standing.is_waiting or self.standing.is_approved)

    @property
    def words(self) -> str:
        """Who prepared it, and who reviewed it or whom it waits for."""
        period = self.subject.source
        by = ", ".join(one.name for one in self.signed if one.act == "prepared")
        said = f"{period} is prepared by {by} ({self.standing.request})"
        if self.standing.is_approved:
            return f"{said} and reviewed by {', '.join(self.standing.approved_by)}. It can be closed."
        if not self.standing.is_waiting:
            return f"{said}. {' '.join(self.standing.problems)}"
        able = " or ".join(self.standing.who) or "nobody that [people] has"
        return f"{said} and waits for a review by {able}: reconcile approve {period}"


@dataclass(frozen=True)
class Prepared:
    """A close that somebody prepared and that is not closed yet. frozen: what it was made of."""

    said: Statement
    frozen: Frozen

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the numbers that were signed."""
        return self.said.subject.fingerprint


def review_of(session: Session, store: Store, made: Close, served: datetime | None = None) -> Review | None:
    """How the sign-off of these numbers stands; None where no second person is asked.

    served: the time at the server, where it is known. Raises DecisionNeeded where the record was changed.
    """
    if not session.settings.team.people:
        return None
    kept = read_kept(session, store)
    subject, found = subject_of_close(session.settings.team.policy, kept.store, made), signatures(kept)
    how = standing(subject, found, standards(session, served))
    return Review(subject, how, tuple(signed_by(found, how)))


def prepare(session: Session, store: Store, who: Signer, made: Close) -> None:
    """Puts on record that somebody prepared a close, and what it was made of."""
    subject = subject_of_close(session.settings.team.policy, own_id(session, store), made)
    said = ask(session, store, who, subject)
    stream = BytesIO()
    write_inputs(stream, made.frozen)
    file = kept_file(session, said.request, _PREPARED, "inputs.json", content_of(stream.getvalue()))
    keep_files(store, [replace(file, at=said.at)])


def subject_of_close(policy: ApprovalPolicy, store_id: str, made: Close) -> Subject:
    """What is signed of a close. store_id: of the state store."""
    met = close_rules(policy, waived_in(made), is_again=bool(made.frozen.again))
    found = [one for one in made.checks if one.objections]
    return Subject(
        kind=CLOSE,
        environment=str(made.frozen.snapshot.environment),
        store=store_id,
        fingerprint=numbers_fingerprint(made),
        source=str(made.frozen.period),
        totals={roll.currency: plain(roll.sums[Movement.CLOSING]) for roll in made.rolls},
        counts={"warnings": len(found), "items": sum(len(one.objections) for one in found)},
        rules=tuple(sorted(one.rule for one in met)),
        approvers=max(one.approvers for one in met),
        policy=policy.fingerprint,
        details=dict(_details(made)),
    )


def waived_in(made: Close) -> Mapping[str, str]:
    """The checks that found something and are let pass, with the reason."""
    return {one.name: one.waived for one in made.checks if one.waived and one.objections}


def _details(made: Close) -> Iterator[tuple[str, str]]:
    frozen = made.frozen
    yield _CLOSE_ID, frozen.close_id
    yield "Entity", entity_of(made)
    yield "Data of", moment(frozen.snapshot.taken_at)
    yield "General ledger", frozen.gl.file if frozen.gl else "not brought"
    yield "Waived", "; ".join(f"{name}: {why}" for name, why in waived_in(made).items()) or "nothing"
    yield "Verdict", verdict(made)
    if frozen.again:
        yield "Made again because", frozen.again


def signed_by(found: Signatures, how: Standing) -> Iterator[SignOff]:
    """The signatures that count, as a pack names them."""
    for _, said in found.statements:
        if said.request != how.request or not how.request:
            continue
        if said.act == "request":
            yield SignOff("prepared", said.name, said.at, said.request)
        elif said.act == "approve" and said.name in how.approved_by:
            yield SignOff("reviewed", said.name, said.at, said.request)


def last_prepared(store: Store, found: Signatures, period: Period) -> Prepared | None:
    """The close of a period that was prepared last and is not closed; None where there is none."""
    mine = [
        said
        for _, said in found.statements
        if said.act == "request" and (said.subject.kind, said.subject.source) == (CLOSE, str(period))
    ]
    if not mine or mine[-1].request in found.used:
        return None
    return prepared_as(store, mine[-1])


def prepared_as(store: Store, said: Statement) -> Prepared | None:
    """The close that somebody signed as prepared; None where what it was made of is not kept any more."""
    kept = [one for one in kept_files(store, [said.request]) if one.role == _PREPARED]
    content = plain_bytes(store, kept[-1].sha256) if kept else None
    if content is None:
        return None
    place = f"The prepared close of {said.subject.source} in the state store"
    return Prepared(said, from_json(content.decode(), place))
