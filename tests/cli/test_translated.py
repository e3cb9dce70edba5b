"""A workbook in another language: exported with a template, edited, and read without it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from cli_session import APPROVED, APPROVED_LINE, DUPLICATE, EVERY_KIND, POOL_PARTNER, CliSession
from strict_xlsx import problems

from reconcile import resources
from reconcile.workbook.copy.cell_editor import Keystroke

GERMAN = Path(__file__).parents[1] / "german"
ID_HEADERS = {"Auszahlungen": "Auszahlung", "Positionen": "Position"}

EINGABEN = (
    ("Auszahlungen", APPROVED, "Stufe", "PENDING_PAYMENT"),
    ("Positionen", APPROVED_LINE, "Betrag", 512.5),
    ("Positionen", DUPLICATE, "Maßnahme", "Decline"),
    ("Positionen", DUPLICATE, "Grund der Stornierung", "DUPLICATE"),
    ("Positionen", "cln_000000000000000draftline", "Maßnahme", "Detach"),
    ("Neue Positionen", 2, "Partnernummer", POOL_PARTNER),
    ("Neue Positionen", 2, "Betrag", 99.5),
    ("Neue Positionen", 2, "Währung", "USD"),
    ("Neue Positionen", 2, "Beschreibung", "True-up"),
)


def keys_of(texts: object, prefix: str = "") -> set[str]:
    if not isinstance(texts, dict):
        return {prefix}
    return {key for name, value in texts.items() for key in keys_of(value, f"{prefix}.{name}")}


def type_german(workbook: Path) -> Path:
    """The same edits as EVERY_KIND, under German headers."""
    book = openpyxl.load_workbook(workbook)
    for sheet_name, row, header, value in EINGABEN:
        sheet = book[sheet_name]
        columns = {cell.value: cell.column for cell in sheet[1]}
        place = columns.get(ID_HEADERS.get(sheet_name), 1)
        ids = {cells[place - 1].value: number for number, cells in enumerate(sheet.iter_rows(), start=1)}
        sheet.cell(ids.get(row, row), columns[header]).value = value
    target = workbook.with_name("bearbeitet.xlsx")
    book.save(target)
    return target


def requested(cli: CliSession, workbook: Path, *options: str | Path) -> list[dict[str, Any]]:
    """What a plan would do, without what differs between two exports."""
    code, out, err = cli.run("diff", workbook, "--json", *options)
    plan = json.loads(out)
    assert (code, plan["findings"], plan["damaged"]) == (0, [], []), err
    for one in plan["operations"]:
        (one["body"] or {}).pop("idempotencyKey", None)
    told = ("action", "method", "body", "relies_on", "expected")
    return [{key: one[key] for key in told} for one in plan["operations"]]


def test_the_translation_leaves_no_text_in_english() -> None:
    own = tomllib.loads(resources.template("workbook.toml").read_text("utf-8"))
    german = tomllib.loads((GERMAN / "workbook.toml").read_text("utf-8"))
    looks = {key for key in keys_of(own) if key.startswith(".colours") or key.endswith(".width")}

    assert keys_of(own) - keys_of(german) <= looks


def test_a_german_workbook_is_german_and_opens_without_a_repair(cli: CliSession) -> None:
    path = cli.export("--templates", str(GERMAN))
    book = openpyxl.load_workbook(path)

    assert book.sheetnames[:4] == ["Bitte lesen", "Auszahlungen", "Positionen", "Neue Positionen"]
    assert "Umfang" in [cell.value for cell in book["Bitte lesen"]["B"]]
    assert problems(path) == []


@pytest.mark.parametrize("options", [(), ("--templates", str(GERMAN))], ids=["without", "with"])
def test_the_edits_of_a_german_workbook_are_those_of_an_english_one(
    cli: CliSession, options: tuple[str, ...]
) -> None:
    english = cli.edit(cli.export(name="march.xlsx"), *EVERY_KIND)
    german = type_german(cli.export("--templates", str(GERMAN), name="maerz.xlsx"))

    assert requested(cli, german, *options) == requested(cli, english)
    assert len(requested(cli, german, *options)) == 5


def test_a_german_workbook_is_applied(cli: CliSession) -> None:
    code, out, _ = cli.run("apply", type_german(cli.export("--templates", str(GERMAN))), "--yes")

    assert code == 0
    assert "Everything ties out." in out
    assert cli.state()[APPROVED_LINE]["amount"] == "512.50"


def test_a_finding_names_the_sheet_and_cell_of_the_german_workbook(cli: CliSession) -> None:
    path = cli.export("--templates", str(GERMAN))
    edited = cli.edit(path, Keystroke("Positionen", 2, "Maßnahme", "Decline"))
    code, out, _ = cli.run("check", edited)

    assert code == 1
    assert "Positionen!D2" in out


def test_a_broken_template_is_a_usage_error_that_names_file_and_key(cli: CliSession) -> None:
    (cli.folder / "workbook.toml").write_text("[columns.payouts]\nstage = { label = 'Amount' }\n")
    target = cli.folder / "out.xlsx"
    code, _, err = cli.run("export", "--templates", cli.folder, "-o", target)

    assert code == 2
    assert str(cli.folder / "workbook.toml") in err.replace("\n", "")
    assert "the same text as" in err
    assert not target.exists()
