"""A close that one person prepares and another reviews: signed, used once, and fallen when a number moves."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from zipfile import ZipFile

import pytest
from cli_session import SET_AMOUNT, CliSession
from signers import key_file, team_settings

PEOPLE = {"ana": ["prepare", "close"], "ben": ["approve"], "cleo": ["approve", "close"]}
# The numbers are those of the whole month.
pytestmark = pytest.mark.full_month
WAIVED = ("--waive", "no-po=ordered by mail")


@pytest.fixture
def team(cli: CliSession) -> CliSession:
    """Ana closes, Ben and Cleo review."""
    cli.settings(team_settings(PEOPLE, 'ask_for = ["waiver"]\n'))
    for name in PEOPLE:
        key_file(cli.folder, name)
    return cli


def _close(team: CliSession, *arguments: str | Path, folder: str = "close") -> tuple[int, str, str]:
    code, out, err = team.run("close", "--period", "2026-03", "-o", team.folder / folder, *arguments)
    return code, " ".join(out.split()), " ".join(err.split())


def _signed(team: CliSession, *arguments: str) -> tuple[int, str, str]:
    return team.run(*arguments[:-1], "--key", f"{arguments[-1]}.key")


def _facts(team: CliSession, folder: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((team.folder / folder / "numbers.json").read_text("utf-8"))["facts"]
    return found


def _state(team: CliSession) -> tuple[str, str]:
    months = json.loads(team.run("close", "--status", "--json")[1])
    return next((one["state"], one["said"]) for one in months if one["period"] == "2026-03")


def test_a_close_is_prepared_reviewed_and_closed_by_its_signatures(team: CliSession) -> None:
    code, _, err = _close(team, *WAIVED)
    assert (code, "Nobody has prepared the close of 2026-03" in err) == (1, True), err
    code, out, err = _close(team, *WAIVED, "--prepare", "--key", "ana.key", folder="prepared")
    assert (code, "waits for a review by Ben or Cleo: reconcile approve 2026-03" in out) == (0, True), (
        out + err
    )
    assert not list((team.folder / "prepared").glob("journal*"))
    assert _state(team)[0] == "prepared"
    code, _, err = _close(team)
    assert (code, "waits for 1 approval (Ben, Cleo can give it)" in err) == (1, True), err
    code, out, err = _signed(team, "approve", "2026-03", "--yes", "ben")
    assert code == 0, out + err
    for words in (
        "Close: 2026-03",
        "Closing: 1,813,976.74 USD",
        "Waived: no-po: ordered by mail",
        "Ben approved",
    ):
        assert words in out
    assert _state(team) == ("reviewed", _state(team)[1])

    code, out, err = _close(team)
    assert (code, "is closed and locked" in out) == (0, True), out + err
    facts, before = _facts(team, "close"), _facts(team, "prepared")
    assert facts["Fingerprint of the numbers"] == before["Fingerprint of the numbers"]
    assert facts["Prepared by"].startswith("Ana, ")
    assert (facts["Reviewed by"][:5], before["Reviewed by"]) == ("Ben, ", "nobody yet")
    assert facts["Waived"] == "no-po: ordered by mail"
    page = (team.folder / "close" / "close-2026-03-sign.html").read_text("utf-8")
    assert page.count(facts["Reviewed by"]) == 2
    assert "prepared by Ana, reviewed by Ben" in _state(team)[1]
    assert "2 signed statements: all hold." in team.run("history", "--verify")[1]
    code, out, err = team.run("evidence", "2026-03", "-o", team.folder / "pack.zip")
    assert code == 0, out + err
    with ZipFile(team.folder / "pack.zip") as pack:
        signed = [
            pack.read(name).decode() for name in pack.namelist() if re.fullmatch(r"approvals/.*\.txt", name)
        ]
    assert [f'"name":"{name}"' in one for name, one in zip(("Ana", "Ben"), signed, strict=True)] == [
        True,
        True,
    ]
    assert all(facts["Fingerprint of the numbers"] in one for one in signed)
    listed = json.loads(team.run("approvals", "--all", "--json")[1])
    assert [(one["kind"], one["state"]) for one in listed["requests"]] == [("close", "used")]
    assert len(listed["refused"]) == 2


def test_a_number_that_moves_takes_the_signatures_away(team: CliSession) -> None:
    _close(team, "--prepare", "--key", "ana.key")
    _signed(team, "approve", "2026-03", "--yes", "ben")
    assert _state(team)[0] == "reviewed"
    assert team.run("apply", team.edit(team.export(), SET_AMOUNT), "--yes")[0] == 0
    state, said = _state(team)
    assert (state, "Ben approved the close of 2026-03 with other numbers" in said) == (
        "signatures fallen",
        True,
    )
    code, out, err = _signed(team, "approve", "2026-03", "--yes", "cleo")
    assert (code, "The numbers have moved since" in out) == (1, True), out + err
    assert "It is not as it was when it was asked for" in err
    code, _, err = _close(team, folder="later")

    assert code == 1
    assert "Ben approved the close of 2026-03 with other numbers" in err
    assert "closing 1,813,976.74 USD, now 1,813,989.24 USD" in err
    assert _state(team)[0] == "blocked"
    assert not (team.folder / "later").exists()
    assert "with other numbers" in team.run("approvals", "--all")[1]


def test_without_people_a_close_says_that_no_second_person_is_asked(cli: CliSession) -> None:
    code, _, _ = _close(cli)

    assert code == 0
    assert _facts(cli, "close")["Signed off"] == "not by a second person: [people] is not set"


def test_a_signature_that_was_tampered_with_is_found(team: CliSession) -> None:
    _close(team, "--prepare", "--key", "ana.key")
    with sqlite3.connect(team.folder / "state.db") as store:
        store.execute("update approvals set statement = replace(statement, '1813976.74', '1813976.75')")
    code, _, err = _signed(team, "approve", "2026-03", "--yes", "ben")

    assert (code, "The record of the approvals was changed past this program" in err) == (1, True), err
    code, out, err = team.run("history", "--verify")
    assert code == 1
    assert "The signature of Ana under request" in out + err
