from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile.domain.policy.names_and_limits import Policy, ReadLimits
from reconcile.errors import ConfigurationError, ReconcileError, WorkbookError
from reconcile.workbook.ooxml.package_safety import check_package
from reconcile.workbook.read.reader import read_export, read_workbook

OLE2 = bytes.fromhex("D0CF11E0A1B11AE1")


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def repacked(path: Path, change: Callable[[str, bytes], bytes | None], **added: bytes) -> Path:
    with zipfile.ZipFile(path) as archive:
        members = {name: change(name, archive.read(name)) for name in archive.namelist()}
    return packed(path, {name: data for name, data in members.items() if data is not None} | added)


def refusal(path: Path, limits: ReadLimits | None = None) -> str:
    with pytest.raises(ReconcileError) as caught:
        read_workbook(path, Policy(reading=limits or ReadLimits()))
    assert path.name in str(caught.value)
    return str(caught.value)


def test_a_path_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"march\.xlsx cannot be read \(No such file"):
        read_workbook(tmp_path / "march.xlsx", Policy())


def test_a_folder_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is a folder"):
        read_workbook(tmp_path, Policy())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"Partner;Amount\nAcme;12", "is not an Excel workbook"),
        (OLE2 + bytes(600), "Excel 97-2003"),
        (OLE2 + bytes(1 << 20) + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
        (b"PK\x03\x04 and then the download broke off", "not copied completely"),
    ],
)
def test_what_is_no_workbook_is_refused_by_its_first_bytes(
    content: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "march.xlsx"
    path.write_bytes(content)

    assert message in refusal(path)


@pytest.mark.parametrize(
    "members",
    [
        {"word/document.xml": b"<x/>", "[Content_Types].xml": b"<x/>"},
        {"xl/workbook.xml": b"<x/>"},
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"},
        {"xl/workbook.bin": b"binary", "[Content_Types].xml": b"<x/>"},
    ],
)
def test_another_kind_of_archive_is_refused(members: dict[str, bytes], tmp_path: Path) -> None:
    assert "Save it in Excel as Excel Workbook (.xlsx)" in refusal(packed(tmp_path / "other.xlsx", members))


def test_a_package_without_its_sheets_is_damaged(simple_file: Path) -> None:
    repacked(simple_file, lambda name, data: None if name.startswith("xl/worksheets") else data)

    assert "is damaged" in refusal(simple_file)


def test_a_package_with_a_broken_byte_is_damaged(simple_file: Path) -> None:
    data = bytearray(simple_file.read_bytes())
    data[2000] ^= 0xFF
    simple_file.write_bytes(bytes(data))

    assert "is damaged" in refusal(simple_file)


def test_a_part_that_is_no_xml_is_damaged(simple_file: Path) -> None:
    repacked(simple_file, lambda name, data: b"<oops" if name == "xl/worksheets/sheet3.xml" else data)

    assert "is damaged" in refusal(simple_file)


@pytest.mark.parametrize("name", ["/etc/passwd", "../../outside.xml", "xl\\..\\..\\x.xml", "c:evil.xml"])
def test_a_part_that_points_outside_is_refused(name: str, simple_file: Path) -> None:
    repacked(simple_file, lambda _, data: data, **{name: b"x"})

    assert "unsafe name" in refusal(simple_file)


@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be"])
def test_a_document_type_is_refused_in_any_encoding(encoding: str, simple_file: Path) -> None:
    bomb = (" " * (1 << 20) + '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>').encode(encoding)
    repacked(simple_file, lambda name, data: bomb if name == "xl/sharedStrings.xml" else data)

    assert "declares document types" in refusal(simple_file)


def test_two_parts_of_one_name_are_refused(simple_file: Path) -> None:
    with zipfile.ZipFile(simple_file, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/workbook.xml", b"<workbook/>")

    assert "two parts of the same name" in refusal(simple_file)


def test_a_file_that_inflates_beyond_the_budget_is_refused(simple_file: Path) -> None:
    repacked(simple_file, lambda _, data: data, **{"xl/media/zeros.bin": bytes(2_000_000)})

    assert simple_file.stat().st_size < 200_000
    assert "holds more than 1 MB when unpacked" in refusal(simple_file, ReadLimits(megabytes=1))


@pytest.mark.parametrize("limits", [ReadLimits(rows=5), ReadLimits(columns=4), ReadLimits(cells=20)])
def test_a_sheet_beyond_the_limits_is_refused_by_name(limits: ReadLimits, simple_file: Path) -> None:
    message = refusal(simple_file, limits)

    assert "The sheet" in message
    assert "is larger than" in message


def test_a_workbook_of_somebody_else_is_not_ours(tmp_path: Path, simple_file: Path) -> None:
    repacked(
        simple_file,
        lambda name, data: (
            data.replace(b"reconcile workbook", b"something else") if name == "xl/sharedStrings.xml" else data
        ),
    )

    assert "is not a workbook that reconcile exported" in refusal(simple_file)


def test_a_workbook_of_a_newer_version_is_refused(simple_file: Path, edit: Callable[..., Path]) -> None:
    def upgrade(workbook: object) -> None:
        cells = (cell for row in workbook["_meta"].iter_rows() for cell in row)  # type: ignore[index]
        row = next(cell.row for cell in cells if cell.value == "schema_version")
        workbook["_meta"].cell(row, 3).value = "2"  # type: ignore[index]

    edit(simple_file, upgrade)

    assert "newer version" in refusal(simple_file)
    with pytest.raises(WorkbookError, match="newer version"):
        read_export(simple_file)


def test_a_damaged_identity_is_refused(simple_file: Path, edit: Callable[..., Path]) -> None:
    def spoil(workbook: object) -> None:
        cells = (cell for row in workbook["_meta"].iter_rows() for cell in row)  # type: ignore[index]
        next(cell for cell in cells if cell.value == "scope").value = "scoop"

    edit(simple_file, spoil)

    assert "damaged sheet _meta" in refusal(simple_file)


def test_an_exported_workbook_is_safe_to_open(simple_file: Path) -> None:
    check_package(simple_file)
