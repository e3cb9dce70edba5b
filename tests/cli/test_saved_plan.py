"""A saved plan can be shown again at any time, with what moved since it was made."""

from __future__ import annotations

import json

from desk import APPROVED_LINE, DECLINE, DETACH, DUPLICATE, SET_AMOUNT, SET_STAGE, Desk

from reconcile.workbook.copy.cell_editor import Keystroke


def test_a_plan_is_shown_again_and_nothing_has_moved(desk: Desk) -> None:
    saved = desk.folder / "plan.json"
    first = Keystroke("Lines", DUPLICATE, "Amount", 430)
    desk.run("diff", desk.edit(desk.export(), SET_STAGE, SET_AMOUNT, first, *DECLINE), "--save", saved)
    code, out, _ = desk.run("diff", saved)

    assert code == 0
    assert "512.50 USD" in out
    assert "Nothing that the plan relies on has moved since." in out
    assert desk.writes() == []


def test_a_stale_plan_is_shown_with_the_three_values(desk: Desk) -> None:
    saved = desk.folder / "plan.json"
    desk.run("diff", desk.edit(desk.export(), SET_AMOUNT, DETACH), "--save", saved)
    desk.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "777.00"})
    code, out, _ = desk.run("diff", saved)
    _, machine, _ = desk.run("diff", saved, "--json")
    stale = json.loads(machine)["stale"]

    assert code == 1
    assert "Stale (1)" in out
    assert f"{APPROVED_LINE} amount: planned with 500, wanted 512.5, live 777" in out
    assert [one["moved"] for one in stale] == [
        [{"name": "amount", "planned": "500", "wanted": "512.5", "live": "777"}]
    ]
    assert json.loads(machine)["plan"] == json.loads(saved.read_text())


def test_a_plan_is_shown_even_when_the_api_is_not_there(desk: Desk) -> None:
    saved = desk.folder / "plan.json"
    desk.run("diff", desk.edit(desk.export(), SET_AMOUNT), "--save", saved)
    desk.setenv("INTROW_BASE_URL", "http://127.0.0.1:9")
    code, out, err = desk.run("diff", saved)

    assert code == 2
    assert "512.50 USD" in out
    assert "what moved since cannot be seen" in err


def test_a_saved_plan_is_shown_alone(desk: Desk) -> None:
    exported, saved = desk.export(), desk.folder / "plan.json"
    desk.run("diff", exported, "--save", saved)

    assert desk.run("diff", saved, exported)[0] == 2
    assert desk.run("diff", saved, "--save", desk.folder / "again.json")[0] == 2
