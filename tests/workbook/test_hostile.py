"""Files that want to exhaust memory or patience, or to reach outside: read right, or refused in a sentence."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconcile.cli import run
from reconcile.domain.policy.names_and_limits import Policy, ReadLimits
from reconcile.domain.spreadsheet import column_letters
from reconcile.errors import ReconcileError
from reconcile.trusted_files import remember
from reconcile.workbook.read.reader import read_workbook

OLE2 = bytes.fromhex("D0CF11E0A1B11AE1")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
Check = Callable[[Path], tuple[int, str]]
Change = Callable[[str, bytes], bytes]


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Check:
    """Runs `check` on a file: its exit code, and all that it said."""

    def checked(path: Path) -> tuple[int, str]:
        capsys.readouterr()
        code = run(["check", str(path), "--state", str(tmp_path / "state.db")])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out + err

    return checked


def changed(path: Path, change: Change) -> Path:
    """The workbook with its parts changed, and proper checksums."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def part(name: str, data: bytes) -> Change:
    """Replaces one part."""
    return lambda found, old: data if found == name else old


def replaced(name: str, old: bytes, new: bytes) -> Change:
    """Replaces text in one part, where it must stand."""

    def change(found: str, data: bytes) -> bytes:
        assert found != name or old in data
        return data.replace(old, new, 1) if found == name else data

    return change


def sheet_part(path: Path, sheet: str) -> str:
    """The part of a sheet, in the order in which XlsxWriter numbers them."""
    with zipfile.ZipFile(path) as archive:
        names = re.findall(r'<sheet name="([^"]+)"', archive.read("xl/workbook.xml").decode())
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


# Refused, with a sentence that says what to do.


def test_an_entity_bomb_is_refused(simple_file: Path, check: Check) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "lol">{levels}]><sst xmlns="{MAIN}"><si><t>&l11;</t></si></sst>'
    code, said = check(changed(simple_file, part("xl/sharedStrings.xml", bomb.encode())))

    assert code == 1
    assert "declares document types in its part xl/sharedStrings.xml. Do not trust this file." in said


@pytest.mark.parametrize("kind", ["file:///etc/passwd", "http://127.0.0.1:9/x"])
def test_an_external_entity_is_refused_and_never_fetched(kind: str, simple_file: Path, check: Check) -> None:
    text = f'<!DOCTYPE x [<!ENTITY a SYSTEM "{kind}">]><worksheet xmlns="{MAIN}">&a;</worksheet>'
    code, said = check(changed(simple_file, part(sheet_part(simple_file, "Lines"), text.encode())))

    assert code == 1
    assert "declares document types" in said
    assert "root:" not in said


def test_a_part_that_hides_behind_another_name_is_not_parsed(simple_file: Path, check: Check) -> None:
    sheet = sheet_part(simple_file, "Lines")
    name = sheet.replace(".xml", ".bin")
    with zipfile.ZipFile(simple_file, "a") as archive:
        archive.writestr(name, f'<!DOCTYPE x [<!ENTITY a "b">]><worksheet xmlns="{MAIN}"/>')
    relations = replaced("xl/_rels/workbook.xml.rels", Path(sheet).name.encode(), Path(name).name.encode())
    code, said = check(changed(simple_file, relations))

    assert code == 1
    assert "is no XML by its name" in said


def test_parts_whose_names_differ_by_case_only_are_refused(simple_file: Path, check: Check) -> None:
    with zipfile.ZipFile(simple_file, "a") as archive:
        archive.writestr("XL/Workbook.xml", b"<workbook/>")
    code, said = check(simple_file)

    assert code == 1
    assert "two parts of the same name" in said


@pytest.mark.parametrize("way", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_unusual_compression_is_refused(way: int, simple_file: Path, check: Check) -> None:
    with zipfile.ZipFile(simple_file, "a", way) as archive:
        archive.writestr("xl/extra.xml", b"<x/>" * 1000)
    code, said = check(simple_file)

    assert code == 1
    assert "is compressed in a way that workbooks are not" in said


def test_a_list_of_parts_without_end_is_refused(simple_file: Path, check: Check) -> None:
    data = bytearray(simple_file.read_bytes())
    end = data.rfind(b"PK\x05\x06")
    data[end + 12 : end + 16] = (200_000_000).to_bytes(4, "little")
    simple_file.write_bytes(bytes(data))
    code, said = check(simple_file)

    assert code == 1
    assert "list of parts is longer than that of any workbook" in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (OLE2 + bytes(4096) + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
        (OLE2 + bytes(4096), "Excel 97-2003 (.xls)"),
        (b"Partner;Amount\r\nAcme;12\r\n", "is not an Excel workbook"),
        ("Partner\tBetrag\n".encode("utf-16"), "is not an Excel workbook"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "is not an Excel workbook"),
        (b"", "is empty"),
    ],
)
def test_another_kind_of_file_under_the_name_of_a_workbook_is_said_to_be_one(
    content: bytes, words: str, tmp_path: Path, check: Check
) -> None:
    path = tmp_path / "march.xlsx"
    path.write_bytes(content)
    code, said = check(path)

    assert code == 1
    assert words in said
    assert "march.xlsx" in said


def test_an_opendocument_sheet_is_said_to_be_one(tmp_path: Path, check: Check) -> None:
    path = tmp_path / "march.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    code, said = check(path)

    assert code == 1
    assert "OpenDocument" in said


