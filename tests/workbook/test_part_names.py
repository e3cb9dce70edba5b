"""Parts are found by their relations and by normal names, however a program spells them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.errors import WorkbookError
from reconcile.workbook.doctor import examine
from reconcile.workbook.ooxml import Parts

Members = dict[str, bytes]
Respell = Callable[[Members], Members]


def respelled(names: Callable[[str], str]) -> Respell:
    return lambda members: {names(name): data for name, data in members.items()}


def shared_strings(members: Members) -> Members:
    return {name.replace("sharedStrings", "SharedStrings"): data for name, data in members.items()}


def renamed_workbook(members: Members) -> Members:
    """Another name for the main part, which relations and content types know."""
    spelled = {name.replace("workbook.xml", "workbook2.xml"): data for name, data in members.items()}
    return {name: data.replace(b"workbook.xml", b"workbook2.xml") for name, data in spelled.items()}


def spaced_targets(members: Members) -> Members:
    """A sheet whose name in the package has a space, which relations write as `%20`."""
    found = {name.replace("sheet3.xml", "sheet 3.xml"): data for name, data in members.items()}
    return {name: data.replace(b"sheet3.xml", b"sheet%203.xml") for name, data in found.items()}


def backslash_targets(members: Members) -> Members:
    rels = "xl/_rels/workbook.xml.rels"
    return {**members, rels: members[rels].replace(b'Target="worksheets/', b'Target="worksheets\\')}


def without_relations_of_the_package(members: Members) -> Members:
    return {name: data for name, data in members.items() if name != "_rels/.rels"}


def without_styles(members: Members) -> Members:
    return {name: data for name, data in members.items() if name != "xl/styles.xml"}


def in_utf_16(members: Members) -> Members:
    def recoded(data: bytes) -> bytes:
        body = re.sub(rb"^<\?xml[^>]*\?>", b"", data).decode()
        return f'<?xml version="1.0" encoding="UTF-16" standalone="yes"?>{body}'.encode("utf-16")

    return {n: recoded(d) if n.endswith((".xml", ".rels")) else d for n, d in members.items()}


SPELLINGS: dict[str, Respell] = {
    "SharedStrings.xml": shared_strings,
    "small letters": respelled(str.lower),
    "capitals": respelled(str.upper),
    "backslashes": respelled(lambda name: name.replace("/", "\\")),
    "a leading slash": respelled(lambda name: f"/{name}"),
    "workbook2.xml": renamed_workbook,
    "%20": spaced_targets,
    "targets with backslashes": backslash_targets,
    "no relations of the package": without_relations_of_the_package,
    "UTF-16": in_utf_16,
}


def packed(path: Path, change: Respell) -> Path:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in change(members).items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_package_is_read_however_its_parts_are_spelled(
    spelling: str, simple_file: Path, read: Callable[[Path], EditedWorkbook]
) -> None:
    exported = read(simple_file)

    back = read(packed(simple_file, SPELLINGS[spelling]))

    assert (back.payouts, back.lines, back.new_lines) == (
        exported.payouts,
        exported.lines,
        exported.new_lines,
    )
    assert back.findings == exported.findings


def test_a_workbook_without_styles_keeps_its_values(
    simple_file: Path, read: Callable[[Path], EditedWorkbook]
) -> None:
    exported = read(simple_file)

    back = read(packed(simple_file, without_styles))

    assert [row.values for row in back.payouts.rows] == [row.values for row in exported.payouts.rows]
    assert [row.values for row in back.lines.rows] == [row.values for row in exported.lines.rows]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_doctor_finds_nothing_lost_however_the_parts_are_spelled(
    spelling: str, simple_file: Path
) -> None:
    traces = examine(packed(simple_file, SPELLINGS[spelling]), Policy())

    assert [trace for trace in traces if trace.harm] == []


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_copy_of_the_parts_finds_the_same_ones(spelling: str, simple_file: Path, tmp_path: Path) -> None:
    parts = Parts.of(packed(simple_file, SPELLINGS[spelling]))
    copy = tmp_path / "copy.xlsx"

    styles = parts.related(parts.workbook, "styles")[0]
    parts.put(styles, parts.read(styles).replace(b"</styleSheet>", b"<!-- ours --></styleSheet>"))
    with copy.open("wb") as stream:
        parts.save(stream)

    assert b"<!-- ours -->" in Parts.of(copy).read("xl/styles.xml")
    assert len(Parts.of(copy).names) == len(parts.names)


@pytest.mark.parametrize(
    "twin", ["XL/Workbook.xml", "xl\\workbook.xml", "/xl/workbook.xml", "xl/work%62ook.xml"]
)
def test_a_part_that_stands_twice_under_two_spellings_is_refused(
    twin: str, simple_file: Path, read: Callable[[Path], EditedWorkbook]
) -> None:
    packed(simple_file, lambda members: {**members, twin: b"<workbook/>"})

    with pytest.raises(WorkbookError, match="two parts of the same name"):
        read(simple_file)


@pytest.mark.parametrize("name", ["xl/%2e%2e/%2e%2e/x.xml", "%2Fetc/passwd", "//host/x.xml", "\\\\host\\x"])
def test_a_path_out_of_the_package_is_refused_however_it_is_spelled(
    name: str, simple_file: Path, read: Callable[[Path], EditedWorkbook]
) -> None:
    packed(simple_file, lambda members: {**members, name: b"x"})

    with pytest.raises(WorkbookError, match="unsafe name"):
        read(simple_file)


def test_encryption_by_a_sensitivity_label_is_not_called_a_password(
    tmp_path: Path, read: Callable[[Path], EditedWorkbook]
) -> None:
    path = tmp_path / "labelled.xlsx"
    words = "EncryptedPackage".encode("utf-16-le") + bytes(64) + "DRMEncryptedTransform".encode("utf-16-le")
    path.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600) + words)

    with pytest.raises(WorkbookError, match="encrypted by a sensitivity label"):
        read(path)
