"""Accounts of the desk's own: a name with a password, of which only a slow hash (Argon2id) is kept.

Whoever fails waits: see `tries`. A name that has no account takes as long to refuse as one that has.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from reconcile.desk.security.tokens import new_secret
from reconcile.desk.security.tries import Tries
from reconcile.domain.policy.approval import Team
from reconcile.errors import ConfigurationError
from reconcile.jobs.desk.desk_store import DeskStore

ACCOUNT: Final = "account"
SHORTEST: Final = 12
"""Characters of a password at least."""
LONGEST: Final = 1_000
_HASHER: Final = PasswordHasher()


@dataclass(frozen=True)
class Accounts:
    """The accounts of an environment. team: who may have one, where the settings name people."""

    rows: DeskStore
    team: Team

    @property
    def are_there(self) -> bool:
        """Whether anybody has one."""
        return bool(self.rows.every(ACCOUNT))

    def give(self, name: str, password: str) -> None:
        """Gives a person an account, or another password. Raises ConfigurationError."""
        if not self._is_let_in(name):
            names = ", ".join(one.name for one in self.team.people)
            raise ConfigurationError(f"[people] does not name {name}; it names {names}.")
        if not name.strip() or not name.isprintable():
            raise ConfigurationError("An account needs a name.")
        if not SHORTEST <= len(password) <= LONGEST:
            raise ConfigurationError(f"A password has {SHORTEST} characters or more.")
        self.rows.put(ACCOUNT, name, name, _HASHER.hash(password).encode())
        Tries(self.rows).forget(name)

    def check(self, name: str, password: str) -> bool:
        """Whether this is the password of that person. Raises DecisionNeeded while the person has to wait."""
        tries = Tries(self.rows)
        tries.count(name)
        row = self.rows.get(ACCOUNT, name) if self._is_let_in(name) else None
        is_right = _is_right(row.body.decode() if row else _nobody(), password[:LONGEST]) and row is not None
        if is_right:
            tries.forget(name)
        return is_right

    def _is_let_in(self, name: str) -> bool:
        """Whether the settings let this person have an account."""
        return not self.team.people or self.team.by_name(name) is not None


def _is_right(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """The hash that a name without an account is held against."""
    return _HASHER.hash(new_secret())
