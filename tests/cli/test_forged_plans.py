"""Whoever changes a saved plan can give it the right fingerprint; no command carries it out all the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cli_session import (
    APPROVED,
    APPROVED_LINE,
    DECLINE,
    DETACH,
    DRAFT,
    MIXED,
    NEW_LINE,
    NOTED,
    ONLY_LINE,
    SET_AMOUNT,
    SET_STAGE,
    CliSession,
)
from pydantic import TypeAdapter, ValidationError
from signers import key_file, public_line

from reconcile.plan.codec import fingerprint
from reconcile.plan.model import Plan
from reconcile.workbook.copy.cell_editor import Keystroke

Forge = Callable[[dict[str, Any]], object]
PLANS = TypeAdapter(Plan)
FARTHEST = "9999-12-31T23:59:59Z"


def _operation(found: dict[str, Any], action: str) -> dict[str, Any]:
    one: dict[str, Any] = next(one for one in found["operations"] if one["action"] == action)
    return one


def _set(action: str, *names: str, value: object) -> Forge:
    """Sets one value of the first operation of a kind."""

    def forge(found: dict[str, Any]) -> None:
        place = _operation(found, action)
        for name in names[:-1]:
            place = place[name]
        place[names[-1]] = value

    return forge


def _everywhere(before: str, after: str) -> Forge:
    """Replaces a text wherever it stands, as an editor does."""

    def forge(found: dict[str, Any]) -> None:
        text = json.dumps(found).replace(before, after)
        assert text != json.dumps(found), before
        found.update(json.loads(text))

    return forge


def _emptied(*sections: str) -> Forge:
    return lambda found: found.update({one: [] for one in sections})


def _scaled(found: dict[str, Any]) -> None:
    """The month is made so large that no limit is exceeded, and its limits are taken out."""
    found["scale"] |= {"payouts": 10**6, "lines": 10**6}
    for one in found["scale"]["held"]:
        one["amount"] = "1000000000000"
    found["gates"] = []


def _relying_on_nothing(found: dict[str, Any]) -> None:
    for one in found["operations"]:
        one["relies_on"] = {}


def _relying_on_what_is_live(found: dict[str, Any]) -> None:
    _operation(found, "update line")["relies_on"]["amount"] = "777"
    found["changes"][0]["before"] = "777"


def _one_more(found: dict[str, Any]) -> None:
    """An operation on another payout, with a change that shows it: nobody typed it."""
    operation = json.loads(json.dumps(_operation(found, "update payout")).replace(APPROVED, DRAFT))
    found["operations"].append(operation | {"id": "op-0099", "waits_for": []})
    shown = [one for one in found["changes"] if one["target"]["id"] == APPROVED]
    found["changes"] += json.loads(json.dumps(shown).replace(APPROVED, DRAFT))
    found["cost"]["writes"] += 1


def _twice(found: dict[str, Any]) -> None:
    found["operations"].append(_operation(found, "create line") | {"id": "op-0099"})
    found["cost"]["writes"] += 1


def _one_less(found: dict[str, Any]) -> None:
    """A decline is left out with all that shows it."""
    target = _operation(found, "decline line")["target"]["id"]
    found["operations"] = [one for one in found["operations"] if one["target"]["id"] != target]
    found["changes"] = [one for one in found["changes"] if one["target"]["id"] != target]
    found["cost"]["writes"] -= 1


def _from_another_store(found: dict[str, Any]) -> None:
    for one in found["workbooks"]:
        one["kept"] = False
        one["export"]["workbook_id"] = "wb-of-nobody"


def _of_an_early_version(found: dict[str, Any]) -> None:
    found["version"] = 4


FORGERIES: dict[str, Forge] = {
    "another payout in the path": _set("update payout", "path", value=f"/payouts/{DRAFT}"),
    "a path outside the API": _set("update payout", "path", value="/../../admin/users/1"),
    "a path that is encoded": _set("update payout", "path", value=f"/payouts/%2e%2e/{APPROVED}"),
    "a path with a query": _set("update payout", "path", value=f"/payouts/{APPROVED}?force=1"),
    "a path to another host": _set("update payout", "path", value="https://evil.example/payouts/1"),
    "another method": _set("update line", "method", value="DELETE"),
    "a method in another case": _set("update line", "method", value="patch"),
    "a stage that is not shown": _set("update payout", "body", "stage", value="PAID"),
    "a stage beside an amount": _set("update line", "body", "stage", value="PAID"),
    "an amount that is not shown": _set("update line", "body", "amount", value="9512.50"),
    "a field of no kind": _set("update line", "body", "ownerId", value="usr_1"),
    "no body": _set("update line", "body", value=None),
    "another partner in the body": _set("create line", "body", "partnerId", value="ptn_1"),
    "another description in the body": _set("create line", "body", "description", value="x"),
    "another key of a new line": _set("create line", "body", "idempotencyKey", value="reconcile-1"),
    "an action of another kind": _set("update line", "action", value="decline line"),
    "a decline for another reason": _set("decline line", "body", "reason", value="CUSTOM"),
    "another record": _set("update line", "target", "id", value="cln_1"),
    "an id that climbs": _everywhere(APPROVED_LINE, "../payouts/x"),
    "another payout under a line": _set("update line", "target", "payout_id", value=DRAFT),
    "another name of the partner": _everywhere("Acme Partners", "Other Partners"),
    "another cell": _set("update line", "target", "place", value="edited.xlsx, Lines!F99"),
    "nothing to wait for": _set("update payout", "waits_for", value=["op-9999"]),
    "an undo that there is not": _set("decline line", "undo", value="set it back"),
    "other values to set back": _set("update line", "restores", "amount", value="1.00"),
    "another state afterwards": _set("update line", "expected", "amount", value="1"),
    "another amount before": _set("update line", "before", "amount", value="1.00"),
    "another reason": _set("update line", "reason", value="Agreed with Ana."),
    "relying on nothing": _relying_on_nothing,
    "relying on what is live now": _relying_on_what_is_live,
    "one operation more, which is shown": _one_more,
    "a new line twice": _twice,
    "one operation less": _one_less,
    "operations in another order": lambda found: found["operations"].reverse(),
    "a change that is not shown": lambda found: found["changes"].pop(),
    "a change that shows another value": lambda found: found["changes"][0].update(after="1"),
    "a change that shows another value before": lambda found: found["changes"][0].update(before="1"),
    "no limits": _emptied("gates"),
    "a month so large that no limit is exceeded": _scaled,
    "no conflicts and nothing held": _emptied("conflicts", "held"),
    "no errors": _emptied("findings"),
    "no movement upstream": _emptied("drifts", "damaged", "missing"),
    "no sums": _emptied("tie_out", "partners", "stages", "effects"),
    "another residual": lambda found: found["tie_out"][0].update(planned="0", exported="0"),
    "fewer calls": lambda found: found["cost"].update(writes=0),
    "no reads": lambda found: found["cost"].update(reads=0),
    "an endless run": lambda found: found["cost"].update(seconds=10**15),
    "another server": lambda found: found["environment"].update(origin="https://evil.example"),
    "another organisation": lambda found: found["environment"].update(profile="other"),
    "a workbook of another store": _from_another_store,
    "another live": lambda found: found.update(live_fingerprint="0" * 64),
    "an early version": _of_an_early_version,
    "a later version": lambda found: found.update(version=99),
    "no version": lambda found: found.pop("version"),
    "a number that is none": lambda found: found["tie_out"][0].update(planned="NaN"),
    "made at the end of time": lambda found: (
        found.update(made_at=FARTHEST) or found["cost"].update(seconds=9)
    ),
    "no operation": _emptied("operations", "changes"),
}


def _sealed(found: dict[str, Any]) -> dict[str, Any]:
    """The plan with the fingerprint of what it says now, where it is a plan still."""
    try:
        return found | {"fingerprint": fingerprint(PLANS.validate_json(json.dumps(found)))}
    except (ValidationError, ArithmeticError):
        return found


def _people(cli: CliSession) -> None:
    parts = ["[profiles.default]\nrate = 100000\nsettle_wait = 0.01\n"]
    for name, role in (("ana", "prepare"), ("ben", "approve")):
        key_file(cli.folder, name)
        parts.append(
            f'[people.{name}]\nname = "{name}"\nemail = "{name}@example.com"\nroles = ["{role}"]\n'
            f'key = "{public_line(name)}"\n'
        )
    cli.settings(
        "".join((*parts, '[approval]\nask_for = ["any"]\n[limits]\nmax_changes = 2\nshare_from = 1\n'))
    )


def test_no_forged_plan_is_carried_out_though_its_fingerprint_is_right(cli: CliSession) -> None:
    """Not even where the plan was approved before it was forged."""
    _people(cli)
    plan = cli.folder / "plan.json"
    conflict = Keystroke("Payouts", MIXED, "PO number", "ours")
    wrong = Keystroke("Lines", ONLY_LINE, "Amount", "abc")
    edited = cli.edit(cli.export(), SET_STAGE, SET_AMOUNT, *DECLINE, DETACH, *NEW_LINE, conflict, wrong)
    for payout in (MIXED, NOTED):
        cli.patch(f"/payouts/{payout}", {"poNumber": "theirs"})
    before = len(cli.writes())
    cli.run("diff", edited, "--save", plan)
    text = plan.read_text(encoding="utf-8")
    allow = [word for gate in json.loads(text)["gates"] for word in ("--allow", gate["name"])]
    assert cli.run("request", plan, *allow, "--key", "ana.key")[0] == 0
    assert cli.run("approve", plan, "--yes", "--key", "ben.key")[0] == 0
    accepted = []
    for name, forge in FORGERIES.items():
        found = json.loads(text)
        forge(found)
        assert found != json.loads(text), name
        plan.write_text(json.dumps(_sealed(found)), encoding="utf-8")
        code, out, err = cli.run("apply", plan, "--yes", *allow)
        if code != 2:
            accepted.append((name, code, out + err))

    assert len(FORGERIES) >= 40
    assert accepted == []
    assert len(cli.writes()) == before
    plan.write_text(text, encoding="utf-8")
    code, out, err = cli.run("apply", plan, "--yes", *allow)
    assert code == 1, out + err
    assert len(cli.writes()) > before
