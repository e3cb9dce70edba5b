"""Digits are those of ASCII: `int` and `\\d` take those of every script, which no period or amount is in."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click import BadParameter, Command, Context, FloatRange, Group, IntRange, Parameter
from click.types import IntParamType

from reconcile.cli import reconcile
from reconcile.config import Choices, load
from reconcile.domain.books.fiscal_calendar import FiscalCalendar
from reconcile.domain.money import is_digits
from reconcile.domain.period import Period
from reconcile.errors import ConfigurationError
from reconcile.jobs.runs.run_options import next_time

PACKAGE = Path(__file__).parents[2] / "reconcile"
OF_EVERY_SCRIPT = {
    "plan/codec.py": "numbers that Decimal would take, to be refused",
    "erp/payments/column_kinds.py": "what kind of column it is; its cells are read by the one parser",
}
FULL, ARABIC = "\uff12\uff10\uff12\uff16", "\u0662\u0660\u0662\u0666"


@pytest.mark.parametrize("year", [FULL, ARABIC])
@pytest.mark.parametrize("form", ["{}-03", "{}-Q1", "{}-03-01..{}-03-31"])
def test_a_period_takes_no_other_digits(form: str, year: str) -> None:
    with pytest.raises(ConfigurationError):
        Period.parse(form.replace("{}", year))


@pytest.mark.parametrize("year", [FULL, ARABIC])
@pytest.mark.parametrize("form", ["{}", "FY{}", "FY{}-Q1", "FY{}-P03"])
def test_a_fiscal_period_takes_no_other_digits(form: str, year: str) -> None:
    with pytest.raises(ConfigurationError):
        FiscalCalendar().parse(form.format(year))


@pytest.mark.parametrize("text", ["\uff11\uff18:00", "18:\u0660\u0660", "24:00", "7", "18:00:00"])
def test_a_time_of_day_takes_no_other_digits(text: str) -> None:
    with pytest.raises(ConfigurationError):
        next_time(text, datetime(2026, 4, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("12", True),
        ("\uff11\uff12", False),
        ("\xb2", False),
        ("", False),
        ("1_000", False),
        ("9" * 5_000, False),
    ],
)
def test_digits_alone_are_those_of_ascii(text: str, wanted: bool) -> None:  # noqa: FBT001
    assert is_digits(text) is wanted


def _lines_with(find: Callable[[str], bool]) -> list[str]:
    files = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py")}
    return [
        f"{name}: {line.strip()}"
        for name, path in files.items()
        for line in path.read_text(encoding="utf-8").splitlines()
        if not name.startswith("sandbox/") and name not in OF_EVERY_SCRIPT and find(line)
    ]


def test_no_pattern_takes_digits_of_every_script() -> None:
    assert not _lines_with(lambda line: r"\d" in re.sub(r"\[\^[^]]*\]", "", line))


def test_no_text_becomes_a_number_by_the_digits_of_every_script() -> None:
    asked = re.compile(r"\bint\(.*\.is(?:digit|decimal|numeric)\(|\.is(?:digit|decimal|numeric)\(.*\bint\(")
    assert not _lines_with(lambda line: bool(asked.search(line)))


SIGNS_ALONE = {
    "domain/money.py": "the one parser",
    "domain/books/account_names.py": "whether a name has a digit",
    "erp/general_ledger/read_ledger.py": "whether a cell has a digit",
    "erp/matching/by_reference.py": "counts the digits of a reference",
    "erp/matching/references.py": "whether a reference goes on",
    "erp/payments/column_kinds.py": "whether a cell has a digit",
    "erp/payments/formats/mt940.py": "finds those of other scripts, to refuse them",
    "erp/payments/formats/table.py": "whether a cell has a digit",
    "erp/payments/remarks.py": "whether a word has a digit",
    "erp/payments/row_doubts.py": "whether a day is written in digits alone",
    "report/template_budget.py": "counts the digits of a width, too many of which are refused",
}
"""Who asks a sign whether it is a digit, and why; what becomes a number is asked by is_digits."""


def test_nobody_else_asks_whether_a_text_is_digits() -> None:
    asked = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "sandbox" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("isdigit", "isdecimal", "isnumeric")
    }

    assert asked == set(SIGNS_ALONE)


def _number_options(command: Command, name: str) -> Iterator[tuple[str, Parameter]]:
    if isinstance(command, Group):
        for word in command.list_commands(Context(command)):
            inner = command.get_command(Context(command), word)
            assert inner
            yield from _number_options(inner, f"{name} {word}")
    for one in command.params:
        if isinstance(one.type, (IntParamType, IntRange, FloatRange)):
            yield f"{name} --{one.name}", one


NUMBERS = dict(_number_options(reconcile, "reconcile"))
OTHER_NUMBERS = (ARABIC, FULL, "1_0", "\xb2", "+1", "1e3", "9" * 5_000, "nan", "")


@pytest.mark.parametrize("name", [name for name in NUMBERS if not name.startswith("reconcile sandbox")])
def test_an_option_takes_plain_digits_alone(name: str) -> None:
    option = NUMBERS[name]
    for text in OTHER_NUMBERS:
        with pytest.raises(BadParameter, match="is not a whole number"):
            option.type.convert(text, option, None)

    assert option.type.convert("12", option, None) == 12


def test_there_are_options_with_a_number() -> None:
    assert "reconcile desk --port" in NUMBERS


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ('[pickup]\nmails = "1_000"', "pickup.mails must be a number"),
        ("[pickup]\nmails = true", "pickup.mails must be a number"),
        ('[workbook]\nseconds = "1_0"', "workbook.seconds must be a number"),
        ("[workbook]\nseconds = inf", "workbook.seconds must be a number"),
        ("[profiles.default]\ntimeout = nan", "profiles.default.timeout must be a number"),
        (f'[limits]\njump_factor = "{ARABIC}"', "limits.jump_factor must be a number of plain digits"),
        ('[limits]\njump_factor = "1_000"', "limits.jump_factor must be a number of plain digits"),
        ('[limits]\njump_factor = "1E+99999"', "limits.jump_factor must be a number of plain digits"),
    ],
)
def test_a_setting_takes_plain_numbers_alone(tmp_path: Path, line: str, where: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f"{line}\n", encoding="utf-8")

    with pytest.raises(ConfigurationError, match=where):
        load(Choices(config=file), {}, tmp_path)
