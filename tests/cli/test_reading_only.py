"""Commands that only read: they say what is wrong, with the right exit code, and leave nothing behind."""

from __future__ import annotations

import json
import socket

import pytest
from cli_session import SET_AMOUNT, CliSession

from reconcile.workbook.copy.cell_editor import Keystroke


def test_check_and_diff_make_no_state_store(cli: CliSession) -> None:
    workbook = cli.export()
    cli.setenv("RECONCILE_STATE", str(cli.folder / "elsewhere" / "state.db"))

    codes = [cli.run(command, workbook)[0] for command in ("check", "diff")]
    codes += [cli.run("history")[0], cli.run("doctor")[0]]

    assert codes == [0, 0, 0, 0]
    assert not (cli.folder / "elsewhere").exists()


def test_an_export_makes_the_state_store(cli: CliSession) -> None:
    cli.setenv("RECONCILE_STATE", str(cli.folder / "elsewhere" / "state.db"))

    cli.export()

    assert (cli.folder / "elsewhere" / "state.db").is_file()


def test_doctor_says_once_that_the_server_cannot_be_reached(cli: CliSession) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        cli.setenv("INTROW_BASE_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
        cli.settings("[profiles.default]\nattempts = 1\n")

        code, out, _ = cli.run("doctor")

    assert code == 3
    assert out.count("could not be reached") == 1
    assert "Scope" not in out
    assert "Key" not in out


@pytest.mark.parametrize("url", ["not an address", "ftp://api.introw.io", "api.introw.io"])
def test_doctor_calls_a_wrong_base_url_a_wrong_setting(cli: CliSession, url: str) -> None:
    cli.setenv("INTROW_BASE_URL", url)

    assert cli.run("doctor")[0] == 2


def test_doctor_tells_a_refused_key_by_its_exit_code(cli: CliSession) -> None:
    cli.setenv("INTROW_API_KEY", "another-key")

    code, out, _ = cli.run("doctor")

    assert code == 3
    assert "Key: refused" in out


def test_check_goes_through_all_workbooks_whatever_is_wrong_with_one(cli: CliSession) -> None:
    good = cli.export("--stage", "APPROVED")
    wrong = cli.edit(good, Keystroke("Payouts", 2, "Stage", "APROVED"), name="wrong.xlsx")
    broken = cli.folder / "broken.xlsx"
    broken.write_bytes(good.read_bytes()[:500])

    code, out, _ = cli.run("check", broken, wrong, good)
    as_json = cli.run("check", broken, wrong, good, "--json")

    assert (code, as_json[0]) == (1, 1)
    assert [line for line in out.splitlines() if line.endswith(".") and " warnings" in line] == [
        "broken.xlsx: 1 error, 0 warnings.",
        "wrong.xlsx: 1 error, 0 warnings.",
        "march.xlsx: 0 errors, 0 warnings.",
    ]
    assert [(one["file"], one["rule"]) for one in json.loads(as_json[1])] == [
        ("broken.xlsx", "workbook-unreadable"),
        ("wrong.xlsx", "stage-unknown"),
    ]
    assert "Allowed: DRAFT, PENDING_REVIEW" in out


def test_the_locale_is_an_option_of_every_command_that_reads_a_workbook(cli: CliSession) -> None:
    typed = Keystroke(SET_AMOUNT.sheet, SET_AMOUNT.row, SET_AMOUNT.header, "1.234,50")
    edited = cli.edit(cli.export("--stage", "APPROVED"), typed)

    assert cli.run("check", edited)[0] == 1
    assert cli.run("check", edited, "--locale", "de")[0] == 0
    assert "1,234.50 USD" in cli.run("diff", edited, "--locale", "de")[1]
    assert cli.run("check", edited, "--locale", "klingon")[0] == 2
    assert cli.run("apply", edited, "--locale", "de", "--yes")[0] == 0
    assert cli.state()[SET_AMOUNT.row]["amount"] == "1234.50"
