"""No text from outside becomes a number but by the one parser: `int`, `float` and `Decimal` take more than it.

They take the digits of every script, `1_000`, outer spaces, NaN, infinities, and exponents that no amount has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from house import MODULES, PACKAGE, Module

MAKERS = ("int", "float", "Decimal")
NUMERIC = ("abs", "any", "bool", "len", "max", "min", "parse_decimal", "round", "sum")
ASKED = ("_is_number", "is_digits", "fits", "parse_decimal")
MATCHES = ("findall", "finditer", "fullmatch", "match", "search")


def _is_number(node: ast.expr) -> bool:
    """Whether an expression is a number by its form: a constant of ours, arithmetic, a comparison, a length."""
    if isinstance(node, ast.Constant | ast.Compare):
        return True
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not) or _is_number(node.operand)
    if isinstance(node, ast.BinOp):
        return not isinstance(node.op, ast.Add | ast.Mod) or _is_number(node.left) or _is_number(node.right)
    if isinstance(node, ast.BoolOp):
        return all(map(_is_number, node.values))
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NUMERIC


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (one for one in ast.walk(node) if isinstance(one, ast.Call))


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _looked_at(scope: ast.AST) -> set[str]:
    """What a function asks for its digits, and the matches of our patterns, which take digits of ASCII alone."""
    found = set()
    for call in _calls(scope):
        if call.args and _name(call) in (*ASKED, *MATCHES):
            found.add(ast.unparse(call.args[-1]))
        if isinstance(call.func, ast.Attribute) and call.func.attr == "isdigit":
            found.add(ast.unparse(call.func.value))
    for node in ast.walk(scope):
        value = getattr(node, "value", None) or getattr(node, "iter", None)
        targets = [getattr(node, "target", None), *getattr(node, "targets", ())]
        if isinstance(value, ast.expr) and any(_name(call) in MATCHES for call in _calls(value)):
            found |= {
                name.id for one in targets if one for name in ast.walk(one) if isinstance(name, ast.Name)
            }
    return found


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript):
        node = node.value
    return ast.unparse(node)


def _is_exit_code(module: Module, call: ast.Call) -> bool:
    """What a command returns, made of a truth."""
    returned = (node.value for node in module.nodes if isinstance(node, ast.Return))
    return module.room == "cli" and call in returned


def made_numbers(module: Module) -> Iterator[str]:
    """The calls that make a number of what may be a text, and that nothing in their function looks at."""
    inside = {call for function in module.functions for call in _calls(function)}
    for scope in (*module.functions, *(node for node in module.nodes if isinstance(node, ast.Module))):
        looked = _looked_at(scope)
        for call in _calls(scope):
            if isinstance(scope, ast.Module) and call in inside:
                continue
            if not isinstance(call.func, ast.Name) or call.func.id not in MAKERS or not call.args:
                continue
            given = call.args[0]
            operands = given.values if isinstance(given, ast.BoolOp) else [given]
            is_known = all(_is_number(one) or {ast.unparse(one), _root(one)} & looked for one in operands)
            if not is_known and not _is_exit_code(module, call):
                yield f"{module.shown}: {ast.unparse(call)}"


OF_NUMBERS = {
    "a truth": (
        "apply/executed.py: int(self.plan.holds_back or not settled or (not self.verification.ties))",
        "jobs/runs/execute_run.py: int(self.plan.needs_decision)",
    ),
    "a number already": (
        "check/schemas.py: int(index)",
        "check/slips.py: int(amount)",
        "cli/sandbox_options.py: int(low or 0)",
        "close/rollup/rolled_books.py: Decimal(str(value_of(row[table.place(name)]) or 0))",
        "desk/security/tries.py: int(tries)",
        "domain/pack_table.py: Decimal(str(value_of(row[place]) or 0))",
        "erp/matching/subset_sum.py: int(amount.scaleb(_DECIMALS))",
        "erp/payments/formats/bai2.py: Decimal(coins)",
        "plan/gates.py: Decimal(count)",
        "plan/gates.py: Decimal(some)",
        "report/pack.py: Decimal(str(value_of(row[one]) or 0))",
        "store/database.py: int(connection.exec_driver_sql('PRAGMA user_version').scalar_one())",
        "store/fence.py: int(before or 0)",
        "store/fence.py: int(found or 0)",
        "store/postgres/team_database.py: int(connection.execute(func.max(VERSION.c.version).select()).scalar() or 0)",
        "store/postgres/team_database.py: int(connection.execute(func.pg_database_size(func.current_database()).select()).scalar_one())",
        "workbook/contract/excel_numbers.py: Decimal(repr(float(text)))",
        "workbook/pack/pack_charts.py: float(first)",
        "workbook/pack/pack_charts.py: float(last)",
        "workbook/pack/pack_charts.py: float(value)",
        "workbook/pack/pack_rows.py: float(value)",
        "workbook/pack/plain_table.py: int(cell.as_tuple().exponent)",
        "workbook/pack/stacked_sheet.py: Decimal(str(value))",
        "workbook/pack/stacked_sheet.py: float(Decimal(str(value)))",
        "workbook/read/readonly_edits.py: int(serial)",
    ),
    "a text that this program wrote in the same run": (
        "check/review.py: int(re.sub('\\\\D', '', one.cell) or 0)",
        "check/slips.py: int(day)",
        "check/slips.py: int(month)",
        "check/slips.py: int(year)",
        "erp/bills/import_files.py: Decimal(wire_amount(sign * amount, bill.amount.currency))",
        "erp/journals.py: Decimal(text)",
        "plan/holds.py: int(finding.cell.lstrip(ascii_uppercase) or 0)",
        "plan/results.py: int(row)",
        "report/bills.py: int(whole)",
        "report/payments.py: Decimal(amount)",
        "report/payments.py: Decimal(sums.get(one, '0'))",
        "workbook/doctor/repair.py: int(re.sub('[^0-9]', '', finding.cell) or 0)",
    ),
    "an amount that the parser read before it was kept": (
        "store/store.py: Decimal(row['amount'])",
        "workbook/contract/columns.py: Decimal(value)",
        "workbook/doctor/repair.py: Decimal(value)",
        "workbook/export/data_cells.py: Decimal(text)",
        "workbook/read/amount_cells.py: Decimal(before.baseline)",
    ),
    "a part of a match, or of a text that a pattern of digits let through": (
        "domain/books/fiscal_calendar.py: int(one)",
        "domain/books/fiscal_calendar.py: int(part[1:])",
        "domain/books/fiscal_calendar.py: int(part[1])",
        "domain/cell_texts/damage.py: Decimal(digits[:precision].ljust(len(digits), '0'))",
        "domain/cell_texts/damage.py: Decimal(part)",
        "domain/cell_texts/damage.py: int(number)",
        "domain/cell_texts/damage.py: int(part or 0)",
        "domain/cell_texts/damage.py: int(year)",
        "domain/cell_texts/typed_numbers.py: Decimal(plain)",
        "erp/general_ledger/read_ledger.py: int(match['day'] or match['late'] or last)",
        "erp/orders/nacha.py: int(payer.routing_number[:8])",
        "erp/orders/nacha.py: int(row.payee.routing_number[:8])",
        "erp/payments/formats/dates.py: int(text)",
        "erp/payments/formats/ofx.py: int(digits[4:6])",
        "erp/payments/formats/ofx.py: int(digits[6:8])",
        "erp/payments/formats/ofx.py: int(digits[:4])",
        "introw/pacing.py: float(text)",
        "workbook/ooxml/cells.py: int(bottom)",
        "workbook/ooxml/cells.py: int(match[1], 16)",
        "workbook/ooxml/cells.py: int(top)",
        "workbook/read/typed_dates.py: int(day)",
        "workbook/read/typed_dates.py: int(text)",
    ),
    "a number as JSON spells it, of a bounded length": ("introw/answer.py: int(text)",),
    "a word of a state that only this program writes": (
        "domain/settlement.py: int(one.state.partition('.')[2])",
        "domain/settlement.py: int(text.removeprefix(name).partition('.')[0])",
    ),
    "a reading that this program kept; a damaged one is taken again": ("jobs/kept_live.py: int(pages)",),
}
"""What makes a number of an expression that nothing beside it looks at, by what the expression is."""


def test_no_text_becomes_a_number_but_by_the_one_parser() -> None:
    found = {one for module in MODULES if module.room != "sandbox" for one in made_numbers(module)}

    assert found == {one for some in OF_NUMBERS.values() for one in some}


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ("def read(text):\n    return int(text)", True),
        ("def read(text):\n    return Decimal(text[1:])", True),
        ("def read(text):\n    return float(text or 0)", True),
        ("NUMBER = int(environ['N'])", True),
        ("def read(text):\n    return int(text) if is_digits(text) else 0", False),
        ("def read(text):\n    match = YEAR.fullmatch(text)\n    return int(match[1])", False),
        ("def read(texts):\n    return int(len(texts) / 2)", False),
    ],
)
def test_the_rule_sees_a_bare_number(code: str, is_found: bool) -> None:  # noqa: FBT001
    made = Module(PACKAGE / "made.py")
    made.__dict__["nodes"] = tuple(ast.walk(ast.parse(code)))

    assert bool([*made_numbers(made)]) is is_found
