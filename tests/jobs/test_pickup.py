"""Workbooks that arrive in a folder are prepared and told once, when they are there as a whole; never applied."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_session import SET_AMOUNT, CliSession
from notice_servers import webhook

from reconcile.cli.console import Terminal
from reconcile.config import Choices
from reconcile.jobs.pickup.kept_arrivals import Arrival, arrivals, kept, take_in
from reconcile.jobs.pickup.look import at_rest, is_conflict_copy, is_workbook, look
from reconcile.jobs.pickup.pick_up import Watch, pick_up, pick_up_once
from reconcile.jobs.session import Session, open_session
from reconcile.workbook.copy.cell_editor import Keystroke

BAD_STAGE = Keystroke("Payouts", "pay_0000000000000000approved", "Stage", "PAYED <b>")

SETTINGS = "[profiles.default]\nrate = 100000\nsettle_wait = 0.01\n[pickup]\nstill_seconds = 0\n"


@pytest.fixture
def posts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    with webhook() as (port, found, _):
        monkeypatch.setenv("RECONCILE_NOTIFY", f"json://127.0.0.1:{port}/")
        yield found


@pytest.fixture
def inbox(cli: CliSession) -> Path:
    folder = cli.folder / "inbox"
    folder.mkdir()
    return folder


def _once(session: Session, folder: Path, meanwhile: Callable[[], object] = lambda: None) -> list[Arrival]:
    return [one for one, _ in pick_up_once(session, Watch(folder), lambda _: (meanwhile(), None)[1])]


def _session() -> Session:
    return open_session(Choices(), Terminal())


def test_a_workbook_is_prepared_and_told_once_and_nothing_is_written_until_a_person_applies_the_plan(
    cli: CliSession, inbox: Path, posts: list[Any]
) -> None:
    session, edited = _session(), cli.edit(cli.export(), SET_AMOUNT)
    (inbox / "march (1).xlsx").write_bytes(edited.read_bytes())
    (inbox / "untouched.xlsx").write_bytes((cli.folder / "march.xlsx").read_bytes())
    (inbox / "~$march.xlsx").write_bytes(b"lock")
    first = _once(session, inbox)
    (inbox / "march (1).xlsx").rename(inbox / "renamed.xlsx")
    again = _once(session, inbox)

    assert [(one.name, one.state, one.changes) for one in first] == [
        ("march (1).xlsx", "ready", 1),
        ("untouched.xlsx", "unchanged", 0),
    ]
    assert again == []
    assert [one["title"] for one in posts] == ["reconcile: A workbook arrived, and its plan waits"]
    assert "To write: 1 change" in posts[0]["message"]
    assert "two people saved the same workbook" in posts[0]["message"]
    assert cli.writes() == []
    code, out, err = cli.run("apply", first[0].plan, "--yes")
    assert (code, len(cli.writes())) == (0, 1), out + err


def test_a_broken_workbook_is_told_with_rule_and_place_but_not_with_what_was_typed(
    cli: CliSession, inbox: Path, posts: list[Any]
) -> None:
    cli.settings(SETTINGS)
    cli.edit(cli.export(), BAD_STAGE, name="inbox/typed.xlsx")
    (inbox / "torn.xlsx").write_bytes((inbox / "typed.xlsx").read_bytes()[:5_000])
    code, out, err = cli.run("pickup", inbox, "--once")

    assert (code, err) == (1, "")
    assert [line.partition(":")[0] for line in out.splitlines()] == ["torn.xlsx", "typed.xlsx"]
    assert {one["title"] for one in posts} == {"reconcile: A workbook arrived with errors"}
    assert "at Payouts!" in posts[1]["message"]
    assert "PAYED" not in str(posts)
    assert cli.run("pickup", inbox, "--once") == (0, "", "")


def test_a_file_that_still_arrives_waits_until_it_rests(cli: CliSession, inbox: Path) -> None:
    session, whole = _session(), cli.edit(cli.export(), SET_AMOUNT).read_bytes()
    file = inbox / "march.xlsx"
    file.write_bytes(whole[:20_000])
    arriving = _once(session, inbox, lambda: file.write_bytes(whole))

    watch = Watch(inbox)
    looks = [[one.state for one, _ in pick_up(session, watch)] for _ in range(3)]
    assert (arriving, looks) == ([], [[], ["ready"], []])


def test_a_server_that_cannot_be_reached_leaves_the_workbook_for_the_next_look(
    cli: CliSession, inbox: Path
) -> None:
    (inbox / "march.xlsx").write_bytes(cli.edit(cli.export(), SET_AMOUNT).read_bytes())
    cli.settings(f"{SETTINGS}folder = 'inbox'\n")
    cli.fault("GET /payouts: 401")
    failed = cli.run("pickup", "--once")
    code, out, _ = cli.run("pickup", "--once")

    assert failed[0] == 3
    assert (code, out.startswith("march.xlsx: 1 to write")) == (0, True)


def test_links_devices_and_files_without_content_are_not_looked_at(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "link.xlsx").symlink_to(secret)
    (folder / "empty.xlsx").touch()
    (folder / "folder.xlsx").mkdir()
    (folder / "note.txt").write_text("note", encoding="utf-8")
    (folder / "real.xlsx").write_bytes(b"PK")

    assert [one.name for one in look(folder)] == ["real.xlsx"]


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("march.xlsx", True),
        ("MARCH.XLSM", True),
        ("~$march.xlsx", False),
        (".~lock.march.xlsx#", False),
        (".march.xlsx", False),
        ("march.xlsx.tmp", False),
        ("march.xlsx.partial", False),
        ("march.csv", False),
    ],
)
def test_what_programs_put_beside_a_workbook_is_none(name: str, is_one: bool) -> None:  # noqa: FBT001
    assert is_workbook(name) is is_one


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("march (Ana's conflicted copy 2026-04-05).xlsx", True),
        ("march.sync-conflict-20260405-120000-ABC.xlsx", True),
        ("march-DESKTOP-4F2A.xlsx", True),
        ("march (2).xlsx", True),
        ("march.xlsx", False),
        ("desktop-march.xlsx", False),
    ],
)
def test_a_copy_of_two_people_who_saved_at_once_is_known_by_its_name(name: str, is_one: bool) -> None:  # noqa: FBT001
    assert is_conflict_copy(name) is is_one


def test_a_changed_file_does_not_rest(tmp_path: Path) -> None:
    file = tmp_path / "march.xlsx"
    file.write_bytes(b"one")
    before = look(tmp_path)
    file.write_bytes(b"three")

    assert at_rest(before, look(tmp_path)) == []
    assert at_rest(look(tmp_path), look(tmp_path)) == [file]


def test_names_of_somebody_else_lead_to_no_other_folder(cli: CliSession, tmp_path: Path) -> None:
    session = _session()
    file = tmp_path / "CON .xlsx"
    file.write_bytes(b"x" * 10)
    digest, copy = take_in(session, file, 1)

    assert copy.parent.name == digest
    assert copy.parent.stat().st_mode & 0o077 == 0
    assert (kept(session, "../" + digest), kept(session, digest), arrivals(session)) == (None, None, ())
    (copy.parent / "arrival.json").write_text(json.dumps({"name": 1}), encoding="utf-8")
    assert arrivals(session) == ()
