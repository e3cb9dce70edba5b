"""Excel must open what we write without offering a repair."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from strict_xlsx import problems

from reconcile.domain.edited import Export
from reconcile.domain.policy.names_and_limits import Names, Policy
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.export.writer import write_workbook

MakeSnapshot = Callable[..., Snapshot]
MakeExport = Callable[[Snapshot], Export]


def change(path: Path, part: str, old: str, new: str) -> None:
    """Replaces the first `old` in a part of the package; fails where it is not there."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts[part].decode()
    assert re.search(old, text)
    parts[part] = re.sub(old, new, text, count=1).encode()
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_workbook_of_awkward_values_has_no_fault(hard_file: Path) -> None:
    assert problems(hard_file) == []


def test_an_empty_export_has_no_fault(
    snapshot_of: MakeSnapshot, export_of: MakeExport, tmp_path: Path
) -> None:
    empty = snapshot_of([])
    write_workbook(tmp_path / "empty.xlsx", empty, export_of(empty), Policy())

    assert problems(tmp_path / "empty.xlsx") == []


def test_names_with_signs_of_their_own_meaning_and_long_reasons_do_no_harm(
    simple: Snapshot, export_of: MakeExport, tmp_path: Path
) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "workbook.toml").write_text(
        "[sheets]\nstart = '&Start & \"go\"'\npayouts = \"Pay'outs! $A$1\"\nlines = '=1+1'\nlists = '<l>'\n"
        "[columns.payouts]\nstage = { label = '=SUM(A1)', help = '=1+1' }\npo_number = { label = '[PO] #@' }\n"
        "partner = { label = '\"<&>' }\n",
        encoding="utf-8",
    )
    policy = Policy(
        names=Names(decline_reasons={"CUSTOM": "x" * 300, 'a"b': 'Said "no"'}, custom_reason="CUSTOM")
    )
    write_workbook(tmp_path / "odd.xlsx", simple, export_of(simple), policy, folder)

    assert problems(tmp_path / "odd.xlsx") == []


@pytest.mark.parametrize("text", ["bad \uffff", "bad \ufffe", "null \x00", "escape \x1b[0m"])
def test_characters_that_xml_forbids_never_reach_it(
    text: str,
    payout: Callable[..., Payout],
    line: Callable[..., CommissionLine],
    snapshot_of: MakeSnapshot,
    export_of: MakeExport,
    tmp_path: Path,
) -> None:
    snapshot = snapshot_of([payout(1, partner_name=text, po_number=text, batch_id=text)], [line(1)])
    write_workbook(tmp_path / "bad.xlsx", snapshot, export_of(snapshot), Policy())

    assert problems(tmp_path / "bad.xlsx") == []


@pytest.mark.parametrize(
    ("part", "old", "new", "fault"),
    [
        ("xl/worksheets/sheet2.xml", "(<pageMargins[^>]*>)(<pageSetup[^>]*>)", r"\2\1", "out of order"),
        ("xl/worksheets/sheet2.xml", 'dxfId="0"', 'dxfId="99"', "the look 99"),
        ("xl/worksheets/sheet2.xml", 'priority="1"', 'priority="2"', "priorities"),
        ("xl/worksheets/sheet2.xml", 'prompt="', 'prompt="' + "x" * 256, "prompt of"),
        ("xl/worksheets/sheet2.xml", "<formula1>[^<]*", f"<formula1>{'x,' * 200}", "the list of"),
        (
            "xl/worksheets/sheet2.xml",
            '(<dataValidation [^>]*sqref="D2:)D[0-9]+"',
            r'\g<1>Z9"',
            "validations overlap",
        ),
        ("xl/worksheets/sheet2.xml", 's="[0-9]+"', 's="9999"', "a style that is not there"),
        ("xl/tables/table1.xml", 'name="Stage"', 'name="Stadium"', "its headers"),
        ("xl/tables/table2.xml", ' id="2"', ' id="1"', "two tables have the id 1"),
        ("xl/tables/table2.xml", 'displayName="Lines"', 'displayName="Payouts"', "are called payouts"),
        ("xl/workbook.xml", "reconcile_stages", "A1", "'A1' is no defined name"),
        (
            "xl/workbook.xml",
            '<definedName name="[^"]*">\'Lists\'',
            "<definedName name=\"x\">'Gone'",
            "'Gone'",
        ),
        ("xl/styles.xml", '<dxfs count="[0-9]+"', '<dxfs count="1"', "<dxfs> counts 1"),
        ("xl/sharedStrings.xml", "Acme", "\x01", "not well-formed"),
    ],
)
def test_faults_that_make_excel_offer_a_repair_are_seen(
    part: str, old: str, new: str, fault: str, simple_file: Path
) -> None:
    change(simple_file, part, old, new)

    assert [one for one in problems(simple_file) if fault in one]
