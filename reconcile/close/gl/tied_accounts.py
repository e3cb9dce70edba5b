"""The accounts that a close is compared in, and how they are taken together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconcile.domain.policy.close import AccountRule, ClosePolicy

EXPENSE = "expense"


@dataclass(frozen=True, slots=True)
class Account:
    """An account, or several that are compared as one. is_credit: whether it usually has a credit balance.

    has_balance: whether its balance is compared; of an expense only what moved is.
    """

    name: str
    is_credit: bool
    has_balance: bool = True


def tied_accounts(policy: ClosePolicy) -> Mapping[str, Account]:
    """What each account is compared as.

    Bills and payments choose among the accounts of the expense by layouts of their own, so these are one. So
    are, by the method of clearing, those of the liability.
    """
    expense, liability = accounts_of(policy.expense), accounts_of(policy.liability)
    found = {one: Account(one, is_credit=True) for one in liability}
    if policy.method == "clearing":
        found = dict.fromkeys(liability, Account(", ".join(liability), is_credit=True))
    for rule in (policy.receivable, policy.prepaid):
        found |= {one: Account(one, is_credit=False) for one in accounts_of(rule) if one not in found}
    if policy.gl.payable:
        found[policy.gl.payable] = Account(policy.gl.payable, is_credit=True)
    if policy.contract_cost.asset:
        found.setdefault(policy.contract_cost.asset, Account(policy.contract_cost.asset, is_credit=False))
    cost = Account(", ".join(expense), is_credit=False, has_balance=False)
    return found | dict.fromkeys(expense, cost)


def accounts_of(rule: AccountRule) -> tuple[str, ...]:
    """Every account that a rule can give, in order."""
    parts = (rule.by_partner, rule.by_plan, rule.by_currency)
    return tuple(sorted({rule.default, *(one for part in parts for one in part.values())}))


def currencies_of(policy: ClosePolicy) -> Mapping[str, str]:
    """The currency of the accounts that hold one only, by the settings."""
    found: dict[str, set[str]] = {}
    rules = (policy.expense, policy.liability, policy.receivable, policy.prepaid)
    for rule in rules:
        for currency, account in rule.by_currency.items():
            found.setdefault(account, set()).add(currency)
    others = {rule.default for rule in rules} | {
        one for rule in rules for part in (rule.by_partner, rule.by_plan) for one in part.values()
    }
    return {
        account: next(iter(codes))
        for account, codes in found.items()
        if len(codes) == 1 and account not in others
    }
