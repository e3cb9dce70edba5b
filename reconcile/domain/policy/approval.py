"""Who works with an organisation's payouts, and who must agree to what.

The people stand in `[people]`, the rules in `[approval]` of `reconcile.toml`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from functools import cache
from typing import Final

ROLES: Final = ("prepare", "approve", "close", "audit")
"""prepare: asks for an approval. approve: agrees or rejects. close: signs a close. audit: only reads."""

RULES: Final[Mapping[str, str]] = {
    "any": "any plan",
    "amount": "more money in a currency than a limit",
    "partner-amount": "more money of a partner in a currency than a limit",
    "visible": "a stage that partners see",
    "paying": "a stage that pays",
    "irreversible": "a step that the API cannot undo",
    "gate": "a safety limit that is let pass",
    "reopened": "a closed period that is changed",
    "changed-account": "a partner whose bank account changed",
    "first-payment": "the first payment of a partner",
    "undo": "an undo",
    "close": "the close of a period",
    "waiver": "a check of a close that is waived",
    "bills": "a set of bills, or of payments to a bank",
}
"""What may need an approval, by the name that `ask_for` uses. A close needs one wherever there are people."""

_KIND: Final = "ssh-ed25519"
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Person:
    """A person of `[people]`. key: the public key, `ssh-ed25519 AAAA... comment`.

    Somebody who only signs in at the desk has no key.
    """

    name: str
    email: str
    roles: tuple[str, ...]
    key: str = ""

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the key, as ssh-keygen shows it: `SHA256:...`; empty without a key."""
        return _fingerprint(self.key) if self.key else ""

    def may(self, role: str) -> bool:
        """Whether the person has a role."""
        return role in self.roles


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """What needs an approval.

    ask_for: names of RULES. amounts, partner_amounts: by currency, above which a second person agrees; where
    one of them is set, money of a currency that it does not name always needs an approval. approvers: how
    many people agree, and approvers_for: by rule, where it takes more. expires_hours: how long an approval
    holds. people_file: a file with the people, beside `reconcile.toml`. desk_key: the public key of the desk,
    whose word counts for who was signed in there. agree_to_loosening: whether an approver of before must
    agree where these rules, or the people, are made looser.
    """

    ask_for: tuple[str, ...] = ()
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    partner_amounts: Mapping[str, Decimal] = field(default_factory=dict)
    approvers: int = 1
    approvers_for: Mapping[str, int] = field(default_factory=dict)
    expires_hours: int = 72
    people_file: str = ""
    desk_key: str = ""
    agree_to_loosening: bool = False

    @property
    def asks(self) -> bool:
        """Whether it can ever ask for an approval."""
        return bool(self.ask_for or self.amounts or self.partner_amounts)

    @property
    def fingerprint(self) -> str:
        """A SHA-256 over the rules: an approval holds under the rules that it was given under."""
        values = {**asdict(self), "people_file": "", "ask_for": sorted(self.ask_for)}
        values["desk_key"] = self.desk_fingerprint
        if not self.desk_key:
            # What was approved by rules that knew no desk stays approved.
            del values["desk_key"]
        if not self.agree_to_loosening:
            del values["agree_to_loosening"]
        text = json.dumps(values, sort_keys=True, default=lambda number: str(number.normalize()))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def desk_fingerprint(self) -> str:
        """The fingerprint of the key of the desk; empty where nobody takes the word of one."""
        return _fingerprint(self.desk_key) if self.desk_key else ""


@dataclass(frozen=True, slots=True)
class Team:
    """The people and the rules of approval; empty where an organisation has none."""

    people: tuple[Person, ...] = ()
    policy: ApprovalPolicy = field(default_factory=ApprovalPolicy)

    @property
    def approvers(self) -> tuple[Person, ...]:
        """Those who may approve."""
        return tuple(one for one in self.people if one.may("approve"))

    def by_key(self, fingerprint: str) -> Person | None:
        """The person with a key, by its fingerprint."""
        return next((one for one in self.people if fingerprint and one.fingerprint == fingerprint), None)

    def by_email(self, email: str) -> Person | None:
        """The person of an e-mail address, in whatever case it is written."""
        return next((one for one in self.people if one.email.casefold() == email.casefold()), None)

    def by_name(self, name: str) -> Person | None:
        """The person of a name."""
        return next((one for one in self.people if one.name == name), None)


