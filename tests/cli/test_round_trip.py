"""The main job through the commands: export, edit, diff, apply."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from cli_session import (
    APPROVED,
    APPROVED_LINE,
    DECLINE,
    DETACH,
    DRAFT,
    DRAFT_LINE,
    DUPLICATE,
    EVERY_KIND,
    MIXED,
    NEW_LINE,
    NOTED,
    ONE_LINE,
    ONLY_LINE,
    PAID,
    POOL_LINE,
    SET_AMOUNT,
    SET_STAGE,
    CliSession,
)

from reconcile.sandbox.choices import Choices
from reconcile.workbook.copy.cell_editor import Keystroke


def test_a_workbook_that_nobody_edited_gives_an_empty_plan(cli: CliSession) -> None:
    code, out, _ = cli.run("diff", cli.export(), "--json")
    plan = json.loads(out)

    assert code == 0
    assert (
        [] == plan["operations"] == plan["changes"] == plan["findings"] == plan["drifts"] == plan["damaged"]
    )


def test_every_kind_of_edit_is_applied_once_and_ties_out(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), *EVERY_KIND)
    code, out, _ = cli.run("apply", edited, "--yes")
    state = cli.state()

    assert code == 0
    assert "Everything ties out." in out
    assert state[APPROVED]["stage"] == "PENDING_PAYMENT"
    assert state[APPROVED_LINE]["amount"] == "512.50"
    assert state[DUPLICATE]["status"] == "VOIDED"
    assert state[DRAFT_LINE]["payoutId"] is None
    assert [line["amount"] for line in state.values() if line.get("description") == "True-up"] == ["99.50"]
    assert len(cli.writes()) == 5


def test_applying_the_same_workbook_again_writes_nothing(cli: CliSession) -> None:
    note = Keystroke("Lines", POOL_LINE, "Internal note", "Checked.")
    edited = cli.edit(cli.export(), *EVERY_KIND, note)
    cli.run("apply", edited, "--yes")
    before = len(cli.writes())
    code, out, _ = cli.run("apply", edited, "--yes")

    assert code == 0
    assert "Nothing to apply." in out
    assert len(cli.writes()) == before


def test_a_workbook_that_comes_back_after_a_newer_one_is_told_which_run_applied_it(cli: CliSession) -> None:
    first = cli.edit(cli.export(), Keystroke("Payouts", APPROVED, "PO number", "PO-1"))
    cli.run("apply", first, "--yes")
    newer = cli.edit(
        cli.export(name="newer.xlsx"),
        Keystroke("Payouts", APPROVED, "PO number", "PO-2"),
        name="newer-2.xlsx",
    )
    cli.run("apply", newer, "--yes")

    (conflict,) = cli.plan(first)["conflicts"]

    assert "applied this edit already" in conflict["reason"]
    assert conflict["live"] == {"po_number": "PO-2"}


def test_a_plan_that_was_saved_is_what_is_applied(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT)
    saved = cli.folder / "plan.json"
    assert cli.run("diff", edited, "--save", saved)[0] == 0
    code, _, _ = cli.run("apply", saved, "--yes")

    assert code == 0
    assert cli.state()[APPROVED_LINE]["amount"] == "512.50"


def test_what_moved_after_the_plan_was_made_is_held_back_alone(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT, DETACH)
    saved = cli.folder / "plan.json"
    cli.run("diff", edited, "--save", saved)
    cli.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "777.00"})
    code, out, _ = cli.run("apply", saved, "--yes")
    state = cli.state()

    assert code == 1
    assert "stale: amount was '500' when planned and is '777' now" in out
    assert state[APPROVED_LINE]["amount"] == "777.00"
    assert state[DRAFT_LINE]["payoutId"] is None


def test_a_conflict_is_held_and_the_rest_is_applied(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT, Keystroke("Payouts", DRAFT, "PO number", "PO-MINE"))
    cli.patch(f"/payouts/{DRAFT}", {"poNumber": "PO-THEIRS"})
    code, out, _ = cli.run("apply", edited, "--yes")
    state = cli.state()

    assert code == 1
    assert "PO-MINE" in out
    assert state[DRAFT]["poNumber"] == "PO-THEIRS"
    assert state[APPROVED_LINE]["amount"] == "512.50"


def test_a_record_that_left_the_filter_is_still_found(cli: CliSession) -> None:
    exported = cli.export("--stage", "APPROVED")
    cli.patch(f"/payouts/{APPROVED}", {"stage": "BLOCKED"})
    code, out, _ = cli.run("diff", exported, "--json")
    drifts = json.loads(out)["drifts"]

    assert code == 0
    assert [(one["target"]["id"], one["what"]) for one in drifts] == [(APPROVED, "moved")]


def test_a_payout_paid_meanwhile_keeps_its_money(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT)
    cli.patch(f"/payouts/{APPROVED}", {"stage": "PAID"})
    code, out, _ = cli.run("diff", edited, "--json")
    plan = json.loads(out)

    assert code == 1
    assert plan["operations"] == []
    assert "moved to PAID upstream" in plan["conflicts"][0]["reason"]


def test_declining_the_last_line_is_foretold_and_happens(cli: CliSession) -> None:
    decline = (
        Keystroke("Lines", ONLY_LINE, "Action", "Decline"),
        Keystroke("Lines", ONLY_LINE, "Decline reason", "DUPLICATE"),
    )
    code, out, _ = cli.run("apply", cli.edit(cli.export(), *decline), "--yes")

    assert code == 0
    assert "Introw declines the payout" in out
    assert cli.state()[ONE_LINE]["stage"] == "DECLINED"


def test_a_number_typed_over_a_text_is_damage_and_is_not_sent(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), Keystroke("Payouts", MIXED, "PO number", 100000))
    code, out, _ = cli.run("diff", edited, "--json")
    plan = json.loads(out)

    assert code == 0
    assert plan["operations"] == []
    assert [(one["baseline"], one["edited"]) for one in plan["damaged"]] == [("1E5", "100000")]

    # A policy may make an error of it: then diff stops as check does.
    cli.settings('[profiles.default]\nrate = 100000\n[rules]\ndamaged = "error"\n')
    assert [cli.run(command, edited)[0] for command in ("check", "diff")] == [1, 1]


def test_a_note_is_cleared_by_an_empty_cell(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), Keystroke("Payouts", NOTED, "Statement note", None))
    cli.run("apply", edited, "--yes")

    assert cli.state()[NOTED]["metadata"] is None


def test_an_empty_cell_leaves_alone_what_the_server_does_not_show(
    open_cli: Callable[[Choices], CliSession],
) -> None:
    cli = open_cli(Choices(rate=100_000, echo_metadata=False))
    exported = cli.export()
    untouched = cli.run("diff", exported, "--json")
    cleared = cli.edit(exported, Keystroke("Payouts", NOTED, "Statement note", "<clear>"))
    code, _, _ = cli.run("apply", cleared, "--yes")

    assert json.loads(untouched[1])["operations"] == []
    assert code == 0
    assert json.loads(cli.writes()[-1]["body"]) == {"metadata": None}


@pytest.mark.parametrize(
    "choices",
    [
        Choices(rate=100_000, paging="page"),
        Choices(rate=100_000, paging="offset", total=False),
        Choices(rate=100_000, paging="link", page_size=7, max_page_size=7),
        Choices(rate=100_000, paging="none"),
        Choices(rate=100_000, decline_payout_id="keep", list_voided=False),
        Choices(rate=100_000, error_envelope="flat", unknown_params="refuse"),
        Choices(rate=100_000, honour_keys=False),
        Choices(rate=100_000, echo_note=True),
    ],
    ids=lambda choices: f"{choices.paging}-{choices.error_envelope}-{choices.decline_payout_id}",
)
def test_the_whole_job_works_whatever_the_server_chose(
    choices: Choices, open_cli: Callable[[Choices], CliSession]
) -> None:
    cli = open_cli(choices)
    edited = cli.edit(cli.export(), *EVERY_KIND)
    first, out, err = cli.run("apply", edited, "--yes")
    second, again, _ = cli.run("apply", edited, "--yes")

    assert [first, second] == [0, 0], out + err
    assert "Everything ties out." in out
    assert "Nothing to apply." in again


def test_a_payout_waits_for_a_line_that_the_server_refuses(open_cli: Callable[[Choices], CliSession]) -> None:
    cli = open_cli(Choices(rate=100_000, reason_types=("INELIGIBLE",)))
    edited = cli.edit(cli.export(), SET_STAGE, *DECLINE)
    code, out, _ = cli.run("apply", edited, "--yes")

    assert code == 1
    assert "refused" in out
    assert "it waits for op-0001, which is refused" in out
    assert cli.state()[APPROVED]["stage"] == "APPROVED"


def test_an_error_in_one_row_holds_that_row_alone(cli: CliSession) -> None:
    wrong = Keystroke("Lines", DUPLICATE, "Action", "Decline")
    code, out, _ = cli.run("apply", cli.edit(cli.export(), wrong, DETACH), "--yes")
    state = cli.state()

    assert code == 1
    assert "A decline needs a reason." in out
    assert state[DUPLICATE]["status"] != "VOIDED"
    assert state[DRAFT_LINE]["payoutId"] is None


def test_an_edit_on_a_paid_payout_is_warned_about(cli: CliSession) -> None:
    line = next(key for key, one in cli.state().items() if one.get("payoutId") == PAID)
    edited = cli.edit(cli.export(), Keystroke("Lines", line, "Amount", 1))
    _, out, _ = cli.run("check", edited)

    assert "is PAID already" in out


def test_new_lines_typed_twice_in_the_same_way_are_two_lines(cli: CliSession) -> None:
    second = tuple(Keystroke(one.sheet, 3, one.header, one.value) for one in NEW_LINE)
    edited = cli.edit(cli.export(), *NEW_LINE, *second)
    cli.run("apply", edited, "--yes")

    assert len([line for line in cli.state().values() if line.get("description") == "True-up"]) == 2
