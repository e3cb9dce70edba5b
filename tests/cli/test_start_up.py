"""What each command loads when it ends well: what it does not need, it does not wait for."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import NamedTuple

import pytest
from cli_session import EVERY_KIND, CliSession

from reconcile.cli import COMMANDS

HEAVY = {
    *("babel", "defusedxml", "fastapi", "httpx", "jinja2", "numpy", "openpyxl", "pandas", "pandera"),
    *("pydantic", "rapidfuzz", "rich", "sqlalchemy", "stdnum", "tenacity", "uvicorn", "xlsxwriter"),
}
ADDED = {"reconcile", "sitecustomize", "cython_runtime"}
"""Beside names with an underscore: what is ours, the computer's Python adds, or Cython adds to its own."""
STATE = {"click", "platformdirs", "sqlalchemy", "greenlet", "typing_extensions"} | {
    *("pydantic", "pydantic_core", "annotated_types", "typing_inspection"),
}
"""The state store; a baseline of it, and settings that somebody wrote. SQLAlchemy takes greenlet where it is there."""
HTTP = {"httpx", "httpcore", "h11", "certifi", "idna", "anyio", "sniffio", "tenacity"}
WITH_HTTP = {
    "rich",
    "pygments",
    "markdown_it",
    "mdurl",
    "h2",
    "hpack",
    "hyperframe",
    "socksio",
    "brotli",
    "zstandard",
}
"""httpx takes these where they are there."""
API = STATE | HTTP | WITH_HTTP | {"iso4217"}


class May(NamedTuple):
    """What a command may load: libraries, rooms of ours, and how many modules of ours at most."""

    libraries: set[str]
    rooms: set[str]
    modules: int


EDGE = {
    "atomic",
    "cli",
    "config",
    "domain",
    "elapsed",
    "errors",
    "jobs",
    "loopback",
    "profile",
    "store",
    "trusted_files",
} | {
    *("close_settings", "people_settings", "setting_values", "stamp_settings", "state_server"),
}
WORKBOOK = EDGE | {"check", "plan", "report", "resources", "workbook"}
MAY = {
    "history": May(STATE, EDGE | {"apply"}, 90),
    "check": May(STATE | {"iso4217"}, WORKBOOK, 170),
    "doctor": May(STATE | {"iso4217"}, WORKBOOK, 180),
    "export": May(API | {"xlsxwriter"}, EDGE | {"check", "introw", "outward", "resources", "workbook"}, 170),
    "diff": May(API, WORKBOOK | {"apply", "introw", "outward", "people"}, 266),
    "apply": May(
        API | {"filelock", "jinja2", "markupsafe"},
        WORKBOOK | {"apply", "evidence", "introw", "outward", "people"},
        330,
    ),
}
PROGRAM = """
import json, sys
from reconcile.cli import run
code = run(sys.argv[1:])
print(json.dumps([code, sorted(set(sys.modules) - sys.stdlib_module_names)]), file=sys.stderr)
"""


def _loaded(*arguments: str) -> list[str]:
    """The modules that a command has loaded when it ends well, without those of Python."""
    words = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    code, names = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return [name for name in names if name.partition(".")[0] not in sys.stdlib_module_names]


def _assert_allowed(command: str, *rest: str) -> None:
    names, may = _loaded(command, *rest), MAY[command]
    ours = [name.split(".") for name in names if name.startswith("reconcile.")]
    libraries = {name.partition(".")[0] for name in names if not name.startswith("_")} - ADDED

    assert libraries <= may.libraries
    assert {parts[1] for parts in ours} <= may.rooms
    assert len(ours) <= may.modules


@pytest.fixture
def edited(cli: CliSession) -> str:
    return str(cli.edit(cli.export(), *EVERY_KIND))


@pytest.mark.parametrize(
    ("command", "rest"),
    [
        ("check", ()),
        ("doctor", ()),
        ("diff", ()),
        ("apply", ("--yes",)),
    ],
)
def test_a_command_on_a_workbook_loads_only_what_it_needs(
    edited: str, command: str, rest: tuple[str, ...]
) -> None:
    _assert_allowed(command, edited, *rest)


def test_an_export_and_the_list_of_runs_load_only_what_they_need(cli: CliSession) -> None:
    target = str(cli.folder / "new.xlsx")

    _assert_allowed("export", "-o", target)
    _assert_allowed("history")


def test_the_help_of_no_command_loads_a_library_but_click() -> None:
    program = (
        "import contextlib, io\nfrom reconcile.cli import COMMANDS, run\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    codes = [run([name, '--help']) for name in COMMANDS]\n"
        "import json, sys\nprint(json.dumps([codes, sorted(sys.modules)]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    codes, names = json.loads(done.stdout)

    assert codes == [0] * len(COMMANDS)
    assert HEAVY.intersection(names) == set()
