"""Whether something is approved: what was signed, held against rules, people and the clock. Pure.

Every reason against it is a sentence of its own. Only signatures count: nothing that stands beside a signed
text in the store is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from reconcile.domain.money import Money, recorded_amount
from reconcile.domain.phrases import counted, moment
from reconcile.domain.policy.approval import Person, Team
from reconcile.people.signatory import act_words, signatory
from reconcile.people.statement import Signed, Statement, Subject

PATIENCE: Final = timedelta(minutes=5)
"""By how much the clocks of two computers may differ."""
Check = Callable[[bytes, str, str], bool]
"""Whether a signature over a message is of a public key."""


@dataclass(frozen=True)
class Signatures:
    """What is on record of an environment.

    signed: in the order in which it was written. used: by the id of a request, the run that used it. latest:
    the latest moment on record, of statements and runs; None where there is none.
    """

    signed: tuple[Signed, ...] = ()
    used: Mapping[str, str] = field(default_factory=dict)
    latest: datetime | None = None

    @cached_property
    def statements(self) -> tuple[tuple[Signed, Statement], ...]:
        """Those that can be read."""
        found = ((one, one.statement) for one in self.signed)
        return tuple((one, said) for one, said in found if said is not None)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the approval of something stands.

    request: its id; empty where nobody asked. approved_by: the people who agreed and whose approval holds.
    needed: how many it takes. who: the people who can still agree. problems: why it is not approved, a
    sentence each; none where it is. is_waiting: nothing is against it but that people have yet to agree.
    """

    request: str
    approved_by: tuple[str, ...]
    needed: int
    who: tuple[str, ...]
    problems: tuple[str, ...]
    is_waiting: bool = False

    @property
    def is_approved(self) -> bool:
        """Whether it may be done."""
        return not self.problems


@dataclass(frozen=True)
class Standards:
    """What signatures are held against.

    is_signed: see `keys.is_signed_by`. served: the time at the server, where it is known.
    saved: the file of the saved plan, if it is one.
    """

    team: Team
    now: datetime
    is_signed: Check
    served: datetime | None = None
    saved: str = ""

    def signer(self, signed: Signed, said: Statement, role: str) -> tuple[Person | None, str]:
        """Who signed a statement, and why it does not count; the reason is empty where it does."""
        found, what = signatory(said, self.team), act_words(said)
        if isinstance(found, str):
            return None, found
        person = found.person
        if not self.is_signed(signed.text.encode(), signed.signature, found.key):
            return None, f"The signature of {said.name} under {what} is broken: what it says was changed."
        if not person.may(role):
            return None, f'{person.name} signed {what} and does not have the role "{role}".'
        if datetime.fromisoformat(said.at) > self.now + PATIENCE:
            return None, (
                f"{person.name} signed {what} at {said.at}, which is later than the clock of this computer: "
                "one of the two clocks is wrong."
            )
        return person, ""


def standing(subject: Subject, signatures: Signatures, standards: Standards) -> Standing:
    """How the approval of a subject stands, as it would be done now: with these gates and these rules."""
    if problem := clock_problem(signatures, standards):
        return Standing("", (), subject.approvers, _able(standards.team, None, ()), (problem,))
    requests = [
        (one, said)
        for one, said in signatures.statements
        if said.act == "request" and said.subject.fingerprint == subject.fingerprint
    ]
    if not requests:
        who = _able(standards.team, None, ())
        return Standing("", (), subject.approvers, who, (_unknown(subject, signatures, standards.saved),))
    found = [_of_request(subject, *one, signatures, standards) for one in reversed(requests)]
    return next((one for one in found if one.is_approved), found[0])


def clock_problem(signatures: Signatures, standards: Standards) -> str:
    """That the clock of this computer was set back or on; empty where it was not."""
    now, served = standards.now, standards.served
    if served is not None and abs(served - now) > PATIENCE:
        return (
            f"The clock of this computer says {moment(now)}, Introw's {moment(served)}. "
            "Set the clock right, since approvals expire by it."
        )
    if signatures.latest is None or now >= signatures.latest - PATIENCE:
        return ""
    return (
        f"The clock of this computer says {moment(now)}, and the record already has "
        f"{moment(signatures.latest)}: set the clock right, since approvals expire by it."
    )


def _unknown(subject: Subject, signatures: Signatures, saved: str) -> str:
    """That nobody asked for this, or that something else was approved for the same source."""
    earlier = [
        said
        for _, said in signatures.statements
        if said.act == "approve"
        and (said.subject.kind, said.subject.source) == (subject.kind, subject.source)
    ]
    if subject.kind == "bills":
        did = f"They are not those that {earlier[-1].name} approved" if earlier else "Nobody has asked for it"
        return f"{did}: ask by the same command with --request."
    if subject.kind == "close":
        return _unknown_numbers(subject, signatures, earlier)
    if earlier:
        return (
            f"The {subject.kind} is not the one that {earlier[-1].name} approved (fingerprint "
            f"{earlier[-1].subject.fingerprint[:12]}, now {subject.fingerprint[:12]}): ask again with "
            "reconcile request."
        )
    if subject.kind == "undo" and not saved:
        return (
            "Nobody has asked for an approval of this undo: reconcile undo RUN --save plan.json, then "
            "reconcile request plan.json."
        )
    if saved:
        return (
            f"Nobody has asked for an approval of this {subject.kind}. Ask for it: reconcile request {saved}"
        )
    return f"Nobody has asked for an approval of this {subject.kind}: save it, then reconcile request."


