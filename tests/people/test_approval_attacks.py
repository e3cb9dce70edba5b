"""Fifteen attacks on an approval, each refused with a sentence of its own, and honest work that never is.

Those that need a store and a server are in `tests/cli/test_approvals.py`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from signers import ANA, BEN, CLEO, NOW, PLAN, TEAM, Record, approved, person, signed, statement, with_policy

from reconcile.domain.policy.approval import RULES, ApprovalPolicy, Person, Team
from reconcile.people.how_approved import Standing
from reconcile.people.statement import Signed, Subject

TWO = replace(PLAN, approvers=2)
DAVE = person("Dave", "approve")


def test_a_statement_with_an_empty_reason_is_read_as_it_was_signed() -> None:
    said = statement(BEN, "approve")

    assert '"reason"' not in said.text
    assert '"reason":""' in said.older_text
    for text in (said.text, said.older_text):
        assert Signed(text, "").statement == said


def _plan_changed() -> Standing:
    return approved().standing(replace(PLAN, fingerprint="e" * 64))


def _live_values_changed() -> Standing:
    return approved().standing(replace(PLAN, reliance="s" * 64))


def _moved_to_another_environment() -> Standing:
    return approved().standing(replace(PLAN, environment="default at https://other.example"))


def _moved_to_another_store() -> Standing:
    return approved().standing(replace(PLAN, store="store-2"))


def _replayed() -> Standing:
    record = approved()
    record.used["req-1"] = "run-1"
    return record.standing()


def _expired() -> Standing:
    return approved().standing(now=NOW + timedelta(hours=72))


def _expires_later_than_the_policy_allows() -> Standing:
    record = Record().add(ANA, "request")
    record.add(BEN, "approve", expires=(NOW + timedelta(days=3650)).isoformat())
    return record.standing(now=NOW + timedelta(hours=72))


def _by_the_preparer() -> Standing:
    both = person("Ana", "prepare", "approve")
    return Record().add(both, "request").add(both, "approve").standing(team=Team((both, BEN), TEAM.policy))


def _by_the_preparer_with_a_second_key() -> Standing:
    before, after = person("Ana", "prepare"), person("Ana", "prepare", "approve", seed="second")
    record = Record().add(before, "request")
    record.signed.append(_signed_by(after, "approve", "second"))
    return record.standing(team=Team((after, BEN), TEAM.policy))


def _by_a_removed_person() -> Standing:
    return Record().add(ANA, "request").add(DAVE, "approve").standing()


def _by_a_key_that_was_replaced() -> Standing:
    return approved().standing(team=Team((ANA, person("Ben", "approve", seed="new"), CLEO), TEAM.policy))


def _by_a_person_who_lost_the_role() -> Standing:
    return approved().standing(team=Team((ANA, person("Ben", "audit"), CLEO), TEAM.policy))


def _by_a_preparer_who_lost_the_role() -> Standing:
    return approved().standing(team=Team((person("Ana", "audit"), BEN, CLEO), TEAM.policy))


def _one_person_under_two_names() -> Standing:
    twin = person("Benjamin", "approve", seed="Ben")
    record = Record().add(ANA, "request", TWO).add(BEN, "approve", TWO)
    record.signed.append(_signed_by(twin, "approve", "Ben", TWO))
    return record.standing(TWO)


def _policy_loosened() -> Standing:
    team = with_policy(TEAM, expires_hours=9000)
    return approved().standing(replace(PLAN, policy=team.policy.fingerprint), team)


def _clock_set_back() -> Standing:
    return approved().standing(now=NOW - timedelta(hours=1))


def _statement_edited() -> Standing:
    record = approved()
    last = record.signed[-1]
    record.signed[-1] = Signed(last.text.replace("2026-04-08", "2036-04-08"), last.signature)
    return record.standing()


def _request_edited() -> Standing:
    record = approved()
    first = record.signed[0]
    record.signed[0] = Signed(first.text.replace('"gates":[]', '"gates":["money"]'), first.signature)
    return record.standing(replace(PLAN, gates=("money",)))


def _record_emptied() -> Standing:
    return Record().standing()


def _approval_of_something_else_under_this_request() -> Standing:
    return Record().add(ANA, "request").add(BEN, "approve", replace(PLAN, totals={"USD": "1"})).standing()


def _close_whose_numbers_moved() -> Standing:
    close = replace(PLAN, kind="close", source="2026-03")
    record = Record().add(ANA, "request", close).add(BEN, "approve", close)
    return record.standing(replace(close, fingerprint="0" * 64))


def _gate_added() -> Standing:
    return approved().standing(replace(PLAN, gates=("money",)))


def _period_added() -> Standing:
    return approved().standing(replace(PLAN, reopened=("2026-02",)))


def _rule_met_since() -> Standing:
    return approved().standing(replace(PLAN, rules=("any", "changed-account")))


def _rejected() -> Standing:
    return approved().add(CLEO, "reject", reason="The rate is wrong.").standing()


def _too_few() -> Standing:
    return Record().add(ANA, "request", TWO).add(BEN, "approve", TWO).standing(TWO)


def _signed_by(who: Person, act: str, seed: str, subject: Subject = PLAN) -> Signed:
    return signed(who, statement(who, act, subject), seed)


ATTACKS: dict[Callable[[], Standing], str] = {
    _plan_changed: "The plan is not the one that Ben approved (fingerprint ffffffffffff, now eeeeeeeeeeee)",
    _live_values_changed: "The live values that it relies on are not those that were approved",
    _moved_to_another_environment: "It was approved for default at https://api.introw.io, and this is",
    _moved_to_another_store: "It was approved in another state store",
    _replayed: "Run run-1 has used the approval req-1: an approval is used once",
    _expired: "The approval of Ben expired at 2026-04-08 09:30 UTC",
    _expires_later_than_the_policy_allows: "The approval of Ben expired at 2026-04-08 09:30 UTC",
    _by_the_preparer: "Ana prepared it, and nobody approves their own work",
    _by_the_preparer_with_a_second_key: "Ana prepared it, and nobody approves their own work",
    _by_a_removed_person: f"Dave signed the approval with the key {DAVE.fingerprint}, which nobody in [people] has",
    _by_a_key_that_was_replaced: "Ben signed the approval with a key that was replaced since",
    _by_a_person_who_lost_the_role: 'Ben signed the approval and does not have the role "approve"',
    _by_a_preparer_who_lost_the_role: 'Ana signed the request and does not have the role "prepare"',
    _one_person_under_two_names: "Benjamin is Ben, who agreed already: one person counts once",
    _policy_loosened: "The rules of [approval] have changed since it was asked for",
    _clock_set_back: "The clock of this computer says 2026-04-05 08:31 UTC, and the record already has",
    _statement_edited: "The signature of Ben under the approval is broken",
    _request_edited: "The signature of Ana under the request is broken",
    _record_emptied: "Nobody has asked for an approval of this plan",
    _approval_of_something_else_under_this_request: "Ben approved something else than what was asked for",
    _close_whose_numbers_moved: "Ben approved the close of 2026-03 with other numbers",
    _gate_added: "It lets money pass, and the approval let pass: none",
    _period_added: "It reopens 2026-02, and the approval reopened: none",
    _rule_met_since: "It now meets a rule that it did not meet when it was asked for: changed-account",
    _rejected: "Cleo rejected it: The rate is wrong.",
    _too_few: "Request req-1 waits for 1 approval (Cleo can give it)",
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda one: one.__name__.strip("_"))
def test_an_attack_is_refused_with_its_own_sentence(attack: Callable[[], Standing]) -> None:
    found = attack()

    assert not found.is_approved
    assert ATTACKS[attack] in " ".join(found.problems)


def test_what_is_attacked_is_approved_without_the_attack() -> None:
    found = approved().standing()

    assert (found.problems, found.approved_by, found.request) == ((), ("Ben",), "req-1")


def _flow(chance: random.Random) -> tuple[Record, Subject, Team]:
    """An honest request of one of many people, with one or two approvals of others and much else on record."""
    count = chance.randint(3, 6)
    people = [person(f"P{number}", "prepare", "approve") for number in range(count)]
    policy = ApprovalPolicy(
        ask_for=tuple(chance.sample(sorted(RULES), 3)), approvers=chance.randint(1, 2), expires_hours=24
    )
    team = Team(tuple(people), policy)
    subject = replace(
        PLAN,
        fingerprint=f"{chance.getrandbits(256):064x}",
        totals={"USD": str(chance.randint(1, 10**6)), "EUR": "-0.50"},
        gates=tuple(sorted(chance.sample(["money", "jumps", "declines"], chance.randint(0, 2)))),
        rules=tuple(sorted(chance.sample(sorted(RULES), 2))),
        approvers=policy.approvers,
        policy=policy.fingerprint,
        source=chance.choice(["März.xlsx", "a \u202e b.xlsx", "payouts.xlsx, lines.xlsx"]),
    )
    preparer, *others = chance.sample(people, count)
    record = Record()
    other = replace(subject, fingerprint="0" * 64)
    if chance.random() < 0.5:
        record.add(preparer, "request", other, request="req-0").add(
            others[0], "approve", other, request="req-0"
        )
        record.used["req-0"] = "run-0"
    if chance.random() < 0.3:
        record.add(preparer, "request", subject, request="req-9", nonce="early")
    record.add(preparer, "request", subject)
    for one in others[: policy.approvers]:
        at = NOW + timedelta(minutes=chance.randint(0, 4))
        record.add(one, "approve", subject, at=at.isoformat())
    return record, subject, team


def test_a_thousand_honest_flows_are_not_refused() -> None:
    chance = random.Random(18)
    for _ in range(1_000):
        record, subject, team = _flow(chance)
        later = NOW + timedelta(minutes=chance.randint(4, 23 * 60))
        found = record.standing(subject, team, later)

        assert found.problems == ()
        assert len(found.approved_by) == subject.approvers
        assert found.request == "req-1"
