"""Links to the commission statements of a closed period: an option, since each costs a call and a credit."""

from __future__ import annotations

from reconcile.close.frozen import Frozen
from reconcile.domain.phrases import counted
from reconcile.domain.records import Payout
from reconcile.domain.spreadsheet import csv_text
from reconcile.errors import DecisionNeeded, Refused
from reconcile.introw.client import Client
from reconcile.jobs.session import Session


def statement_payouts(frozen: Frozen) -> tuple[Payout, ...]:
    """The payouts of the period that have lines, in the order of partner and id."""
    lines, days = frozen.snapshot.lines_by_payout, frozen.snapshot.scope.days
    found = [
        one
        for one in frozen.snapshot.payouts.values()
        if one.period_end and days.of_bound(one.period_end) in frozen.period and lines.get(one.id)
    ]
    return tuple(sorted(found, key=lambda one: (one.partner_name, one.id)))


def afford_statements(session: Session, payouts: tuple[Payout, ...], credits_left: int | None) -> None:
    """Says what the statements cost. Raises DecisionNeeded where the credits do not suffice."""
    if not payouts:
        return
    left = "nobody knows how many" if credits_left is None else f"{credits_left:,}"
    session.caller.say(f"{counted(len(payouts), 'statement')}: as many calls and credits; {left} left.")
    if credits_left is not None and credits_left < len(payouts):
        raise DecisionNeeded(
            f"Nothing was closed. The statements take {counted(len(payouts), 'credit')}, "
            f"{credits_left:,} left. Leave out --statements, or wait until the 1st (UTC)."
        )


def statements(session: Session, client: Client, payouts: tuple[Payout, ...]) -> bytes:
    """A CSV of the links, which expire. A payout that has no statement says why."""
    rows = []
    with session.caller.progress() as on_progress:
        for number, payout in enumerate(payouts, start=1):
            on_progress("Statements", number, len(payouts))
            try:
                made = client.make_statement(payout.id)
                rows.append((payout.id, payout.partner_name, made.link, made.expires_at, ""))
            except Refused as error:
                rows.append((payout.id, payout.partner_name, "", "", str(error)))
    return csv_text(("payout_id", "partner", "link", "expires_at", "refused"), rows).encode("utf-8-sig")
