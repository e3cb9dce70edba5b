"""Nothing that others wrote steers the terminal, hides on it, or passes for a line of ours."""

from __future__ import annotations

import ast
import io
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.table import Table
from rich.text import Text

import reconcile
from reconcile.cli import run
from reconcile.cli.safe_console import SafeConsole
from reconcile.cli.text_out import write_data, write_line
from reconcile.domain.unseen import is_hidden

PACKAGE = Path(reconcile.__file__).parent
HOSTILE = (
    "\x1b]0;title\x07\x1b[2J\x1b[31mred\x1b[0m\x9b31m",
    "a\rb\x08c\x7fd\x85e\u2028f",
    "zero\u200bwidth\ufeff\u2060\u00ad\u034f",
    "bidi\u202eevil\u2066\u061c",
    "tags" + "".join(chr(0xE0000 + ord(letter)) for letter in "pay me"),
    "lone \ud800 surrogate",
)


def _raw(written: str) -> list[str]:
    return [hex(ord(one)) for one in written if is_hidden(one)]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_line_and_a_paragraph_show_what_they_hold(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    write_line(text)
    write_line(text, err=True)
    out, err = capsys.readouterr()

    assert _raw(out + err) == []
    assert any(sign in out for sign in ("⟨U+", "␛"))


@settings(deadline=None, max_examples=50)
@given(st.text())
def test_no_text_reaches_a_console_raw(text: str) -> None:
    stream = io.StringIO()
    console = SafeConsole(file=stream, width=200, soft_wrap=True, color_system=None)
    table = Table(title=Text(text))
    table.add_column(Text(text))
    table.add_row(Text(text))
    console.print(table)
    console.print(Text(text), markup=False)
    console.print(text, markup=False)

    assert _raw(stream.getvalue()) == []


def test_a_line_break_in_a_name_begins_no_new_line(capsys: pytest.CaptureFixture[str]) -> None:
    write_line("Acme\nRun: 3 applied.")

    assert capsys.readouterr().out == "Acme␊Run: 3 applied.\n"


def test_what_programs_read_stays_as_it_is_in_a_pipe_and_is_shown_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_data('"a\u202eb"')
    piped = capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    write_data('"a\u202eb"')

    assert piped == '"a\u202eb"\n'
    assert capsys.readouterr().out == '"a⟨U+202E⟩b"\n'


@pytest.mark.parametrize(
    "words",
    [
        ["check", "\x1b[2J.xlsx"],
        ["\x1b[2J"],
        ["diff", "--\x1b[2J"],
        ["doctor", "\x1b[2J"],
        ["help", "\x1b[2J"],
    ],
)
def test_a_file_name_or_option_with_an_escape_is_shown_in_the_error(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2 or words[0] in ("check", "doctor")
    out, err = capsys.readouterr()

    assert "[2J" in out + err
    assert _raw(out + err) == []


def test_the_command_line_writes_nowhere_else() -> None:
    """Else a caller could write what nobody made visible."""
    ways = {("click", "echo"), ("click", "secho"), ("rich.console", "Console"), ("", "print")}
    writers = set()
    for path in sorted((PACKAGE / "cli").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                writers |= {path.name} if (node.value.id, node.attr) in ways else set()
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("print", "Console")
            ):
                writers.add(path.name)

    assert writers == {"text_out.py"}
