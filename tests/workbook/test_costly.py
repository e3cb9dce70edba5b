"""Files that want to exhaust memory or patience: read in bounds, or refused in a sentence."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from workbook.hostile_files import MAIN, OLE2, Check, changed, replaced, sheet_part

from reconcile.cli import run
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.spreadsheet import column_letters
from reconcile.errors import ReconcileError
from reconcile.workbook.read.reader import read_workbook

# Large: read right where it is only large.


def untouched(path: Path) -> bool:
    """Whether the workbook is read, and every value in it is what was exported."""
    edited = read_workbook(path, Policy())
    rows = [*edited.payouts.rows, *edited.lines.rows]
    return len(rows) == 10 and not edited.findings and all(row.values == row.baseline for row in rows)


@pytest.mark.parametrize(
    ("name", "mark"), [("xl/worksheets/sheet2.xml", b"<sheetData"), ("xl/styles.xml", b"<styleSheet")]
)
def test_a_mark_of_a_hundred_thousand_attributes_is_refused(
    name: str, mark: bytes, simple_file: Path, check: Check
) -> None:
    """A parser takes the square of their number: 200,000 took six seconds."""
    attributes = b"".join(b' a%d="12345"' % number for number in range(100_000))
    code, words = check(changed(simple_file, replaced(name, mark, mark + attributes)))

    assert code == 1
    assert "of more than 8 MB or nested without end" in words


def test_a_million_blank_rows_are_no_rows(simple_file: Path) -> None:
    blank = "".join(f'<row r="{n}" s="3"/>' for n in range(100, 1_000_100)).encode()

    assert untouched(
        changed(
            simple_file, replaced(sheet_part(simple_file, "Lines"), b"</sheetData>", blank + b"</sheetData>")
        )
    )


@pytest.mark.parametrize("sheet", ["Lines", "Lists"])
def test_a_sheet_of_16384_columns_is_read(sheet: str, simple_file: Path) -> None:
    columns = [column_letters(index) for index in range(30, 16_384)]
    filled = "".join(f'<c r="{column}1" t="str"><v>{column}</v></c>' for column in columns)
    change = replaced(sheet_part(simple_file, sheet), b"</row>", f"{filled}</row>".encode())

    assert untouched(changed(simple_file, change))


def test_a_column_beyond_the_last_one_is_refused(simple_file: Path) -> None:
    far = replaced(sheet_part(simple_file, "Lines"), b"</row>", b'<c r="ZZZZZZ1"><v>1</v></c></row>')

    with pytest.raises(ReconcileError, match="larger than the 1,048,576 rows, 16,384 columns"):
        read_workbook(changed(simple_file, far), Policy())


def test_thousands_of_styles_are_read(simple_file: Path) -> None:
    assert untouched(
        changed(simple_file, replaced("xl/styles.xml", b"</cellXfs>", b"<xf/>" * 60_000 + b"</cellXfs>"))
    )


@pytest.mark.parametrize(
    ("kind", "rules"),
    [
        ("vbaProject.bin", ["macros"]),
        ("externalLinks/externalLink1.xml", ["external-links"]),
        ("embeddings/oleObject1.bin", []),
    ],
)
def test_macros_links_and_attachments_are_named_and_left_alone(
    kind: str, rules: list[str], simple_file: Path
) -> None:
    exported = read_workbook(simple_file, Policy())
    with zipfile.ZipFile(simple_file, "a") as archive:
        archive.writestr(
            f"xl/{kind}", b"<externalLink/>" if kind.endswith("xml") else OLE2 + b"Sub AutoOpen()"
        )
    edited = read_workbook(simple_file, Policy())

    assert edited.sheets == exported.sheets
    assert [finding.rule for finding in edited.findings] == rules


@pytest.mark.parametrize(
    "bait",
    [
        b"<conditionalFormatting " * 300_000,
        b'<dataValidations><dataValidation type="list" sqref="A1:ZZZZZZZZ9"/></dataValidations>',
        b"<mergeCells>" + b"<mergeCell " * 300_000,
    ],
)
def test_nothing_is_caught_by_what_stands_behind_the_rows(
    bait: bytes, simple_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    behind = replaced(sheet_part(simple_file, "Lines"), b"</sheetData>", b"</sheetData>" + bait)
    path = str(changed(simple_file, behind))
    codes = {run(["doctor", path]), run(["check", path])}

    assert codes <= {0, 1}
    assert "Traceback" not in "".join(capsys.readouterr())


# Without end: refused, within bounds of memory.

_LAUNCH = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True, stdin=subprocess.DEVNULL)
kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([done.returncode, done.stdout + done.stderr, kilobytes // 1024]))
"""


