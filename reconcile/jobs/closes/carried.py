"""What a close takes over from the one before: contract costs, and what remeasurements left on accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reconcile.close.close import make_close
from reconcile.close.contract_cost.asset import Asset
from reconcile.close.frozen import Frozen
from reconcile.close.remeasurement.gain_journal import left_on_accounts
from reconcile.close.remeasurement.on_account import OnAccount
from reconcile.domain.policy.contract_cost import unknown_plans
from reconcile.erp.journals import load_journal_layout
from reconcile.errors import ConfigurationError
from reconcile.jobs.close_chain import thawed
from reconcile.resources import template
from reconcile.store.closes import KeptClose


def with_carried(
    frozen: Frozen, chain: Sequence[KeptClose], before: Frozen | None, templates: Path | None
) -> Frozen:
    """The inputs of a close with what the one before it left, which is made again for that.

    chain: the closes on record. Raises ConfigurationError for a plan that is capitalised and that neither a
    line nor an asset has.
    """
    assets, remeasured = _left(chain, before)
    plans = {one.plan_name or "" for one in frozen.snapshot.lines.values()} | {one.plan for one in assets}
    for sentence in unknown_plans(frozen.policy.contract_cost, plans):
        raise ConfigurationError(sentence)
    is_functional = any(not _layout_says_both(name, templates) for name in frozen.journals)
    return replace(frozen, assets=assets, remeasured=remeasured, is_booked_functional=is_functional)


def _left(
    chain: Sequence[KeptClose], before: Frozen | None
) -> tuple[tuple[Asset, ...], tuple[OnAccount, ...]]:
    if before is None:
        return (), ()
    policy = before.policy
    if not (policy.contract_cost.is_on or policy.remeasurement.is_on or before.assets):
        return (), before.remeasured
    earlier = next((one for one in chain if one.close_id == before.previous), None)
    further = make_close(before, thawed(earlier) if earlier else None).further
    assets = further.costs.carried if further.costs else before.assets
    return assets, left_on_accounts(further.gain_journal, before.remeasured)


def _layout_says_both(name: str, templates: Path | None) -> bool:
    return bool(load_journal_layout(template(f"erp/journal-{name}.toml", templates)).functional)


def remeasurement_notes(frozen: Frozen, templates: Path | None) -> Iterator[str]:
    """A sentence for each layout that has no column for the currency of the books."""
    currency = frozen.policy.remeasurement.currency
    for name in frozen.journals if currency else ():
        if not _layout_says_both(name, templates):
            yield (
                f"The journal layout {name} has one amount to a line, so its files hold the remeasurement as "
                f"an entry in {currency}, and not as a zero in the other currency."
            )
