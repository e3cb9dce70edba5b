"""A saved plan can be shown again at any time, with what moved since it was made."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli_session import APPROVED_LINE, DECLINE, DETACH, DUPLICATE, SET_AMOUNT, SET_STAGE, CliSession
from pydantic import TypeAdapter

from reconcile.plan.codec import fingerprint
from reconcile.plan.model import Plan
from reconcile.report.codec import SCHEMA_FILE
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
    assert f"Acme Partners · {APPROVED_LINE} · amount: planned with 500, wanted 512.5, live 777" in out
    assert [one["moved"] for one in stale] == [
        [{"name": "amount", "planned": "500", "wanted": "512.5", "live": "777"}]
    ]
    jsonschema.validate(json.loads(machine), json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def test_before_it_asks_apply_tells_what_moved_since_a_plan_was_saved(
    cli: CliSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = cli.folder / "plan.json"
    cli.run("diff", cli.edit(cli.export(), SET_AMOUNT, DETACH), "--save", saved)
    cli.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "777.00"})
    before = len(cli.writes())
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))
    code, out, err = cli.run("apply", saved)

    told = f"Acme Partners · {APPROVED_LINE} · amount: planned with 500, wanted 512.5, live 777"
    asked = "Apply 2 operations"
    assert code == 1
    assert told in err
    assert (out + err).count(asked) == 1
    assert asked not in err.partition(told)[0]
    assert len(cli.writes()) == before


def test_a_plan_is_shown_even_when_the_api_does_not_answer(cli: CliSession) -> None:
    saved = cli.folder / "plan.json"
    cli.run("diff", cli.edit(cli.export(), SET_AMOUNT), "--save", saved)
    cli.setenv("INTROW_API_KEY", "another-key")
    code, out, _ = cli.run("diff", saved)

    assert code == 3
    assert "512.50 USD" in out


def test_a_plan_of_another_environment_is_refused_before_anything_of_it_is_shown(cli: CliSession) -> None:
    saved = cli.folder / "plan.json"
    cli.run("diff", cli.edit(cli.export(), SET_AMOUNT), "--save", saved)
    cli.setenv("INTROW_BASE_URL", "http://127.0.0.1:9")
    code, out, err = cli.run("diff", saved)

    assert (code, out) == (2, "")
    assert "is a plan for" in err


def test_a_saved_plan_is_shown_alone(cli: CliSession) -> None:
    exported, saved = cli.export(), cli.folder / "plan.json"
    cli.run("diff", exported, "--save", saved)

    assert cli.run("diff", saved, exported)[0] == 2
    assert cli.run("diff", saved, "--save", cli.folder / "again.json")[0] == 2


# A plan file proves itself.


def _forged(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Changes a plan, and gives it the fingerprint of what it says now."""
    found = json.loads(path.read_text(encoding="utf-8"))
    change(found)
    plan = TypeAdapter(Plan).validate_json(json.dumps(found))
    found["fingerprint"] = fingerprint(plan)
    path.write_text(json.dumps(found), encoding="utf-8")


def _amount(found: dict[str, Any]) -> None:
    found["operations"][0]["body"]["amount"] = "9512.50"


def _path(found: dict[str, Any]) -> None:
    found["operations"][0]["path"] = "/../../admin"


def _unseen(found: dict[str, Any]) -> None:
    found["changes"] = []


@pytest.mark.parametrize("change", [_amount, _path, _unseen])
def test_a_plan_that_sends_what_it_does_not_show_is_refused(
    change: Callable[[dict[str, Any]], None], cli: CliSession
) -> None:
    path = cli.folder / "plan.json"
    assert cli.run("diff", cli.edit(cli.export(), SET_AMOUNT), "--save", path)[0] == 0
    _forged(path, change)

    for command in (("diff", path), ("apply", path, "--yes")):
        code, _, err = cli.run(*command)
        assert code == 2
        assert "it was changed after it was made" in err
    assert cli.writes() == []


def test_a_plan_of_another_state_store_says_so(cli: CliSession) -> None:
    path = cli.folder / "plan.json"
    assert cli.run("diff", cli.edit(cli.export(), SET_AMOUNT), "--save", path)[0] == 0

    code, _, err = cli.run("apply", path, "--yes", "--state", cli.folder / "other.db")

    assert code == 2
    assert "was made with another state store" in err


# Gates that a person lets pass.


def test_a_gate_that_was_let_pass_is_no_failure_and_one_too_many_is_a_note(cli: CliSession) -> None:
    cli.settings(
        "[profiles.default]\nrate = 100000\nsettle_wait = 0.01\n[limits]\nmax_changes = 0\nshare_from = 100\n"
    )
    edited = cli.edit(cli.export(), SET_AMOUNT)

    assert cli.run("apply", edited, "--yes")[0] == 1
    assert cli.run("apply", edited, "--yes", "--allow", "no-gate")[0] == 2
    code, out, err = cli.run("apply", edited, "--yes", "--allow", "changes", "--allow", "money")

    assert code == 0, out + err
    assert "--allow money is not needed" in err
    assert "Everything ties out" in out
