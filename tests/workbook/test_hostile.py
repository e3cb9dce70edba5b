"""Files that want to reach outside or are broken: read right, or refused in a sentence."""

from __future__ import annotations

import os
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from workbook.hostile_files import MAIN, OLE2, Change, Check, changed, replaced, sheet_part

from reconcile.domain.policy.names_and_limits import Policy, ReadLimits
from reconcile.errors import ReconcileError
from reconcile.trusted_files import remember
from reconcile.workbook.read.reader import read_workbook


def part(name: str, data: bytes) -> Change:
    """Replaces one part."""
    return lambda found, old: data if found == name else old


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
