"""What each column asks of a cell that a person touched: the rules, declared once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from reconcile.domain.fields import ACTIONS, Field, FieldKind
from reconcile.domain.money import known_currencies, parse_decimal
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.stage import STAGES

Rules: TypeAlias = dict[str, Callable[[str], bool]]
Cells: TypeAlias = Sequence[str | None]
"""The editable cells of a row: "" for one that was emptied, None for one that is as exported."""


def rules_of(field: Field, policy: Policy) -> Rules:
    """The rules of a column by name: whether a touched cell, "" for an emptied one, keeps to it."""
    rules: Rules = {}
    if not field.clearable:
        rules["blank"] = bool
    if allowed := frozenset(allowed_values(field, policy)):
        rules["choice"] = lambda text: not text or text in allowed
    if field.kind is FieldKind.AMOUNT:
        rules["amount-number"] = lambda text: not text or parse_decimal(text) is not None
    if field.name == "amount":
        rules["amount-zero"] = lambda text: parse_decimal(text) != 0
    if field.kind is FieldKind.TEXT:
        rules["text-length"] = lambda text: len(text) <= policy.text_limit
    return rules


def allowed_values(field: Field, policy: Policy) -> tuple[str, ...]:
    """The values that a column takes; empty where it takes any."""
    choices: dict[str, tuple[str, ...]] = {
        "stage": tuple(STAGES),
        "action": ACTIONS,
        "decline_reason": tuple(policy.names.decline_reasons),
        "currency": known_currencies(),
    }
    return choices.get(field.name, ())
