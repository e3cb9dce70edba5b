"""The house rules: who may import what, and how large a file, a function or a folder may grow.

A list with `allowed` in its name holds what breaks a rule today. Take names out of it; put none in.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict

import pytest
import xlsxwriter
from click import Context, Option
from house import MODULES, PACKAGE, Module, circles, door_of, is_inside, length, rooms_of
from xlsxwriter import format as xlsxwriter_format
from xlsxwriter import sharedstrings, worksheet

from reconcile.cli import COMMANDS
from reconcile.cli import reconcile as group

# Each room and the rooms that it may import; files at the top of the package count as rooms.
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"cli"},
    "errors": set(),
    "resources": {"domain", "errors"},
    "atomic": {"errors"},
    "loopback": set(),
    "trusted_files": {"atomic"},
    "profile": set(),
    "state_server": {"errors", "loopback"},
    "setting_values": {"domain", "errors"},
    "people_settings": {"domain", "errors", "setting_values"},
    "close_settings": {"domain", "errors", "setting_values"},
    "stamp_settings": {"domain", "errors", "loopback", "setting_values"},
    "config": {
        *("close_settings", "domain", "errors", "loopback", "people_settings", "profile", "setting_values"),
        *("stamp_settings", "state_server", "trusted_files"),
    },
    "domain": {"errors"},
    "outward": {"errors", "loopback"},
    "introw": {"domain", "errors", "loopback", "outward"},
    "workbook": {"domain", "errors", "resources", "atomic"},
    "check": {"domain", "errors"},
    "plan": {"domain", "check", "errors"},
    "store": {"domain", "errors", "state_server"},
    "people": {"domain", "plan", "errors"},
    "apply": {"plan", "introw", "store", "domain", "errors"},
    "report": {"plan", "domain", "errors", "resources", "atomic"},
    "erp": {"domain", "errors", "resources"},
    "close": {"domain", "plan", "errors"},
    "notify": {"domain", "errors"},
    "stamp": {"__init__", "domain", "errors", "outward"},
    "evidence": {"plan", "store", "report", "domain", "errors"},
    "sandbox": {"loopback", "resources"},
    "jobs": {
        *(
            "apply",
            "atomic",
            "check",
            "close",
            "config",
            "domain",
            "erp",
            "errors",
            "evidence",
            "introw",
            "plan",
            "report",
        ),
        *("notify", "people", "people_settings", "setting_values", "stamp", "stamp_settings"),
        *("loopback", "outward", "resources", "state_server", "store", "trusted_files", "workbook"),
    },
    # The second edge: what the command line may, without the terminal.
    "desk": {"atomic", "config", "domain", "errors", "jobs", "loopback", "outward", "report", "resources"},
    "assistant": {"jobs", "domain", "errors", "__init__"},
    "cli": {
        *("assistant", "atomic", "config", "desk", "domain", "errors", "jobs", "report", "resources"),
        "sandbox",
    },
}
# The rooms that may import a library.
OWNERS: dict[str, set[str]] = {
    "httpx": {"introw", "outward"},
    "tenacity": {"introw"},
    "openpyxl": {"workbook"},
    "xlsxwriter": {"workbook"},
    "defusedxml": {"erp"},
    "pandera": {"check"},
    "pandas": {"check"},
    "sqlalchemy": {"store", "sandbox"},
    "filelock": {"store"},
    "fastapi": {"sandbox", "desk"},
    "uvicorn": {"sandbox", "desk"},
    "starlette": {"sandbox", "desk"},
    "jinja2": {"report", "desk"},
    "markupsafe": {"report", "desk"},
    "rich": {"report", "cli"},
    "click": {"cli"},
    "pydantic": {"setting_values", "plan", "store", "report", "erp", "close", "evidence", "jobs", "sandbox"},
    "platformdirs": {"config", "trusted_files"},
    "argon2": {"desk"},
    "authlib": {"desk"},
    "requests": {"desk", "notify"},
    "joserfc": {"desk"},
    "cryptography": {"people", "stamp"},
    "rfc3161_client": {"stamp"},
    "asn1crypto": {"stamp"},
    "apprise": {"notify"},
    "mcp": {"assistant"},
    "mcp_types": {"assistant"},
    "babel": {"domain", "desk"},
    "pathvalidate": {"domain"},
    "iso4217": {"domain", "sandbox"},
    "stdnum": {"erp", "evidence"},
    "anyascii": {"erp"},
    "cleanco": {"erp"},
    "rapidfuzz": {"erp"},
}
PORT = "workbook/export/xlsxwriter_port.py"
# What these are is said by their room. A command, its job and its report share the command's name.
USUAL_NAMES = {"__init__", "model", "layout", "codec", *COMMANDS}
TWICE_ALLOWED = {
    *("build", "journal", "lock", "pack", "result", "results", "review", "rules", "run"),
}


def test_every_room_has_its_rule() -> None:
    assert {one.room for one in MODULES} == MAY_IMPORT.keys()


def test_a_room_imports_only_what_it_may() -> None:
    strangers = {one.shown: rooms_of(one) - MAY_IMPORT[one.room] for one in MODULES}

    assert {name: rooms for name, rooms in strangers.items() if rooms} == {}


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_has_its_rooms(library: str) -> None:
    users = {one.room for one in MODULES if any(name.split(".")[0] == library for name in one.imports)}

    assert users
    assert users <= OWNERS[library]


def test_the_product_knows_the_sandbox_only_where_it_is_started() -> None:
    users = {one.shown for one in MODULES if "sandbox" in rooms_of(one)}

    assert users == {"cli/sandbox.py", "cli/sandbox_options.py"}


def test_the_desk_is_started_by_its_command_only() -> None:
    users = {one.shown for one in MODULES if "desk" in rooms_of(one)}

    assert users == {"cli/desk.py"}


def test_the_workbook_is_entered_by_its_doors() -> None:
    """Only files of a door import other files of it; everything else imports the door itself."""
    past_the_door = {
        one.shown: sorted(
            name for name in one.imports if (door := door_of(name)) and not is_inside(one, door)
        )
        for one in MODULES
    }

    assert {name: found for name, found in past_the_door.items() if found} == {}


def test_no_files_import_each_other_in_a_circle() -> None:
    assert circles() == []


def test_no_file_has_more_than_400_lines_and_none_of_the_command_line_more_than_120() -> None:
    limits = {"cli": 120}
    long = {one.shown: one.lines for one in MODULES if one.lines > limits.get(one.room, 400)}

    assert long == {}


def test_no_folder_has_more_than_20_files() -> None:
    folders: dict[str, int] = defaultdict(int)
    for one in MODULES:
        is_command = one.room == "cli" and one.path.stem in COMMANDS
        if one.path.stem != "__init__" and not is_command:
            folders[one.path.parent.relative_to(PACKAGE).as_posix()] += 1

    full = {name: files for name, files in folders.items() if files > 20}
    assert full == {}


def test_a_file_name_is_used_once() -> None:
    """The sandbox is a program of its own: its files may be named like those on the other side of the wire."""
    places: dict[str, list[str]] = defaultdict(list)
    for one in MODULES:
        if one.room != "sandbox":
            places[one.path.stem].append(one.shown)

    twice = {name for name, files in places.items() if len(files) > 1}
    assert twice - USUAL_NAMES <= TWICE_ALLOWED


def test_no_function_has_more_than_40_lines() -> None:
    long = {
        (one.shown, function.name): lines
        for one in MODULES
        for function in one.functions
        if (lines := length(function)) > 40
    }

    assert long == {}


def test_nine_functions_in_ten_are_under_30_lines() -> None:
    lengths = sorted(length(function) for one in MODULES for function in one.functions)

    assert lengths[len(lengths) * 9 // 10] < 30


def test_private_names_of_xlsxwriter_stand_in_one_file() -> None:
    """Both using and overriding one counts: the library may change either without a word."""
    kinds = (
        xlsxwriter.Workbook,
        worksheet.Worksheet,
        xlsxwriter_format.Format,
        sharedstrings.SharedStringTable,
    )
    private = {
        name for kind in kinds for base in kind.mro()[:-1] for name in vars(base) if re.match("_[a-z]", name)
    }
    users = {one.shown for one in MODULES if one.room == "workbook" and private & set(_reached_names(one))}

    assert users == {PORT}


def _reached_names(module: Module) -> list[str]:
    """The attributes that a file uses of others than `self`, or defines in a class with a foreign base."""
    used = [
        node.attr
        for node in module.nodes
        if isinstance(node, ast.Attribute)
        and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
    ]
    overridden = [
        inner.name
        for node in module.nodes
        if isinstance(node, ast.ClassDef) and node.bases
        for inner in node.body
        if isinstance(inner, ast.FunctionDef)
    ]
    return [*used, *overridden]


def test_floats_are_made_in_one_place_only() -> None:
    """Money is Decimal everywhere; only cells of a workbook are ever floats."""
    rooms = {"domain", "check", "plan", "apply", "store", "report", "erp", "close", "jobs", "cli"}
    makers = [
        one.shown
        for one in MODULES
        if one.room in rooms and re.search(r"\bfloat\(", one.path.read_text(encoding="utf-8"))
    ]

    assert makers == []


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["diff", "--help"], ["apply", "--help"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    program = (
        "import sys; from reconcile.cli import run; run(sys.argv[1:]); "
        "print([m for m in ('pandas', 'pandera', 'openpyxl', 'httpx', 'xlsxwriter', 'sqlalchemy', 'fastapi', "
        "'rich', 'pydantic', 'reconcile.jobs') if m in sys.modules])"
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
