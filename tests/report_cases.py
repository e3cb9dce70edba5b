"""Plans for the tests of the reports: one with a bit of everything, hostile ones, one that is huge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from builders import (
    changed,
    make_checked_plan,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
    money,
    without,
)

from reconcile.domain.policy.names_and_limits import Limits, Policy
from reconcile.domain.records import Partner
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.model import Plan
from reconcile.plan.outcome import Difference, OperationOutcome, Outcome, RunTotal, StageTotal, Verification
from reconcile.report.build import report_on, run_of
from reconcile.report.model import Report

SCRIPT = "<script>window.hacked = 1</script>"
IMAGE = '"><img src=x onerror="window.hacked = 2">'
CLOSING = "</script><script>window.hacked = 3</script>"
LINK = "javascript:window.hacked=4"
HOSTILE = (SCRIPT, IMAGE, CLOSING, LINK, "{{ 7 * 7 }} ${7*7} <!-- ", "' onmouseover='window.hacked=5")


def everything() -> Plan:
    """A plan that shows every part of a report."""
    baseline = make_snapshot(
        make_payout("pay_1", "1000 USD", po_number="000123"),
        make_line("cln_1", "500 USD", "pay_1", source_amount=Decimal(5000)),
        make_line("cln_2", "420 USD", "pay_1", description="Referral, sent twice"),
        make_line("cln_3", "80 USD", "pay_1"),
        make_payout("pay_2", "75 EUR", partner_id="ptn_2", partner_name="Bolt"),
        make_line("cln_4", "75 EUR", "pay_2", partner_id="ptn_2"),
        make_payout("pay_3", "40 USD", po_number="PO-3"),
        make_line("cln_5", "40 USD", "pay_3"),
        make_payout("pay_4", "60 USD", partner_id="ptn_2", partner_name="Bolt", po_number="000456"),
        make_line("cln_6", "60 USD", "pay_4", partner_id="ptn_2"),
        make_line("cln_7", "12 USD", None),
    )
    edits = {
        "pay_1": {"stage": "PENDING_PAYMENT", "po_number": "000777"},
        "cln_1": {"amount": "512.5"},
        "cln_2": {"action": "Decline", "decline_reason": "DUPLICATE"},
        "cln_3": {"action": "Detach"},
        "cln_4": {"action": "Decline", "decline_reason": "DUPLICATE"},
        "pay_3": {"po_number": "PO-MINE"},
        "cln_5": {"amount": "41", "action": "Decline"},
        "pay_4": {"po_number": "456"},
        "cln_7": {"internal_note": "Checked against the CRM."},
    }
    new = make_new_row(2, partner_id="ptn_1", amount="99.5", currency="USD", description="True-up")
    book = make_workbook(baseline, edits, [new], missing=["cln_6"])
    live = changed(baseline, "pay_3", po_number="PO-OTHER")
    live = changed(live, "pay_4", amount=money("65 USD"))
    live = changed(live, "cln_6", amount=money("65 USD"))
    live = changed(live, "pay_1", statement_note="Thanks.")
    limits = Limits(max_money_share=Decimal("0.001"), share_from=1)
    return _steady(make_checked_plan(baseline, book, live, Policy(limits=limits)))


def _steady(plan: Plan) -> Plan:
    """The plan with fixed fingerprints: they follow parts of a plan that no report shows."""
    books = tuple(replace(one, export=replace(one.export, fingerprint="b" * 64)) for one in plan.workbooks)
    return replace(plan, workbooks=books, live_fingerprint="c" * 64, fingerprint="d" * 64)


def hostile() -> Plan:
    """A plan whose every text was written by somebody who wants a script to run."""
    name = SCRIPT + IMAGE + "\u202egnp.exe\x1b[2J"
    partners = {"ptn_1": Partner("ptn_1", name), "ptn_2": Partner("ptn_2", LINK)}
    payouts = [
        make_payout(f"pay_{place}{text}", "100 USD", partner_name=name, po_number=text)
        for place, text in enumerate(HOSTILE)
    ]
    lines = [
        make_line(f"cln_{place}{text}", "100 USD", f"pay_{place}{text}", description=text)
        for place, text in enumerate(HOSTILE)
    ]
    more = [make_payout("pay_x", "1 EUR", partner_id="ptn_2", partner_name=LINK)]
    baseline = replace(make_snapshot(*payouts, *more, *lines), partners=partners)
    edits = {one.id: {"description": f"{one.description}{CLOSING}", "amount": "110"} for one in lines}
    edits["pay_x"] = {"statement_note": IMAGE}
    book = make_workbook(baseline, edits, file=f"{SCRIPT}.xlsx")
    live = changed(baseline, payouts[0].id, po_number=CLOSING)
    live = changed(live, lines[1].id, description=IMAGE * 2)
    live = without(live, payouts[2].id, lines[2].id)
    return make_checked_plan(baseline, book, live)


def huge(payouts: int = 1000, lines: int = 10) -> Plan:
    """A plan with that many payouts, and a change of every line of each."""
    records, edits = [], {}
    for place in range(payouts):
        payout = f"pay_{place:05}"
        records.append(make_payout(payout, f"{100 * lines} USD"))
        for number in range(lines):
            line = make_line(f"cln_{place:05}_{number:03}", "100 USD", payout)
            records.append(line)
            edits[line.id] = {"amount": f"{100 + number}.5"}
    return make_plan(make_snapshot(*records), edits)


def run_report() -> Report:
    """What became of the plan that shows everything: one request refused, one waiting, one amount off."""
    plan = everything()
    refused, waiting, *done = plan.operations
    at = "2026-04-08T09:05:00+00:00"
    outcomes = {
        one.id: OperationOutcome(one.id, Outcome.APPLIED, result_id=one.target.id, at=at) for one in done
    }
    outcomes[refused.id] = OperationOutcome(refused.id, Outcome.REFUSED, "the amount is | too *large*", at=at)
    outcomes[waiting.id] = OperationOutcome(waiting.id, Outcome.SKIPPED, f"it waits for {refused.id}", at=at)
    differences = (Difference(done[0].id, "cln_2", "amount", "420", "421"),)
    totals = (
        RunTotal("EUR", Decimal(75), Decimal(0), Decimal(0)),
        RunTotal("USD", *map(Decimal, (420, 0, 421))),
    )
    stages = (StageTotal("APPROVED", "EUR", Decimal(75), Decimal(0), Decimal(0)),)
    verification = Verification(differences, totals, stages)
    return report_on(plan, run_of(plan, outcomes, verification, ("run-20260408-090500-abcdef", at, "ops")))


def full_of(text: Callable[[str], str]) -> Snapshot:
    """Records of which every free text is the one for its field."""
    partners = {one: Partner(one, text(f"partner {one}")) for one in ("ptn_1", "ptn_2")}
    records = (
        make_payout(
            "pay_1",
            "1000 USD",
            partner_name=partners["ptn_1"].name,
            po_number=text("PO"),
            statement_note=text("note"),
            batch_id=text("batch"),
        ),
        make_line("cln_1", "500 USD", "pay_1", description=text("description"), plan_name=text("plan")),
        make_line("cln_2", "500 USD", "pay_1", description=text("declined")),
        make_payout(
            "pay_2", "5 EUR", partner_id="ptn_2", partner_name=partners["ptn_2"].name, po_number=text("PO 2")
        ),
        make_line("cln_3", "5 EUR", "pay_2", partner_id="ptn_2"),
    )
    return replace(make_snapshot(*records), partners=partners)


def plan_full_of(text: Callable[[str], str]) -> Plan:
    """A plan of changes, a decline, a conflict and drift, of which every free text is the one for its field."""
    baseline = full_of(text)
    edits = {
        "pay_1": {"statement_note": f"{text('note')}!", "po_number": f"{text('PO')}?"},
        "cln_1": {"description": f"{text('description')}!", "amount": "501"},
        "cln_2": {"action": "Decline", "decline_reason": "CUSTOM", "decline_detail": f"{text('detail')}!"},
        "pay_2": {"po_number": f"{text('PO 2')}mine"},
    }
    live = changed(baseline, "pay_2", po_number=f"{text('PO 2')}theirs")
    live = changed(live, "cln_3", description=f"{text('drift')} moved")
    return make_checked_plan(baseline, make_workbook(baseline, edits, file=f"{text('file')}.xlsx"), live)


def report_full_of(text: Callable[[str], str]) -> Report:
    """The report on such a plan."""
    return report_on(plan_full_of(text))


def run_full_of(text: Callable[[str], str]) -> Report:
    """The report on a run of such a plan: every request is refused, and the server says the text."""
    plan = plan_full_of(text)
    outcomes = {
        one.id: OperationOutcome(one.id, Outcome.REFUSED, text("message"), at="2026-04-08T09:05:00+00:00")
        for one in plan.operations
    }
    started = ("run-20260408-090500-abcdef", "2026-04-08T09:05:00+00:00", text("person"))
    return report_on(plan, run_of(plan, outcomes, Verification((), (), ()), started, text("stopped")))
