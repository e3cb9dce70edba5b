"""What `payments` proposes is applied with a second person's approval alone, by the real commands."""

from __future__ import annotations

import pytest
from cli_session import APPROVED, CliSession
from signers import key_file, team_settings

from reconcile.domain.bill import PaidAccount
from reconcile.domain.snapshot import Environment
from reconcile.resources import sample
from reconcile.store.store import Store

PEOPLE = {"ana": ["prepare", "approve"], "ben": ["approve"]}
ACME = "ptn_z21133f8pmxpd3d0g03rks3b"
PARTNERS = ("Acme Partners", "Nuñez e Hijos S.A.", "Bright Peak Consulting")


def planned(cli: CliSession, rules: str) -> str:
    """Ana reads the bank's file and saves the plan of its workbook; what `diff` says."""
    cli.settings(team_settings(PEOPLE, rules))
    for name in PEOPLE:
        key_file(cli.folder, name)
    scope = [word for partner in PARTNERS for word in ("--partner", partner)]
    code, out, err = cli.run("payments", sample("2026-03/payments/bank.csv"), "-o", "paid.xlsx", *scope)
    assert code == 0, out + err
    _, out, err = cli.run("diff", "paid.xlsx", "--save", "plan.json")
    return " ".join((out + err).split())


def signed(cli: CliSession, *arguments: str) -> tuple[int, str]:
    code, out, err = cli.run(*arguments[:-1], "--key", f"{arguments[-1]}.key")
    return code, " ".join((out + err).split())


def applied(cli: CliSession) -> tuple[int, str]:
    code, out, err = cli.run("apply", "plan.json", "--yes")
    return code, " ".join((out + err).split())


def stage(cli: CliSession) -> str:
    return str(cli.state()[APPROVED]["stage"])


def account(cli: CliSession, partner: str, name: str, at: str) -> None:
    """A payment file went to an account of a partner on some day."""
    paid = PaidAccount(partner, name, "payment", f"{name}.xml", at, "ana")
    with Store(cli.folder / "state.db") as store:
        store.record_bills(Environment(cli.url), [], [paid])


def test_the_first_payment_of_a_partner_is_booked_once_another_person_agreed(cli: CliSession) -> None:
    before = stage(cli)
    said = planned(cli, 'ask_for = ["first-payment"]\n')
    assert "It needs an approval (the first payment: " in said
    assert "Acme Partners" in said
    code, said = applied(cli)
    assert (code, "Nobody has asked for an approval of this plan" in said) == (1, True), said

    assert signed(cli, "request", "plan.json", "ana")[0] == 0
    code, said = signed(cli, "approve", "plan.json", "--yes", "ana")
    assert (code != 0, "nobody approves their own work" in said) == (True, True), said
    code, said = applied(cli)
    assert (code, "waits for 1 approval (Ben can give it)" in said) == (1, True), said
    assert stage(cli) == before
    assert cli.writes() == []

    code, said = signed(cli, "approve", "plan.json", "--yes", "ben")
    assert (code, "Ben approved" in said) == (0, True), said
    code, said = applied(cli)
    assert code == 0, said
    assert stage(cli) == "PAID"
    assert "2 signed statements: all hold." in cli.run("history", "--verify")[1]
    code, said = applied(cli)
    assert code == 1, said


@pytest.mark.parametrize(("second", "is_asked"), [("another", True), ("one", False)])
def test_a_bank_account_that_changed_needs_another_person(
    second: str, cli: CliSession, *, is_asked: bool
) -> None:
    assert cli.run("export", "-o", "first.xlsx")[0] == 0
    for name, at in (("one", "2026-02-01"), (second, "2026-03-01")):
        account(cli, ACME, name, f"{at}T08:00:00+00:00")
    said = planned(cli, 'ask_for = ["changed-account"]\n')

    assert ("It needs an approval (the bank account changed: Acme Partners)" in said) == is_asked, said
    code, said = applied(cli)
    assert (code, stage(cli) == "PAID") == ((1, False) if is_asked else (0, True)), said


def test_an_approval_of_payments_falls_when_live_moves(cli: CliSession) -> None:
    planned(cli, 'ask_for = ["paying"]\n')
    signed(cli, "request", "plan.json", "ana")
    assert signed(cli, "approve", "plan.json", "--yes", "ben")[0] == 0
    # Live moves: the plan that was agreed to relies on values that are no longer there.
    cli.patch(f"/payouts/{APPROVED}", {"stage": "DRAFT"})
    code, said = applied(cli)

    assert code == 1
    assert "Live has moved since Ben approved it" in said
    assert stage(cli) == "DRAFT"
