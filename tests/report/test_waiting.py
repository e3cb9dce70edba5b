"""The banner: what waits for a decision, and whose money it is."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from builders import (
    changed,
    make_checked_plan,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
)
from report_cases import everything, run_report
from rich.console import Console

from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.plan.model import Plan
from reconcile.report.build import report_on
from reconcile.report.files import html, markdown
from reconcile.report.model import Approval, Report
from reconcile.report.news import marks, news_of
from reconcile.report.run import render_run
from reconcile.report.terminal import render, render_news
from reconcile.report.waiting import banner
from reconcile.report.words import headline

BASE = make_snapshot(
    make_payout("pay_1", "1000 USD"),
    make_line("cln_1", "500 USD"),
    make_line("cln_2", "500 USD"),
    make_payout("pay_2", "75 EUR", partner_id="ptn_2", partner_name="Bolt"),
    make_line("cln_3", "75 EUR", "pay_2", partner_id="ptn_2"),
)


def shown(report: Report) -> str:
    written = io.StringIO()
    render(report, Console(file=written, width=200))
    render_run(report, Console(file=written, width=200))
    return written.getvalue()


def held() -> Plan:
    live = changed(changed(BASE, "pay_1", po_number="PO-9"), "cln_3", description="Theirs")
    return make_plan(
        BASE,
        {"pay_1": {"po_number": "PO-1"}, "cln_1": {"amount": "510"}, "cln_3": {"description": "Ours"}},
        live,
        findings=(
            Finding(Severity.ERROR, "amount-zero", "Wrong.", "", kind=RecordKind.LINE, record_id="cln_1"),
        ),
    )


def test_each_record_that_waits_stands_once_with_its_partner_and_its_money() -> None:
    found = banner(report_on(held()))

    assert found is not None
    assert [one.words for one in found.records] == [
        "Acme · pay_1 · 1,000.00 USD · conflict on PO number",
        "Bolt · cln_3 · 75.00 EUR · conflict on Description",
        "Acme · cln_1 · 500.00 USD · held: error: Wrong.",
    ]


def test_a_line_of_a_held_payout_is_counted_with_it() -> None:
    found = banner(report_on(held()))

    assert found is not None
    assert found.money == "Held: 75.00 EUR and 1,000.00 USD of 2 partners."


def test_an_error_on_a_record_that_nobody_edited_and_one_on_the_workbook_wait_too() -> None:
    on_line = Finding(Severity.ERROR, "token", "Torn.", "", kind=RecordKind.LINE, record_id="cln_3")
    plan = make_plan(BASE, {}, findings=(on_line, Finding(Severity.ERROR, "x", "No sheet.", "")))
    found = banner(report_on(plan))

    assert found is not None
    assert [one.words for one in found.records] == [
        "Bolt · cln_3 · 75.00 EUR · error: Torn.",
        "error: No sheet.",
    ]


def test_nothing_waits_where_all_is_well() -> None:
    report = report_on(make_plan(BASE, {"pay_1": {"po_number": "PO-1"}}))

    assert banner(report) is None
    assert "Nothing waits for a decision." in shown(report)


def test_what_would_stop_apply_waits_as_well() -> None:
    report = replace(report_on(make_plan(BASE, {"pay_1": {"po_number": "PO-1"}})), stops=("It is closed.",))

    assert "STOPPED It is closed." in shown(report)
    assert "<strong>Stopped:</strong> It is closed." in html(report)
    assert "> **Stopped:** It is closed." in markdown(report)


@pytest.mark.parametrize(
    ("request_id", "stops", "summary"),
    [
        ("", (), "Needs the approval of another person, and nobody has asked for it yet."),
        ("req-1", (), "Waits for the approval of another person."),
        (
            "req-1",
            ("It is closed.",),
            "Waits for your decision: 1 other reason to stop. Waits for the approval of another person.",
        ),
    ],
)
def test_the_approval_of_another_person_is_no_decision_of_the_reader(
    request_id: str, stops: tuple[str, ...], summary: str
) -> None:
    lacks = "It needs an approval (it pays)."
    plain = report_on(make_plan(BASE, {"pay_1": {"po_number": "PO-1"}}))
    approval = Approval(request=request_id, who=("Ben",), lacks=lacks)
    found = banner(replace(plain, stops=(*stops, lacks), approval=approval))

    assert found is not None
    assert found.summary == summary
    assert lacks in found.stops


@pytest.mark.parametrize("rendering", [shown, html, markdown])
def test_what_waits_stands_above_the_changes(rendering: object) -> None:
    text = rendering(report_on(everything()))  # type: ignore[operator]

    assert 0 < text.index("Waits for your decision") < text.index("Takes ")
    assert text.index("conflict on PO number") < text.index("1,000.00 USD → 512.50 USD")


def test_a_run_names_the_partner_and_the_amount_of_each_outcome_and_no_time_to_come() -> None:
    text = shown(run_report())

    assert "Acme · update line · cln_1 · 500.00 USD → 512.50 USD: refused" in text
    assert "if begun at once" not in text
    assert not any("Takes" in sentence for sentence in headline(run_report()))


def test_a_limit_that_a_run_was_let_pass_stops_nothing_any_more() -> None:
    text = shown(run_report())

    assert "STOPPED" not in text
    assert "A person let 2 safety limits pass: declines, money." in text


@pytest.mark.parametrize("rendering", [shown, html, markdown])
def test_a_limit_that_allow_lets_pass_does_not_stop_the_plan(rendering: object) -> None:
    plan = everything()
    names = tuple(gate.name for gate in plan.gates)
    some = rendering(replace(report_on(plan), let_pass=names[:1]))  # type: ignore[operator]
    every = rendering(replace(report_on(plan), let_pass=names))  # type: ignore[operator]

    assert len(names) == 2
    assert plan.gates[0].message.partition(",")[0] not in some
    assert plan.gates[1].message.partition(",")[0] in some
    assert f"A person lets 1 safety limit pass: {names[0]}." in some
    assert "stopped" not in every.lower()
    assert f"A person lets 2 safety limits pass: {', '.join(names)}." in every


def _with_slip() -> Report:
    return report_on(make_checked_plan(BASE, {"cln_1": {"amount": "5000"}, "pay_2": {"po_number": "P"}}))


def test_a_possible_slip_is_named_even_where_only_the_headline_is_shown() -> None:
    written = io.StringIO()
    render(_with_slip(), Console(file=written, width=200), quiet=True)
    every = written.getvalue(), html(_with_slip()), markdown(_with_slip())

    assert all("Look first: 1 edit may be a slip of the hand." in text for text in every)
    assert "march.xlsx, Lines!D2: " in written.getvalue()
    assert "The amount goes from 500 to 5000" in written.getvalue()


def test_a_page_shows_a_possible_slip_in_the_row_of_its_edit_and_in_no_other() -> None:
    rows = [row for row in html(_with_slip()).splitlines() if row.startswith("<tr><td>")]

    assert ["The amount goes from 500 to 5000" in row for row in rows] == ["cln_1" in row for row in rows]
    assert any("cln_1" in row for row in rows)


def test_without_a_slip_nothing_is_to_be_looked_at_first() -> None:
    assert "Look first" not in shown(report_on(make_plan(BASE, {"pay_1": {"po_number": "PO-1"}})))


def test_a_short_report_says_what_was_left_out_and_what_cannot_be_undone() -> None:
    report = report_on(make_plan(BASE, {"pay_1": {"po_number": "PO-1"}}))
    told = [Finding(Severity.INFO, rule, f"It is {rule}.", "") for rule in ("left-out", "irreversible")]
    other = Finding(Severity.WARNING, "stage-order", "It is another.", "")
    written = io.StringIO()
    render(replace(report, findings=(*told, other)), Console(file=written, width=200), quiet=True)

    assert [f"It is {one.rule}." in written.getvalue() for one in (*told, other)] == [True, True, False]


def test_a_finding_says_whose_money_it_is_about() -> None:
    assert "(Bolt, 60.00 USD) It was '000456' at export" in shown(report_on(everything()))


def test_the_same_under_the_name_of_its_review_is_no_news() -> None:
    edits = {"pay_1": {"po_number": "PO-1"}, "cln_1": {"amount": "0"}}
    new = [make_new_row(2, partner_id="ptn_1", amount="5", currency="USD", description="Bonus")]
    first, second = (
        report_on(make_checked_plan(BASE, make_workbook(BASE, edits, new, file=file)))
        for file in ("march.xlsx", "review.xlsx")
    )
    told = news_of(second, "then", frozenset()).lines

    assert first.findings
    assert news_of(second, "then", marks(first)).lines == ()
    assert "Acme · new line · New line: 5.00 USD · your edit · New lines!2" in told
    assert not any("reconcile-" in line for line in told)


def test_a_second_look_shows_only_what_is_new() -> None:
    first = report_on(make_plan(BASE, {"pay_1": {"po_number": "PO-1"}}))
    second = report_on(make_plan(BASE, {"pay_1": {"po_number": "PO-1"}, "cln_1": {"amount": "510"}}))
    known = marks(first)

    assert news_of(first, "then", known).lines == ()
    fresh = news_of(second, "then", known).lines
    assert "Acme · cln_1 · Amount: 500.00 USD → 510.00 USD · your edit · Lines!D2" in fresh
    assert not any("PO-1" in line for line in fresh)

    written = io.StringIO()
    render_news(second, news_of(second, "then", known), Console(file=written, width=200))
    assert "New since the report of then (2)" in written.getvalue()
