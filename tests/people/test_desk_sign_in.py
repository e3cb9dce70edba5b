"""The desk vouches for people who are signed in there: where `[approval]` names its key, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from signers import ANA, BEN, CLEO, NOW, PLAN, TEAM, Record, person, private_key, public_line, statement

from reconcile.domain.policy.approval import ApprovalPolicy, Person, Team, key_blob, problem_of
from reconcile.people.how_approved import Standing
from reconcile.people.keys import SigningKey, is_signed_by
from reconcile.people.sign_in import HOLDS, SignedIn, believed, sealed
from reconcile.people.signature_check import Row, check_signatures
from reconcile.people.statement import Signed, Subject

DESK = public_line("desk")
KEYLESS = tuple(replace(one, key="") for one in (ANA, BEN, CLEO))
POLICY = replace(TEAM.policy, desk_key=DESK)
AT_DESK = Team(KEYLESS, POLICY)
SUBJECT = replace(PLAN, policy=POLICY.fingerprint)


def _key(seed: str) -> SigningKey:
    return SigningKey(key_blob(public_line(seed)) or b"", private_key(seed))


def _vouched(who: Person, act: str, subject: Subject = SUBJECT, seed: str = "desk", **given: str) -> Signed:
    """A statement of a person who was signed in at a desk, signed by the key of that desk."""
    key = _key(seed)
    values = {"key": key.fingerprint, "signed_in_as": who.email, "nonce": f"{act}-{who.email}", **given}
    said = replace(statement(who, act, subject), **values)
    return Signed(said.text, key.sign(said.message))


def _record(*signed: Signed) -> Record:
    return Record(list(signed))


def _approved() -> Record:
    return _record(_vouched(ANA, "request"), _vouched(BEN, "approve"))


def test_people_without_keys_ask_and_agree_at_the_desk() -> None:
    found = _approved().standing(SUBJECT, AT_DESK)

    assert (found.problems, found.approved_by) == ((), ("Ben",))


def test_one_agrees_at_the_desk_and_another_with_a_key_of_their_own() -> None:
    team, two = Team((ANA, BEN, CLEO), POLICY), replace(SUBJECT, approvers=2)
    record = _record(_vouched(ANA, "request", two), _vouched(BEN, "approve", two)).add(CLEO, "approve", two)

    assert record.standing(two, team).approved_by == ("Ben", "Cleo")


def _names_no_desk() -> Standing:
    return _approved().standing(PLAN, TEAM)


def _names_another_desk() -> Standing:
    policy = replace(POLICY, desk_key=public_line("another desk"))
    return _approved().standing(SUBJECT, Team(KEYLESS, policy))


def _a_person_signs_as_another_one() -> Standing:
    """Ben has a key, and says with it that Cleo was signed in."""
    record = _record(_vouched(ANA, "request"), _vouched(CLEO, "approve", seed="Ben"))
    return record.standing(SUBJECT, Team((ANA, BEN, CLEO), POLICY))


def _another_key_under_the_name_of_the_desk() -> Standing:
    forged = _vouched(BEN, "approve", seed="thief", key=_key("desk").fingerprint)
    return _record(_vouched(ANA, "request"), forged).standing(SUBJECT, AT_DESK)


def _by_the_preparer() -> Standing:
    both = person("Ana", "prepare", "approve")
    record = _record(_vouched(both, "request"), _vouched(both, "approve"))
    return record.standing(SUBJECT, Team((both, *KEYLESS[1:]), POLICY))


def _by_the_preparer_who_was_given_another_name() -> Standing:
    renamed = replace(KEYLESS[0], name="Anna", roles=("prepare", "approve"))
    record = _record(_vouched(ANA, "request"), _vouched(renamed, "approve"))
    return record.standing(SUBJECT, Team((renamed, *KEYLESS[1:]), POLICY))


def _by_the_preparer_with_a_key_for_what_was_asked_at_the_desk() -> Standing:
    both = person("Ana", "prepare", "approve")
    record = _record(_vouched(both, "request")).add(both, "approve", SUBJECT)
    return record.standing(SUBJECT, Team((both, *KEYLESS[1:]), POLICY))


def _by_somebody_who_left() -> Standing:
    team = Team((KEYLESS[0], KEYLESS[2]), POLICY)
    return _approved().standing(SUBJECT, team)


def _by_somebody_without_the_role() -> Standing:
    team = Team((KEYLESS[0], replace(KEYLESS[1], roles=("audit",)), KEYLESS[2]), POLICY)
    return _approved().standing(SUBJECT, team)


def _under_rules_that_knew_no_desk() -> Standing:
    record = _record(_vouched(ANA, "request", PLAN), _vouched(BEN, "approve", PLAN))
    return record.standing(SUBJECT, AT_DESK)


def _the_address_was_changed_afterwards() -> Standing:
    first, last = _approved().signed
    text = last.text.replace(BEN.email, CLEO.email)
    return _record(first, Signed(text, last.signature)).standing(SUBJECT, AT_DESK)


REFUSED: dict[Callable[[], Standing], str] = {
    _names_no_desk: "[approval] names no desk_key",
    _names_another_desk: "[approval] names another one",
    _a_person_signs_as_another_one: "[approval] names another one",
    _another_key_under_the_name_of_the_desk: "The signature of Ben under the approval is broken",
    _by_the_preparer: "nobody approves their own work",
    _by_the_preparer_who_was_given_another_name: "Anna prepared it, and nobody approves their own work",
    _by_the_preparer_with_a_key_for_what_was_asked_at_the_desk: "nobody approves their own work",
    _by_somebody_who_left: "nobody in [people] has that address",
    _by_somebody_without_the_role: 'does not have the role "approve"',
    _under_rules_that_knew_no_desk: "The rules of [approval] have changed",
    _the_address_was_changed_afterwards: "The signature of Ben under the approval is broken",
}


@pytest.mark.parametrize("attack", REFUSED, ids=lambda one: one.__name__.strip("_"))
def test_the_word_of_a_desk_counts_only_where_the_rules_say_so(attack: Callable[[], Standing]) -> None:
    found = attack()

    assert not found.is_approved
    assert REFUSED[attack] in " ".join(found.problems)


def test_the_record_is_verified_by_the_key_of_the_desk() -> None:
    honest, team = _approved().signed, AT_DESK
    forged = _vouched(BEN, "approve", seed="thief", key=_key("desk").fingerprint)

    def checked(*signed: Signed) -> tuple[tuple[str, ...], tuple[str, ...]]:
        rows = [_row(one) for one in signed]
        found = check_signatures(rows, {}, {}, team, is_signed_by)
        return found.broken, found.unknown

    assert checked(*honest) == ((), ())
    assert checked(honest[0], forged)[0] == ("The signature of Ben under approve req-1 is broken.",)


def _row(signed: Signed) -> Row:
    said = signed.statement
    assert said
    of = said.subject
    return Row(said.nonce, of.environment, said.act, said.request, of.fingerprint, said.at, said.name, signed)


def test_statements_without_a_desk_are_written_as_before() -> None:
    said = statement(BEN, "approve")

    assert "signed_in_as" not in said.text + said.older_text
    assert Signed(said.text, "").statement == said
    assert replace(POLICY, desk_key="").fingerprint == TEAM.policy.fingerprint


@pytest.mark.parametrize(
    ("people", "policy", "problem"),
    [
        (KEYLESS, TEAM.policy, "Ana has no key, which only people who sign in at the desk"),
        (KEYLESS, replace(POLICY, desk_key="ssh-rsa AAAA"), "desk_key is not an Ed25519 key"),
        ((ANA, BEN), replace(POLICY, desk_key=BEN.key), "desk_key is the key of Ben"),
        (KEYLESS, POLICY, ""),
    ],
)
def test_what_is_wrong_with_the_settings_of_a_desk_is_a_sentence(
    people: tuple[Person, ...], policy: ApprovalPolicy, problem: str
) -> None:
    found = problem_of(people, policy)

    assert problem in found
    assert bool(problem) == bool(found)


WORDS = ("apply", "plan.json", "--yes")
ANA_AT_DESK = SignedIn("Ana", ANA.email, PLAN.environment, WORDS, NOW.isoformat())


def _handed(said: SignedIn = ANA_AT_DESK, seed: str = "desk") -> str:
    return sealed(said, _key(seed).sign(said.text.encode()))


def _believed(given: str, policy: ApprovalPolicy = POLICY, words: tuple[str, ...] = WORDS) -> SignedIn | str:
    return believed(given, policy, (PLAN.environment, words), NOW + timedelta(seconds=3), is_signed_by)


def test_a_process_takes_the_word_of_its_desk_for_its_user() -> None:
    found = _believed(_handed())

    assert isinstance(found, SignedIn)
    assert found.on_record == "Ana (desk)"


def _as_an_approval() -> str:
    """A signature of the desk under an approval does not sign anybody in."""
    said = replace(statement(BEN, "approve", SUBJECT), key=_key("desk").fingerprint, signed_in_as=BEN.email)
    return json.dumps({"text": said.text, "signature": _key("desk").sign(said.message)})


def _renamed() -> str:
    told = json.loads(_handed())
    return json.dumps({**told, "text": told["text"].replace("Ana", "Cfo")})


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("Cfo", "cannot be read"),
        ("", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"text": 1, "signature": "x"}', "cannot be read"),
        ("[" * 50_000, "cannot be read"),
        (_as_an_approval(), "cannot be read"),
        (_renamed(), "did not sign that Cfo is signed in"),
        (_handed(seed="Ana"), "did not sign that Ana is signed in"),
        (_handed(replace(ANA_AT_DESK, words=("undo", "run-1", "--yes"))), "another command than this one"),
        (_handed(replace(ANA_AT_DESK, environment="other at https://x")), "another organisation"),
        (_handed(replace(ANA_AT_DESK, at=(NOW - HOLDS).isoformat())), "and not now"),
        (_handed(replace(ANA_AT_DESK, at=(NOW + 2 * HOLDS).isoformat())), "and not now"),
    ],
)
def test_a_process_believes_nothing_else(given: str, problem: str) -> None:
    found = _believed(given)

    assert isinstance(found, str)
    assert problem in found


def test_a_process_believes_no_desk_that_the_rules_do_not_name() -> None:
    assert "names no desk_key" in str(_believed(_handed(), TEAM.policy))


def test_a_sign_in_is_no_statement_about_an_approval() -> None:
    assert Signed(ANA_AT_DESK.text, "").statement is None
