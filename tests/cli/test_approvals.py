"""A second person approves a plan, and `apply` takes nothing else; what is done to the record is found."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_session import APPROVED_LINE, DECLINE, SET_AMOUNT, SET_STAGE, CliSession
from signers import key_file, public_line, team_settings

import reconcile
from reconcile.store.seals import SEALED, Head, facts_of_row, seal_of
from reconcile.store.store import Store

PEOPLE = {"ana": ["prepare"], "ben": ["approve"], "cleo": ["approve"]}
RULES = 'ask_for = ["visible", "irreversible", "undo"]\namounts = { USD = 1_000 }\n'


def _settings(
    cli: CliSession, people: dict[str, list[str]], rules: str = RULES, new: tuple[str, ...] = ()
) -> None:
    cli.settings(team_settings(people, rules, new))


@pytest.fixture
def team(cli: CliSession) -> CliSession:
    """A team of three with a plan that somebody prepared."""
    _settings(cli, PEOPLE)
    for name in PEOPLE:
        key_file(cli.folder, name)
    edited = cli.edit(cli.export(), SET_STAGE, SET_AMOUNT, *DECLINE)
    cli.run("diff", edited, "--save", "plan.json")
    return cli


def _signed(team: CliSession, *arguments: str) -> tuple[int, str, str]:
    return team.run(*arguments[:-1], "--key", f"{arguments[-1]}.key")


def _approve(team: CliSession) -> None:
    assert _signed(team, "request", "plan.json", "ana")[0] == 0
    code, out, err = _signed(team, "approve", "plan.json", "--yes", "ben")
    assert code == 0, out + err


def test_a_plan_is_applied_once_a_second_person_agreed(team: CliSession) -> None:
    code, _, err = team.run("apply", "plan.json", "--yes")
    assert (code, "Nobody has asked for an approval of this plan" in err) == (1, True)
    assert _signed(team, "request", "plan.json", "ana")[0] == 0
    assert "waits for Ben, Cleo" in team.run("approvals")[1]
    code, _, err = team.run("apply", "plan.json", "--yes")
    assert (code, "waits for 1 approval (Ben, Cleo can give it)" in err) == (1, True)
    code, out, _ = _signed(team, "approve", "plan.json", "--yes", "ben")

    assert code == 0
    for words in (
        "Moves: 9,761.12 USD",
        "Step: decline line",
        "which the partner sees",
        "9,761.12 USD moves, more than 1,000.00 USD (approval.amounts)",
        "Ben approved req-",
    ):
        assert words in out
    code, out, err = team.run("apply", "plan.json", "--yes")
    assert code == 0, out + err
    assert team.writes() != []
    report = json.loads(team.run("report", "--json")[1])
    assert report["approval"]["summary"].startswith("approved by Ben (req-")
    code, _, err = team.run("apply", "plan.json", "--yes")
    assert (code, "an approval is used once" in err) == (1, True)
    listed = json.loads(team.run("approvals", "--all", "--json")[1])
    assert [one["state"] for one in listed["requests"]] == ["used"]
    assert len(listed["refused"]) == 3
    code, out, err = team.run("state", "verify")
    assert (code, "2 signed statements: all hold." in out) == (0, True), err


def test_the_readme_of_a_pack_tells_how_ssh_keygen_checks_each_approval(
    team: CliSession, program: Callable[[str], str]
) -> None:
    """The same command stands in the manual."""
    _approve(team)
    assert team.run("apply", "plan.json", "--yes")[0] == 0
    run = json.loads(team.run("report", "--json")[1])["run"]["run_id"]
    assert team.run("evidence", run, "-o", "pack.zip")[0] == 0
    with zipfile.ZipFile(team.folder / "pack.zip") as archive:
        archive.extractall(team.folder)
    readme = (team.folder / "README.txt").read_text(encoding="utf-8")
    allowed = "".join(f"{name}@example.com {public_line(name)}\n" for name in PEOPLE)
    (team.folder / "allowed_signers").write_text(allowed, encoding="utf-8")
    commands = [line.strip() for line in readme.splitlines() if "ssh-keygen -Y verify" in line]
    keygen = program("ssh-keygen")

    def check(command: str, name: str) -> subprocess.CompletedProcess[str]:
        words = command.replace("EMAIL", f"{name}@example.com").replace("ssh-keygen", keygen, 1)
        return subprocess.run(
            ["sh", "-c", words], cwd=team.folder, capture_output=True, text=True, check=False
        )

    assert [command.rpartition("/")[2] for command in commands] == ["1-request.txt", "2-approve.txt"]
    for command, name in zip(commands, ("ana", "ben"), strict=True):
        assert check(command, name).returncode == 0, check(command, name).stderr
        assert check(command, "cleo").returncode != 0
    statement = team.folder / "approvals" / "2-approve.txt"
    statement.write_text(statement.read_text(encoding="utf-8").replace("Ben", "Cleo"), encoding="utf-8")
    assert check(commands[1], "ben").returncode != 0
    page = (Path(reconcile.__file__).parent / "manual" / "evidence.md").read_text(encoding="utf-8")
    assert commands[1].replace("EMAIL", "ben@example.com") in page


def test_diff_says_which_rules_are_met_and_who_can_agree(team: CliSession) -> None:
    code, out, _ = team.run("diff", "plan.json")
    report = json.loads(team.run("diff", "plan.json", "--json")[1])
    team.run("diff", "edited.xlsx", "--report", "plan.html")

    assert code == 1
    assert "1 step that the API cannot undo" in out
    assert report["approval"]["who"] == ["Ben", "Cleo"]
    assert "who can agree: Ben, Cleo" in (team.folder / "plan.html").read_text(encoding="utf-8")


def test_apply_shows_what_stops_it_as_diff_does_and_how_to_ask(team: CliSession) -> None:
    shown = team.run("diff", "plan.json")[1]
    code, out, err = team.run("apply", "plan.json", "--yes")

    assert code == 1
    assert "Nothing waits for a decision." not in out
    assert "STOPPED It needs an approval" in shown
    assert "STOPPED It needs an approval" in out
    for words in (shown, out, err):
        assert "Ask for it: reconcile request plan.json" in " ".join(words.split())


def test_an_undo_is_saved_asked_for_approved_and_applied_once(cli: CliSession) -> None:
    cli.run("apply", cli.edit(cli.export(), SET_AMOUNT), "--yes")
    run = cli.run("history")[1].split()[0]
    _settings(cli, PEOPLE, 'ask_for = ["undo"]\n')
    for name in PEOPLE:
        key_file(cli.folder, name)
    code, out, _ = cli.run("undo", run, "--yes")
    assert (code, "reconcile undo RUN --save plan.json" in " ".join(out.split())) == (1, True), out
    code, out, err = cli.run("undo", run, "--save", "plan.json")
    assert (code, len(cli.writes())) == (1, 1), out + err
    _approve(cli)
    code, out, err = cli.run("apply", "plan.json", "--yes")

    assert code == 0, out + err
    assert json.loads(cli.writes()[-1]["body"]) == {"amount": "500.00"}
    listed = json.loads(cli.run("approvals", "--all", "--json")[1])
    assert [(one["kind"], one["state"]) for one in listed["requests"]] == [("undo", "used")]
    assert cli.run("apply", "plan.json", "--yes")[0] == 1
    assert "2 signed statements: all hold." in cli.run("history", "--verify")[1]


def test_rules_that_were_loosened_before_anybody_asked_are_seen_and_need_an_approver_of_before(
    team: CliSession,
) -> None:
    _settings(team, PEOPLE, f"{RULES}agree_to_loosening = true\n")
    _signed(team, "request", "plan.json", "ana")
    team.edit(team.folder / "march.xlsx", SET_STAGE, name="other.xlsx")
    _settings(team, {**PEOPLE, "eve": ["approve"]}, "")
    key_file(team.folder, "eve")
    code, out, err = team.run("apply", "other.xlsx", "--yes")
    assert (code, team.writes()) == (1, [])
    assert "Eve (SHA256:" in " ".join(err.split())
    assert "an approver of before" in " ".join(err.split())
    assert "The rules of approval are not those on record since" in team.run("approvals")[1]
    assert "ask_for: irreversible, undo, visible -> none" in team.run("diff", "other.xlsx")[1]
    assert _signed(team, "request", "rules", "ana")[0] == 0
    code, _, err = _signed(team, "approve", "rules", "--yes", "eve")
    assert (code, "Unknown signer" in err) == (2, True), err
    code, out, err = _signed(team, "approve", "rules", "--yes", "ben")
    assert (code, "Looser 1: ask_for named irreversible" in out) == (0, True), out + err
    code, out, err = team.run("apply", "other.xlsx", "--yes")

    assert code == 0, out + err
    assert "The rules of approval were changed on" in team.run("approvals")[1]
    assert "3 signed statements: all hold." in team.run("history", "--verify")[1]


def test_what_changed_since_an_earlier_approval_is_shown(team: CliSession) -> None:
    _approve(team)
    team.run("diff", team.edit(team.folder / "march.xlsx", SET_STAGE), "--save", "plan.json")
    _signed(team, "request", "plan.json", "ana")
    _, out, _ = _signed(team, "approve", "plan.json", "--yes", "cleo")

    assert "Since the approval of Ben: operations 3, now 1" in out


def test_a_rejected_plan_is_not_applied_and_its_reason_is_told(team: CliSession) -> None:
    _approve(team)
    _signed(team, "reject", "plan.json", "--reason", "The rate is wrong.", "cleo")
    code, _, err = team.run("apply", "plan.json", "--yes")

    assert (code, "Cleo rejected it: The rate is wrong." in err) == (1, True)
    assert team.writes() == []


def test_without_people_nothing_is_asked_and_the_report_says_so(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_STAGE)
    code, out, _ = cli.run("diff", edited)

    assert code == 0
    assert "not approved by a second person: not asked for" in out
    assert cli.run("apply", edited, "--yes")[0] == 0


def _preparer_with_both_roles(team: CliSession) -> None:
    _settings(team, PEOPLE | {"ana": ["prepare", "approve"]})
    _signed(team, "request", "plan.json", "ana")


def _asked(team: CliSession) -> None:
    _signed(team, "request", "plan.json", "ana")


def _unknown(team: CliSession) -> None:
    _signed(team, "request", "plan.json", "ana")
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
    code, _, err = _signed(team, "approve", "plan.json", "--yes", name)

    assert (code, words in err) == (expected, True), err


def _change_live(team: CliSession) -> None:
    team.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "777.00"})


def _loosen(team: CliSession) -> None:
    _settings(team, PEOPLE, "expires_hours = 72\n")


def _remove_ben(team: CliSession) -> None:
    _settings(team, {"ana": ["prepare"], "cleo": ["approve"]})


def _new_key_for_ben(team: CliSession) -> None:
    _settings(team, PEOPLE, new=("ben",))


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
    _approve(team)
    change(team)
    code, _, err = team.run("apply", "plan.json", "--yes")

    assert (code, words in err) == (1, True), err
    assert [one for one in team.writes() if one.get("path", "").endswith("decline")] == []


def test_an_approval_is_of_no_use_in_another_store(team: CliSession) -> None:
    _approve(team)
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
    _approve(team)
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
    _approve(team)
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
    _settings(cli, PEOPLE, rules)
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
    _approve(team)
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
