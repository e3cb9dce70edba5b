"""What makes rules of approval looser than those that were on record. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal

from reconcile.domain.money import Money, plain
from reconcile.domain.policy.approval import RULES, ApprovalPolicy, Person, Team

_SIGNS = ("approve", "close")


def differences(before: Team, now: Team) -> tuple[str, ...]:
    """What is other in the rules or among the people than it was: `approvers: 2 -> 1`."""
    return (*_policy_differences(before.policy, now.policy), *_people_differences(before, now))


def _policy_differences(before: ApprovalPolicy, now: ApprovalPolicy) -> Iterator[str]:
    for one in fields(ApprovalPolicy):
        was, is_now = (_told(getattr(policy, one.name)) for policy in (before, now))
        if was != is_now and one.name != "people_file":
            yield f"{one.name}: {was} -> {is_now}"


def _told(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {one}" for name, one in sorted(value.items())) or "none"
    return (", ".join(sorted(value)) if isinstance(value, tuple) else str(value)) or "none"


def _people_differences(before: Team, now: Team) -> Iterator[str]:
    was, is_now = ({one.name: _person(one) for one in team.people} for team in (before, now))
    for name in sorted(was.keys() | is_now.keys()):
        if was.get(name) != is_now.get(name):
            yield f"{name}: {was.get(name, 'nobody')} -> {is_now.get(name, 'nobody')}"


def _person(one: Person) -> str:
    return f"{one.email}, {', '.join(one.roles)}, {one.fingerprint or 'no key'}"


def loosened(before: Team, now: Team) -> tuple[str, ...]:
    """By what an approval is asked for less often than before, or given more easily; none where it is not."""
    return (*_rules(before.policy, now.policy), *_people(before, now))


def _rules(before: ApprovalPolicy, now: ApprovalPolicy) -> Iterator[str]:
    for rule in sorted(set(before.ask_for) - set(now.ask_for)):
        yield f"ask_for named {rule}, and does not now"
    yield from _limits("amounts", before.amounts, now.amounts)
    yield from _limits("partner_amounts", before.partner_amounts, now.partner_amounts)
    for rule in ("", *RULES):
        was, is_now = (max(one.approvers, one.approvers_for.get(rule, 1)) for one in (before, now))
        if is_now < was:
            yield f"{rule or 'anything'} took {was} approvers, and takes {is_now} now"
    if now.expires_hours > before.expires_hours:
        yield f"an approval held {before.expires_hours} hours, and holds {now.expires_hours} now"
    if now.desk_key and now.desk_fingerprint != before.desk_fingerprint:
        yield f"the word of the desk with the key {now.desk_fingerprint} counts now"
    if before.agree_to_loosening and not now.agree_to_loosening:
        yield "agree_to_loosening was on, and is off now"


def _limits(name: str, before: Mapping[str, Decimal], now: Mapping[str, Decimal]) -> Iterator[str]:
    """Without limits nothing is asked; with some, money of a currency that they do not name always is."""
    if before and not now:
        yield f"{name} was {_shown(before)}, and is not set now"
        return
    for currency, limit in sorted(now.items()) if before else ():
        was = before.get(currency, Decimal(0))
        if limit > was:
            yield f"{name} of {currency} was {Money(was, currency)}, and is {Money(limit, currency)} now"


def _shown(limits: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{code} {plain(limit)}" for code, limit in sorted(limits.items()))


def _people(before: Team, now: Team) -> Iterator[str]:
    """Somebody who can sign now and could not, by this key or this address at the desk."""
    known = {(one.email.casefold(), one.fingerprint): one for one in before.people}
    for one in now.people if before.people else ():
        was = known.get((one.email.casefold(), one.fingerprint))
        new = [role for role in _SIGNS if one.may(role) and not (was and was.may(role))]
        if new:
            yield f"{one.name} ({one.fingerprint or one.email}) has the role {' and '.join(new)} now"
    if before.people and not now.people:
        yield "there were people, and there are none now"
