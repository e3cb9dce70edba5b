"""The rules of approval as the state store has them on record: what changed, when, by whom, and who agreed.

Settings are a file of one computer. The store keeps, under seal, the rules and people by which something was
first done, and every change of them since, so that rules that were loosened before anybody asked are seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any, Final

from reconcile.domain.money import recorded_amount
from reconcile.domain.phrases import moment
from reconcile.domain.policy.approval import ApprovalPolicy, Person, Team
from reconcile.domain.snapshot import Environment
from reconcile.errors import DecisionNeeded
from reconcile.jobs.approvals.asked import Answered, Asked
from reconcile.jobs.approvals.sign_statement import (
    KeyChoice,
    SignIn,
    read_kept,
    signatures,
    signer,
    standards,
)
from reconcile.jobs.approvals.use_approval import ask, claim_on, note_refusal, own_id
from reconcile.jobs.session import Session
from reconcile.people.asked_words import subject_words
from reconcile.people.how_approved import Standing, standing
from reconcile.people.loosened import differences, loosened
from reconcile.people.statement import Subject, digest_of
from reconcile.store.approval.kept_approvals import use
from reconcile.store.evidence.kept_files import content_of, keep_files, kept_files, plain_bytes
from reconcile.store.store import Store

RULES: Final = "rules"
"""The kind of what is signed, and the role of a record among the kept files."""
_HOW: Final = "reconcile request rules, and then reconcile approve rules by an approver of before"


@dataclass(frozen=True, slots=True)
class Recorded:
    """Rules and people as they were put on record. at: UTC, ISO 8601. by: the user of the computer."""

    team: Team
    at: str
    by: str


def on_record(store: Store, environment: Environment) -> tuple[Recorded, ...]:
    """The rules that are on record, oldest first."""
    found = [one for one in kept_files(store, [_owner(environment)]) if one.role == RULES]
    texts = [(one, plain_bytes(store, one.sha256)) for one in found]
    return tuple(recorded(text, one.at, one.by) for one, text in texts if text is not None)


def recorded(text: bytes, at: str, by: str) -> Recorded:
    """Rules and people back from the content of their file."""
    return Recorded(_team(json.loads(text)), at, by)


def change_words(session: Session, store: Store) -> tuple[str, ...]:
    """What changed in the rules: on record, and since the last record, a sentence each."""
    kept = on_record(store, session.environment)
    told = [_change(before.team, then) for before, then in pairwise(kept)]
    if kept and (words := differences(kept[-1].team, session.settings.team)):
        since = moment(kept[-1].at)
        told.append(f"The rules of approval are not those on record since {since}: {'; '.join(words)}.")
    return tuple(told)


def _change(before: Team, then: Recorded) -> str:
    what = "; ".join(differences(before, then.team)) or "nothing that can be named"
    return f"The rules of approval were changed on {moment(then.at)} by the user {then.by}: {what}."


def not_agreed(session: Session, store: Store) -> str:
    """That looser rules than those on record need an approver to agree; empty where they do not."""
    last = _last(session, store)
    if last is None or not last.team.policy.agree_to_loosening:
        return ""
    looser = loosened(last.team, session.settings.team)
    if not looser or _standing(session, store, last).is_approved:
        return ""
    since = moment(last.at)
    return (
        f"The rules of approval are looser than those on record since {since} ({'; '.join(looser)}), and "
        f"those want an approver to agree: {_HOW}."
    )


def looser_rules(session: Session) -> str:
    """The same for a page, before anything is written."""
    with session.store(create=False) as store:
        return not_agreed(session, store)


def keep_rules(session: Session, store: Store) -> None:
    """Puts the rules on record where they are not those of the last record.

    Raises DecisionNeeded for looser ones that nobody agreed to, where the rules on record ask for that.
    """
    team, last = session.settings.team, _last(session, store)
    if last is None and not (team.people or team.policy.asks):
        return
    if last is not None and _as_json(last.team) == _as_json(team):
        return
    if reason := not_agreed(session, store):
        note_refusal(session, store, team.policy.fingerprint, reason)
        raise DecisionNeeded(f"Nothing was written. {reason}")
    at = put_rules_on_record(session, store)
    if last and last.team.policy.agree_to_loosening and loosened(last.team, team):
        _use_agreement(session, store, last, at)


def put_rules_on_record(session: Session, store: Store) -> str:
    """Puts the rules on record whatever they were before, and answers when: UTC, ISO 8601."""
    from reconcile.jobs.evidence.keep_workbooks import kept_file

    at = session.clock().isoformat()
    content = content_of(_as_json(session.settings.team).encode())
    file = kept_file(session, _owner(session.environment), RULES, f"rules-{at}.json", content)
    keep_files(store, [replace(file, at=at)])
    return at


def _use_agreement(session: Session, store: Store, last: Recorded, at: str) -> None:
    subject = _subject(session, read_kept(session, store).store, last)
    request = _standing(session, store, last).request
    claim = claim_on(_as_before(session, last), subject, request)
    with store.writing() as connection:
        use(connection, str(session.environment), claim, f"{RULES}-{at}", at)


def agreed_rules(store: Store, environment: Environment) -> Iterator[tuple[str, str]]:
    """What each change of the rules was agreed to as, by the name under which its agreement was used."""
    for before, then in pairwise(on_record(store, environment)):
        yield f"{RULES}-{then.at}", _change_of(before.team, then.team)


def _change_of(before: Team, now: Team) -> str:
    return digest_of([_as_json(before), _as_json(now)])


def request_rules(session: Session, key: KeyChoice | SignIn) -> Answered:
    """Asks the approvers of before to agree to looser rules. Raises DecisionNeeded where there are none."""
    with session.store() as store:
        last = _last(session, store)
        if last is None or not loosened(last.team, session.settings.team):
            raise DecisionNeeded(
                "The rules of approval are not looser than those on record: nothing to agree to."
            )
        who = signer(_as_before(session, last), key, "prepare")
        said = ask(session, store, who, _subject(session, own_id(session, store), last))
        return Answered(said, _standing(session, store, last))


def asked_rules(session: Session) -> tuple[Session, Asked]:
    """What is asked about looser rules, and the session in which the people of before answer it."""
    with session.store(create=False) as store:
        last = _last(session, store)
        kept = read_kept(session, store)
        subject = _subject(session, kept.store, last) if last else None
        mine = [
            said
            for _, said in signatures(kept).statements
            if said.act == "request" and subject and said.subject.fingerprint == subject.fingerprint
        ]
        if last is None or subject is None or not mine:
            raise DecisionNeeded("Nobody has asked to agree to other rules: reconcile request rules.")
        found = _standing(session, store, last)
    return _as_before(session, last), Asked(subject, mine[-1], found, tuple(subject_words(subject)))


def _last(session: Session, store: Store) -> Recorded | None:
    kept = on_record(store, session.environment)
    return kept[-1] if kept else None


def _as_before(session: Session, last: Recorded) -> Session:
    """The session with the people and rules of the last record: by these it is judged who agrees."""
    return replace(session, settings=replace(session.settings, team=last.team))


def _subject(session: Session, store_id: str, last: Recorded) -> Subject:
    before, now = last.team, session.settings.team
    return Subject(
        kind=RULES,
        environment=str(session.environment),
        store=store_id,
        fingerprint=_change_of(before, now),
        source="the rules of approval",
        rules=(RULES,),
        approvers=before.policy.approvers,
        policy=before.policy.fingerprint,
        details={f"Looser {number}": one for number, one in enumerate(loosened(before, now), 1)},
    )


def _standing(session: Session, store: Store, last: Recorded) -> Standing:
    kept, then = read_kept(session, store), _as_before(session, last)
    return standing(_subject(session, kept.store, last), signatures(kept), standards(then))


def _owner(environment: Environment) -> str:
    return f"rules of {environment}"


def _as_json(team: Team) -> str:
    policy = {**asdict(team.policy), "people_file": "", "ask_for": sorted(team.policy.ask_for)}
    people = sorted((asdict(one) for one in team.people), key=lambda one: str(one["name"]))
    return json.dumps({"policy": policy, "people": people}, sort_keys=True, ensure_ascii=False, default=str)


def _team(told: dict[str, Any]) -> Team:
    policy = told["policy"]
    amounts = {
        name: {code: recorded_amount(text) for code, text in policy[name].items()}
        for name in ("amounts", "partner_amounts")
    }
    known = {name: value for name, value in policy.items() if name in ApprovalPolicy.__dataclass_fields__}
    people = (Person(**{**one, "roles": tuple(one["roles"])}) for one in told["people"])
    return Team(tuple(people), ApprovalPolicy(**{**known, **amounts, "ask_for": tuple(policy["ask_for"])}))
