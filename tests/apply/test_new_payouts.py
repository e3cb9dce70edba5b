"""New payouts and batches from the workbook to Introw: made once, read back, and said what became of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cli_session import POOL_LINE, POOL_PARTNER, CliSession
from struck_runs import small_month

from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running
from reconcile.workbook.copy.cell_editor import Keystroke

Open = Callable[..., CliSession]

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


@pytest.mark.parametrize("keystrokes", [PAYOUT, BATCH], ids=["empty", "with lines"])
@pytest.mark.parametrize("again", ["workbook", "plan", "copy", "moved row", "second store"])
def test_what_was_made_is_never_made_again(
    again: str, keystrokes: tuple[Keystroke, ...], server: Open
) -> None:
    cli = server()
    export = cli.export("--new-payouts")
    edited = cli.edit(export, *keystrokes)
    plan = cli.folder / "saved.json"
    assert cli.run("diff", edited, "--save", plan)[0] == 0
    assert cli.run("apply", edited, "--yes")[0] == 0
    if again == "moved row":
        moved = [
            Keystroke(one.sheet, 7 if one.key == 2 else one.key, one.column, one.value) for one in keystrokes
        ]
        edited = cli.edit(export, *moved, name="moved.xlsx")
    elif again == "copy":
        edited = cli.edit(edited, name="copy.xlsx")
    elif again == "second store":
        cli.setenv("RECONCILE_STATE", str(cli.folder / "second.db"))
        cli.run("state", "init")
    asked = plan if again == "plan" else edited

    code, out, err = cli.run("apply", asked, "--yes", "--json")
    print(again, code, out, err)
    assert len(made(cli)) == 1
