"""A saved plan can be shown again at any time, with what moved since it was made."""

from __future__ import annotations

import json

from cli_session import APPROVED_LINE, DECLINE, DETACH, DUPLICATE, SET_AMOUNT, SET_STAGE, CliSession

from reconcile.workbook.copy.cell_editor import Keystroke


def test_a_plan_is_shown_again_and_nothing_has_moved(cli: CliSession) -> None:
    saved = cli.folder / "plan.json"
    first = Keystroke("Lines", DUPLICATE, "Amount", 430)
    cli.run("diff", cli.edit(cli.export(), SET_STAGE, SET_AMOUNT, first, *DECLINE), "--save", saved)
    code, out, _ = cli.run("diff", saved)

    assert code == 0
    assert "512.50 USD" in out
    assert "Nothing that the plan relies on has moved since." in out
    assert cli.writes() == []


def test_a_stale_plan_is_shown_with_the_three_values(cli: CliSession) -> None:
    saved = cli.folder / "plan.json"
    cli.run("diff", cli.edit(cli.export(), SET_AMOUNT, DETACH), "--save", saved)
    cli.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "777.00"})
    code, out, _ = cli.run("diff", saved)
    _, machine, _ = cli.run("diff", saved, "--json")
    stale = json.loads(machine)["stale"]

    assert code == 1
    assert "Stale (1)" in out
    assert f"{APPROVED_LINE} amount: planned with 500, wanted 512.5, live 777" in out
    assert [one["moved"] for one in stale] == [
        [{"name": "amount", "planned": "500", "wanted": "512.5", "live": "777"}]
    ]
    assert json.loads(machine)["plan"] == json.loads(saved.read_text())


def test_a_plan_is_shown_even_when_the_api_is_not_there(cli: CliSession) -> None:
    saved = cli.folder / "plan.json"
    cli.run("diff", cli.edit(cli.export(), SET_AMOUNT), "--save", saved)
    cli.setenv("INTROW_BASE_URL", "http://127.0.0.1:9")
    code, out, err = cli.run("diff", saved)

    assert code == 2
    assert "512.50 USD" in out
    assert "what moved since cannot be seen" in err


def test_a_saved_plan_is_shown_alone(cli: CliSession) -> None:
    exported, saved = cli.export(), cli.folder / "plan.json"
    cli.run("diff", exported, "--save", saved)

    assert cli.run("diff", saved, exported)[0] == 2
    assert cli.run("diff", saved, "--save", cli.folder / "again.json")[0] == 2
