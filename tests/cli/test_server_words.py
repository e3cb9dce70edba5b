"""Words of a server that nobody documented are told where they are seen, and remembered."""

from __future__ import annotations

from collections.abc import Callable

import openpyxl
from cli_session import APPROVED_LINE, DUPLICATE, CliSession

from reconcile.sandbox.choices import Choices
from reconcile.workbook.copy.cell_editor import Keystroke


def declined(line: str, reason: str) -> tuple[Keystroke, Keystroke]:
    return Keystroke("Lines", line, "Action", "Decline"), Keystroke("Lines", line, "Decline reason", reason)


def test_a_server_with_other_words_is_told_and_remembered_and_its_reasons_are_grouped(
    open_cli: Callable[[Choices], CliSession],
) -> None:
    cli = open_cli(
        Choices(rate=100_000, status_names=(("PENDING", "QUEUED"),), reason_types=("DUPLICATE", "INELIGIBLE"))
    )
    exported = cli.export("--stage", "APPROVED")
    edited = cli.edit(exported, *declined(DUPLICATE, "INELIGIBLE"), *declined(APPROVED_LINE, "ALREADY_PAID"))

    _, out, err = cli.run("apply", edited, "--yes")
    _, _, notes = cli.run("export", "--stage", "APPROVED", "-o", cli.folder / "next.xlsx")
    _, doctor, _ = cli.run("doctor")
    lists = openpyxl.load_workbook(cli.folder / "next.xlsx")["Lists"]

    assert "If this Introw does not know the reason ALREADY_PAID: decline_reasons under [names]" in out + err
    assert 'add under [names] in reconcile.toml: pending_statuses = ["PENDING", "QUEUED"]' in notes
    assert 'if such lines wait for a payout: pending_statuses = ["PENDING", "QUEUED"]' in doctor
    assert "decline reason that was accepted INELIGIBLE: 1 record, last on" in doctor
    assert "decline reason that was refused ALREADY_PAID: 1 record, last on" in doctor
    assert list(lists.iter_rows(min_row=2, max_row=4, min_col=4, max_col=6, values_only=True)) == [
        ("DUPLICATE", "Duplicate commission", "Documented by Introw"),
        ("INELIGIBLE", "Ineligible commission", "Accepted before"),
        ("DISPUTED", "Disputed by partner", "Not tried yet"),
    ]
    assert cli.run("history", "--verify")[0] == 0
