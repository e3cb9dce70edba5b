"""New payouts and batches from the workbook to Introw: made once, read back, and said what became of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from cli_session import DRAFT, POOL_LINE, POOL_PARTNER, CliSession
from struck_runs import small_month

from reconcile.sandbox.choices import Choices, Key
from reconcile.sandbox.server import running
from reconcile.workbook.copy.cell_editor import Keystroke

Open = Callable[..., CliSession]
START, END = "2026-03-01T00:00:00.000Z", "2026-03-31T23:59:59.000Z"
OTHER, OTHER_END = "2026-04-01T00:00:00.000Z", "2026-04-30T23:59:59.000Z"

PAYOUT = (
    Keystroke("New payouts", 2, "Partner", POOL_PARTNER),
    Keystroke("New payouts", 2, "Period", "2026-03"),
    Keystroke("New payouts", 2, "Statement note", "First payout"),
)
POOL = (POOL_LINE, "cln_auzdm2yyg6nre33g0ei2t1ll", "cln_ikob9twuksfb6mhn1zb4yt1k")
BATCH = (*PAYOUT, *(Keystroke("Lines", line, "Action", "Batch") for line in POOL))


@pytest.fixture
def server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    """Opens a cli on a server of the small month with these choices."""
    with ExitStack() as stack:

        def opened(**choices: object) -> CliSession:
            url = stack.enter_context(running(small_month(), Choices(rate=100_000, **choices)))  # type: ignore[arg-type]
            return CliSession(url, tmp_path, capsys, monkeypatch.setenv)

        yield opened


def made(cli: CliSession) -> list[dict[str, object]]:
    """The payouts that the runs made."""
    return [one for one in cli.state().values() if one.get("metadata") == "First payout"]


def on(cli: CliSession, payout_id: object) -> set[str]:
    """The lines of a payout."""
    return {key for key, one in cli.state().items() if payout_id and one.get("payoutId") == payout_id}


def outcomes(cli: CliSession, *words: str | Path) -> tuple[int, list[str], bool]:
    """The exit code of a run, the outcomes of its operations, and whether it ties."""
    code, out, err = cli.run(*words, "--json")
    assert out, err
    told = json.loads(out)
    return code, [one["outcome"] for one in told["operations"]], told["ties"]


def test_a_new_payout_without_marked_lines_is_made_empty(server: Open) -> None:
    cli = server()
    edited = cli.edit(cli.export("--new-payouts"), *PAYOUT)
    assert outcomes(cli, "apply", edited, "--yes") == (0, ["applied"], True)
    (payout,) = made(cli)
    assert (payout["stage"], on(cli, payout["id"])) == ("DRAFT", set())


def test_a_batch_puts_the_marked_lines_onto_one_new_payout(server: Open) -> None:
    cli = server()
    edited = cli.edit(cli.export("--new-payouts"), *BATCH)
    assert outcomes(cli, "apply", edited, "--yes") == (0, ["applied"], True)
    (payout,) = made(cli)
    assert on(cli, payout["id"]) == set(POOL)


def _again(cli: CliSession, how: str, export: Path, edited: Path, keystrokes: Sequence[Keystroke]) -> Path:
    """What somebody applies who asks for the same once more."""
    if how == "moved row":
        moved = [replace(one, row=7) if one.row == 2 else one for one in keystrokes]
        return cli.edit(export, *moved, name="moved.xlsx")
    if how == "second store":
        cli.setenv("RECONCILE_STATE", str(cli.folder / "second.db"))
    return cli.edit(edited, name="copy.xlsx") if how == "copy" else edited


@pytest.mark.parametrize("keystrokes", [PAYOUT, BATCH], ids=["empty", "with lines"])
@pytest.mark.parametrize("how", ["workbook", "copy", "moved row", "second store"])
def test_what_was_made_is_never_made_again(how: str, keystrokes: Sequence[Keystroke], server: Open) -> None:
    cli = server()
    export = cli.export("--new-payouts")
    edited = cli.edit(export, *keystrokes)
    assert cli.run("apply", edited, "--yes")[0] == 0

    code, out, _ = cli.run("apply", _again(cli, how, export, edited, keystrokes), "--yes")

    asks = how in ("moved row", "second store")
    assert (code, "is for the same partner and period as payout" in out) == (
        (1, True) if asks else (0, False)
    )
    assert len(made(cli)) == 1


def test_a_saved_plan_after_its_run_is_already_applied(server: Open) -> None:
    cli = server()
    edited = cli.edit(cli.export("--new-payouts"), *BATCH)
    plan = cli.folder / "saved.json"
    assert cli.run("diff", edited, "--save", plan)[0] == 0
    assert cli.run("apply", plan, "--yes")[0] == 0

    assert outcomes(cli, "apply", plan, "--yes") == (0, ["already-applied"], True)
    assert len(made(cli)) == 1


@pytest.mark.parametrize("lag", [0, 0.6], ids=["at once", "later"])
def test_a_lost_answer_makes_one_payout(lag: float, server: Open) -> None:
    cli = server(list_lag=lag, read_lag=lag)
    cli.settings("[profiles.default]\nrate = 100000\nsettle_wait = 0.1\nabsence_wait = 3\n")
    edited = cli.edit(cli.export("--new-payouts"), *BATCH)
    cli.fault("POST /payouts: lose-answer")

    assert outcomes(cli, "apply", edited, "--yes") == (0, ["applied"], True)
    (payout,) = made(cli)
    assert on(cli, payout["id"]) == set(POOL)


def test_a_payout_that_somebody_makes_after_the_plan_is_held_with_both_shown(server: Open) -> None:
    cli = server()
    edited = cli.edit(cli.export("--new-payouts"), *PAYOUT)
    plan = cli.folder / "saved.json"
    assert cli.run("diff", edited, "--save", plan)[0] == 0
    theirs = {"partnerId": POOL_PARTNER, "periodStart": START, "periodEnd": END}
    cli.post("/payouts", theirs)
    code, out, err = cli.run("apply", plan, "--yes")
    asked = cli.run("diff", edited)
    decided = cli.run("apply", edited, "--yes", "--prefer", "mine", "--field", "period")

    assert code == 1
    assert "is for the same partner and period, and was not there when the plan was made" in out + err
    assert (asked[0], decided[0]) == (1, 0)
    assert "is for the same partner and period as payout" in asked[1]
    assert len(made(cli)) == 1


def test_lines_that_left_the_pool_meanwhile_are_not_batched(server: Open) -> None:
    cli = server()
    edited = cli.edit(cli.export("--new-payouts"), *BATCH)
    cli.post(
        "/payouts",
        {"partnerId": POOL_PARTNER, "periodStart": OTHER, "periodEnd": OTHER_END, "attachPendingLines": True},
    )
    code, out, _ = cli.run("apply", edited, "--yes")

    assert code == 1
    assert "You batch this line, and it left the pending pool: it was moved to" in out
    assert made(cli) == []


def test_a_line_of_the_pool_that_moves_after_the_plan_holds_the_batch(server: Open) -> None:
    cli = server()
    edited = cli.edit(cli.export("--new-payouts"), *BATCH)
    plan = cli.folder / "saved.json"
    assert cli.run("diff", edited, "--save", plan)[0] == 0
    cli.patch(f"/commission-lines/{POOL_LINE}", {"amount": "12.00"})

    assert outcomes(cli, "apply", plan, "--yes")[:2] == (1, ["skipped"])
    assert made(cli) == []


def test_a_second_payout_on_a_batch_is_there_already(server: Open) -> None:
    cli = server()
    on_batch = (
        Keystroke("New payouts", 2, "Partner", POOL_PARTNER),
        Keystroke("New payouts", 2, "Batch ID", cli.state()[DRAFT]["batchId"]),
        Keystroke("New payouts", 2, "Statement note", "First payout"),
    )
    edited = cli.edit(cli.export("--new-payouts"), *on_batch)
    assert outcomes(cli, "apply", edited, "--yes") == (0, ["applied"], True)
    cli.setenv("RECONCILE_STATE", str(cli.folder / "second.db"))
    code, out, _ = cli.run("diff", edited)

    assert code == 1
    assert "A batch has one payout per partner, so no second one can be made on it." in out


def test_an_undo_says_what_a_person_does_about_a_new_payout(server: Open) -> None:
    cli = server()
    edited = cli.edit(cli.export("--new-payouts"), *BATCH)
    assert cli.run("apply", edited, "--yes")[0] == 0
    run_id = cli.run("history")[1].split()[0]
    _, out, err = cli.run("undo", run_id, "--dry-run")

    assert "cannot be undone by API" in out + err
    assert "The API deletes no payout." in out + err


def test_a_key_that_may_not_write_makes_nothing_and_says_so(server: Open) -> None:
    reader = Key("reader", frozenset({"partners:read", "commissions:read"}))
    cli = server(keys=(Key("sandbox-key"), reader))
    edited = cli.edit(cli.export("--new-payouts"), *PAYOUT)
    cli.setenv("INTROW_API_KEY", "reader")
    code, out, err = cli.run("apply", edited, "--yes")

    assert code == 4
    assert "commissions:write" in out + err
    assert made(cli) == []


def test_a_200_for_a_201_says_that_the_payout_was_there_already(server: Open) -> None:
    cli = server(list_lag=20)
    batch = cli.state()[DRAFT]["batchId"]
    row = {"Partner": POOL_PARTNER, "Batch ID": batch}
    keystrokes = [Keystroke("New payouts", 2, header, text) for header, text in row.items()]
    edited = cli.edit(cli.export("--new-payouts"), *keystrokes)
    cli.post("/payouts", {"partnerId": POOL_PARTNER, "batchId": batch})
    result = cli.folder / "result.xlsx"
    code, out, _ = cli.run("apply", edited, "--yes", "--json", "--result", result)
    (operation,) = json.loads(out)["operations"]

    assert (code, operation["outcome"], operation["status"]) == (0, "already-applied", 200)
    assert "was there already: somebody else made it meanwhile" in operation["message"]
    assert result.exists()
