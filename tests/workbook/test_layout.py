from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from reconcile.domain.edited import EditedWorkbook, Export
from reconcile.domain.fields import RecordKind
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import ConfigurationError
from reconcile.workbook.contract.layout import load_layout
from reconcile.workbook.export.writer import write_workbook

GERMAN = """
[sheets]
payouts = "Auszahlungen"
new_lines = "Neue Zeilen"

[colours]
accent = "#3B2E5A"

[columns.payouts]
stage = { label = "Status", help = "Neuer Status der Auszahlung." }
id = { label = "Auszahlung" }
amount = { width = 20, help = "Nur zur Information." }
"""


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder


def test_the_built_in_layout_has_every_text() -> None:
    layout = load_layout()

    assert layout.labels(RecordKind.PAYOUT)["id"] == "Payout ID"
    assert layout.steps


def test_a_users_file_changes_what_it_names_and_keeps_the_rest(
    templates: Path,
    simple: Snapshot,
    export_of: Callable[[Snapshot], Export],
    read: Callable[[Path], EditedWorkbook],
    tmp_path: Path,
) -> None:
    (templates / "workbook.toml").write_text(GERMAN)
    path = tmp_path / "german.xlsx"
    write_workbook(path, simple, export_of(simple), Policy(), templates)

    workbook = openpyxl.load_workbook(path)
    # Read without the folder: the workbook knows its own headers.
    edited = read(path)

    assert {"Auszahlungen", "Neue Zeilen", "Lines"} <= set(workbook.sheetnames)
    headers = [cell.value for cell in workbook["Auszahlungen"][1]]
    assert {"Status", "Auszahlung", "PO number"} <= set(headers)
    assert len(edited.payouts.rows) == 3
    assert edited.payouts.name == "Auszahlungen"
    assert edited.findings == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[sheets", "cannot be read"),
        ("[sheets]\npayouts = 3", "the key sheets.payouts must be a text"),
        ("[sheets]\npayouts = ''", "the key sheets.payouts is not a sheet name"),
        ("[sheets]\npayouts = 'a/b'", "the key sheets.payouts is not a sheet name"),
        (f"[sheets]\npayouts = '{'x' * 32}'", "the key sheets.payouts has 32 characters; Excel allows 31"),
        ("[sheets]\npayouts = 'LINES'", "the key sheets.lines has the same text as sheets.payouts"),
        ("[sheets]\nlists = '_Meta'", "has the same text as"),
        ("[colours]\nink = 'black'", "the key colours.ink must be a colour"),
        ("[colors]\nink = '#000000'", "the key colors is not known"),
        ("[columns.payouts]\nstadium = { label = 'x' }", "the key columns.payouts.stadium is not known"),
        ("[columns.payouts]\nstage = 'Stage'", "the key columns.payouts.stage must be a table"),
        ("[columns.payouts]\nstage = { label = ' x' }", "the key columns.payouts.stage.label is blank, or"),
        (
            "[columns.payouts]\nstage = { width = 'wide' }",
            "the key columns.payouts.stage.width must be a whole",
        ),
        ("[columns.payouts]\nstage = { label = 'amount' }", "has the same text as columns.payouts."),
        (
            f"[columns.payouts]\nstage = {{ help = '{'x' * 256}' }}",
            "columns.payouts.stage.help has 256 characters",
        ),
        ("[start]\nsteps = [1]", "the key start.steps must be a list of texts"),
        ("[sheets]\nstart = 'History'", "the key sheets.start is History"),
        (f"[sheets]\nstart = '{chr(0x1F44D) * 16}'", "sheets.start has 32 characters"),
        ('[start]\ntitle = "bell\\u0007"', "the key start.title holds a character that a workbook cannot"),
        ('[start]\nsteps = ["a", "\\uFFFF"]', "the key start.steps holds a character"),
        (
            "[columns.payouts]\nstage = { label = 'a_x0041_' }",
            "columns.payouts.stage.label holds a character",
        ),
        ('[columns.payouts]\nstage = { label = "a\\nb" }', "or has two or a line break"),
        ("[columns.payouts]\nstage = { width = 0 }", "columns.payouts.stage.width must be from 1 to 255"),
        ("[fonts]\nsize = 4", "the key fonts.size must be from 6 to 30"),
        ("[fonts]\nname = ' '", "the key fonts.name must be a name"),
        ("[paper]\nsize = 'A3'", "the key paper.size must be A4 or Letter"),
        (f"[hints]\nwrong_title = '{'x' * 33}'", "hints.wrong_title has 33 characters; Excel allows 32"),
    ],
)
def test_a_broken_template_names_its_file_and_key(content: str, message: str, templates: Path) -> None:
    (templates / "workbook.toml").write_text(content)

    with pytest.raises(ConfigurationError) as caught:
        load_layout(templates)

    assert message in str(caught.value)
    assert str(templates / "workbook.toml") in str(caught.value)


def test_paper_and_the_words_at_its_foot_come_from_the_template(
    templates: Path, simple: Snapshot, export_of: Callable[[Snapshot], Export], tmp_path: Path
) -> None:
    (templates / "workbook.toml").write_text(
        "[sheets]\npayouts = 'P & Q'\n[paper]\nsize = 'Letter'\npage = '{page} & {pages}'\n"
    )
    path = tmp_path / "letter.xlsx"
    write_workbook(path, simple, export_of(simple), Policy(), templates)

    sheet = openpyxl.load_workbook(path)["P & Q"]

    assert sheet.page_setup.paperSize == 1
    assert sheet.oddFooter.left.text == "P && Q"
    assert sheet.oddFooter.right.text == "&P && &N"


def test_a_template_that_is_no_text_is_a_usage_error(templates: Path) -> None:
    (templates / "workbook.toml").write_bytes(b"[start]\ntitle = '\xff\xfe'\n")

    with pytest.raises(ConfigurationError, match=r"workbook\.toml cannot be read"):
        load_layout(templates)


def test_a_folder_without_a_workbook_template_leaves_the_workbook_as_it_is(templates: Path) -> None:
    assert load_layout(templates) == load_layout()
