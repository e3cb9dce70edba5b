"""Attacks on the sign-off of a close, each refused with its own sentence; and what is no number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from builders import make_line, make_payout
from closing import MARCH, close_of, paid
from signers import BEN, CLEO, NOW, Record, person, with_policy

from reconcile.close.close import Close
from reconcile.close.pack import pack_of
from reconcile.close.sign_off.signatures import SignOff
from reconcile.close.signing import signing_pack
from reconcile.domain.policy.approval import ApprovalPolicy, Team
from reconcile.domain.policy.close import ClosePolicy
from reconcile.jobs.closes.sign_off import subject_of_close
from reconcile.people.how_approved import Standing
from reconcile.people.statement import Subject

ANA = person("Ana", "close")
TEAM = Team((ANA, BEN, CLEO), ApprovalPolicy(ask_for=("waiver", "reopened")))
PAYOUT, LINE = make_payout("pay_1", "1000 USD"), make_line("cln_1", "1000 USD", "pay_1")


def _close(**given: object) -> Close:
    return close_of(None, PAYOUT, LINE, **given)


def _subject(made: Close | None = None, team: Team = TEAM) -> Subject:
    return subject_of_close(team.policy, "store-1", made or _close())


SIGNED = _subject()


def _reviewed(subject: Subject = SIGNED) -> Record:
    return Record().add(ANA, "request", subject).add(BEN, "approve", subject)


def _number_moved() -> Standing:
    moved = close_of(None, PAYOUT, replace(LINE, amount=replace(LINE.amount, amount=Decimal("999.99"))))
    return _reviewed().standing(_subject(moved), TEAM)


def _payment_moved() -> Standing:
    return _reviewed().standing(_subject(_close(payments={"pay_1": (paid("2026-03-28"),)})), TEAM)


def _other_period() -> Standing:
    april = close_of(_close().frozen, PAYOUT, LINE)
    return _reviewed().standing(_subject(april), TEAM)


def _other_method() -> Standing:
    return _reviewed().standing(_subject(_close(policy=ClosePolicy(method="clearing"))), TEAM)


def _other_store() -> Standing:
    return _reviewed().standing(replace(SIGNED, store="store-2"), TEAM)


def _waiver_added() -> Standing:
    waived = _subject(_close(waivers={"not-final": "paid next week"}))
    assert waived.rules == ("close", "waiver")
    return _reviewed().standing(waived, TEAM)


def _made_once_more() -> Standing:
    return _reviewed().standing(_subject(_close(again="a late invoice")), TEAM)


def _same_person() -> Standing:
    both = person("Ana", "close", "approve")
    record = Record().add(both, "request", SIGNED).add(both, "approve", SIGNED)
    return record.standing(SIGNED, Team((both, BEN), TEAM.policy))


def _prepared_without_the_role() -> Standing:
    return _reviewed().standing(SIGNED, Team((person("Ana", "prepare"), BEN, CLEO), TEAM.policy))


def _reviewer_removed() -> Standing:
    return _reviewed().standing(SIGNED, Team((ANA, CLEO), TEAM.policy))


def _replayed() -> Standing:
    record = _reviewed()
    record.used["req-1"] = "close-1"
    return record.standing(SIGNED, TEAM)


def _expired() -> Standing:
    return _reviewed().standing(SIGNED, TEAM, NOW + timedelta(hours=73))


def _policy_loosened() -> Standing:
    team = with_policy(TEAM, ask_for=())
    return _reviewed().standing(_subject(team=team), team)


def _two_are_needed() -> Standing:
    team = with_policy(TEAM, approvers_for={"close": 2})
    subject = _subject(team=team)
    return _reviewed(subject).standing(subject, team)


def _rejected() -> Standing:
    record = _reviewed().add(CLEO, "reject", SIGNED, reason="The cut-off is wrong.")
    return record.standing(SIGNED, TEAM)


ATTACKS: dict[Callable[[], Standing], str] = {
    _number_moved: "closing 1,000.00 USD, now 999.99 USD). Prepare it again",
    _payment_moved: "Ben approved the close of 2026-03 with other numbers",
    _other_period: "Nobody has prepared the close of 2026-04",
    _other_method: "Ben approved the close of 2026-03 with other numbers",
    _other_store: "It was approved in another state store",
    _waiver_added: "Ben approved the close of 2026-03 with other numbers",
    _made_once_more: "Ben approved the close of 2026-03 with other numbers",
    _same_person: "Ana prepared it, and nobody approves their own work",
    _prepared_without_the_role: 'Ana signed the request and does not have the role "close"',
    _reviewer_removed: f"Ben signed the approval with the key {BEN.fingerprint}, which nobody in [people] has",
    _replayed: "close-1 has used the approval req-1: an approval is used once",
    _expired: "The approval of Ben expired",
    _policy_loosened: "The rules of [approval] have changed since it was asked for",
    _two_are_needed: "Request req-1 waits for 1 approval (Cleo can give it)",
    _rejected: "Cleo rejected it: The cut-off is wrong.",
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda one: one.__name__.strip("_"))
def test_an_attack_on_a_close_is_refused(attack: Callable[[], Standing]) -> None:
    found = attack()

    assert not found.is_approved
    assert ATTACKS[attack] in " ".join(found.problems)


def test_what_is_attacked_is_reviewed_without_the_attack() -> None:
    found = _reviewed().standing(SIGNED, TEAM)

    assert (found.problems, found.approved_by) == ((), ("Ben",))
    assert SIGNED.source == str(MARCH)


UNCHANGED: dict[str, Close] = {
    "made later by somebody else": _close(close_id="close-9", by="cleo", tool_version="9"),
    "a draft": _close(draft=True),
    "another stage": close_of(None, replace(PAYOUT, stage="ON_HOLD"), LINE),
    "another name": close_of(None, replace(PAYOUT, partner_name="Acme Ltd"), LINE),
    "another description": close_of(None, PAYOUT, replace(LINE, description="Other words")),
}


@pytest.mark.parametrize("what", UNCHANGED)
def test_what_is_no_number_leaves_the_signatures_standing(what: str) -> None:
    assert _subject(UNCHANGED[what]).fingerprint == SIGNED.fingerprint


def test_the_pack_names_who_signed_and_the_rest_is_left_for_a_pen() -> None:

    at = "2026-04-03T08:30:00+00:00"
    signed = (SignOff("prepared", "Ana", at, "req-1"), SignOff("reviewed", "Ben", at, "req-1"))
    close = _close(sign_off=signed)
    pack = signing_pack(close, pack_of(close))

    assert pack.signatures == (
        ("Prepared by", "Ana, 2026-04-03 08:30 UTC (req-1)"),
        ("Reviewed by, date", "Ben, 2026-04-03 08:30 UTC (req-1)"),
        ("Approved by, date", ""),
    )
    assert ("Fingerprint of the numbers", SIGNED.fingerprint) in pack.facts