def _unknown_numbers(subject: Subject, signatures: Signatures, earlier: Sequence[Statement]) -> str:
    """That nobody prepared the close of a period with these numbers, and how to."""
    how = f"reconcile close --period {subject.source} -o FOLDER --prepare"
    prepared = [
        said
        for _, said in signatures.statements
        if said.act == "request" and (said.subject.kind, said.subject.source) == ("close", subject.source)
    ]
    if not earlier and not prepared:
        return f"Nobody has prepared the close of {subject.source}: {how}"
    last, did = (earlier or prepared)[-1], "approved" if earlier else "prepared"
    then, now = last.subject.fingerprint[:12], subject.fingerprint[:12]
    return (
        f"{last.name} {did} the close of {subject.source} with other numbers (fingerprint {then}, now "
        f"{now}{_closings(last.subject, subject)}). Prepare it again: {how}"
    )


def _closings(then: Subject, now: Subject) -> str:
    """By what the closings differ, currency by currency."""
    found = [
        f"; closing {Money(recorded_amount(then.totals.get(code, '0')), code)}, now "
        f"{Money(recorded_amount(now.totals.get(code, '0')), code)}"
        for code in sorted(then.totals.keys() | now.totals.keys())
        if recorded_amount(then.totals.get(code, "0")) != recorded_amount(now.totals.get(code, "0"))
    ]
    return "".join(found)


def _of_request(
    subject: Subject, signed: Signed, said: Statement, signatures: Signatures, standards: Standards
) -> Standing:
    """How one request for a subject stands."""
    against = list(_request_problems(subject, signed, said, signatures, standards))
    people: list[Person] = []
    not_counted: list[str] = []
    for one, answer in signatures.statements:
        if answer.request != said.request or answer.act == "request":
            continue
        person, problem = standards.signer(one, answer, "approve")
        if person and answer.act == "reject":
            against.append(f"{person.name} rejected it: {answer.reason}")
        elif person and not (problem := _approval_problem(person, answer, said, people, standards)):
            people.append(person)
        if problem:
            not_counted.append(problem)
    missing = subject.approvers - len(people)
    # An approval that does not count takes nothing from those that do.
    problems = dict.fromkeys(against + not_counted if missing > 0 else against)
    names, who = tuple(one.name for one in people), _able(standards.team, said, people)
    if problems or missing <= 0:
        return Standing(said.request, names, subject.approvers, who, tuple(problems))
    can = f"{', '.join(who) or 'nobody'} can give it"
    waits = f"Request {said.request} waits for {counted(missing, 'approval')} ({can})."
    return Standing(said.request, names, subject.approvers, who, (waits,), is_waiting=True)


def _request_problems(
    subject: Subject, signed: Signed, said: Statement, signatures: Signatures, standards: Standards
) -> Iterator[str]:
    person, problem = standards.signer(signed, said, "close" if subject.kind == "close" else "prepare")
    if person is None:
        yield problem
    if user := signatures.used.get(said.request):
        user = f"Run {user}" if user.startswith("run-") else user
        yield f"{user} has used the approval {said.request}: an approval is used once. Ask again."
    yield from _differences(subject, said.subject)


def _differences(now: Subject, then: Subject) -> Iterator[str]:
    """What is not as it was when the approval was asked for."""
    if then.environment != now.environment:
        yield f"It was approved for {then.environment}, and this is {now.environment}."
    if then.store != now.store:
        yield "It was approved in another state store, and approvals do not move with a copied record."
    if then.policy != now.policy:
        yield "The rules of [approval] have changed since it was asked for: ask again under the present ones."
    if then.reliance != now.reliance or then.kind != now.kind or dict(then.totals) != dict(now.totals):
        yield "The live values that it relies on are not those that were approved: make the plan again."
    if more := sorted(set(now.gates) - set(then.gates)):
        had = ", ".join(then.gates) or "none"
        yield f"It lets {', '.join(more)} pass, and the approval let pass: {had}. Ask again with --allow."
    if more := sorted(set(now.reopened) - set(then.reopened)):
        had = ", ".join(then.reopened) or "none"
        yield f"It reopens {', '.join(more)}, and the approval reopened: {had}. Ask again with --reopen."
    if more := sorted(set(now.rules) - set(then.rules)):
        yield f"It now meets a rule that it did not meet when it was asked for: {', '.join(more)}. Ask again."


def _approval_problem(
    person: Person, answer: Statement, request: Statement, before: Iterable[Person], standards: Standards
) -> str:
    """Why an approval that was truly signed does not count; empty where it does."""
    if is_preparer(person, request):
        return f"{person.name} prepared it, and nobody approves their own work."
    if answer.subject != request.subject:
        return f"{person.name} approved something else than what was asked for in {request.request}."
    end = _end(answer, standards.team)
    if end <= standards.now:
        return f"The approval of {person.name} expired at {moment(end)}: ask again."
    for one in before:
        if one.email.casefold() == person.email.casefold():
            return f"{answer.name} is {one.name}, who agreed already: one person counts once."
    return ""


def _end(answer: Statement, team: Team) -> datetime:
    """When an approval ends: as it says, and never later than the policy lets one hold."""
    at = datetime.fromisoformat(answer.at)
    latest = at + timedelta(hours=team.policy.expires_hours)
    return min(latest, datetime.fromisoformat(answer.expires)) if answer.expires else at


def is_preparer(person: Person, request: Statement) -> bool:
    """Whether a person asked for it."""
    return (
        request.key == person.fingerprint
        or request.name.casefold() == person.name.casefold()
        or request.signed_in_as.casefold() == person.email.casefold()
    )


def _able(team: Team, request: Statement | None, agreed: Iterable[Person]) -> tuple[str, ...]:
    """Who can still agree."""
    done = {one.name for one in agreed}
    return tuple(
        one.name
        for one in team.approvers
        if one.name not in done and not (request and is_preparer(one, request))
    )
