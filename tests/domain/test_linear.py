"""Every pattern that meets a text from outside takes time in proportion to it, however it is crafted."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import reconcile.check
import reconcile.close
import reconcile.domain
import reconcile.erp
import reconcile.introw
import reconcile.plan
import reconcile.report
import reconcile.workbook
from reconcile.domain.cell_texts.damage import damage
from reconcile.domain.cell_texts.typed_numbers import every_reading, typed_number
from reconcile.domain.fields import FieldKind
from reconcile.domain.money import parse_decimal

ROOMS = (
    reconcile.workbook, reconcile.check, reconcile.domain, reconcile.erp, reconcile.close, reconcile.introw,
    reconcile.plan, reconcile.report,
)  # fmt: skip
WHOLE = re.compile(
    r".*payments\.formats\.dates\._.*|.*result_columns\._AREA|.*comments\._PLACE|.*column_kinds\._AMOUNT"
)
"""Patterns that a text must match from end to end, so that they begin at one place only."""
LENGTHS = (16, 24, 36, 512, 4096)
LITTLE = 0.02  # seconds of processor time below which growth does not matter
GROWTH = 24.0  # eight times the text takes eight times as long, or, where it grows with the square, 64 times
PIECES = (
    "9", "9,", " ", ",", "_", "-", "(", "[", '"', "a", "A", "?", "1/", ' a="', "<row ", "<c r=", "EREF: ", "Monday ",
    "as of ", "charge ",
)  # fmt: skip
STARTS = ("", "USD9")
END = "!"


def patterns() -> Iterator[Any]:
    """Every compiled pattern of these rooms, by module and name."""
    seen = set()
    for room in ROOMS:
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, re.Pattern) and value not in seen:
                    seen.add(value)
                    where = f"{module.name.removeprefix('reconcile.')}.{name}"
                    yield pytest.param(value, WHOLE.fullmatch(where) is not None, id=where)


def spent(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def grows_gently(work: Callable[[str], object], start: str, piece: str) -> None:
    """Lengthens the text step by step, so that what grows too fast is seen before it takes hours."""
    before = 0.0
    for length in LENGTHS:
        text = start + piece * (length // len(piece)) + END
        now = min(spent(lambda text=text: work(text)) for _ in range(2))  # type: ignore[misc]
        assert now <= max(LITTLE, GROWTH * before), f"{length} of {start!r}, {piece!r}: {now:.3f} s"
        before = now


def every_text() -> Iterator[tuple[str, str]]:
    return ((start, piece) for start in STARTS for piece in PIECES)


@pytest.mark.parametrize(("pattern", "whole"), [*patterns()])
def test_a_pattern_takes_time_in_proportion_to_the_text(
    pattern: re.Pattern[Any],
    whole: bool,  # noqa: FBT001  of the table
) -> None:
    def work(text: str) -> None:
        given: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
        pattern.fullmatch(given)
        if not whole:
            pattern.sub(given[:0], given)

    for start, piece in every_text():
        grows_gently(work, start, piece)


@pytest.mark.parametrize(
    "work",
    [
        lambda text: typed_number(text, ""),
        lambda text: typed_number(text, "de"),
        every_reading,
        parse_decimal,
        lambda text: damage(FieldKind.TEXT, text, "9"),
        lambda text: damage(FieldKind.TEXT, "9", text),
        lambda text: damage(FieldKind.TEXT, text + "\x01", text),
        lambda text: damage(FieldKind.AMOUNT, "9", text),
    ],
)
def test_reading_a_text_takes_time_in_proportion_to_it(work: Callable[[str], object]) -> None:
    for start, piece in every_text():
        grows_gently(work, start, piece)


@pytest.mark.parametrize(
    "text",
    [
        "USD" + " " * 40 + "5" + " " * 40 + "USDX",
        "(" + " " * 150 + "-" + " " * 150 + "!",
        "9 " * 16_000 + "x",
    ],
)
def test_a_crafted_amount_is_no_number_at_once(text: str) -> None:
    assert spent(lambda: typed_number(text, "")) < LITTLE
    assert typed_number(text, "") is None


@pytest.mark.parametrize("control", ["\x01", "?\x01", "\x01?"])
def test_lost_control_characters_are_looked_for_in_linear_time(control: str) -> None:
    """The pattern for this was once made from the text itself, and a text of question marks kept it busy."""
    grows_gently(lambda text: damage(FieldKind.TEXT, control * len(text), "?" * len(text) + "x"), "", "?")
