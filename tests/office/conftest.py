"""The editors, each skipped with a reason where its program is not installed, and failing where it must be."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from editors import (
    Editor,
    excelize_itself,
    gnumeric,
    libreoffice,
    node_modules,
    node_program,
    openpyxl_itself,
    openxlsx,
)
from frames import pandas_work, polars_work

SYSTEM_PYTHON = "/usr/bin/python3"
Program = Callable[[str], str]


@pytest.fixture
def editor(request: pytest.FixtureRequest, program: Program, tmp_path: Path) -> Editor:
    """The editor that the test is parametrized with, by name."""
    folder = tmp_path / "editor"
    folder.mkdir()
    makers: Mapping[str, Callable[[], Editor]] = {
        "LibreOffice": lambda: libreoffice(program("soffice"), program(SYSTEM_PYTHON), folder),
        "Gnumeric": lambda: gnumeric(program("ssconvert"), folder),
        "ExcelJS": lambda: node_program(program("node"), "exceljs_types.mjs", "ExcelJS", _packages(), folder),
        "SheetJS": lambda: node_program(program("node"), "sheetjs_types.mjs", "SheetJS", _packages(), folder),
        "xlsx-populate": lambda: node_program(
            program("node"), "xlsx_populate_types.mjs", "xlsx-populate", _packages(), folder
        ),
        "openpyxl": openpyxl_itself,
        "excelize": lambda: excelize_itself(folder),
        "openxlsx": lambda: openxlsx(program("Rscript"), folder),
        "pandas": lambda: Editor("pandas", pandas_work),
        "polars": lambda: Editor("polars", polars_work),
    }
    return makers[request.param]()


def _packages() -> Path:
    found = node_modules()
    if found is None and os.environ.get("RECONCILE_REQUIRE_PROGRAMS"):
        pytest.fail("the node packages of tests/office/package.json are required and not installed")
    if found is None:
        pytest.skip("the node packages of tests/office/package.json are not installed; .ci/run does it")
    return found
