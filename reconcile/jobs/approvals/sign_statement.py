"""Who signs here, and statements on record."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from reconcile.domain.policy.approval import ApprovalPolicy, Person, Team
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.approvals.desk_key import desk_key_of
from reconcile.jobs.session import Session
from reconcile.people.how_approved import Signatures, Standards
from reconcile.people.keys import SigningKey, is_signed_by, read_signing_key
from reconcile.people.statement import Signed, Statement
from reconcile.store.approval.kept_approvals import (
    KeptApprovals,
    KeptStatement,
    add_statement,
    kept_approvals,
)
from reconcile.store.store import Store

_DEFAULT: Final = "~/.ssh/id_ed25519"


@dataclass(frozen=True)
class Signer:
    """A person who has shown a private key, or was signed in at the desk that has it.

    signed_in_as: the e-mail address at the desk; empty where the key is the person's own.
    """

    person: Person
    key: SigningKey
    signed_in_as: str = ""


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """Where the private key is. file: RECONCILE_SIGNING_KEY or ~/.ssh/id_ed25519 without one.

    ask: asks a person for the passphrase; RECONCILE_KEY_PASSPHRASE wins.
    """

    file: Path | None
    ask: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class SignIn:
    """A person who is signed in at the desk with an e-mail address. key_file: the private key of the desk."""

    email: str
    key_file: Path


def signer(session: Session, choice: KeyChoice | SignIn, role: str) -> Signer:
    """The person whose key this is, or who is signed in at the desk.

    Raises ConfigurationError, and DecisionNeeded without the role.
    """
    team = session.settings.team
    if not team.people:
        raise ConfigurationError(
            "Nobody stands in [people] of the settings, so nobody can sign. See: reconcile help team"
        )
    found = _signed_in(team, choice) if isinstance(choice, SignIn) else _with_key(team, choice)
    if not found.person.may(role):
        able = ", ".join(one.name for one in team.people if one.may(role)) or "nobody"
        raise DecisionNeeded(
            f'{found.person.name} does not have the role "{role}" in [people]; who has it: {able}.'
        )
    return found


def _signed_in(team: Team, choice: SignIn) -> Signer:
    key = desk_key(team.policy, choice.key_file)
    person = team.by_email(choice.email)
    if person is None:
        raise ConfigurationError(f"Nobody in [people] has the e-mail address {choice.email}.")
    return Signer(person, key, choice.email)


def desk_key(policy: ApprovalPolicy, file: Path) -> SigningKey:
    """The private key of the desk. Raises ConfigurationError unless it is the one that `[approval]` names."""
    key = desk_key_of(file)
    if key.fingerprint != policy.desk_fingerprint:
        what = "another one" if policy.desk_key else "none"
        raise ConfigurationError(
            f"The key of this desk is {key.line}, and [approval] names {what}: put it there as desk_key, "
            "where two people see the change, so that the word of this desk counts for who is signed in."
        )
    return key


def _with_key(team: Team, choice: KeyChoice) -> Signer:
    file = choice.file or Path(os.environ.get("RECONCILE_SIGNING_KEY") or _DEFAULT)
    file = file.expanduser()
    passphrase = os.environ.get("RECONCILE_KEY_PASSPHRASE")
    key = read_signing_key(file, lambda: choice.ask(str(file)) if passphrase is None else passphrase)
    person = team.by_key(key.fingerprint)
    if person is None:
        raise ConfigurationError(
            f"Unknown signer: the key in {file} ({key.fingerprint}) is of nobody in [people]. Put the line "
            "of its .pub file there, or name another key with --key."
        )
    return Signer(person, key)


def signatures(kept: KeptApprovals) -> Signatures:
    """What is on record, as the decision reads it."""
    signed = tuple(Signed(one.statement, one.signature) for one in kept.statements)
    latest = datetime.fromisoformat(kept.latest) if kept.latest else None
    return Signatures(signed, kept.uses, latest)


def standards(session: Session, served: datetime | None = None, saved: str = "") -> Standards:
    """What signatures are held against now. served: the time at the server, where it is known.

    saved: the file of the saved plan, if it is one.
    """
    return Standards(session.settings.team, session.clock(), is_signed_by, served, saved)


def read_kept(session: Session, store: Store) -> KeptApprovals:
    """What is on record of the session's environment. Raises DecisionNeeded where it was changed."""
    with store.reading() as connection:
        kept = kept_approvals(connection, str(session.environment))
    if kept.breaks:
        raise DecisionNeeded(changed_words(kept))
    return kept


def changed_words(kept: KeptApprovals) -> str:
    """That the record of the approvals is not what was written."""
    return (
        f"The record of the approvals was changed past this program: {' '.join(kept.breaks[:3])} "
        "Look: reconcile state verify."
    )


def put_on_record(store: Store, who: Signer, said: Statement) -> None:
    """Signs a statement, and puts it on record."""
    kept = KeptStatement(
        nonce=said.nonce,
        environment=said.subject.environment,
        act=said.act,
        request=said.request,
        fingerprint=said.subject.fingerprint,
        at=said.at,
        by=said.name,
        statement=said.text,
        signature=who.key.sign(said.message),
    )
    with store.writing() as connection:
        add_statement(connection, kept)


def nonce() -> str:
    """128 bits that nobody guesses."""
    return secrets.token_hex(16)