def key_blob(line: str) -> bytes | None:
    """The key in a line `ssh-ed25519 AAAA... comment`; None where it is no Ed25519 key in that form."""
    kind, _, rest = line.strip().partition(" ")
    try:
        blob = base64.b64decode(rest.split(" ")[0], validate=True)
    except (binascii.Error, ValueError):
        return None
    head = len(_KIND).to_bytes(4, "big") + _KIND.encode() + _KEY_BYTES.to_bytes(4, "big")
    return blob if kind == _KIND and blob.startswith(head) and len(blob) == len(head) + _KEY_BYTES else None


@cache
def _fingerprint(line: str) -> str:
    return fingerprint_of(key_blob(line) or b"")


def fingerprint_of(blob: bytes) -> str:
    """The fingerprint of a public key, as ssh-keygen shows it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def problem_of(people: tuple[Person, ...], policy: ApprovalPolicy) -> str:
    """What is wrong with these settings, by section and key; empty where nothing is."""
    for one in people:
        if unknown := sorted(set(one.roles) - set(ROLES)):
            return f"people: {one.name} has a role {unknown[0]!r}; there are: {', '.join(ROLES)}"
        if not one.key and not policy.desk_key:
            return (
                f"people: {one.name} has no key, which only people who sign in at the desk can do "
                "without (approval.desk_key)"
            )
        if one.key and key_blob(one.key) is None:
            return (
                f"people: the key of {one.name} is not an Ed25519 key in OpenSSH form "
                "(ssh-ed25519 AAAA..., the content of id_ed25519.pub)"
            )
        if not one.name.strip() or "@" not in one.email:
            return f"people: {one.name or 'a person'} needs a name and an e-mail address"
    return _twice(people) or _problem_of_desk(people, policy) or _problem_of_rules(people, policy)


def _problem_of_desk(people: tuple[Person, ...], policy: ApprovalPolicy) -> str:
    if policy.desk_key and key_blob(policy.desk_key) is None:
        return (
            "approval: desk_key is not an Ed25519 key in OpenSSH form (reconcile desk shows the right line)"
        )
    same = [one.name for one in people if one.key and one.fingerprint == policy.desk_fingerprint]
    if same:
        return f"approval: desk_key is the key of {same[0]}: the desk has a key of its own"
    return ""


def _problem_of_rules(people: tuple[Person, ...], policy: ApprovalPolicy) -> str:
    named = (*policy.ask_for, *policy.approvers_for)
    if unknown := sorted(set(named) - set(RULES)):
        return f"approval: there is no rule {unknown[0]!r}; there are: {', '.join(RULES)}"
    limits = (*policy.amounts.values(), *policy.partner_amounts.values())
    if any(one < 0 for one in limits):
        return "approval: an amount must be 0 or more"
    most = max(policy.approvers, *policy.approvers_for.values(), 1)
    if min(policy.approvers, *policy.approvers_for.values(), policy.expires_hours) < 1:
        return "approval: approvers and expires_hours must be 1 or more"
    able = sum(one.may("approve") for one in people)
    if policy.asks and able < most:
        return (
            f'approval: it takes {most} to agree, and {able} in [people] have the role "approve", so nothing '
            "could ever be approved"
        )
    return ""


def _twice(people: tuple[Person, ...]) -> str:
    """That one person stands there under two names."""
    seen: dict[tuple[str, str], str] = {}
    for one in people:
        marks = (("name", one.name.casefold()), ("e-mail", one.email.casefold()), ("key", one.fingerprint))
        for mark in marks:
            if mark[1] and mark in seen:
                return (
                    f"people: {seen[mark]} and {one.name} have the same {mark[0]}; a person stands there once"
                )
            seen[mark] = one.name
    return ""
