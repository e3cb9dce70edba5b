"""What an organisation decides about costs of obtaining contracts: ASC 340-40, IFRS 15.91 to 15.104.

Every value can be set in `[close.contract_cost]` of `reconcile.toml`. Without plans nothing is capitalised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from reconcile.domain.phrases import did_you_mean

ONE_YEAR: Final = 12
"""Months: a shorter or equal term may be expensed at once (ASC 340-40-25-4, IFRS 15.94)."""
LONGEST: Final = 600


@dataclass(frozen=True, slots=True)
class ContractCostPolicy:
    """Which lines are capitalised, and how they are amortised.

    plans: the term in months of each plan whose lines are capitalised. asset: the account of what is
    capitalised; amortisation, impairment: those of what is taken off it. start: whether the month in which a
    line is earned is the first of its term, or the month after it. practical_expedient: whether plans of one
    year or less are expensed as they are earned.
    """

    plans: Mapping[str, int] = field(default_factory=dict)
    asset: str = ""
    amortisation: str = ""
    impairment: str = ""
    start: Literal["same month", "next month"] = "same month"
    practical_expedient: bool = True

    def term(self, plan: str) -> int:
        """The months over which lines of a plan are amortised; 0 where they are expensed."""
        months = self.plans.get(plan, 0)
        return 0 if self.practical_expedient and months <= ONE_YEAR else months

    @property
    def is_on(self) -> bool:
        """Whether lines of any plan are capitalised."""
        return any(self.term(plan) for plan in self.plans)

    def faults(self) -> Iterator[str]:
        """What is wrong with the settings, a sentence each."""
        for plan, months in self.plans.items():
            if not 0 < months <= LONGEST:
                yield f"plans: the term of {plan!r} must be 1 to {LONGEST} months, and is {months}"
        for name in ("asset", "amortisation", "impairment"):
            if self.plans and not getattr(self, name).strip():
                yield f"{name} must name an account, since plans are named"


def unknown_plans(policy: ContractCostPolicy, plans: Iterable[str]) -> Iterator[str]:
    """A sentence for each plan that the settings name and no line has."""
    known = sorted({one for one in plans if one})
    for plan in sorted(policy.plans.keys() - set(known)):
        there = ", ".join(known) or "none"
        yield (
            f"close.contract_cost names the plan {plan!r}, which no line has; there are: {there}."
            f"{did_you_mean(plan, known)}"
        )
