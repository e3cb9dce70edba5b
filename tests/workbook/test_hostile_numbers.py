"""Numbers in the XML of a workbook that are none: the file is read, or refused in a sentence."""

from __future__ import annotations

import re
import shutil
import zipfile
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path

import pytest
from workbook.hostile_files import Change, Check, changed, sheet_part

from reconcile.domain.fields import RecordKind
from reconcile.domain.results import RowResult
from reconcile.errors import ReconcileError
from reconcile.workbook.contract import Markup, stored_number
from reconcile.workbook.copy.result import write_result
from reconcile.workbook.copy.review import write_review

NUMBER = re.compile(rb'<(?:[a-z0-9]+:)?([A-Za-z]+)\b[^<>]*? ([A-Za-z:]+)="[0-9]+"')
HOSTILE = (
    "\u00b2",
    "\u0661",
    "9" * 5000,
    "1_0",
    "-1",
    "1e9",
    "",
    "99999999999999999999",
    "0x1",
    "1.5",
    " 1 ",
)

ROW = RowResult(RecordKind.LINE, 2, "applied", "", "", "2026-04-06T10:00:00+00:00")


def numbers(path: Path) -> list[tuple[str, bytes, bytes]]:
    """Part, element and attribute of every kind of number that stands in the XML of a workbook."""
    with zipfile.ZipFile(path) as archive:
        return sorted(
            {(name, *found) for name in archive.namelist() for found in NUMBER.findall(archive.read(name))}
        )


def written(part: str, element: bytes, attribute: bytes, value: str) -> Change:
    """Writes a value into the first such attribute of a part."""
    number = re.compile(rb"(<(?:[a-z0-9]+:)?%b\b[^<>]*? %b=)\"[0-9]+\"" % (element, attribute))
    hostile = rb'\g<1>"%b"' % value.encode()
    return lambda found, data: number.sub(hostile, data, count=1) if found == part else data


@pytest.mark.parametrize("turn", [0, 7])
def test_a_number_of_the_xml_that_is_none_never_ends_in_a_traceback(
    turn: int, simple_file: Path, check: Check, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.xlsx"
    for place, value in zip(numbers(simple_file), islice(cycle(HOSTILE), turn, None), strict=False):
        shutil.copy(simple_file, path)
        code, said = check(changed(path, written(*place, value)))

        assert code in (0, 1), f"{place} = {value[:20]!r}: {code} {said}"


@pytest.mark.parametrize("turn", [3])
def test_a_number_that_is_none_never_ends_a_marked_copy_in_a_traceback(
    turn: int, simple_file: Path, tmp_path: Path
) -> None:
    path, copy = tmp_path / "hostile.xlsx", tmp_path / "copy.xlsx"
    for place, value in zip(numbers(simple_file), islice(cycle(HOSTILE), turn, None), strict=False):
        shutil.copy(simple_file, path)
        changed(path, written(*place, value))
        for write in (
            lambda: write_result(path, copy, [ROW]),
            lambda: write_review(path, copy, Markup((), (), ())),
        ):
            with suppress(ReconcileError):
                write()


@pytest.mark.parametrize(
    "text", [*HOSTILE[:4], "0x1", " 1 ", "", "nan", "inf", "-Infinity", "1e400", "1,5", "1e"]
)
def test_a_cell_holds_a_number_as_the_format_spells_it_or_none(text: str) -> None:
    assert stored_number(text) is None


@pytest.mark.parametrize("value", ["1_0", "\u0661\u0660", " 10 ", "nan", "1e400"])
def test_an_amount_of_other_signs_is_a_finding_in_its_cell(
    value: str, simple_file: Path, check: Check
) -> None:
    part = sheet_part(simple_file, "Lines")
    cell = re.compile(rb'(<c r="F2"[^<>]*>)<v>[^<]*</v>')
    hostile = rb"\g<1><v>%b</v>" % value.encode()

    def change(found: str, data: bytes) -> bytes:
        return cell.sub(hostile, data, count=1) if found == part else data

    code, said = check(changed(simple_file, change))

    assert code == 1, said
    assert "F2" in said
