"""Reads the section `[close]` of the settings: the month end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from reconcile.domain.phrases import did_you_mean
from reconcile.domain.policy.close import CHECK_NAMES, AccountRule, ClosePolicy, GlPolicy
from reconcile.domain.policy.contract_cost import ContractCostPolicy
from reconcile.domain.policy.dimensions import DimensionRule
from reconcile.domain.policy.remeasurement import RemeasurementPolicy
from reconcile.errors import ConfigurationError
from reconcile.setting_values import made, refuse_unknown


def close_policy(section: Mapping[str, Any], file: Path | None) -> ClosePolicy:
    """The settings of the month end. Raises ConfigurationError naming file, section and key."""
    _refuse_unknown_within(section, file)
    _refuse_text_terms(section, file)
    policy = made(ClosePolicy, section, file, "close")
    for check in policy.checks:
        if check not in CHECK_NAMES:
            hint = did_you_mean(check, CHECK_NAMES)
            raise ConfigurationError(
                f"{file}: close.checks has no check {check!r}; there are: {', '.join(CHECK_NAMES)}.{hint}"
            )
    if not policy.aging_days or list(policy.aging_days) != sorted(set(policy.aging_days)):
        raise ConfigurationError(f"{file}: close.aging_days must be days in ascending order.")
    _refuse_faults(policy, file)
    return policy


def _refuse_faults(policy: ClosePolicy, file: Path | None) -> None:
    """Raises ConfigurationError for contract costs or a remeasurement that lack something."""
    parts = {
        "contract_cost": policy.contract_cost.faults(),
        "remeasurement": policy.remeasurement.faults(policy.gl.payable),
    }
    for name, faults in parts.items():
        for fault in faults:
            raise ConfigurationError(f"{file}: close.{name}: {fault.rstrip('.')}.")


def _refuse_text_terms(section: Mapping[str, Any], file: Path | None) -> None:
    """Raises ConfigurationError for a term that is no whole number: a text of digits would pass for one."""
    costs = section.get("contract_cost")
    plans = costs.get("plans") if isinstance(costs, Mapping) else None
    for plan, months in plans.items() if isinstance(plans, Mapping) else ():
        if type(months) is not int:
            raise ConfigurationError(
                f"{file}: close.contract_cost.plans: the term of {plan!r} is {months!r}; write a number of "
                "months, such as 36."
            )


def _refuse_unknown_within(section: Mapping[str, Any], file: Path | None) -> None:
    """Raises ConfigurationError for a key that the accounts and dimensions of a close do not have."""
    kinds: dict[str, type] = dict.fromkeys(("expense", "liability", "receivable", "prepaid"), AccountRule)
    kinds |= {"gl": GlPolicy, "contract_cost": ContractCostPolicy, "remeasurement": RemeasurementPolicy}
    inner = {name: (section[name], kind) for name, kind in kinds.items() if name in section}
    dimensions = section.get("dimensions", {})
    if isinstance(dimensions, Mapping):
        inner |= {f"dimensions.{name}": (rule, DimensionRule) for name, rule in dimensions.items()}
    for name, (values, kind) in inner.items():
        if isinstance(values, Mapping):
            refuse_unknown(values, {one.name for one in fields(kind)}, file, f"close.{name}")
