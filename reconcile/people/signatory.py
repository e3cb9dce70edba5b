"""Whose key must have signed a statement: the person's own, or that of the desk they were signed in at. Pure.

The desk signs only that a person was signed in with an e-mail address. Its word counts where `[approval]`
names its key, and roles and rules are those of the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reconcile.domain.policy.approval import Person, Team
from reconcile.people.statement import Statement

_WORDS: Final = {"request": "the request", "approve": "the approval", "reject": "the rejection"}


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who said something, and the public key that must have signed it: `ssh-ed25519 AAAA...`."""

    person: Person
    key: str


def signatory(said: Statement, team: Team) -> Signatory | str:
    """Who said it; or, in a sentence, why nobody of the team did."""
    if said.signed_in_as:
        return _at_the_desk(said, team)
    person = team.by_key(said.key)
    if person:
        return Signatory(person, person.key)
    what = act_words(said)
    if team.by_name(said.name):
        return (
            f"{said.name} signed {what} with a key that was replaced since ({said.key}): it must be "
            "signed again with the present one."
        )
    return f"{said.name} signed {what} with the key {said.key}, which nobody in [people] has."


def act_words(said: Statement) -> str:
    """What was signed: `the approval`."""
    return _WORDS[said.act]


def _at_the_desk(said: Statement, team: Team) -> Signatory | str:
    what, policy = act_words(said), team.policy
    if not policy.desk_key:
        return (
            f"{said.name} was signed in at a desk for {what}, and [approval] names no desk_key whose "
            "word would count for that."
        )
    if said.key != policy.desk_fingerprint:
        return (
            f"A desk with the key {said.key} signed {what} for {said.name}, and [approval] names another one "
            f"({policy.desk_fingerprint})."
        )
    person = team.by_email(said.signed_in_as)
    if person is None:
        return (
            f"{said.name} was signed in at the desk as {said.signed_in_as} for {what}, and nobody in "
            "[people] has that address."
        )
    return Signatory(person, policy.desk_key)
