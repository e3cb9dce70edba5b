"""Reads `[people]` and `[approval]` of the settings, and the file of people that the policy may name.

    [people.ana]
    name = "Ana Ruiz"
    email = "ana@example.com"
    roles = ["prepare"]            # of prepare, approve, close, audit
    key = "ssh-ed25519 AAAA..."    # the content of her id_ed25519.pub

    [approval]
    people_file = "people.toml"    # the people in a file of their own, kept in version control
    ask_for = ["paying", "undo"]   # see `domain.policy.approval.RULES`
    amounts = { USD = 10_000 }

Both sections: `domain.policy.approval`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from reconcile.domain.policy.approval import ApprovalPolicy, Person, Team, problem_of
from reconcile.errors import ConfigurationError
from reconcile.setting_values import beside, made, read_bytes, refuse_unknown, sections_of, validated

Check = Callable[[Path, bytes], None]
"""Raises ConfigurationError for a file that is not trusted with this content."""


def team(content: Mapping[str, Any], file: Path | None, check: Check) -> Team:
    """The people and the rules of approval. check: applied to the file of people before it is used.

    Raises ConfigurationError naming file, section and key.
    """
    policy = made(ApprovalPolicy, content.get("approval", {}), file, "approval")
    people, place = content.get("people", {}), file
    if policy.people_file:
        if people:
            raise ConfigurationError(
                f"{file}: the people stand in [people] or in approval.people_file, not both."
            )
        place = beside(policy.people_file, file)
        raw = read_bytes(place)
        check(place, raw)
        people = _people_of(raw, place)
    known = {one.name for one in fields(Person)}
    found = []
    for key, values in people.items():
        if not isinstance(values, Mapping):
            raise ConfigurationError(f"{place}: people.{key} must be a section: [people.{key}].")
        refuse_unknown(values, known, place, f"people.{key}")
        found.append(validated(Person, values, place, f"people.{key}"))
    if problem := problem_of(tuple(found), policy):
        raise ConfigurationError(f"{place or file}: {problem}.")
    return Team(tuple(found), policy)


def _people_of(raw: bytes, place: Path) -> Mapping[str, Any]:
    people = sections_of(raw, {"people"}, place).get("people", {})
    if not isinstance(people, Mapping):
        raise ConfigurationError(f"{place}: [people] must be a section.")
    return people
