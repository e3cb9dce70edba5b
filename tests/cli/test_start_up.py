"""Which heavy libraries each command loads: what it does not need, it does not wait for."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from cli_session import EVERY_KIND, CliSession

from reconcile.cli import COMMANDS

HEAVY = {
    *("babel", "defusedxml", "fastapi", "httpx", "jinja2", "numpy", "openpyxl", "pandas", "pandera"),
    *("pydantic", "rapidfuzz", "rich", "sqlalchemy", "stdnum", "tenacity", "uvicorn", "xlsxwriter"),
}
STATE = {"babel", "pydantic", "sqlalchemy"}
"""The settings and the state store."""
API = STATE | {"httpx", "tenacity", "rich"}
"""The client, too; httpx brings rich where it is there."""

MAY_LOAD = {
    "check": STATE | {"rich"},
    "history": STATE,
    "doctor": STATE | {"rich", "xlsxwriter"},
    "export": API | {"jinja2", "xlsxwriter"},
    "diff": API | {"jinja2", "xlsxwriter"},
    "apply": API | {"jinja2", "xlsxwriter"},
}
PROGRAM = """
import json, sys
from reconcile.cli import run
code = run(sys.argv[1:])
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]), file=sys.stderr)
"""


def _loaded(*arguments: str) -> set[str]:
    """The heavy libraries that a command has loaded when it ends well."""
    words = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    code, names = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return HEAVY.intersection(names)


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
    assert _loaded(command, edited, *rest) <= MAY_LOAD[command]


def test_an_export_and_the_list_of_runs_load_only_what_they_need(cli: CliSession) -> None:
    target = str(cli.folder / "new.xlsx")

    assert _loaded("export", "-o", target) <= MAY_LOAD["export"]
    assert _loaded("history") <= MAY_LOAD["history"]


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
