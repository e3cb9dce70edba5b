"""The table of rules is the one place: the code strikes by no other, and the manual shows all of them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import reconcile
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.rules import RULES, graded
from reconcile.resources import manual_page

PACKAGE = Path(reconcile.__file__).parent
ROOMS = ("check", "workbook", "plan", "cli", "jobs")
# Where the id is put together, and out of what.
MADE = {"stage-unknown", "action-unknown", "decline-reason-unknown", "currency-unknown"}
# What an undo cannot do is no rule about a workbook, so no policy speaks of it.
OF_AN_UNDO = {"irreversible"}
NO_RULES = {"yyyy-mm-dd", "utf-8", "xml-content-model"}


def named_in_code() -> set[str]:
    """Every text in these rooms that has the form of a rule id and stands where one can."""
    found: set[str] = set()
    for room in ROOMS:
        for path in (PACKAGE / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args:
                    found |= _rule_of(node)
    return found


def _rule_of(call: ast.Call) -> set[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    place = {"Finding": 1, "Problem": 0, "found": 0, "finding": 0, "warning": 0, "_warning": 0}.get(name)
    if place is None or len(call.args) <= place:
        return set()
    text = call.args[place]
    return {str(text.value)} if isinstance(text, ast.Constant) else set()


def test_every_rule_that_the_code_names_is_in_the_table() -> None:
    named = named_in_code()

    assert len(named) > 30
    assert named - RULES.keys() == OF_AN_UNDO


def test_every_rule_of_the_table_is_named_by_the_code() -> None:
    texts = {
        path: path.read_text(encoding="utf-8") for room in ROOMS for path in (PACKAGE / room).rglob("*.py")
    }
    unused = {rule for rule in RULES if not any(f'"{rule}"' in text for text in texts.values())}

    assert unused == MADE


def test_a_fixed_rule_is_an_error_whatever_the_policy_says() -> None:
    for rule, known in RULES.items():
        finding = Finding(known.severity, rule, "What is wrong.", "What to do.")

        assert graded(finding, {rule: None}) == (finding if known.fixed else None)
        assert not known.fixed or known.severity is Severity.ERROR


@pytest.mark.parametrize("rule", RULES)
def test_the_manual_shows_every_rule_as_it_is(rule: str) -> None:
    row = re.search(rf"^\| `{rule}` \| (\w+) \| (.+) \|$", manual_page("checks"), re.MULTILINE)

    assert row, f"the page checks has no row for {rule}"
    shown = f"{RULES[rule].severity}" if not RULES[rule].fixed else "always"
    assert row.groups() == (shown, RULES[rule].says)
