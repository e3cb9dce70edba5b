"""What an organisation decides about its month end: the checks' severities, accounts, buckets, thresholds.

Every value can be set in `[close]` of `reconcile.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal

from reconcile.domain.books.fiscal_calendar import FiscalCalendar
from reconcile.domain.policy.contract_cost import ContractCostPolicy
from reconcile.domain.policy.dimensions import Dimension, DimensionRule
from reconcile.domain.policy.remeasurement import RemeasurementPolicy

CHECK_NAMES: Final = (
    "not-final",
    "pool",
    "amount-differs",
    "no-po",
    "duplicates",
    "empty-or-negative",
    "backwards",
    "paid-unmatched",
    "matched-unpaid",
    "not-returned",
    "runs-unfinished",
    "moved",
    "edited-much",
    "undated",
    "unclear-status",
    "cut-off",
    "paid-differs",
    "paid-declined",
    "credit-balance",
    "edited-after-paid",
    "over-age",
    "stale-rates",
    "far-rates",
    "gl-differs",
    "gl-missing",
    "gl-forgotten",
    "unexplained",
)
"""The names of the checks of a close, in the order of the pack."""


class Weight(StrEnum):
    """How a check's findings weigh. blocking: the close does not pass until it is mended or waived."""

    OFF = "off"
    WARNING = "warning"
    BLOCKING = "blocking"


@dataclass(frozen=True, slots=True)
class AccountRule:
    """An account by partner id, else by plan, else by currency, else the default."""

    default: str
    by_partner: Mapping[str, str] = field(default_factory=dict)
    by_plan: Mapping[str, str] = field(default_factory=dict)
    by_currency: Mapping[str, str] = field(default_factory=dict)

    def account(self, partner_id: str, plan: str, currency: str) -> str:
        """The account of a line."""
        return (
            self.by_partner.get(partner_id)
            or self.by_plan.get(plan)
            or self.by_currency.get(currency)
            or self.default
        )


@dataclass(frozen=True, slots=True)
class GlPolicy:
    """How a close is compared with the general ledger.

    payable: the account of bills that are not paid, where it holds nothing but partners; empty where it holds
    more. currency: of an export that says none. signs: what amounts without a debit and a credit column mean:
    `natural` is above zero on the usual side of the account, `debit` above zero for every debit. tolerance:
    by currency how far an account may differ; `default` for the others.
    """

    payable: str = ""
    currency: str = ""
    signs: Literal["natural", "debit"] = "natural"
    tolerance: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClosePolicy:
    """How a period is closed.

    checks: the weight of a check by its name; one that is not named keeps its own. po_stages: payouts in
    these stages should have a PO number. max_edit_factor: an amount that moved by more than this factor is
    worth a look. aging_days: the upper ends of the buckets of the aging. flux_amount, flux_share: a movement
    is material when it is beyond both (in the row's currency; 0.1 is a tenth). expense, liability: accounts
    of the accrual; receivable, prepaid: of what partners owe, and of what was paid beyond what is owed.
    method: `reversing` books what is earned and not billed, and reverses it, since bills go to expense;
    `clearing` books what moved, since bills go to the liability account. rate_days: how many days a rate may
    lie from the end of the period. locked: what a closed period is locked against: `everything`, or `money`,
    which lets payouts go on to a paying stage, PAID or FAILED. gl: how the general ledger is compared.
    entity: whose books these are, for the cover and the foot of each page.
    fiscal: how fiscal years are named and divided. dimensions: under which departments and the like journals
    and bills are booked. contract_cost: what is capitalised. remeasurement: of balances in other currencies.
    """

    checks: Mapping[str, Weight] = field(default_factory=dict)
    po_stages: tuple[str, ...] = ("PENDING_PAYMENT", "SCHEDULED", "PAID")
    max_edit_factor: Decimal = Decimal(2)
    aging_days: tuple[int, ...] = (30, 60, 90)
    flux_amount: Decimal = Decimal(1000)
    flux_share: Decimal = Decimal("0.1")
    expense: AccountRule = field(default_factory=lambda: AccountRule("6200"))
    liability: AccountRule = field(default_factory=lambda: AccountRule("2100"))
    locked: Literal["everything", "money"] = "money"
    method: Literal["reversing", "clearing"] = "reversing"
    receivable: AccountRule = field(default_factory=lambda: AccountRule("1290"))
    prepaid: AccountRule = field(default_factory=lambda: AccountRule("1400"))
    rate_days: int = 5
    gl: GlPolicy = field(default_factory=GlPolicy)
    entity: str = ""
    fiscal: FiscalCalendar = field(default_factory=FiscalCalendar)
    dimensions: Mapping[Dimension, DimensionRule] = field(default_factory=dict)
    contract_cost: ContractCostPolicy = field(default_factory=ContractCostPolicy)
    remeasurement: RemeasurementPolicy = field(default_factory=RemeasurementPolicy)
