"""The decline reasons of the drop-down: where each is known from, and the hint that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.domain.policy.names_and_limits import DOCUMENTED_REASONS, Names
from reconcile.workbook.contract import Layout

_ORIGINS: Final = ("reason_documented", "reason_accepted", "reason_settings", "reason_refused")
"""The texts of the template that say where a reason is known from, the surest first."""
_HINT_LIMIT: Final = 255


@dataclass(frozen=True, slots=True)
class ListedReason:
    """A reason of the drop-down. label: that of Introw. origin: a key of the template's `[hints]`."""

    value: str
    label: str
    origin: str


def listed_reasons(names: Names, tried: Mapping[str, bool]) -> tuple[ListedReason, ...]:
    """The reasons of the settings, group by group. tried: whether the server took it."""
    reasons = [
        ListedReason(value, label, _origin(value, tried)) for value, label in names.decline_reasons.items()
    ]
    return tuple(sorted(reasons, key=lambda one: _ORIGINS.index(one.origin)))


def reasons_hint(layout: Layout, help_text: str, reasons: Sequence[ListedReason]) -> str:
    """The hint of the column, with the groups; without them where they do not fit into a hint."""
    groups = {origin: ", ".join(one.value for one in reasons if one.origin == origin) for origin in _ORIGINS}
    told = [f"{layout.hints[origin]}: {values}." for origin, values in groups.items() if values]
    whole = " ".join([help_text, *told])
    return whole if len(whole.encode("utf-16-le")) // 2 <= _HINT_LIMIT else help_text


def _origin(value: str, tried: Mapping[str, bool]) -> str:
    if value in DOCUMENTED_REASONS:
        return _ORIGINS[0]
    if value not in tried:
        return _ORIGINS[2]
    return _ORIGINS[1] if tried[value] else _ORIGINS[3]
