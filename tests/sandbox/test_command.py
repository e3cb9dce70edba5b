"""`reconcile sandbox` as a real program, and the options that it makes from Choices."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner, Result

from reconcile.cli.sandbox import command
from reconcile.sandbox.choices import Choices

PROGRAM = "from reconcile.cli.sandbox import command; command()"


@contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the command on a free port, and give it with the line that it prints when ready."""
    command = [sys.executable, "-W", "error", "-c", PROGRAM, "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            yield program, program.stdout.readline()
        finally:
            program.kill()


def run(*options: str) -> Result:
    """Run the command where it is expected to stop by itself."""
    return CliRunner().invoke(command, options)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_is_ready_and_ends_cleanly(number: signal.Signals) -> None:
    with started("--key", "boss=all") as (program, line):
        root = line.split()[3]
        answer = httpx.get(f"{root}/api/v1/payouts", headers={"x-api-key": "boss"})
        program.send_signal(number)
        out, err = program.communicate(timeout=10)

    assert f"Sandbox ready at {root} (key: boss)\n" == line
    assert root.startswith("http://127.0.0.1:")
    assert answer.json()["total"] == 60
    assert (program.returncode, out, err) == (0, "", "")


def test_it_ends_even_while_an_answer_is_slow() -> None:
    with started("--fault", "GET /payouts: slow 60") as (program, line):
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{line.split()[3]}/api/v1/payouts", headers={"x-api-key": "sandbox-key"}, timeout=0.3)
        program.terminate()
        program.communicate(timeout=10)

    assert program.returncode == 0


def test_options_reach_the_server(tmp_path: Path) -> None:
    options = (
        "--no-total",
        "--paging",
        "offset",
        "--page-size",
        "2",
        "--credits",
        "9",
        "--db",
        str(tmp_path / "db"),
    )
    with (
        started(*options, "--status-names", "PENDING=EXPECTED", "--fault", "GET /partners: 503") as (
            _,
            line,
        ),
        httpx.Client(base_url=f"{line.split()[3]}/api/v1", headers={"x-api-key": "sandbox-key"}) as client,
    ):
        page = client.get("/commission-lines?status=EXPECTED")
        fault = client.get("/partners")

    assert {"data", "offset", "limit"} == page.json().keys()
    assert len(page.json()["data"]) == 2
    assert page.headers["x-introw-credits-limit-month"] == "9"
    assert fault.status_code == 503
    assert (tmp_path / "db").exists()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--fault", "GET /payouts: explode"], "'explode' is not a kind of fault"),
        (["--key", "reader=everything"], "everything is not a scope"),
        (["--key", "reader"], "is not NAME=SCOPES"),
        (["--status-names", "LOST=GONE"], "LOST=GONE does not rename one of PENDING"),
        (["--reason-types", ","], "At least one decline reason"),
        (["--credits", "many"], "'many' is neither a number of credits nor 'unlimited'"),
        (["--page-size", "500"], "page size 500 is larger than the largest one, 200"),
        (["--rate", "0"], "0 is not in the range"),
        (["--paging", "scroll"], "'scroll' is not one of"),
        (["--seed", "none.json"], "The seed none.json cannot be read: No such file or directory."),
    ],
)
def test_a_wrong_option_is_one_sentence_and_exit_code_2(options: list[str], complaint: str) -> None:
    result = run(*options)

    assert result.exit_code == 2
    assert complaint in result.stderr
    assert result.stdout == ""


def test_a_port_in_use_is_one_sentence_and_exit_code_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("--port", str(port))

    assert result.exit_code == 2
    assert (
        f"Error: Port {port} cannot be used (Address already in use). Choose another with --port.\n"
        == result.stderr
    )


def test_a_file_that_is_no_database_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, but long enough to look at" * 40, encoding="utf-8")

    result = run("--db", str(tmp_path / "notes.txt"))

    assert result.exit_code == 2
    assert "notes.txt cannot be used as the sandbox's database" in result.stderr


def test_every_choice_has_an_option_with_its_help_and_its_default() -> None:
    options = {option.name: option for option in command.params if isinstance(option, click.Option)}

    for field in fields(Choices):
        assert field.name in options
        if field.metadata.get("hidden"):
            continue
        assert field.default is not MISSING
        assert field.metadata["help"] == options[field.name].help
        assert field.metadata["unknown"]


def test_an_option_left_out_is_the_default_of_the_choice() -> None:
    context = command.make_context("sandbox", [])
    chosen = {field.name: context.params[field.name] for field in fields(Choices)}

    assert Choices() == Choices(**{name: value for name, value in chosen.items() if value not in (None, ())})


def test_help_loads_no_server() -> None:
    program = (
        "import sys\nfrom reconcile.cli.sandbox import command\n"
        "try: command(['--help'])\nexcept SystemExit: pass\n"
        "print([name for name in ('fastapi', 'uvicorn', 'sqlalchemy', 'pydantic') if name in sys.modules])"
    )

    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert shown.endswith("[]\n")
    assert "--fault" in shown
