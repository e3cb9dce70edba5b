"""Who it is that a provider signed in: a person of `[people]`, or somebody whom a group lets in. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconcile.domain.policy.approval import Team
from reconcile.domain.policy.sign_in_rules import SignInPolicy


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody who may come in. groups: those that give the roles, for who is not in `[people]`."""

    name: str
    groups: tuple[str, ...] = ()


class Unknown(Exception):
    """Somebody signed in at the provider whom the desk does not know. Its text says why."""


def person_of(claims: Mapping[str, Any], team: Team, policy: SignInPolicy) -> KnownPerson:
    """The person of these claims. Raises Unknown.

    Microsoft has `xms_edov` in the place of `email_verified`: that the domain of the address is proven.
    """
    email = claims.get("email")
    if not isinstance(email, str) or "@" not in email or not email.isprintable():
        raise Unknown(f"{policy.name} did not say your e-mail address, by which people are known here.")
    if not any(_is_true(claims.get(name)) for name in ("email_verified", "xms_edov")):
        raise Unknown(f"{policy.name} does not say that {email} is verified to be yours.")
    person = team.by_email(email)
    if person:
        return KnownPerson(person.name)
    groups = tuple(one for one in _texts(claims.get(policy.groups_claim)) if one in policy.groups)
    if policy.roles_of(groups) and team.by_name(email) is None:
        return KnownPerson(email, groups)
    raise Unknown(f"You signed in as {email}, and nobody here has that address.")


def _is_true(value: object) -> bool:
    """Whether a claim says yes; some providers write it as a text or as 1."""
    return value is True or str(value).lower() in ("true", "1")


def _texts(value: object) -> tuple[str, ...]:
    given = value if isinstance(value, list) else [value]
    return tuple(one for one in given if isinstance(one, str))
