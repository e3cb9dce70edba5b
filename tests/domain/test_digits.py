"""Digits are those of ASCII: `int` and `\\d` take those of every script, which no period or amount is in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

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
    ("text", "wanted"), [("12", True), ("\uff11\uff12", False), ("\xb2", False), ("", False)]
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
