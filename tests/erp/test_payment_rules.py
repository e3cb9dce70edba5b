"""Every rule by which the payments files and their matches are warned of is struck by a test."""

from __future__ import annotations

import ast
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import reconcile
from reconcile.domain.money import Money
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.matching.match import match_payments
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.payments.model import PaymentStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconcile.erp.payments.model import PaymentFile

    Reader = Callable[..., PaymentFile]

# Where the rule stands among the arguments of what makes a finding.
PLACES = {"found": 0, "note": 1}


def _rules() -> set[str]:
    names: set[str] = set()
    for path in (Path(reconcile.__file__).parent / "erp").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                at = PLACES.get(name, len(node.args))
                rule = node.args[at] if at < len(node.args) else None
                if isinstance(rule, ast.Constant) and isinstance(rule.value, str):
                    names.add(rule.value)
    return names


def test_every_rule_is_named_by_a_test() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    rules = _rules()

    assert len(rules) > 20
    assert {rule for rule in rules if not any(f'"{rule}"' in text for text in texts)} == set()


@pytest.mark.parametrize("word", ["X", "sideways", ""])
def test_a_word_for_no_direction_is_an_error_of_its_row(read: Reader, word: str) -> None:
    rows = f"2026-04-15,Acme,D,5.00,USD\n2026-04-15,Beta,{word},7.00,USD\n"
    file = read(f"Date,Payee,D/C,Amount,Currency\n{rows}")

    assert [(one.rule, one.severity.value, one.cell) for one in file.findings] == [
        ("direction-unknown", "error", "line 3")
    ]
    assert [one.status for one in file.payments] == [PaymentStatus.PAID, PaymentStatus.UNKNOWN]


@pytest.mark.parametrize("amount", ["", "-"])
def test_a_row_with_a_day_and_no_amount_is_said_to_be_no_payment(read: Reader, amount: str) -> None:
    rows = f"2026-04-15,Acme,5.00,USD\n2026-04-15,Beta,{amount},USD\n"
    file = read(f"Payment date,Payee,Amount,Currency\n{rows}")

    assert [(one.rule, one.cell) for one in file.findings] == [("amount-missing", "line 3")]
    assert len(file.payments) == 1


@pytest.mark.parametrize(("amount", "reason"), [("90.00", "short"), ("110.00", "over")])
def test_a_payment_of_another_amount_is_said_and_changes_nothing(
    read: Reader, amount: str, reason: str
) -> None:
    owed = Owed(
        "pay_1", "Acme", "Acme", Money(Decimal(100), "USD"), "APPROVED", date(2026, 3, 31), ("pay_1",)
    )
    file = read(f"Payment date,Payee,Amount,Currency,Reference\n2026-04-15,Acme,{amount},USD,pay_1\n")
    result = match_payments([file], [owed], PaymentPolicy())

    assert [one.rule for one in result.findings] == ["amount-differs"]
    assert [(one.verdict.value, one.code) for one in result.differing] == [("differs", reason)]
    assert result.matches == ()
