"""The chain of closes of an environment: which one counts, and which one a new close follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from reconcile.close.close import Close, make_close
from reconcile.close.contract_cost.asset import Asset
from reconcile.close.frozen import Frozen, from_json
from reconcile.close.remeasurement.gain_journal import left_on_accounts
from reconcile.close.remeasurement.on_account import OnAccount
from reconcile.domain.period import Period
from reconcile.domain.policy.contract_cost import unknown_plans
from reconcile.domain.snapshot import Environment
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.store.closes import KeptClose, counting, kept_closes
from reconcile.store.store import Store


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


def closed_until(store: Store, environment: Environment) -> date | None:
    """The last day of the last closed period; None where none is closed."""
    return max((one.last for one in counting(kept_closes(store, environment))), default=None)


def superseded(store: Store, environment: Environment, period: Period) -> Frozen | None:
    """What the close of a period was made of, which is to be made again."""
    return next(
        (thawed(one) for one in counting(kept_closes(store, environment)) if one.period == str(period)),
        None,
    )


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


def before_it(chain: Iterable[KeptClose], frozen: Frozen) -> Frozen | None:
    """What the close before one was made of; None where the chain does not have it."""
    found = next((one for one in chain if one.close_id == frozen.previous), None)
    return thawed(found) if found else None


def made_in(chain: Iterable[KeptClose], frozen: Frozen) -> Close:
    """A close as these inputs make it, after the one before it in the chain."""
    return make_close(frozen, before_it(chain, frozen))


def with_carried(frozen: Frozen, chain: Sequence[KeptClose], before: Frozen | None) -> Frozen:
    """The inputs of a close with what the one before it left, which is made again for that.

    chain: the closes on record. Raises ConfigurationError for a plan that is capitalised and that neither a
    line nor an asset has.
    """
    assets, remeasured = _left(chain, before)
    plans = {one.plan_name or "" for one in frozen.snapshot.lines.values()} | {one.plan for one in assets}
    for sentence in unknown_plans(frozen.policy.contract_cost, plans):
        raise ConfigurationError(sentence)
    return replace(frozen, assets=assets, remeasured=remeasured)


def _left(
    chain: Sequence[KeptClose], before: Frozen | None
) -> tuple[tuple[Asset, ...], tuple[OnAccount, ...]]:
    if before is None:
        return (), ()
    policy = before.policy
    if not (policy.contract_cost.is_on or policy.remeasurement.is_on or before.assets):
        return (), before.remeasured
    further = made_in(chain, before).further
    assets = further.costs.carried if further.costs else before.assets
    return assets, left_on_accounts(further.gain_journal, before.remeasured)
