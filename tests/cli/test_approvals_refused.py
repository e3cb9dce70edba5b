"""Who may not approve, when an approval falls, and what is done to the record is found."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli.approval_cases import PEOPLE, approve_plan, run_signed, set_team
from cli_session import APPROVED_LINE, DECLINE, SET_AMOUNT, SET_STAGE, CliSession
from signers import key_file, public_line

from reconcile.store.seals import SEALED, Head, facts_of_row, seal_of
from reconcile.store.store import Store


def _preparer_with_both_roles(team: CliSession) -> None:
    set_team(team, PEOPLE | {"ana": ["prepare", "approve"]})
    run_signed(team, "request", "plan.json", "ana")


def _asked(team: CliSession) -> None:
    run_signed(team, "request", "plan.json", "ana")


def _unknown(team: CliSession) -> None:
    run_signed(team, "request", "plan.json", "ana")
    key_file(team.folder, "eve")


SIGNERS: dict[str, tuple[Callable[[CliSession], None], str, int, str]] = {
    "the preparer": (
        _preparer_with_both_roles,
        "ana",
        1,
        "Ana prepared it, and nobody approves their own work",
    ),
    "a stranger": (_unknown, "eve", 2, "Unknown signer: the key in eve.key"),
    "somebody without the role": (
        _asked,
        "ana",
        1,
        'Ana does not have the role "approve"',
    ),
}


@pytest.mark.parametrize("who", SIGNERS)
def test_who_may_not_sign_is_told_why(team: CliSession, who: str) -> None:
    arrange, name, expected, words = SIGNERS[who]
    arrange(team)
    code, _, err = run_signed(team, "approve", "plan.json", "--yes", name)

    assert (code, words in err) == (expected, True), err


def _change_live(team: CliSession) -> None:
    team.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "777.00"})


def _loosen(team: CliSession) -> None:
    set_team(team, PEOPLE, "expires_hours = 72\n")


def _remove_ben(team: CliSession) -> None:
    set_team(team, {"ana": ["prepare"], "cleo": ["approve"]})


def _new_key_for_ben(team: CliSession) -> None:
    set_team(team, PEOPLE, new=("ben",))


def _sql(*statements: str) -> Callable[[CliSession], None]:
    def change(team: CliSession) -> None:
        with sqlite3.connect(team.folder / "state.db") as connection:
            for one in statements:
                connection.execute(one)
        connection.close()

    return change


AFTERWARDS: dict[str, tuple[Callable[[CliSession], None], str]] = {
    "live moved": (_change_live, "Live has moved since Ben approved it"),
    "the policy was loosened": (_loosen, "The rules of [approval] have changed since it was asked for"),
    "a removed person": (_remove_ben, "which nobody in [people] has"),
    "a replaced key": (_new_key_for_ben, "Ben signed the approval with a key that was replaced since"),
    "an edited record": (
        _sql('UPDATE approvals SET statement = replace(statement, \'"gates":[]\', \'"gates":["money"]\')'),
        "The record of the approvals was changed past this program",
    ),
    "an emptied record": (_sql("DELETE FROM approvals"), "The record of the approvals was changed"),
}


@pytest.mark.parametrize("what", AFTERWARDS)
def test_an_approval_falls_and_the_refusal_says_why(team: CliSession, what: str) -> None:
    change, words = AFTERWARDS[what]
    approve_plan(team)
    change(team)
    code, _, err = team.run("apply", "plan.json", "--yes")

    assert (code, words in err) == (1, True), err
    assert [one for one in team.writes() if one.get("path", "").endswith("decline")] == []


def test_an_approval_is_of_no_use_in_another_store(team: CliSession) -> None:
    approve_plan(team)
    with sqlite3.connect(team.folder / "state.db") as old:
        rows = old.execute("SELECT * FROM approvals").fetchall()
    old.close()
    team.setenv("RECONCILE_STATE", str(team.folder / "other.db"))
    team.edit(team.export(name="again.xlsx"), SET_STAGE, SET_AMOUNT, *DECLINE)
    team.run("diff", "edited.xlsx", "--save", "plan.json")
    with Store(team.folder / "other.db") as store, store.writing():
        pass
    with sqlite3.connect(team.folder / "other.db") as new:
        new.executemany(f"INSERT INTO approvals VALUES ({','.join('?' * len(rows[0]))})", rows)
    new.close()
    code, _, err = team.run("apply", "plan.json", "--yes")

    assert (code, "The record of the approvals was changed past this program" in err) == (1, True)


def _reseal(connection: sqlite3.Connection) -> None:
    """Makes the chain of seals anew over all rows, as somebody would who can write to the store."""
    connection.row_factory = sqlite3.Row
    connection.execute("DELETE FROM seals")
    head = Head()
    for sealed in SEALED.values():
        for row in connection.execute(f"SELECT * FROM {sealed.name} ORDER BY rowid").fetchall():
            seal = seal_of(head, sealed, facts_of_row(sealed, dict(row)))
            values: tuple[Any, ...] = tuple(getattr(seal, name) for name in type(seal).__slots__)
            connection.execute(
                f"INSERT INTO seals ({','.join(type(seal).__slots__)}) VALUES (?,?,?,?,?,?,?)", values
            )
            head = Head(seal.number, seal.hash)
    connection.execute("UPDATE head SET seals = ?, hash = ?", (head.seals, head.hash))


def test_a_plan_and_an_approval_that_were_rewritten_with_new_seals_are_found_by_the_signatures(
    team: CliSession,
) -> None:
    approve_plan(team)
    assert team.run("apply", "plan.json", "--yes")[0] == 0
    with sqlite3.connect(team.folder / "state.db") as connection:
        (packed,) = connection.execute("SELECT plan FROM runs").fetchone()
        fingerprint = json.loads(zlib.decompress(packed))["fingerprint"]
        plan = zlib.compress(zlib.decompress(packed).replace(fingerprint.encode(), b"0" * 64))
        connection.execute("UPDATE runs SET plan = ?", (plan,))
        connection.execute(f"UPDATE approvals SET fingerprint = '{'0' * 64}'")
        connection.execute(
            f"UPDATE approvals SET statement = replace(statement, '{fingerprint}', '{'0' * 64}')"
        )
        _reseal(connection)
    connection.close()
    (team.folder / "state.db.seal").unlink()
    code, out, err = team.run("state", "verify")

    assert code == 1
    assert "2 signed statements: " in out
    assert "The signature of Ben under approve req-" in err
    assert "The signature of Ana under request req-" in err


def test_of_two_applies_at_once_one_uses_the_approval(team: CliSession) -> None:
    approve_plan(team)
    command = [sys.executable, "-m", "reconcile", "apply", "plan.json", "--yes", "--quiet"]
    both = [
        subprocess.Popen(command, cwd=team.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    told = [one.communicate() for one in both]

    assert sorted(one.returncode for one in both) == [0, 1], told
    paths = [one["path"] for one in team.writes()]
    assert len(paths) == len(set(paths)) == 3


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ('ask_for = ["paid"]\n', "approval: there is no rule 'paid'"),
        (
            "ask_for = ['any']\napprovers = 3\n",
            'it takes 3 to agree, and 2 in [people] have the role "approve"',
        ),
        ("amounts = { USD = -1 }\n", "an amount must be 0 or more"),
        ("expires_hours = 0\n", "approvers and expires_hours must be 1 or more"),
        ('people_file = "people.toml"\n', "in [people] or in approval.people_file, not both"),
    ],
)
def test_rules_that_make_no_sense_are_refused(cli: CliSession, rules: str, words: str) -> None:
    set_team(cli, PEOPLE, rules)
    code, _, err = cli.run("approvals")

    assert (code, words in err) == (2, True), err


def test_a_file_of_people_in_the_working_folder_must_be_trusted(cli: CliSession, tmp_path: Path) -> None:
    cli.setenv("INTROW_API_KEY", "a real key")
    people = tmp_path / "people.toml"
    people.write_text(
        f'[people.ana]\nname = "Ana"\nemail = "a@b"\nroles = ["approve"]\nkey = "{public_line("ana")}"\n',
        encoding="utf-8",
    )
    cli.settings('[approval]\npeople_file = "people.toml"\n')
    code, _, err = cli.run("approvals")
    assert (code, "people.toml is not trusted" in err) == (2, True), err

    assert cli.run("config", "trust", "reconcile.toml")[0] == 0
    assert cli.run("approvals")[0] == 0
    people.write_text(people.read_text(encoding="utf-8").replace("Ana", "Eve"), encoding="utf-8")
    assert "people.toml has changed since it was trusted" in cli.run("approvals")[2]


def test_a_run_that_asked_nobody_while_the_rules_on_record_did_is_named(team: CliSession) -> None:
    """Somebody with the database takes away that it was approved."""
    approve_plan(team)
    assert team.run("apply", "plan.json", "--yes")[0] == 0
    code, out, err = team.run("history", "--verify")
    assert (code, err) == (0, ""), out
    connection = sqlite3.connect(team.folder / "state.db")
    connection.execute("DELETE FROM approval_uses")
    connection.execute("DELETE FROM approvals")
    connection.commit()
    connection.close()

    code, out, err = team.run("history", "--verify")
    assert code == 1
    assert "1 thing was done without an approval" in out
    said = " ".join(err.split())
    assert re.search(
        r"Run run-\S+ of .* UTC by \S+ has no approval, and the rules on record of then asked", said
    )
    for why in ("that partners see", "the API cannot undo", "more than 1,000.00 USD"):
        assert why in said
    assert team.run("state", "verify")[0] == 1
