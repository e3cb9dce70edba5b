"""What spreadsheet programs make of texts that look like something else: each change is known as damage."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from libreoffice import Converter

from reconcile.domain.cell_texts.damage import damage
from reconcile.domain.fields import FieldKind
from reconcile.workbook.ooxml import open_book
from reconcile.workbook.read import shown

TEXTS = (
    *("000123", "158123456789012345", "1E5", "12.50", "+49123", "1,234", "1.234,50", "1,5", "12,5"),
    *("50%", "12.5%", "$5", "$1,234.50", "(5)", "5-", "1 1/2", "10:30", "10:30:15", "1:15 PM"),
    *("3-1", "1/2", "31.12", "3-1-2026", "2026-03-01", "2026-03", "MAR-26", "1 March 2026", "true", "FALSE"),
    *("PO-77", "'5", "R12", "A-3", "5 EUR", "1.2.3", "3/45", "1e5x"),
)
ENGLISH, GERMAN, FRENCH = "1033", "1031", "1036"
Program = Callable[[str], str]
PATIENCE = 300  # seconds on a busy machine


def typed(folder: Path) -> Path:
    path = folder / "typed.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([text, "end"] for text in TEXTS)
    return path


def unknown_changes(book: Path) -> dict[str, str]:
    """The texts that the program changed to something that is not known as damage."""
    (sheet,) = open_book(book).sheets
    made = {number: shown(cells.get(0)) for number, cells in open_book(book).rows(sheet)}
    assert len(made) == len(TEXTS)
    changed = {before: after for before, after in zip(TEXTS, made.values(), strict=True) if before != after}
    assert len(changed) > 5
    return {one: now for one, now in changed.items() if damage(FieldKind.TEXT, one, now) is None}


@pytest.mark.parametrize("language", [ENGLISH, GERMAN, FRENCH])
def test_whatever_libreoffice_makes_of_a_text_is_known_as_damage(
    language: str, convert: Converter, tmp_path: Path
) -> None:
    # Comma, quotes, UTF-8, from row 1, all columns as they are, the language, no quoted texts, recognition.
    rule = f"--infilter=CSV:44,34,76,1,,{language},false,true"
    made = convert(typed(tmp_path), tmp_path / "made", "xlsx", rule)

    assert unknown_changes(made) == {}


def test_whatever_gnumeric_makes_of_a_text_is_known_as_damage(program: Program, tmp_path: Path) -> None:
    target = tmp_path / "typed.xlsx"
    command = [program("ssconvert"), "--export-type=Gnumeric_Excel:xlsx2", str(typed(tmp_path)), str(target)]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)

    assert unknown_changes(target) == {}
