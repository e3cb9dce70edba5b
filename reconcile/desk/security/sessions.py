"""Sessions: who signed in, kept in the state store under the hash of the cookie.

A session ends IDLE_SECONDS after its last request and LONGEST_SECONDS after the sign-in, and at once when its
person has no role any more. Its secret is new at each sign-in, so one that somebody planted in a browser
before is worth nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reconcile.desk.security.tokens import key_of, new_secret, write_token
from reconcile.desk.visitor import Visitor
from reconcile.domain.policy.approval import ROLES, Team
from reconcile.domain.policy.sign_in_rules import SignInPolicy
from reconcile.jobs.desk.desk_store import DeskRow, DeskStore

IDLE_SECONDS: Final = 4 * 3600
LONGEST_SECONDS: Final = 12 * 3600
_LINK_SECONDS: Final = 15 * 60
_NOTED_SECONDS: Final = 300
"""How old the note of the last request may be, so that not every request writes."""
SESSION, LINK = "session", "sign-in link"


@dataclass(frozen=True)
class Sessions:
    """The sessions of a desk. team, policy: whose roles hold at each request, by person and by group."""

    rows: DeskStore
    team: Team
    policy: SignInPolicy = field(default_factory=SignInPolicy)

    def begin(self, name: str, roles: tuple[str, ...] = ROLES, groups: tuple[str, ...] = ()) -> str:
        """Signs a person in; answers the secret of the cookie. roles: where the settings name no people.

        groups: of the provider that signed the person in; they alone give the roles then.
        """
        secret = new_secret()
        body = {"roles": roles, "groups": groups, "began": time.time()}
        self.rows.put(SESSION, key_of(secret), name, json.dumps(body).encode(), IDLE_SECONDS)
        return secret

    def visitor(self, secret: str) -> Visitor | None:
        """Whose session it is; None where there is none, or not any more."""
        row = self.rows.get(SESSION, key_of(secret))
        if row is None:
            return None
        kept = json.loads(row.body)
        left = kept["began"] + LONGEST_SECONDS - time.time()
        roles = self._roles(row.owner, kept)
        if left <= 0 or not roles:
            self.rows.remove(SESSION, row.key)
            return None
        self._note(row, left)
        return Visitor(row.owner, roles, row.key, write_token(secret))

    def end(self, visitor: Visitor) -> None:
        """Signs out here."""
        self.rows.remove(SESSION, visitor.session)

    def end_everywhere(self, name: str) -> None:
        """Signs a person out wherever that person is signed in."""
        self.rows.remove(SESSION, owner=name)

    def make_link(self, name: str, roles: tuple[str, ...] = ROLES) -> str:
        """The secret of a link that signs a person in once, within a quarter of an hour."""
        secret = new_secret()
        self.rows.put(LINK, key_of(secret), name, json.dumps({"roles": roles}).encode(), _LINK_SECONDS)
        return secret

    def use_link(self, secret: str) -> str | None:
        """Signs in by a link; answers the secret of the cookie, None where the link is used or too old."""
        row = self.rows.take(LINK, key_of(secret))
        kept = json.loads(row.body) if row else {}
        return self.begin(row.owner, tuple(kept["roles"])) if row and self._roles(row.owner, kept) else None

    def _note(self, row: DeskRow, left: float) -> None:
        """Puts the end off, where the last note is old. Another request may do it at the same time."""
        seconds = min(IDLE_SECONDS, left)
        if row.until is not None and row.until - time.time() < seconds - _NOTED_SECONDS:
            self.rows.change(row, row.body, seconds)

    def _roles(self, name: str, kept: Mapping[str, Any]) -> tuple[str, ...]:
        if groups := kept.get("groups"):
            return self.policy.roles_of(groups)
        if not self.team.people:
            return tuple(kept["roles"])
        person = self.team.by_name(name)
        return person.roles if person else ()
