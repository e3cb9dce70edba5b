"""What every rendering promises: width, folding, escaping, money that ties."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from builders import make_line, make_payout, make_plan, make_snapshot
from markupsafe import escape
from report_cases import HOSTILE, everything, hostile, huge
from rich.console import Console

from reconcile.plan.model import Plan
from reconcile.report.build import report_on
from reconcile.report.codec import to_json
from reconcile.report.files import html, markdown
from reconcile.report.model import Report, Why
from reconcile.report.screen.console_lines import FOLD
from reconcile.report.terminal import render

REPORT = report_on(everything())


def shown(
    report: Report, *, width: int = 80, full: bool = False, quiet: bool = False, tty: bool = True
) -> str:
    written = io.StringIO()
    console = Console(file=written, width=width, force_terminal=tty, color_system=None)
    render(report, console, full=full, quiet=quiet)
    return written.getvalue()


@pytest.mark.parametrize("plan", [everything, hostile])
def test_no_line_is_wider_than_the_terminal(plan: Callable[[], Plan]) -> None:
    lines = shown(report_on(plan()), full=True).splitlines()

    assert [line for line in lines if len(line) > 80] == []


def test_a_description_set_where_there_was_none_is_announced_as_one_that_stays() -> None:
    base = make_snapshot(make_payout(), make_line(description=None), make_line("cln_2"))
    edits = {"cln_1": {"description": "Referral"}, "cln_2": {"description": "Renewal"}}
    report = report_on(make_plan(base, edits))

    assert [(one.target.id, one.irreversible) for one in report.changes] == [
        ("cln_1", True),
        ("cln_2", False),
    ]
    assert "1 that the API cannot undo" in shown(report)
    assert "In Introw, empty the Description again" in shown(report)


def test_a_wide_sum_loses_no_digit() -> None:
    amount = "123456789012.34 USD"
    plan = make_plan(
        make_snapshot(make_payout(total=amount), make_line(total=amount)), {"pay_1": {"stage": "PAID"}}
    )
    text = shown(report_on(plan), width=60)

    assert "…" not in text
    assert "123,456,789,012.34" in text.replace("\n", "")


def test_a_pipe_keeps_a_line_whole_and_has_no_colour() -> None:
    text = shown(REPORT, tty=False)

    assert "\x1b" not in text
    assert "  Amount: 500.00 USD → 512.50 USD  Lines!D2 cln_1\n" in text
    assert "(80.00 USD; cannot be undone by API)\n" in text


def test_a_long_list_is_folded_and_what_is_folded_is_counted() -> None:
    report = report_on(huge(FOLD + 7, 1))

    assert "… and 7 more; --full shows all" in shown(report)
    assert shown(report).count(" → 100.50 USD  Lines!") == FOLD
    assert "more; --full" not in shown(report, full=True)
    assert shown(report, full=True).count("Lines!") == FOLD + 7


def test_quiet_leaves_the_headline_and_the_gates() -> None:
    text = shown(REPORT, quiet=True)

    assert "7 operations on 2 payouts" in text
    assert "STOPPED" in text
    assert "cln_1" not in text


def test_the_requests_are_shown_on_demand() -> None:
    assert 'PATCH /commission-lines/cln_1 {"amount": "512.50"}' in shown(REPORT, width=200, full=True)
    assert "PATCH" not in shown(REPORT, width=200)


def test_nothing_that_somebody_typed_can_steer_the_terminal() -> None:
    text = shown(report_on(hostile()), full=True)

    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "␛[2J" in text


@pytest.mark.parametrize(
    "after", ["PO\u00a07", "PO 7\n", "PO 7\u200b", "PO 7\U000e0037", "PO\u20117", "PO 7 "]
)
def test_an_edit_that_nobody_sees_does_not_look_like_none(after: str) -> None:
    base = make_snapshot(make_payout(po_number="PO 7, old"), make_line())
    report = report_on(make_plan(base, {"pay_1": {"po_number": after}}))
    sign = next(one for one in reversed(after) if one not in "PO7")

    assert all(f"⟨U+{ord(sign):04X}⟩" in page for page in (shown(report), html(report), markdown(report)))


def test_every_text_is_escaped_in_the_page() -> None:
    page = html(report_on(hostile()))

    assert page.count("<script>") == page.count("</script>") == 1
    assert "<img" not in page
    assert "\x1b" not in page
    assert all(str(escape(text)) in page for text in HOSTILE)


def test_markdown_means_what_was_typed() -> None:
    text = markdown(report_on(hostile()))

    assert "<script" not in text.replace("\\<script", "")
    assert "<img" not in text.replace("\\<img", "")
    assert "![" not in text


def test_markdown_of_ten_thousand_changes_fits_a_comment() -> None:
    """A comment on GitHub holds 65,536 characters."""
    text = markdown(report_on(huge(1000, 10)))

    assert len(text) < 65_536
    assert "980 more in the full report" in text


def test_why_a_change_is_there_is_told() -> None:
    whys = {(one.label, one.why) for one in REPORT.changes if one.target.payout_id == "pay_1"}

    assert ("Amount", Why.EDIT) in whys
    assert ("Payout total", Why.RULE) in whys
    assert ("Statement note", Why.LIVE) in whys


def test_every_edit_names_its_cell_and_its_request() -> None:
    requests = {one.id for one in REPORT.operations}
    edits = [one for one in REPORT.changes if one.why is Why.EDIT]

    assert all("!" in one.target.place for one in edits)
    assert all(one.operation in requests for one in edits)
    assert {one.operation for one in edits} == requests


def test_what_cannot_be_undone_says_what_to_do_instead() -> None:
    marked = [one for one in REPORT.changes if one.irreversible]

    assert {one.label for one in marked} == {"Action", "New line", "Internal note"}
    assert all(one.instead for one in marked)
    assert REPORT.headline.irreversible == len({one.operation for one in marked})


def test_rates_on_statements_and_payouts_declined_by_themselves_are_foretold() -> None:
    effects = {(one.target.id, one.what): (one.before, one.after) for one in REPORT.effects}

    assert effects["cln_1", "statement rate"] == ("10.00%", "10.25%")
    assert effects["pay_2", "stage"] == ("APPROVED", "DECLINED")


def test_an_amount_in_another_currency_shows_both_currencies() -> None:
    plan = make_plan(
        make_snapshot(make_payout(), make_line()), {"cln_1": {"amount": "450", "currency": "EUR"}}
    )

    assert "Amount: 500.00 USD → 450.00 EUR" in shown(report_on(plan))


def test_the_totals_add_up_in_the_json() -> None:
    told = json.loads(to_json(REPORT))

    for tie in told["tie_out"]:
        exported, drift, edits, planned = (
            Decimal(tie[name]) for name in ("exported", "drift", "edits", "planned")
        )
        assert exported + drift + edits == planned
    assert told["headline"]["ties"] is True


def test_the_same_plan_gives_the_same_report() -> None:
    assert to_json(report_on(everything())) == to_json(report_on(everything()))
    assert html(report_on(hostile())) == html(report_on(hostile()))
