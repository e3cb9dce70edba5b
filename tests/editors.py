"""Programs that people and their tools open workbooks with, each driven the way it is used in earnest."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import excelize
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

PROGRAMS: Final = ("LibreOffice", "Gnumeric", "ExcelJS", "SheetJS", "openpyxl")
"""The editors that the manual shows in its table of what each of them loses."""
EDITORS: Final = (*PROGRAMS, "xlsx-populate", "excelize", "openxlsx", "pandas", "polars")
"""Every editor that there is a driver for."""
DRIVERS: Final = Path(__file__).parent / "office"
WANTED: Final[dict[str, str]] = json.loads((DRIVERS / "package.json").read_text(encoding="utf-8"))[
    "dependencies"
]
"""The node packages and their versions."""
PATIENCE: Final = 300  # seconds for a program to do its work on a busy machine


@dataclass(frozen=True)
class Step:
    """One thing a person does on a sheet. row: its number, or the id of its record.

    do: `type` a value into a cell, `delete` or `hide` a row, or `sort` the table by a column.
    """

    do: str
    sheet: str
    row: int | str = 0
    header: str = ""
    value: str | float = ""
    descending: bool = False


@dataclass(frozen=True)
class Editor:
    """A program: its name, and how it opens `source`, does the steps, and saves `target`.

    `work` answers the version of the program.
    """

    name: str
    work: Callable[[Path, Path, Sequence[Step]], str]


def libreoffice(soffice: str, python: str, folder: Path) -> Editor:
    """LibreOffice through its UNO bridge; `python` is the system's own, which has the bridge."""

    def work(source: Path, target: Path, steps: Sequence[Step]) -> str:
        job = _job(folder, source, target, steps, profile=str(folder / "profile"))
        return _said(python, str(DRIVERS / "libreoffice_types.py"), soffice, str(job))

    return Editor("LibreOffice", work)


def gnumeric(ssconvert: str, folder: Path) -> Editor:
    """Gnumeric cannot be told to type: the steps are done by openpyxl, and Gnumeric opens and saves."""

    def work(source: Path, target: Path, steps: Sequence[Step]) -> str:
        if steps:
            typed = folder / "typed.xlsx"
            _openpyxl_work(source, typed, steps)
            source = typed
        _said(ssconvert, "--export-type=Gnumeric_Excel:xlsx2", str(source), str(target))
        # `ssconvert version '1.12.55'` and more, over several lines.
        return _said(ssconvert, "--version", lines="all").split("'")[1]

    return Editor("Gnumeric", work)


def node_program(node: str, script: str, name: str, modules: Path, folder: Path) -> Editor:
    """A library for node, driven by a script in `tests/office`."""

    def work(source: Path, target: Path, steps: Sequence[Step]) -> str:
        job = _job(folder, source, target, steps, modules=str(modules))
        return _said(node, str(DRIVERS / script), str(job))

    return Editor(name, work)


def openpyxl_itself() -> Editor:
    """openpyxl, which most scripts of finance teams use."""
    return Editor("openpyxl", _openpyxl_work)


def excelize_itself(folder: Path) -> Editor:
    """excelize, which has no sorting: openpyxl sorts first."""

    def work(source: Path, target: Path, steps: Sequence[Step]) -> str:
        source, steps = _sorted_first(source, folder, steps)
        book = excelize.open_file(str(source))
        for step in steps:
            _excelize_step(book, step)
        book.save_as(str(target))
        book.close()
        return version("excelize")

    return Editor("excelize", work)


def openxlsx(rscript: str, folder: Path) -> Editor:
    """openxlsx for R, which has no sorting: openpyxl sorts first."""

    def work(source: Path, target: Path, steps: Sequence[Step]) -> str:
        source, steps = _sorted_first(source, folder, steps)
        told = folder / "steps.tsv"
        rows = (
            (
                one.do,
                one.sheet,
                one.row,
                one.header,
                "text" if isinstance(one.value, str) else "number",
                one.value,
            )
            for one in steps
        )
        told.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
        return _said(
            rscript, "--vanilla", str(DRIVERS / "openxlsx_types.R"), str(source), str(target), str(told)
        )

    return Editor("openxlsx", work)


