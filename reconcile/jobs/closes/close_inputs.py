"""Gathers what a close is made of: live, the close before it, and what the state store knows to be open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from reconcile.cli.terminal import progress
from reconcile.close.checks import OpenWork
from reconcile.close.frozen import Frozen, from_json
from reconcile.close.rates import Rates, rates_from
from reconcile.close.standing import PaidOn
from reconcile.config import Settings
from reconcile.domain.edited import Export
from reconcile.domain.period import Period
from reconcile.domain.policy.close import CHECK_NAMES
from reconcile.domain.settlement import Settlement
from reconcile.domain.snapshot import Environment, Scope, Snapshot
from reconcile.domain.stage import STAGES
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.introw.client import Reader
from reconcile.introw.fetch import fetch_live
from reconcile.jobs.session import now
from reconcile.jobs.user_tables import read_any_table
from reconcile.store.closes import KeptClose, kept_closes
from reconcile.store.store import Store


def counting(closes: Sequence[KeptClose]) -> list[KeptClose]:
    """The closes that were not made again since, in the order of their periods."""
    return [one for one in closes if not one.superseded]


def thawed(kept: KeptClose) -> Frozen:
    """What a kept close was made of. Raises StateError where it is damaged."""
    return from_json(kept.inputs, f"The close of {kept.period} in the state store")


def kept_close(store: Store, environment: Environment, period: Period) -> KeptClose:
    """The close of a period. Raises DecisionNeeded where there is none."""
    closes = counting(kept_closes(store, environment))
    for one in closes:
        if one.period == str(period):
            return one
    there = ", ".join(one.period for one in closes) or "none"
    raise DecisionNeeded(f"The period {period} of {environment} is not closed. Closed are: {there}.")


def previous_close(
    store: Store, environment: Environment, period: Period, *, again: bool, first: bool
) -> KeptClose | None:
    """The close that this one follows; None for the first of a chain.

    Raises DecisionNeeded for a period that is closed already, a gap or an overlap in the chain, and a first
    close in a store that has closes of other environments only.
    """
    chain = counting(kept_closes(store, environment))
    if again:
        if not chain or chain[-1].period != str(period):
            newest = chain[-1].period if chain else "none"
            raise DecisionNeeded(f"Only the last close can be made again, and that is: {newest}.")
        return chain[-2] if len(chain) > 1 else None
    if not chain:
        if kept_closes(store) and not first:
            raise DecisionNeeded(
                f"This state store has no close of {environment}, but closes of other environments. "
                "Check --state and --profile, or pass --first to begin a chain of closes here."
            )
        return None
    last = chain[-1]
    wanted = last.last + timedelta(days=1)
    if any(one.period == str(period) for one in chain):
        raise DecisionNeeded(
            f'The period {period} is closed already. To make the last close once more: --again "why". '
            f"To see what moved since: close --late --period {period}."
        )
    if period.start != wanted:
        raise DecisionNeeded(
            f"The last close is {last.period} and ends on {last.last}, so the next one begins on {wanted}, "
            f"and not on {period.start}. Close what lies between first."
        )
    return last


def everything(
    reader: Reader, environment: Environment, settings: Settings, previous: Frozen | None
) -> Snapshot:
    """All payouts and lines as they are now, and every line that the last close knew, declined ones too."""
    at = now()
    empty = Snapshot(environment, Scope(), at, {}, {}, {})
    known = replace(previous.snapshot, scope=Scope()) if previous else empty
    voided = settings.policy.names.voided_statuses
    with progress() as shown:
        return fetch_live(reader, environment, known, at, voided, shown)


def workbooks_out(store: Store, environment: Environment, period: Period) -> tuple[OpenWork, ...]:
    """The workbooks exported since the period began that no run has had."""
    back = {one for run in store.runs(environment) for one in run.workbook_id.split(", ")}
    exports = [one for one in store.exports(environment) if one.exported_at.date() >= period.start]
    return tuple(
        OpenWork(
            one.workbook_id, f"exported {one.exported_at:%Y-%m-%d %H:%M} by {one.exported_by} ({one.scope})"
        )
        for one in exports
        if one.workbook_id not in back
    )


def unfinished_runs(store: Store, environment: Environment) -> tuple[OpenWork, ...]:
    """The runs that can be resumed."""
    return tuple(
        OpenWork(run.run_id, f"{run.state} since {run.started_at[:16]}, by {run.started_by}")
        for run in store.runs(environment)
        if run.is_unfinished
    )


def matched_payments(settlements: Sequence[Settlement], snapshot: Snapshot) -> dict[str, tuple[PaidOn, ...]]:
    """The payments that `payments` matched, by payout; what the newest run of it says of a payout counts.

    A suggestion counts where its payout is at PAID now, since then a person accepted it.
    """
    newest = {one.payout_id: one for one in settlements}
    found: dict[str, tuple[PaidOn, ...]] = {}
    for payout_id, one in newest.items():
        payout = snapshot.payouts.get(payout_id)
        accepted = one.state == "matched" or (payout is not None and payout.stage == STAGES["PAID"].value)
        if one.verdict in ("paid", "settled") and one.state != "differs" and accepted:
            day = date.fromisoformat((one.paid_on or one.read_at)[:10])
            found[payout_id] = (PaidOn(day, one.amount, one.reference),)
    return found


def last_export(store: Store, environment: Environment) -> Snapshot | None:
    """The baseline of the newest export."""
    exports: tuple[Export, ...] = store.exports(environment)
    return store.baseline(exports[-1].workbook_id) if exports else None


def waivers_of(texts: Sequence[str]) -> Mapping[str, str]:
    """The waived checks and the reasons. Raises ConfigurationError for an unknown check or no reason."""
    found = {}
    for text in texts:
        name, _, reason = (part.strip() for part in text.partition("="))
        if name not in CHECK_NAMES:
            raise ConfigurationError(
                f"--waive {name}: there is no such check; there are: {', '.join(CHECK_NAMES)}."
            )
        if not reason:
            raise ConfigurationError(f'--waive {name} needs a reason: --waive {name}="why".')
        found[name] = reason
    return found


def rates_of(file: Path | None) -> Rates | None:
    """The rates of a file. Raises ConfigurationError for what is wrong in it."""
    return rates_from(read_any_table(file, "Rates"), file.name) if file else None
