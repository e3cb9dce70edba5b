"""What a close takes over from the one before: contract costs, and what remeasurements left on accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconcile.close.close import make_close
from reconcile.close.contract_cost.asset import Asset
from reconcile.close.frozen import Frozen
from reconcile.close.remeasurement.gain_journal import left_on_accounts
from reconcile.close.remeasurement.on_account import OnAccount
from reconcile.domain.policy.contract_cost import ContractCostPolicy, unknown_plans
from reconcile.domain.snapshot import Snapshot
from reconcile.erp.journals import load_journal_layout
from reconcile.errors import ConfigurationError
from reconcile.jobs.close_chain import thawed
from reconcile.resources import template
from reconcile.store.closes import KeptClose


@dataclass(frozen=True, slots=True)
class Carried:
    """What the close before this one left."""

    assets: tuple[Asset, ...] = ()
    remeasured: tuple[OnAccount, ...] = ()


def carried_of(chain: Sequence[KeptClose], before: Frozen | None) -> Carried:
    """What the last close left; it is made again for that, since only what it was made of is kept.

    chain: the closes on record.
    """
    if before is None:
        return Carried()
    policy = before.policy
    if not (policy.contract_cost.is_on or policy.remeasurement.is_on or before.assets):
        return Carried(remeasured=before.remeasured)
    earlier = next((one for one in chain if one.close_id == before.previous), None)
    further = make_close(before, thawed(earlier) if earlier else None).further
    return Carried(
        further.costs.carried if further.costs else before.assets,
        left_on_accounts(further.gain_journal, before.remeasured),
    )


def refuse_unknown_plans(policy: ContractCostPolicy, snapshot: Snapshot, assets: Sequence[Asset]) -> None:
    """Raises ConfigurationError for a plan that is capitalised and that neither a line nor an asset has."""
    plans = {one.plan_name or "" for one in snapshot.lines.values()} | {one.plan for one in assets}
    for sentence in unknown_plans(policy, plans):
        raise ConfigurationError(sentence)


def books_functional(journals: Sequence[str], templates: Path | None) -> bool:
    """Whether a remeasurement is an entry in the currency of the books, by any layout of the journals."""
    return any(not _layout_says_both(name, templates) for name in journals)


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
