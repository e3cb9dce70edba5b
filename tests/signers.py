"""People with real keys, for tests of approvals."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from reconcile.domain.policy.approval import ApprovalPolicy, Person, Team, key_blob
from reconcile.people.how_approved import Signatures, Standards, Standing, standing
from reconcile.people.keys import SigningKey, is_signed_by
from reconcile.people.statement import Signed, Statement, Subject

NOW = datetime(2026, 4, 5, 9, 30, tzinfo=UTC)


@cache
def private_key(seed: str) -> Ed25519PrivateKey:
    """The same key for the same seed."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())


@cache
def public_line(seed: str) -> str:
    """The line of the `.pub` file."""
    raw = private_key(seed).public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return f"{raw.decode()} {seed}@example.com"


def key_file(folder: Path, seed: str, passphrase: str = "") -> Path:
    """The file of a private key, which only its owner can read."""
    how = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    file = folder / f"{seed}.key"
    file.write_bytes(private_key(seed).private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, how))
    file.chmod(0o600)
    return file


def person(name: str, *roles: str, seed: str = "") -> Person:
    """A person whose key comes from the name, or from another seed."""
    return Person(name, f"{name.lower()}@example.com", roles, public_line(seed or name))


ANA = person("Ana", "prepare")
BEN = person("Ben", "approve")
CLEO = person("Cleo", "approve")
TEAM = Team((ANA, BEN, CLEO), ApprovalPolicy(ask_for=("any",)))
PLAN = Subject(
    kind="plan",
    environment="default at https://api.introw.io",
    store="store-1",
    fingerprint="f" * 64,
    source="march.xlsx",
    reliance="r" * 64,
    totals={"USD": "9761.12"},
    counts={"operations": 3},
    rules=("any",),
    policy=TEAM.policy.fingerprint,
)


def signed(who: Person, said: Statement, seed: str = "") -> Signed:
    """A statement with the signature of a person."""
    key = SigningKey(key_blob(public_line(seed or who.name)) or b"", private_key(seed or who.name))
    return Signed(said.text, key.sign(said.message))


def statement(who: Person, act: str, subject: Subject = PLAN, **given: str) -> Statement:
    """A statement of a person, at NOW, which holds for three days."""
    values = {
        "request": "req-1",
        "at": NOW.isoformat(),
        "nonce": f"{act}-{who.name}",
        "expires": (NOW + timedelta(hours=72)).isoformat() if act == "approve" else "",
    }
    return Statement(act=act, subject=subject, name=who.name, key=who.fingerprint, **{**values, **given})


@dataclass
class Record:
    """What is on record, made statement by statement. used: by request."""

    signed: list[Signed] = field(default_factory=list)
    used: dict[str, str] = field(default_factory=dict)

    def add(self, who: Person, act: str, subject: Subject = PLAN, **given: str) -> Record:
        """One more statement."""
        self.signed.append(signed(who, statement(who, act, subject, **given)))
        return self

    def standing(self, subject: Subject = PLAN, team: Team = TEAM, now: datetime = NOW) -> Standing:
        """How the approval stands, by what is on record."""
        said = [one.statement for one in self.signed]
        latest = max((datetime.fromisoformat(one.at) for one in said if one), default=None)
        kept = Signatures(tuple(self.signed), self.used, latest)
        return standing(subject, kept, Standards(team, now + timedelta(minutes=1), is_signed_by))


def approved() -> Record:
    """Ana asked, and Ben agreed."""
    return Record().add(ANA, "request").add(BEN, "approve")


def with_policy(team: Team, **given: object) -> Team:
    """A team with other rules."""
    return replace(team, policy=replace(team.policy, **given))  # type: ignore[arg-type]


def team_settings(people: Mapping[str, Sequence[str]], rules: str, new: Sequence[str] = ()) -> str:
    """Settings with these people, by name and roles, and rules of `[approval]`; those in `new` have another key."""
    parts = ["[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\n"]
    for name, roles in people.items():
        line = public_line(f"{name}-new" if name in new else name)
        parts.append(
            f'[people.{name}]\nname = "{name.capitalize()}"\nemail = "{name}@example.com"\n'
            f'roles = {json.dumps(list(roles))}\nkey = "{line}"\n'
        )
    return "\n".join((*parts, f"[approval]\n{rules}"))
