"""Commands that only read: they say what is wrong, with the right exit code, and leave nothing behind."""

from __future__ import annotations

import json
import socket

import pytest
from desk import SET_AMOUNT, Desk

from reconcile.workbook.copy.cell_editor import Keystroke


def test_check_and_diff_make_no_state_store(desk: Desk) -> None:
    workbook = desk.export()
    desk.setenv("RECONCILE_STATE", str(desk.folder / "elsewhere" / "state.db"))

    codes = [desk.run(command, workbook)[0] for command in ("check", "diff")]
    codes += [desk.run("history")[0], desk.run("doctor")[0]]

    assert codes == [0, 0, 0, 0]
    assert not (desk.folder / "elsewhere").exists()


def test_an_export_makes_the_state_store(desk: Desk) -> None:
    desk.setenv("RECONCILE_STATE", str(desk.folder / "elsewhere" / "state.db"))

    desk.export()

    assert (desk.folder / "elsewhere" / "state.db").is_file()


def test_doctor_says_once_that_the_server_cannot_be_reached(desk: Desk) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        desk.setenv("INTROW_BASE_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
        desk.settings("[profiles.default]\nattempts = 1\n")

        code, out, _ = desk.run("doctor")

    assert code == 3
    assert out.count("could not be reached") == 1
    assert "Scope" not in out
    assert "Key" not in out


@pytest.mark.parametrize("url", ["not an address", "ftp://api.introw.io", "api.introw.io"])
def test_doctor_calls_a_wrong_base_url_a_wrong_setting(desk: Desk, url: str) -> None:
    desk.setenv("INTROW_BASE_URL", url)

    assert desk.run("doctor")[0] == 2


def test_doctor_tells_a_refused_key_by_its_exit_code(desk: Desk) -> None:
    desk.setenv("INTROW_API_KEY", "another-key")

    code, out, _ = desk.run("doctor")

    assert code == 3
    assert "Key: refused" in out


def test_check_goes_through_all_workbooks_whatever_is_wrong_with_one(desk: Desk) -> None:
    good = desk.export("--stage", "APPROVED")
    wrong = desk.edit(good, Keystroke("Payouts", 2, "Stage", "APROVED"), name="wrong.xlsx")
    broken = desk.folder / "broken.xlsx"
    broken.write_bytes(good.read_bytes()[:500])

    code, out, _ = desk.run("check", broken, wrong, good)
    as_json = desk.run("check", broken, wrong, good, "--json")

    assert (code, as_json[0]) == (1, 1)
    assert [line for line in out.splitlines() if line.endswith(".") and " notes" in line] == [
        "broken.xlsx: 1 error, 0 notes.",
        "wrong.xlsx: 1 error, 0 notes.",
        "march.xlsx: 0 errors, 0 notes.",
    ]
    assert [(one["file"], one["rule"]) for one in json.loads(as_json[1])] == [
        ("broken.xlsx", "workbook-unreadable"),
        ("wrong.xlsx", "stage-unknown"),
    ]
    assert "Allowed: DRAFT, PENDING_REVIEW" in out


def test_the_locale_is_an_option_of_every_command_that_reads_a_workbook(desk: Desk) -> None:
    typed = Keystroke(SET_AMOUNT.sheet, SET_AMOUNT.row, SET_AMOUNT.header, "1.234,50")
    edited = desk.edit(desk.export("--stage", "APPROVED"), typed)

    assert desk.run("check", edited)[0] == 1
    assert desk.run("check", edited, "--locale", "de")[0] == 0
    assert "1,234.50 USD" in desk.run("diff", edited, "--locale", "de")[1]
    assert desk.run("check", edited, "--locale", "klingon")[0] == 2
    assert desk.run("apply", edited, "--locale", "de", "--yes")[0] == 0
    assert desk.state()[SET_AMOUNT.row]["amount"] == "1234.50"