def _sorted_first(source: Path, folder: Path, steps: Sequence[Step]) -> tuple[Path, Sequence[Step]]:
    sorts = [step for step in steps if step.do == "sort"]
    if not sorts:
        return source, steps
    target = folder / "sorted.xlsx"
    _openpyxl_work(source, target, sorts)
    return target, [step for step in steps if step.do != "sort"]


def _excelize_step(book: Any, step: Step) -> None:  # noqa: ANN401 - excelize has no types for mypy
    rows = book.get_rows(step.sheet)
    headers: list[str] = rows[0]
    row = step.row
    if isinstance(row, str):
        ids = headers.index("Line ID" if "Line ID" in headers else "Payout ID")
        row = next(number for number, cells in enumerate(rows, 1) if cells[ids : ids + 1] == [row])
    if step.do == "type":
        cell = excelize.coordinates_to_cell_name(headers.index(step.header) + 1, row, False)  # noqa: FBT003 - as its function takes it
        book.set_cell_value(step.sheet, cell, step.value)
    elif step.do == "delete":
        book.remove_row(step.sheet, row)
    else:
        book.set_row_visible(step.sheet, row, visible=False)


def node_modules() -> Path | None:
    """The folder with the node packages that `.ci/run` installs, in the versions wanted; None without."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "reconcile-tests" / "node"
    found = {name: folder / "node_modules" / name / "package.json" for name in WANTED}
    if not all(path.is_file() for path in found.values()):
        return None
    versions = {name: json.loads(path.read_text(encoding="utf-8"))["version"] for name, path in found.items()}
    return folder if versions == WANTED else None


def _job(folder: Path, source: Path, target: Path, steps: Sequence[Step], **more: str) -> Path:
    job = folder / "job.json"
    said = {"source": str(source), "target": str(target), "steps": [asdict(step) for step in steps], **more}
    job.write_text(json.dumps(said), encoding="utf-8")
    return job


def _said(*command: str, lines: str = "last") -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, f"{command[0]} failed:\n{done.stdout}{done.stderr}"
    said = (done.stdout or done.stderr).strip()
    return said if lines == "all" else said.rpartition("\n")[2]


def _openpyxl_work(source: Path, target: Path, steps: Sequence[Step]) -> str:
    book = openpyxl.load_workbook(source)
    for step in steps:
        sheet = book[step.sheet]
        columns = {cell.value: cell.column for cell in sheet[1]}
        row = step.row if isinstance(step.row, int) else row_of(sheet, columns, step.row)
        if step.do == "type":
            sheet.cell(row, columns[step.header]).value = step.value
        elif step.do == "delete":
            sheet.delete_rows(row)
        elif step.do == "hide":
            sheet.row_dimensions[row].hidden = True
        else:
            _sort(sheet, columns[step.header], descending=step.descending)
    book.save(target)
    return str(openpyxl.__version__)


def row_of(sheet: Worksheet, columns: dict[Any, int], record_id: str) -> int:
    """The row of a record."""
    ids = columns["Line ID" if "Line ID" in columns else "Payout ID"]
    return next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, ids).value == record_id)


def _sort(sheet: Worksheet, column: int, *, descending: bool) -> None:
    rows = sorted(
        ([(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows(min_row=2)),
        key=lambda row: row[column - 1][0],
        reverse=descending,
    )
    for cell, (value, kind) in _paired(sheet, rows):
        cell.value = value
        cell.data_type = kind  # otherwise openpyxl takes the text "=x" for a formula


def _paired(sheet: Worksheet, rows: list[list[tuple[Any, str]]]) -> Iterator[tuple[Any, tuple[Any, str]]]:
    for cells, values in zip(sheet.iter_rows(min_row=2), rows, strict=True):
        yield from zip(cells, values, strict=True)
