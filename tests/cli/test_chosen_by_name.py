"""A new line whose partner and payout were chosen from the drop-downs, which show names beside the ids."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
from cli_session import DRAFT, CliSession

from reconcile.workbook.copy.cell_editor import Keystroke


def offered(workbook: Path, name: str, record_id: str) -> str:
    """What the drop-down with this name offers first for an id."""
    book = openpyxl.load_workbook(workbook)
    ((sheet, cells),) = book.defined_names[name].destinations
    texts = [cell.value for (cell,) in book[sheet][cells]]
    return next(text for text in texts if record_id in text)


def test_a_partner_and_a_payout_chosen_by_name_make_the_line_of_their_ids(cli: CliSession) -> None:
    path = cli.export()
    partner = cli.state()[DRAFT]["partner"]["id"]
    chosen = {
        "Partner": offered(path, "reconcile_partners", partner),
        "Payout ID": offered(path, "reconcile_payouts", DRAFT),
        "Amount": 12.5,
        "Currency": "USD",
    }
    edited = cli.edit(path, *(Keystroke("New lines", 2, header, value) for header, value in chosen.items()))
    code, out, _ = cli.run("diff", edited, "--json")
    (operation,) = json.loads(out)["operations"]

    assert code == 0
    assert chosen["Partner"] == f"Acme Partners ({partner})"
    assert chosen["Payout ID"] == f"Acme Partners, 2026-03-31 ({DRAFT})"
    assert (operation["body"]["partnerId"], operation["body"]["payoutId"]) == (partner, DRAFT)


def test_the_exact_name_of_a_partner_makes_the_line_of_its_id(cli: CliSession) -> None:
    path = cli.export()
    partner = cli.state()[DRAFT]["partner"]["id"]
    typed = {"Partner": "acme partners", "Payout ID": DRAFT, "Amount": 12.5, "Currency": "USD"}
    edited = cli.edit(path, *(Keystroke("New lines", 2, header, value) for header, value in typed.items()))
    code, out, err = cli.run("diff", edited, "--json")

    assert code == 0, err
    assert [one["body"]["partnerId"] for one in json.loads(out)["operations"]] == [partner]
