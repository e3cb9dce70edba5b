"""Typed texts with characters that nobody sees are warned of; texts as exported and plain ones are not."""

from __future__ import annotations

import pytest
from builders import Edits, make_line, make_new_row, make_payout, make_snapshot, make_workbook

from reconcile.check.review import review
from reconcile.domain.finding import Severity
from reconcile.domain.policy.names_and_limits import Policy

BASE = make_snapshot(
    make_payout(po_number="PO\u00a012"), make_payout("pay_2", po_number=None), make_line(description="Q1")
)


def found(edits: Edits, description: str | None = None) -> list[tuple[str, Severity, str]]:
    new = {"partner_id": "ptn_1", "amount": "5", "currency": "USD", "description": description}
    workbook = make_workbook(BASE, edits, [make_new_row(2, **new)] if description else [])
    findings = review(workbook, BASE, Policy())
    return [(one.sheet, one.severity, one.message) for one in findings if one.rule == "text-unseen"]


@pytest.mark.parametrize("character", ["\u00a0", "\u00ad", "\u2011", "\u200b", "\U000e0037", "\n"])
def test_a_po_number_that_looks_like_another_one_is_warned_of_and_shows_why(character: str) -> None:
    ((sheet, severity, message),) = found({"pay_2": {"po_number": f"PO-7{character}"}})
    shown = f"⟨U+{ord(character):04X}⟩"

    assert (sheet, severity) == ("Payouts", Severity.WARNING)
    assert message == f"PO number holds what nobody sees ({shown}): PO-7{shown}"


def test_what_was_there_at_the_export_is_no_news() -> None:
    assert found({"pay_1": {"po_number": "PO\u00a013"}}) == []


def test_a_note_may_have_no_break_spaces_but_no_hidden_characters() -> None:
    assert found({"pay_1": {"statement_note": "1\u00a0000 € "}}) == []
    assert len(found({"pay_1": {"statement_note": "Thank\u200byou"}})) == 1


def test_descriptions_of_lines_and_new_lines_are_looked_at_too() -> None:
    both = found({"cln_1": {"description": "Q1\u2060 bonus"}}, description="True-up\u200b")

    assert [sheet for sheet, _, _ in both] == ["Lines", "New lines"]
