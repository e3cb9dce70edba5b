"""Numbers in the XML of a workbook that are none: the file is read, or refused in a sentence."""

from __future__ import annotations

import re
import shutil
import zipfile
from itertools import cycle, islice
from pathlib import Path

import pytest
from workbook.hostile_files import Change, Check, changed

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
