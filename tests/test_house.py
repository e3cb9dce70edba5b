"""The house rules: who may import what, and how large a room may grow."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click import Context, Option

import reconcile
from reconcile.cli import COMMANDS
from reconcile.cli import reconcile as group

PACKAGE = Path(reconcile.__file__).parent
TOP = {"errors", "resources", "atomic", "config", "__init__"}

# Each room and the rooms that it may import; top-level modules count as rooms.
MAY_IMPORT = {
    "errors": set(),
    "resources": {"errors"},
    "atomic": {"errors"},
    "config": {"domain", "errors"},
    "domain": {"errors"},
    "introw": {"domain", "errors"},
    "workbook": {"domain", "errors", "resources", "atomic"},
    "check": {"domain", "errors"},
    "plan": {"domain", "check", "errors"},
    "store": {"domain", "errors"},
    "apply": {"plan", "introw", "store", "domain", "errors"},
    "report": {"plan", "domain", "errors", "resources", "atomic"},
    "erp": {"domain", "errors", "resources"},
    "close": {"domain", "plan", "report", "errors"},
    "sandbox": {"resources"},
}
# The one room that may import a library.
OWNERS = {
    "httpx": {"introw"},
    "openpyxl": {"workbook"},
    "xlsxwriter": {"workbook"},
    "pandera": {"check"},
    "pandas": {"check", "workbook"},
    "sqlalchemy": {"store", "sandbox"},
    "fastapi": {"sandbox"},
    "uvicorn": {"sandbox"},
    "jinja2": {"report"},
}


def _files() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).parts
        yield (parts[0] if len(parts) > 1 else path.stem), path


FILES = list(_files())


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize(("room", "path"), FILES, ids=lambda value: str(value).removeprefix(str(PACKAGE)))
def test_a_room_imports_only_what_it_may(room: str, path: Path) -> None:
    if room not in MAY_IMPORT:
        return
    own = [name.split(".")[1] for name in _imports(path) if name.startswith("reconcile.")]
    strangers = [name for name in own if name != room and name not in MAY_IMPORT[room]]

    assert strangers == []


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_has_one_room(library: str) -> None:
    users = {room for room, path in FILES if any(name.split(".")[0] == library for name in _imports(path))}

    assert users <= OWNERS[library]
    assert users


def test_the_product_knows_the_sandbox_only_where_it_is_started() -> None:
    users = {path.name for room, path in FILES if room != "sandbox" and _uses_sandbox(path)}

    assert users <= {"sandbox.py", "demo.py"}


def _uses_sandbox(path: Path) -> bool:
    return any(name.startswith("reconcile.sandbox") for name in _imports(path))


@pytest.mark.parametrize(("room", "path"), FILES, ids=lambda value: str(value).removeprefix(str(PACKAGE)))
def test_no_file_has_more_than_400_lines(room: str, path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_nine_functions_in_ten_are_under_30_lines() -> None:
    lengths = sorted(
        (node.end_lineno or 0) - node.lineno + 1
        for _, path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )

    assert lengths[len(lengths) * 9 // 10] < 30


def test_floats_are_made_in_one_place_only() -> None:
    """Money is Decimal everywhere; only cells of a workbook are ever floats."""
    rooms = {"domain", "check", "plan", "apply", "store", "report", "erp", "close"}
    makers = [
        str(path)
        for room, path in FILES
        if room in rooms and re.search(r"\bfloat\(", path.read_text(encoding="utf-8"))
    ]

    assert makers == []


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["diff", "--help"], ["apply", "--help"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    program = (
        "import sys; from reconcile.cli import run; run(sys.argv[1:]); "
        "print([m for m in ('pandas', 'pandera', 'openpyxl', 'httpx', 'xlsxwriter', 'sqlalchemy', 'fastapi', "
        "'rich', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_its_options_too(name: str) -> None:
    command = group.get_command(Context(group), name)

    assert command
    assert command.help
    assert [
        option.name
        for option in command.params
        if isinstance(option, Option) and not (option.help or option.hidden)
    ] == []
