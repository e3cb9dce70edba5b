"""Lists what was asked for, who agreed, and whom it waits for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from reconcile.domain.money import Money, recorded_amount
from reconcile.domain.phrases import moment
from reconcile.domain.unseen import visible
from reconcile.jobs.approvals.rules_on_record import change_words
from reconcile.jobs.approvals.sign_statement import read_kept, signatures, standards
from reconcile.jobs.session import Session
from reconcile.people.how_approved import Signatures, Standards, standing
from reconcile.people.statement import Statement
from reconcile.store.approval.kept_approvals import Refusal, refusals


@dataclass(frozen=True, slots=True)
class Listed:
    """One request. by, approved_by, waits_for: the names of [people]. why: what is against it.

    state: `waiting`, `approved`, `used`, `refused`, or `replaced` by a later request for the same close.
    """

    request: str
    kind: str
    source: str
    by: str
    at: str
    state: str
    needed: int
    approved_by: tuple[str, ...]
    waits_for: tuple[str, ...]
    why: tuple[str, ...]
    moves: dict[str, str]


@dataclass(frozen=True, slots=True)
class Approvals:
    """What is on record, newest first.

    refused: what was not done because it was not approved. changes: how the rules were changed, oldest first.
    """

    requests: tuple[Listed, ...]
    refused: tuple[Refusal, ...]
    changes: tuple[str, ...] = ()

    def as_json(self) -> str:
        """For a machine."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    def as_text(self) -> Iterator[str]:
        """For people, a line each."""
        for one in self.requests:
            money = ", ".join(
                str(Money(recorded_amount(amount), currency)) for currency, amount in one.moves.items()
            )
            what = f"close of {one.source}" if one.kind == "close" else one.source
            head = f"{one.request}  {one.state:<8}  {moment(one.at)}  {one.by}  {what}"
            yield visible(f"{head}{f': {money}' if money else ''}")
            if one.approved_by:
                yield visible(
                    f"  approved by {', '.join(one.approved_by)} ({len(one.approved_by)} of {one.needed})"
                )
            if one.state == "waiting":
                yield visible(f"  waits for {', '.join(one.waits_for) or 'nobody who may approve'}")
            if one.state == "refused":
                yield from (visible(f"  {why}") for why in one.why)
        if not self.requests:
            yield "Nobody has asked for an approval."
        for refusal in self.refused:
            yield visible(f"Not done: {moment(refusal.at)}  user {refusal.by}  {refusal.reason}")
        yield from map(visible, self.changes)


def approvals(session: Session, *, whole: bool = False) -> Approvals:
    """What waits; with whole, also what was used, and what was refused."""
    with session.store(create=False) as store:
        kept = signatures(read_kept(session, store))
        with store.reading() as connection:
            refused = refusals(connection, str(session.environment)) if whole else ()
        changes = change_words(session, store)
    found = _listed(kept, standards(session))
    open_ones = [one for one in found if whole or one.state not in ("used", "replaced")]
    return Approvals(tuple(reversed(open_ones)), refused, changes if whole else changes[-1:])


def _listed(kept: Signatures, held: Standards) -> Sequence[Listed]:
    requests = [said for _, said in kept.statements if said.act == "request"]
    last = {one.subject.source: one.request for one in requests if one.subject.kind == "close"}
    found = [_one(said, kept, held) for said in requests]
    return [
        one
        if one.kind != "close" or one.state == "used" or last[one.source] == one.request
        else replace(one, state="replaced", waits_for=(), why=())
        for one in found
    ]


def _one(said: Statement, kept: Signatures, held: Standards) -> Listed:
    alone = Signatures(
        tuple(one for one, other in kept.statements if other.request == said.request), kept.used, kept.latest
    )
    found = standing(said.subject, alone, held)
    if said.request in kept.used:
        state = "used"
    elif found.is_approved:
        state = "approved"
    else:
        state = "waiting" if found.is_waiting else "refused"
    return Listed(
        request=said.request,
        kind=said.subject.kind,
        source=said.subject.source,
        by=said.name,
        at=said.at,
        state=state,
        needed=said.subject.approvers,
        approved_by=found.approved_by,
        waits_for=found.who if state == "waiting" else (),
        why=found.problems if state == "refused" else (),
        moves=dict(said.subject.totals),
    )