def test_pipes_devices_folders_and_links_to_nowhere_are_usage_errors(tmp_path: Path, check: Check) -> None:
    pipe, loop, broken = tmp_path / "pipe.xlsx", tmp_path / "loop.xlsx", tmp_path / "broken.xlsx"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    broken.symlink_to(tmp_path / "nowhere.xlsx")

    assert [check(path)[0] for path in (pipe, loop, broken, tmp_path, Path(os.devnull))] == [2] * 5
    assert "is a pipe or a device" in check(pipe)[1]
    assert "is a pipe or a device" in check(Path(os.devnull))[1]


def test_a_link_to_a_workbook_is_that_workbook(simple_file: Path, tmp_path: Path, check: Check) -> None:
    link = tmp_path / "link.xlsx"
    link.symlink_to(simple_file)

    assert check(link)[0] == 0


def test_a_column_filled_down_to_the_end_of_the_sheet_is_refused(simple_file: Path) -> None:
    fill = "".join(f'<row r="{n}"><c r="D{n}" t="str"><v>PAID</v></c></row>' for n in range(10, 300))
    change = replaced(sheet_part(simple_file, "Payouts"), b"</sheetData>", f"{fill}</sheetData>".encode())

    with pytest.raises(
        ReconcileError, match="more than 100 rows on the sheet Payouts that were not exported"
    ):
        read_workbook(changed(simple_file, change), Policy(reading=ReadLimits(extra_rows=100)))


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (ReadLimits(seconds=1e-9), "takes longer than 1e-09 seconds to read"),
        (ReadLimits(strings=10), "holds more than 10 different texts"),
        (ReadLimits(rows=5), "is larger than the 5 rows"),
    ],
)
def test_what_is_beyond_a_limit_is_refused(limits: ReadLimits, words: str, simple_file: Path) -> None:
    with pytest.raises(ReconcileError, match=words):
        read_workbook(simple_file, Policy(reading=limits))


def test_the_limits_are_settings(simple_file: Path, tmp_path: Path, check: Check) -> None:
    settings = tmp_path / "reconcile.toml"
    settings.write_text("[workbook]\nstrings = 10\n", encoding="utf-8")
    remember(settings, settings.read_bytes())
    code, said = check(simple_file)

    assert code == 1
    assert "or raise the setting strings of [workbook] in reconcile.toml" in said


# Broken: refused or read, and never a traceback.


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_is_refused(share: float, simple_file: Path, check: Check) -> None:
    data = simple_file.read_bytes()
    simple_file.write_bytes(data[: int(len(data) * share)])
    code, said = check(simple_file)

    assert code == 1
    assert "probably not copied completely" in said


def outcomes(path: Path, versions: Iterator[bytes]) -> list[str]:
    """What reading says to each version of the file; any error that is not ours fails the test."""
    found = []
    for data in versions:
        path.write_bytes(data)
        try:
            read_workbook(path, Policy())
            found.append("")
        except ReconcileError as error:
            found.append(str(error))
    return found


def test_random_bytes_in_the_file_are_read_or_refused(simple_file: Path) -> None:
    rng, original = random.Random(11), simple_file.read_bytes()

    def versions() -> Iterator[bytes]:
        for _ in range(150):
            data = bytearray(original)
            for _ in range(rng.randrange(1, 6)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            yield bytes(data)

    said = outcomes(simple_file, versions())

    assert sum(map(bool, said)) > 50
    assert all(simple_file.name in sentence for sentence in said if sentence)


def test_random_text_in_the_parts_is_read_or_refused(simple_file: Path, tmp_path: Path) -> None:
    rng, copy = random.Random(12), tmp_path / "copy.xlsx"
    original = simple_file.read_bytes()
    bits = (b"9", b"-", b"x", b"", b'"', b"<", b"&", b"1e999", b"\xff", b"_x0000_", b"99999999999999999999")

    def damaged(name: str, data: bytes) -> bytes:
        if rng.random() > 0.2 or not data:
            return data
        place = rng.randrange(len(data))
        return data[:place] + rng.choice(bits) + data[place + rng.randrange(3) :]

    def versions() -> Iterator[bytes]:
        for _ in range(150):
            copy.write_bytes(original)
            yield changed(copy, damaged).read_bytes()

    said = outcomes(simple_file, versions())

    assert sum(map(bool, said)) > 20
    assert all(simple_file.name in sentence for sentence in said if sentence)


def test_an_identity_that_wants_to_overflow_is_refused(simple_file: Path) -> None:
    def versions() -> Iterator[bytes]:
        original = simple_file.read_bytes()
        for old, new in ((b'"stages"', b"[" * 30_000), (b"<t>1</t>", b"<t>" + b"9" * 30_000 + b"</t>")):
            simple_file.write_bytes(original)
            yield changed(simple_file, spoil(old, new)).read_bytes()

    assert all("damaged sheet _meta" in sentence for sentence in outcomes(simple_file, versions()))


def spoil(old: bytes, new: bytes) -> Change:
    quoted = old.replace(b'"', b"&quot;")

    def change(name: str, data: bytes) -> bytes:
        if name != "xl/sharedStrings.xml":
            return data
        assert old in data or quoted in data
        return data.replace(old, new).replace(quoted, new)

    return change


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
