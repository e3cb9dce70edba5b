"""A second person approves a plan, and `apply` takes nothing else."""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

from cli.approval_cases import PEOPLE, RULES, approve_plan, run_signed, set_team
from cli_session import SET_AMOUNT, SET_STAGE, CliSession
from signers import key_file, public_line

import reconcile


def test_a_plan_is_applied_once_a_second_person_agreed(team: CliSession) -> None:
    code, _, err = team.run("apply", "plan.json", "--yes")
    assert (code, "Nobody has asked for an approval of this plan" in err) == (1, True)
    assert run_signed(team, "request", "plan.json", "ana")[0] == 0
    assert "waits for Ben, Cleo" in team.run("approvals")[1]
    code, _, err = team.run("apply", "plan.json", "--yes")
    assert (code, "waits for 1 approval (Ben, Cleo can give it)" in err) == (1, True)
    code, out, _ = run_signed(team, "approve", "plan.json", "--yes", "ben")

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
    approve_plan(team)
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
    set_team(cli, PEOPLE, 'ask_for = ["undo"]\n')
    for name in PEOPLE:
        key_file(cli.folder, name)
    code, out, _ = cli.run("undo", run, "--yes")
    assert (code, "reconcile undo RUN --save plan.json" in " ".join(out.split())) == (1, True), out
    code, out, err = cli.run("undo", run, "--save", "plan.json")
    assert (code, len(cli.writes())) == (1, 1), out + err
    approve_plan(cli)
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
    set_team(team, PEOPLE, f"{RULES}agree_to_loosening = true\n")
    run_signed(team, "request", "plan.json", "ana")
    team.edit(team.folder / "march.xlsx", SET_STAGE, name="other.xlsx")
    set_team(team, {**PEOPLE, "eve": ["approve"]}, "")
    key_file(team.folder, "eve")
    code, out, err = team.run("apply", "other.xlsx", "--yes")
    assert (code, team.writes()) == (1, [])
    assert "Eve (SHA256:" in " ".join(err.split())
    assert "an approver of before" in " ".join(err.split())
    assert "The rules of approval are not those on record since" in team.run("approvals")[1]
    assert "ask_for: irreversible, undo, visible -> none" in team.run("diff", "other.xlsx")[1]
    assert run_signed(team, "request", "rules", "ana")[0] == 0
    code, _, err = run_signed(team, "approve", "rules", "--yes", "eve")
    assert (code, "Unknown signer" in err) == (2, True), err
    code, out, err = run_signed(team, "approve", "rules", "--yes", "ben")
    assert (code, "Looser 1: ask_for named irreversible" in out) == (0, True), out + err
    code, out, err = team.run("apply", "other.xlsx", "--yes")

    assert code == 0, out + err
    assert "The rules of approval were changed on" in team.run("approvals")[1]
    assert "3 signed statements: all hold." in team.run("history", "--verify")[1]


def test_what_changed_since_an_earlier_approval_is_shown(team: CliSession) -> None:
    approve_plan(team)
    team.run("diff", team.edit(team.folder / "march.xlsx", SET_STAGE), "--save", "plan.json")
    run_signed(team, "request", "plan.json", "ana")
    _, out, _ = run_signed(team, "approve", "plan.json", "--yes", "cleo")

    assert "Since the approval of Ben: operations 3, now 1" in out


def test_a_rejected_plan_is_not_applied_and_its_reason_is_told(team: CliSession) -> None:
    approve_plan(team)
    run_signed(team, "reject", "plan.json", "--reason", "The rate is wrong.", "cleo")
    code, _, err = team.run("apply", "plan.json", "--yes")

    assert (code, "Cleo rejected it: The rate is wrong." in err) == (1, True)
    assert team.writes() == []


def test_without_people_nothing_is_asked_and_the_report_says_so(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_STAGE)
    code, out, _ = cli.run("diff", edited)

    assert code == 0
    assert "not approved by a second person: not asked for" in out
    assert cli.run("apply", edited, "--yes")[0] == 0