def measured(path: Path) -> tuple[int, str, int]:
    """Checks a file in a process of its own: exit code, what it said, and the megabytes that it took."""
    settings = path.parent / "limits.toml"
    settings.write_text("[workbook]\nstrings = 300_000  # the default takes its time\n", encoding="utf-8")
    options = ["--config", str(settings), "--state", str(path.parent / "state.db")]
    command = [sys.executable, "-m", "reconcile", "check", str(path), *options]
    done = subprocess.run(
        [sys.executable, "-c", _LAUNCH, *command],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=True,
        timeout=300,
    )
    code, said, megabytes = json.loads(done.stdout)
    assert "Traceback" not in said
    return code, said, megabytes


ROOM = 400  # megabytes more than an ordinary workbook takes; each file below holds or claims far more


def streamed(path: Path, name: str, pieces: Iterator[bytes]) -> Path:
    """The workbook with a part that is written piece by piece, since it would not fit otherwise."""
    with zipfile.ZipFile(path) as archive:
        parts = {found: archive.read(found) for found in archive.namelist() if found != name}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for found, data in parts.items():
            archive.writestr(found, data)
        with archive.open(name, "w", force_zip64=True) as stream:
            for piece in pieces:
                stream.write(piece)
    return path


def wrapped(before: str, piece: bytes, times: int, after: str = "") -> Iterator[bytes]:
    yield before.encode()
    for _ in range(times):
        yield piece
    yield after.encode()


def a_sheet(rows: bytes, times: int) -> Iterator[bytes]:
    return wrapped(f'<worksheet xmlns="{MAIN}"><sheetData>', rows, times, "</sheetData></worksheet>")


LARGE: dict[str, tuple[str, Callable[[], Iterator[bytes]], str]] = {
    "a zip bomb of blanks": (
        "xl/media/blank.bin",
        lambda: wrapped("", bytes(1 << 20), 2100),
        "when unpacked",
    ),
    "a text without end": ("Lines", lambda: a_sheet(b"x" * (1 << 20), 200), "of more than 8 MB"),
    "rows without end": (
        "_meta",
        lambda: a_sheet(b"<row/>" * 20_000, 60),
        "is larger than the 1,048,576 rows",
    ),
    "a row without end": ("Lines", lambda: wrapped("<a><row>", b"<c/>" * 50_000, 400), "of more than 8 MB"),
    "deeply nested XML": ("Lines", lambda: wrapped("<a>", b"<a>" * 50_000, 400), "of more than 8 MB"),
    "texts without end": (
        "xl/sharedStrings.xml",
        lambda: wrapped(f'<sst xmlns="{MAIN}">', b"<si/>" * 20_000, 300, "</sst>"),
        "more than 300,000 different texts",
    ),
    "texts of any length": (
        "xl/sharedStrings.xml",
        lambda: wrapped(f'<sst xmlns="{MAIN}">', b"<si><t>" + b"x" * 32_000 + b"</t></si>", 9000, "</sst>"),
        "more than 256 MB of different texts",
    ),
    "styles without end": (
        "xl/styles.xml",
        lambda: wrapped(f'<styleSheet xmlns="{MAIN}"><cellXfs>', b"<xf/>" * 50_000, 400),
        "of more than 8 MB",
    ),
}


@pytest.fixture(scope="module")
def ordinary(_simple_bytes: bytes, tmp_path_factory: pytest.TempPathFactory) -> int:
    """The megabytes that an ordinary workbook takes."""
    path = tmp_path_factory.mktemp("ordinary") / "march.xlsx"
    path.write_bytes(_simple_bytes)
    code, _, megabytes = measured(path)
    assert code == 0
    return megabytes


@pytest.mark.parametrize("case", LARGE)
def test_memory_stays_bounded_whatever_a_file_holds(case: str, simple_file: Path, ordinary: int) -> None:
    name, pieces, words = LARGE[case]
    name = name if "/" in name else sheet_part(simple_file, name)
    code, said, megabytes = measured(streamed(simple_file, name, pieces()))

    assert code == 1
    assert words in said
    assert megabytes < ordinary + ROOM
