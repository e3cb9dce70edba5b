"""What is still in a workbook is not reported as lost, wherever a program keeps it, and who saved it is told."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from builders import make_export, make_snapshot

from reconcile.domain.policy.names_and_limits import Policy, ReadLimits
from reconcile.workbook.doctor import examine
from reconcile.workbook.export import Proposal, write_workbook
from reconcile.workbook.ooxml.read_budget import Budget
from reconcile.workbook.ooxml.sheet_facts import SheetFacts, sheet_facts

Change = Callable[[bytes], bytes]

DATA_BAR = (
    b'<ext xmlns:x14="x" uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"><x14:conditionalFormattings>'
    b'<x14:conditionalFormatting xmlns:xm="y"><x14:cfRule type="dataBar" id="{1}"><x14:dataBar>'
    b'<x14:cfvo type="autoMin"/></x14:dataBar></x14:cfRule><xm:sqref>D2:D9</xm:sqref>'
    b"</x14:conditionalFormatting></x14:conditionalFormattings></ext>"
)


def saved(path: Path, change: Change) -> Path:
    """The workbook with its data sheets changed, saved by a program that keeps all else."""
    target = path.with_name("saved.xlsx")
    with ZipFile(path) as source, ZipFile(target, "w", ZIP_DEFLATED) as written:
        for name in source.namelist():
            part = source.read(name)
            written.writestr(
                name, change(part) if re.fullmatch(r"xl/worksheets/sheet[234].xml", name) else part
            )
    return target


def with_extension(part: bytes, content: bytes) -> bytes:
    return part.replace(b"</worksheet>", b"<extLst>" + content + b"</extLst></worksheet>")


def a_data_bar(part: bytes) -> bytes:
    return with_extension(part, DATA_BAR)


def rules_in_the_extension(part: bytes) -> bytes:
    """The lists as Excel keeps those that point to another sheet."""
    found = re.search(rb"<dataValidations .*?</dataValidations>", part, re.DOTALL)
    assert found
    rules = b""
    for rule in re.findall(rb"<dataValidation .*?(?:</dataValidation>|/>)", found[0], re.DOTALL):
        where = re.search(rb' sqref="([^"]*)"', rule)
        assert where
        moved = re.sub(rb' sqref="[^"]*"', b"", rule)
        moved = re.sub(
            rb"<formula1>(.*?)</formula1>", rb"<x14:formula1><xm:f>\1</xm:f></x14:formula1>", moved
        )
        moved = moved.replace(
            b"</dataValidation>", b"<xm:sqref>" + where[1] + b"</xm:sqref></dataValidation>"
        )
        rules += moved.replace(b"dataValidation", b"x14:dataValidation")
    whole = b'<ext xmlns:x14="x" xmlns:xm="y"><x14:dataValidations>' + rules + b"</x14:dataValidations></ext>"
    return with_extension(part.replace(found[0], b""), DATA_BAR + whole)


def no_rules(part: bytes) -> bytes:
    return re.sub(rb"<dataValidations .*?</dataValidations>", b"", part, flags=re.DOTALL)


@pytest.mark.parametrize("change", [a_data_bar, rules_in_the_extension])
def test_rules_and_bars_in_the_extension_of_a_sheet_are_not_lost(change: Change, simple_file: Path) -> None:
    traces = examine(saved(simple_file, change), Policy())

    assert [(one.what, one.told) for one in traces if one.harm] == []


def test_rules_that_are_gone_are_lost(simple_file: Path) -> None:
    traces = examine(saved(simple_file, no_rules), Policy())

    assert {one.what for one in traces if one.harm} == {"Validations lost"}


def test_the_columns_that_lost_their_rules_are_those_that_an_export_has_rules_for(simple_file: Path) -> None:
    traces = examine(saved(simple_file, no_rules), Policy())
    with ZipFile(simple_file) as book:
        ruled = [len(facts_of(book.read(f"xl/worksheets/sheet{number}.xml")).ruled) for number in (2, 3, 4)]

    told = [one.told.partition(" take ")[0] for one in traces if one.what == "Validations lost"]
    assert [names.count(",") + 1 for names in told] == ruled


def test_nothing_is_lost_in_an_export_of_nothing_with_room_for_new_payouts(tmp_path: Path) -> None:
    nothing, path = make_snapshot(), tmp_path / "new.xlsx"
    write_workbook(path, nothing, make_export(nothing), Policy(), None, Proposal(new_payouts=True))

    assert [one.what for one in examine(path, Policy())] == ["Saved by"]


def test_a_program_that_keeps_the_properties_of_a_file_still_saved_it(simple_file: Path) -> None:
    def by(path: Path) -> str:
        return next(one.told for one in examine(path, Policy()) if one.what == "Saved by")

    assert by(simple_file) == "nobody since the export"
    assert by(saved(simple_file, bytes)) == "a program that does not give its name (such as Google Sheets)"


LIST = b'<dataValidation type="list" sqref="A2:A9"><formula1>"x,y"</formula1></dataValidation>'
EXTENDED = (
    b'<x14:dataValidation type="list"><x14:formula1><xm:f>Lists!$A$2:$A$9</xm:f></x14:formula1>'
    b"<xm:sqref>C2:C9</xm:sqref></x14:dataValidation>"
)


def facts_of(part: bytes) -> SheetFacts:
    return sheet_facts(io.BytesIO(part), Budget(Path("a.xlsx"), ReadLimits()))


def test_a_rule_does_not_reach_over_what_stands_before_the_range_of_a_data_bar() -> None:
    facts = facts_of(
        with_extension(LIST + b"<tableParts><tablePart r:id='t'/></tableParts></worksheet>", DATA_BAR)
    )

    assert facts.ruled == {0}
    assert {"tablePart", "conditionalFormatting"} <= facts.marks


def test_the_range_of_a_list_rule_in_the_extension_is_its_own_and_not_that_of_a_data_bar() -> None:
    for content in (EXTENDED + DATA_BAR, DATA_BAR + EXTENDED, EXTENDED):
        assert facts_of(with_extension(b"</worksheet>", content)).ruled == {2}
