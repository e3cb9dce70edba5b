"""Whoever touches a closed month is told that it is stale and by how much, and the months show it."""

from __future__ import annotations

import json
from decimal import Decimal

from cli_session import APPROVED, APPROVED_LINE, SET_AMOUNT, CliSession

MARCH = "2026-03"


def _states(cli: CliSession) -> dict[str, tuple[str, str]]:
    code, out, err = cli.run("close", "--status", "--json")
    assert code == 0, out + err
    return {one["period"]: (one["state"], one["said"]) for one in json.loads(out)}


def test_a_month_is_blocked_then_closed_then_stale_by_what_was_changed_then_booked(cli: CliSession) -> None:
    before = Decimal(cli.state()[APPROVED_LINE]["amount"])
    moved = f"1 change, {Decimal('512.50') - before} USD"
    settings = cli.folder / "reconcile.toml"
    plain = settings.read_text(encoding="utf-8")
    cli.settings(plain + '[close.checks]\npool = "blocking"\n')
    cli.run("close", "--period", MARCH, "-o", cli.folder / "blocked")
    blocked = _states(cli)[MARCH]
    cli.settings(plain)
    exported = cli.export("--period", MARCH)
    cli.run("close", "--period", MARCH, "-o", cli.folder / "close")
    closed = _states(cli)
    edited = cli.edit(exported, SET_AMOUNT)
    code, out, err = cli.run("apply", edited, "--yes", "--reopen", MARCH, "--reason", "a wrong rate")
    assert code == 0, out + err
    stale = _states(cli)[MARCH]
    _, _, shown = cli.run("statements", "--period", MARCH, "-o", cli.folder / "statements")
    cli.run("close", "--late", "--period", MARCH, "-o", cli.folder / "late")
    booked = _states(cli)[MARCH]

    assert blocked[0] == "blocked"
    assert "Lines earned by the end of the period on no payout" in blocked[1]
    assert closed[MARCH][0] == "closed"
    assert list(closed.values())[-1] == ("not over", "")
    assert f"{MARCH} is closed, and stale: it has moved since ({moved})" in err
    assert f"{MARCH} is closed, and stale: it has moved since ({moved})" in shown
    assert stale[0] == "stale"
    assert f"moved since: {moved}" in stale[1]
    assert "reopened" in stale[1]
    assert booked[0] == "reopened"
    assert booked[1].endswith(f"moved since: {moved}, booked by late entries")


def test_a_payment_that_was_made_in_a_closed_month_is_told(cli: CliSession) -> None:
    cli.run("close", "--period", MARCH, "-o", cli.folder / "close")
    owed = cli.state()[APPROVED]["amount"]["value"]
    bank = cli.folder / "bank.csv"
    head = "Payment ID,Payment date,Payee,Amount,Currency,Reference,Status\n"
    bank.write_text(f"{head}TX-1,2026-03-30,Acme,{owed},USD,{APPROVED},\n", encoding="utf-8")
    code, out, err = cli.run("payments", bank, "-o", cli.folder / "paid.xlsx")

    assert code == 0, out + err
    assert f"{MARCH} is closed, and stale: it has moved since (1 change, -{Decimal(owed):,.2f} USD)" in err
    assert _states(cli)[MARCH][0] == "stale"
