"""A reading of live that is kept for some minutes: what it saves, when it serves, and what holds a plan of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli_session import (
    APPROVED,
    APPROVED_LINE,
    DRAFT_LINE,
    KEY,
    NEW_LINE,
    PATIENCE,
    POOL_LINE,
    POOL_PARTNER,
    SET_AMOUNT,
    SET_STAGE,
    CliSession,
)

from reconcile.report.codec import SCHEMA_FILE
from reconcile.sandbox.choices import Choices, Key
from reconcile.workbook.copy.cell_editor import Keystroke

PROFILE = "rate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\n"
KEPT = f"[profiles.default]\n{PROFILE}live_minutes = 10\n"
PAYOUTS, LINES, PARTNERS = "/api/v1/payouts", "/api/v1/commission-lines", "/api/v1/partners"
WHOLE = {PAYOUTS, LINES, PARTNERS}
SET_TEXT = Keystroke("Lines", APPROVED_LINE, "Description", "Corrected by finance")
SAME_LINE = {"partnerId": POOL_PARTNER, "amount": "99.50", "currency": "USD", "description": "True-up"}


@pytest.fixture
def desk(cli: CliSession) -> CliSession:
    cli.settings(KEPT)
    return cli


def asked(cli: CliSession, *words: str | Path) -> tuple[list[str], tuple[int, str, str]]:
    """The paths that a command read, and what it said."""
    before = len(cli.requests())
    said = cli.run(*words)
    return [one["path"] for one in cli.requests()[before:] if one["method"] == "GET"], said


def reads_everything(paths: list[str]) -> bool:
    return set(paths) >= WHOLE


def kept_files(cli: CliSession) -> list[Path]:
    return list((cli.folder / "state.db.live").glob("*"))


def rewrite(cli: CliSession, change: Callable[[bytes], bytes]) -> Path:
    [file] = kept_files(cli)
    file.write_bytes(change(file.read_bytes()))
    return file


# --- what it saves -------------------------------------------------------------------------------


def test_the_second_diff_lists_the_payouts_alone(desk: CliSession) -> None:
    book = desk.edit(desk.export(), SET_AMOUNT)
    first, _ = asked(desk, "diff", book)
    second, (code, out, err) = asked(desk, "diff", book)

    assert reads_everything(first)
    assert (set(second), code) == ({PAYOUTS}, 0)
    assert "Live:             as of " in out
    assert "less than a minute before; payouts that moved since were read again" in out
    assert "--fresh reads all of it anew" in err


def test_a_reading_that_serves_gives_the_plan_that_a_fresh_one_gives(desk: CliSession) -> None:
    book = desk.edit(desk.export(), SET_STAGE, SET_AMOUNT, *NEW_LINE)
    desk.run("diff", book)
    kept = desk.plan(book)
    fresh = desk.plan(book, "--fresh")

    assert kept["fingerprint"] == fresh["fingerprint"]


def test_another_workbook_takes_the_reading_that_the_first_one_left(desk: CliSession) -> None:
    books = [desk.export(name="ana.xlsx"), desk.export("--stage", "APPROVED", name="ben.xlsx")]
    desk.run("diff", books[0])

    assert set(asked(desk, "diff", books[1])[0]) == {PAYOUTS}


def test_apply_takes_the_reading_of_its_diff_and_reads_what_it_relies_on(desk: CliSession) -> None:
    book = desk.edit(desk.export(), SET_AMOUNT)
    desk.run("diff", book)
    paths, (code, out, err) = asked(desk, "apply", book, "--yes", "--new-store")

    assert code == 0, out + err
    assert PARTNERS not in paths
    assert f"{LINES}/{APPROVED_LINE}" in paths
    assert desk.state()[APPROVED_LINE]["amount"] == "512.50"


def test_a_part_of_the_payouts_is_kept_too_and_grows_by_what_the_next_one_reads(desk: CliSession) -> None:
    folder = desk.folder / "parts"
    desk.run("export", "--split-by", "partner", "-o", folder)
    books = sorted(folder.glob("*.xlsx"))[:2]
    first = [one for book in books for one in asked(desk, "diff", book)[0]]
    again = [one for book in books for one in asked(desk, "diff", book)[0]]

    assert first.count(PARTNERS) == 1
    assert PARTNERS not in again
    assert again.count(LINES) < first.count(LINES)


@pytest.mark.parametrize("command", ["export", "bills", "close"])
def test_what_is_evidence_is_read_anew(command: str, desk: CliSession) -> None:
    desk.run("diff", desk.export())
    words = {
        "export": ("export", "-o", "again.xlsx"),
        "bills": ("bills", "--to", "csv", "-o", "bills"),
        "close": ("close", "--period", "2026-03", "-o", "pack", "--draft"),
    }
    paths, _ = asked(desk, *words[command])

    assert LINES in paths


# --- when it serves ------------------------------------------------------------------------------


def test_by_itself_nothing_is_kept(cli: CliSession) -> None:
    book = cli.edit(cli.export(), SET_AMOUNT)
    cli.run("diff", book)
    paths, (_, out, err) = asked(cli, "diff", book)

    assert reads_everything(paths)
    assert "Live:" not in out
    assert "fresh" not in err
    assert not (cli.folder / "state.db.live").exists()


def test_fresh_reads_all_of_it_and_the_next_one_takes_that(desk: CliSession) -> None:
    book = desk.edit(desk.export(), SET_TEXT)
    desk.run("diff", book)
    desk.patch(f"/commission-lines/{APPROVED_LINE}", {"description": "Corrected in Introw"})
    old = desk.run("diff", book)[0]
    paths, (fresh, _, _) = asked(desk, "diff", book, "--fresh")
    after = desk.run("diff", book)[0]

    assert reads_everything(paths)
    # The conflict that the old reading does not know is one that a person must decide.
    assert (old, fresh, after) == (0, 1, 1)


def test_a_reading_that_is_too_old_is_not_used(desk: CliSession) -> None:
    book = desk.export()
    desk.run("diff", book)
    desk.settings(KEPT.replace("live_minutes = 10", "live_minutes = 0.0001"))

    assert reads_everything(asked(desk, "diff", book)[0])


def test_the_age_counts_from_the_first_reading_also_where_a_later_one_added_to_it(desk: CliSession) -> None:
    book = desk.export()
    desk.run("diff", book)
    first = json.loads(desk.run("diff", book, "--json")[1])["live_at"]
    desk.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "777.00"})
    paths, _ = asked(desk, "diff", book)
    last = json.loads(desk.run("diff", book, "--json")[1])["live_at"]

    assert set(paths) == {PAYOUTS, LINES}
    assert first == last


def test_with_zero_minutes_a_reading_that_was_kept_is_removed(desk: CliSession) -> None:
    book = desk.export()
    desk.run("diff", book)
    before = kept_files(desk)
    desk.settings(f"[profiles.default]\n{PROFILE}")
    desk.run("diff", book)

    assert before
    assert kept_files(desk) == []


@pytest.mark.parametrize("minutes", ["-1", "61"])
def test_more_than_an_hour_is_refused(minutes: str, desk: CliSession) -> None:
    desk.settings(f"[profiles.default]\nlive_minutes = {minutes}\n")
    code, _, err = desk.run("diff", desk.folder / "march.xlsx")

    assert code == 2
    assert "profiles.default.live_minutes must be between 0 and 60." in err


def test_another_key_gets_nothing_of_it(open_cli: Callable[[Choices], CliSession]) -> None:
    cli = open_cli(Choices(rate=100_000, keys=(Key(KEY), Key("second-key"))))
    cli.settings(KEPT)
    book = cli.export()
    cli.run("diff", book)
    cli.setenv("INTROW_API_KEY", "second-key")
    paths, (code, _, err) = asked(cli, "diff", book)

    assert reads_everything(paths)
    assert code == 0
    assert "was made with another key, or it is damaged. It is not used: live is read anew." in err
    assert reads_everything(asked(cli, "diff", book)[0]) is False


def test_another_organisation_gets_nothing_of_it(desk: CliSession) -> None:
    other = KEPT.replace("default", "other")
    desk.settings(f'default_profile = "default"\n{KEPT}{other}')
    here, there = desk.export(), desk.folder / "there.xlsx"
    assert desk.run("export", "--profile", "other", "-o", there)[0] == 0
    desk.run("diff", here)

    assert reads_everything(asked(desk, "diff", there, "--profile", "other")[0])
    assert len(kept_files(desk)) == 2


def test_a_reading_of_another_organisation_in_its_place_is_not_used(desk: CliSession) -> None:
    other = KEPT.replace("default", "other")
    desk.settings(f'default_profile = "default"\n{KEPT}{other}')
    here, there = desk.export(), desk.folder / "there.xlsx"
    desk.run("export", "--profile", "other", "-o", there)
    desk.run("diff", here)
    [mine] = kept_files(desk)
    desk.run("diff", there, "--profile", "other")
    [other_file] = set(kept_files(desk)) - {mine}
    mine.replace(other_file)

    assert reads_everything(asked(desk, "diff", there, "--profile", "other")[0])


def test_a_run_in_between_makes_it_void(desk: CliSession) -> None:
    exported = desk.export()
    book, other = desk.edit(exported, SET_AMOUNT), desk.edit(exported, SET_STAGE, name="other.xlsx")
    desk.run("diff", other)
    assert desk.run("apply", book, "--yes", "--new-store")[0] == 0
    paths, (_, out, _) = asked(desk, "diff", other)

    assert reads_everything(paths)
    assert "Live:" not in out


def test_a_run_that_is_not_finished_makes_it_void(desk: CliSession) -> None:
    exported = desk.export()
    book = desk.edit(exported, SET_AMOUNT, Keystroke("Lines", DRAFT_LINE, "Description", "Checked"))
    desk.run("diff", book)
    assert desk.run("apply", book, "--yes", "--new-store", "--max-calls", "1")[0] == 4

    assert reads_everything(asked(desk, "diff", book)[0])
    assert reads_everything(asked(desk, "diff", book)[0])


# --- what moved since ----------------------------------------------------------------------------


def test_a_payout_whose_lines_moved_its_amount_is_read_again_and_no_other(desk: CliSession) -> None:
    book = desk.edit(desk.export(), SET_AMOUNT)
    desk.run("diff", book)
    desk.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "777.00"})
    before = len(desk.requests())
    code, out, _ = desk.run("diff", book)
    reads = [one for one in desk.requests()[before:] if one["path"] == LINES]

    assert code == 1
    assert "777" in out
    assert [one["query"] for one in reads if "payoutId" in str(one["query"])] == [
        one["query"] for one in reads
    ]
    assert len(reads) == 1


def test_a_stage_that_moved_is_known(desk: CliSession) -> None:
    book = desk.edit(desk.export(), SET_STAGE)
    desk.run("diff", book)
    desk.patch(f"/payouts/{APPROVED}", {"stage": "BLOCKED"})

    assert desk.run("diff", book)[0] == 1


def test_a_payout_that_is_new_comes_with_its_lines(desk: CliSession) -> None:
    book = desk.export()
    desk.run("diff", book)
    period = {"periodStart": "2026-03-01T00:00:00.000Z", "periodEnd": "2026-03-31T23:59:59.000Z"}
    desk.post("/payouts", {"partnerId": POOL_PARTNER, "attachPendingLines": True, **period})
    moved = {one["target"]["id"]: one for one in desk.plan(book)["drifts"]}

    # A line of the pool is now on that payout: it came with the lines of the payout.
    assert "payout" in json.dumps(moved[POOL_LINE]).lower()


# --- what a reading does not know is found when its turn comes ---------------------------------------


def test_an_edit_that_it_does_not_know_is_held_and_nothing_is_written_over(desk: CliSession) -> None:
    book = desk.edit(desk.export(), SET_TEXT)
    desk.run("diff", book)
    desk.patch(f"/commission-lines/{APPROVED_LINE}", {"description": "Corrected in Introw"})
    code, out, err = desk.run("apply", book, "--yes", "--new-store")

    assert code == 1, out + err
    assert "stale: description was 'Q1 referral bonus' when planned and is 'Corrected in Introw' now" in out
    assert desk.state()[APPROVED_LINE]["description"] == "Corrected in Introw"


def test_a_line_that_somebody_made_meanwhile_is_not_made_again(desk: CliSession) -> None:
    book = desk.edit(desk.export(), *NEW_LINE)
    desk.run("diff", book)
    desk.post("/commission-lines", SAME_LINE)
    before = len(desk.writes())
    desk.run("apply", book, "--yes", "--new-store")

    assert len(desk.writes()) == before


def test_a_plan_of_it_can_be_saved_applied_and_made_again_from_its_evidence(desk: CliSession) -> None:
    book, saved = desk.edit(desk.export(), SET_AMOUNT), desk.folder / "plan.json"
    desk.run("diff", book)
    desk.run("diff", book, "--save", saved)
    code, out, err = desk.run("apply", saved, "--yes", "--new-store", "--run-id", "run-of-kept")

    assert code == 0, out + err
    assert desk.run("evidence", "run-of-kept", "-o", "pack.zip")[0] == 0
    assert desk.run("replay", "pack.zip")[0] == 0


# --- the file -------------------------------------------------------------------------------------


def test_only_its_owner_reads_it(desk: CliSession) -> None:
    os.umask(0o022)
    desk.run("diff", desk.export())
    [file] = kept_files(desk)

    assert [one.stat().st_mode & 0o777 for one in (file.parent, file)] == [0o700, 0o600]


@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"",
        lambda kept: kept[:-1],
        lambda kept: kept + b"\n",
        lambda kept: kept[:32] + kept[33:],
        lambda kept: bytes(32) + kept[32:],
        lambda kept: bytes([*kept[:-20], kept[-20] ^ 1, *kept[-19:]]),
        lambda _: b"\n" * 1_000,
    ],
    ids=["empty", "cut off", "longer", "a byte lost", "no seal", "a bit changed", "line ends"],
)
def test_a_damaged_file_is_not_used_and_that_is_said(
    change: Callable[[bytes], bytes], desk: CliSession
) -> None:
    book = desk.export()
    desk.run("diff", book)
    file = rewrite(desk, change)
    paths, (code, _, err) = asked(desk, "diff", book)

    assert (code, reads_everything(paths)) == (0, True)
    assert f"{file} was made with another key, or it is damaged." in err
    assert set(asked(desk, "diff", book)[0]) == {PAYOUTS}


def _a_folder(file: Path) -> None:
    file.mkdir()


@pytest.mark.parametrize("make", [_a_folder, os.mkfifo], ids=["a folder", "a pipe"])
def test_what_is_no_file_is_not_waited_for(make: Callable[[Path], None], desk: CliSession) -> None:
    book = desk.export()
    desk.run("diff", book)
    [file] = kept_files(desk)
    file.unlink()
    make(file)
    paths, (code, _, err) = asked(desk, "diff", book)

    assert (code, reads_everything(paths)) == (0, True), err


def test_where_it_cannot_be_written_the_plan_is_made_all_the_same(desk: CliSession) -> None:
    (desk.folder / "state.db.live").write_text("no folder", encoding="utf-8")
    book = desk.export()
    codes = [desk.run("diff", book)[0], desk.run("diff", book)[0]]

    assert codes == [0, 0]


@pytest.fixture
def processes(desk: CliSession) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started = []

    def start(*words: str | Path) -> subprocess.Popen[str]:
        one = subprocess.Popen(
            [sys.executable, "-m", "reconcile", *map(str, words)],
            cwd=desk.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(one)
        return one

    yield start
    for one in started:
        one.kill()


def test_two_processes_at_once_leave_one_reading_that_is_whole(
    desk: CliSession, processes: Callable[..., subprocess.Popen[str]]
) -> None:
    book = desk.export()
    started = [processes("diff", book) for _ in range(2)]
    said = [one.communicate(timeout=PATIENCE) for one in started]
    paths, (code, _, err) = asked(desk, "diff", book)

    assert [one.returncode for one in started] == [0, 0], said
    assert (set(paths), code) == ({PAYOUTS}, 0)
    assert "damaged" not in err
    assert len(kept_files(desk)) == 1


# --- what is shown ---------------------------------------------------------------------------------


def test_the_report_tells_the_age_to_programs(desk: CliSession) -> None:
    book = desk.export()
    fresh: dict[str, Any] = json.loads(desk.run("diff", book, "--json")[1])
    kept: dict[str, Any] = json.loads(desk.run("diff", book, "--json")[1])

    assert fresh["live_at"] is None
    assert kept["live_at"] < kept["made_at"]
    jsonschema.validate(kept, json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def test_the_doctor_says_what_is_kept(desk: CliSession) -> None:
    book = desk.export()
    before = desk.run("doctor", "--json")[1]
    desk.run("diff", book)
    after = desk.run("doctor", "--json")[1]

    assert f"for 10 minutes in {kept_files(desk)[0]}: none now" in before
    assert f"for 10 minutes in {kept_files(desk)[0]}: 0.0 MB" in after
