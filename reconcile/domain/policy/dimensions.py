"""The dimensions under which finance systems book: entity, class, department, location."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from reconcile.domain.phrases import counted, did_you_mean

Dimension = Literal["entity", "class", "department", "location"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("entity", "class", "department", "location")
FIELDS: Final = (*DIMENSIONS, *(f"{name}_name" for name in DIMENSIONS))
"""What a column can hold: the value, and the word for it where there is a value (`Department`)."""


@dataclass(frozen=True, slots=True)
class DimensionRule:
    """The value of a dimension by partner id, else by plan, else by currency, else the default."""

    default: str = ""
    by_partner: Mapping[str, str] = field(default_factory=dict)
    by_plan: Mapping[str, str] = field(default_factory=dict)
    by_currency: Mapping[str, str] = field(default_factory=dict)

    def value(self, partner_id: str, plan: str, currency: str) -> str:
        """The value for a line; empty where none is set."""
        return (
            self.by_partner.get(partner_id)
            or self.by_plan.get(plan)
            or self.by_currency.get(currency)
            or self.default
        )


Rules = Mapping[Dimension, DimensionRule]


def values_of(rules: Rules, partner_id: str, plan: str, currency: str) -> dict[str, str]:
    """The values for a line, of the dimensions that are set at all."""
    return {name: rules[name].value(partner_id, plan, currency) for name in DIMENSIONS if name in rules}


def texts_of(values: Mapping[str, str]) -> dict[str, str]:
    """What columns can hold of these values."""
    names = {f"{name}_name": name.capitalize() if values.get(name) else "" for name in DIMENSIONS}
    return {name: values.get(name, "") for name in DIMENSIONS} | names


def unknown_names(rules: Rules, partners: Iterable[str], plans: Iterable[str]) -> Iterator[str]:
    """A sentence for each partner and plan that the settings name and that is not there."""
    there, known = set(partners), sorted(set(plans))
    for name, rule in rules.items():
        for partner_id in sorted(rule.by_partner.keys() - there):
            yield f"close.dimensions.{name} names the partner {partner_id!r}, which is not in Introw."
        for plan in sorted(rule.by_plan.keys() - set(known)):
            hint = did_you_mean(plan, known)
            yield f"close.dimensions.{name} names the plan {plan!r}, which no line has.{hint}"


def without_value(rules: Rules, lines: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """A sentence for each dimension that some lines have no value of. lines: partner, plan, currency."""
    found = list(lines)
    for name, rule in rules.items():
        bare = [plan for partner_id, plan, currency in found if not rule.value(partner_id, plan, currency)]
        if bare:
            plans = ", ".join(sorted({plan or "none" for plan in bare}))
            yield (
                f"{counted(len(bare), 'line')} without {name} (plans: {plans}). "
                f"Name it in close.dimensions.{name}, or set its default."
            )
