"""The forecast of the after-state, the totals, and the proof that they agree."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from builders import (
    changed,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
    money,
    without,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.domain.edited import EditedRow
from reconcile.domain.fields import Value
from reconcile.domain.money import plain
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.model import Effect, Plan, TieOut, Total
from reconcile.plan.outcome import RunTotal

BASE = make_snapshot(make_payout(), make_line(), make_line("cln_2"))
DECLINE = {"action": "Decline", "decline_reason": "DUPLICATE"}
DETACH = {"action": "Detach"}


def effect(plan: Plan) -> Effect:
    (found,) = plan.effects
    return found


@pytest.mark.parametrize(
    ("edits", "amount"),
    [
        ({"cln_1": {"amount": "512.5"}}, "1012.5"),
        ({"cln_1": {"amount": "-500"}}, "0"),
        ({"cln_1": DECLINE}, "500"),
        ({"cln_1": DETACH}, "500"),
        ({"cln_1": {**DETACH, "amount": "1"}}, "500"),
        ({"cln_1": DECLINE, "cln_2": DECLINE}, "0"),
        ({"cln_1": {"description": "x"}}, "1000"),
        ({"pay_1": {"po_number": "x"}}, "1000"),
        ({"cln_1": {"source_amount": "1"}}, "1000"),
    ],
)
def test_a_payout_follows_its_lines(edits: dict[str, dict[str, Value]], amount: str) -> None:
    assert Decimal(amount) == effect(make_plan(BASE, edits)).amount_after


def test_a_payout_that_is_not_touched_has_no_effect() -> None:
    base = make_snapshot(*BASE.payouts.values(), make_payout("pay_2"), *BASE.lines.values())

    assert [one.target.id for one in make_plan(base, {"cln_1": {"amount": "5"}}).effects] == ["pay_1"]


def test_an_edit_in_the_pool_has_no_effect_on_a_payout() -> None:
    base = make_snapshot(make_payout(), make_line("cln_9", payout_id=None))

    assert make_plan(base, {"cln_9": {"amount": "5"}}).effects == ()


def test_a_new_line_adds_to_its_payout() -> None:
    row = make_new_row(2, partner_id="ptn_1", payout_id="pay_1", amount="75", currency="USD")

    assert Decimal(1075) == effect(make_plan(BASE, make_workbook(BASE, new=[row]))).amount_after


@pytest.mark.parametrize(
    ("line", "edits", "amount"),
    [
        # A line in another currency moves, or comes, or goes: the rate is the server's.
        ("80 EUR", {"cln_2": {"amount": "90"}}, None),
        ("80 EUR", {"cln_2": DECLINE}, None),
        ("500 USD", {"cln_2": {"currency": "EUR"}}, None),
        # One in the payout's own currency moves beside it: the server may convert the other anew.
        ("80 EUR", {"cln_1": {"amount": "512.5"}}, None),
        # Nothing moves.
        ("80 EUR", {"pay_1": {"po_number": "x"}}, "1000"),
        ("80 EUR", {"cln_2": {"description": "x"}}, "1000"),
        # The last foreign line turns into one of the payout's currency: it was foreign before.
        ("80 EUR", {"cln_2": {"currency": "USD"}}, None),
    ],
)
def test_what_the_server_would_convert_is_not_guessed(
    line: str, edits: dict[str, dict[str, Value]], amount: str | None
) -> None:
    base = make_snapshot(make_payout(), make_line(), make_line("cln_2", line))

    assert (amount and Decimal(amount)) == effect(make_plan(base, edits)).amount_after


def test_lines_that_all_have_another_currency_than_their_payout_are_not_guessed() -> None:
    base = make_snapshot(make_payout(total="1000 EUR"), make_line())

    assert effect(make_plan(base, {"cln_1": {"amount": "5"}})).amount_after is None


def test_the_decline_of_the_last_line_declines_the_payout() -> None:
    found = effect(make_plan(BASE, {"cln_1": DECLINE, "cln_2": DECLINE}))

    assert (found.stage_before, found.stage_after, found.auto_declined) == ("APPROVED", "DECLINED", True)


def test_the_detach_of_the_last_line_does_not() -> None:
    found = effect(make_plan(BASE, {"cln_1": DETACH, "cln_2": DETACH}))

    assert ("APPROVED", False, Decimal(0)) == (found.stage_after, found.auto_declined, found.amount_after)


def test_a_stage_edit_is_in_the_forecast() -> None:
    found = effect(make_plan(BASE, {"pay_1": {"stage": "PAID"}}))

    assert (found.stage_before, found.stage_after) == ("APPROVED", "PAID")


def test_the_forecast_starts_from_live() -> None:
    live = changed(
        changed(BASE, "pay_1", amount=money("1200 USD"), stage="BLOCKED"), "cln_2", amount=money("700 USD")
    )

    found = effect(make_plan(BASE, {"cln_1": {"amount": "600"}}, live))

    assert (Decimal(1200), Decimal(1300), "BLOCKED") == (
        found.amount_before,
        found.amount_after,
        found.stage_after,
    )


# Totals.


def test_the_totals_per_stage_are_those_of_payouts_at_the_export_now_and_after() -> None:
    base = make_snapshot(
        make_payout("pay_1", "100 USD"), make_payout("pay_2", "40 USD"), make_payout("pay_3", "7 EUR")
    )
    live = changed(base, "pay_2", amount=money("50 USD"), stage="PAID")

    plan = make_plan(base, {"pay_1": {"stage": "PAID"}}, live)

    assert [
        Total("APPROVED", "EUR", Decimal(7), Decimal(7), Decimal(7)),
        Total("APPROVED", "USD", Decimal(140), Decimal(100), Decimal(0)),
        Total("PAID", "USD", Decimal(0), Decimal(50), Decimal(150)),
    ] == list(plan.stages)


def test_an_auto_declined_payout_is_counted_with_the_declined_ones() -> None:
    plan = make_plan(BASE, {"cln_1": DECLINE, "cln_2": DECLINE})

    assert [
        Total("APPROVED", "USD", Decimal(1000), Decimal(1000), Decimal(0)),
        Total("DECLINED", "USD", Decimal(0), Decimal(0), Decimal(0)),
    ] == list(plan.stages)


def test_the_totals_per_partner_are_those_of_lines_by_currency() -> None:
    base = make_snapshot(
        make_line(total="100 USD"),
        make_line("cln_2", "9 EUR"),
        make_line("cln_3", "5 USD", partner_id="ptn_2"),
        make_line("cln_4", "99 USD", status="VOIDED"),
    )
    live = changed(base, "cln_1", amount=money("110 USD"))

    assert [
        Total("Acme", "EUR", Decimal(9), Decimal(9), Decimal(9)),
        Total("Acme", "USD", Decimal(100), Decimal(110), Decimal(110)),
        Total("Bolt", "USD", Decimal(5), Decimal(5), Decimal(5)),
    ] == list(make_plan(base, {}, live).partners)


# The tie-out.


def test_the_tie_out_splits_what_moved_upstream_from_what_is_edited() -> None:
    base = make_snapshot(make_payout(), make_line(), make_line("cln_2"), make_line("cln_3", "80 EUR"))
    live = changed(without(base, "cln_2"), "cln_3", amount=money("90 EUR"))
    row = make_new_row(2, partner_id="ptn_1", amount="75", currency="USD")

    plan = make_plan(base, make_workbook(base, {"cln_1": {"amount": "512.5"}}, [row]), live)

    assert [
        TieOut("EUR", Decimal(80), Decimal(10), Decimal(0), Decimal(90)),
        TieOut("USD", Decimal(1000), Decimal(-500), Decimal("87.5"), Decimal("587.5")),
    ] == list(plan.tie_out)
    assert {Decimal(0)} == {tie.residual for tie in plan.tie_out}


def test_a_currency_edit_takes_from_one_total_and_adds_to_the_other() -> None:
    plan = make_plan(BASE, {"cln_1": {"currency": "EUR"}})

    assert [("EUR", Decimal(500)), ("USD", Decimal(-500))] == [
        (tie.currency, tie.edits) for tie in plan.tie_out
    ]
    assert {Decimal(0)} == {tie.residual for tie in plan.tie_out}


@pytest.mark.parametrize(("place", "edits"), [(DECLINE, "-500"), (DETACH, "12.5")])
def test_an_amount_edited_and_then_placed_ties_out(place: dict[str, Value], edits: str) -> None:
    plan = make_plan(BASE, {"cln_1": {**place, "amount": "512.5"}})

    assert [(Decimal(edits), Decimal(0))] == [(tie.edits, tie.residual) for tie in plan.tie_out]


def test_a_residual_is_what_does_not_tie() -> None:
    assert Decimal("0.01") == TieOut("USD", Decimal(1), Decimal(2), Decimal(3), Decimal("6.01")).residual
    assert Decimal(-1) == RunTotal("USD", Decimal(1), Decimal(3), Decimal(2)).residual


CENTS = st.integers(-5_000_000, 5_000_000).filter(bool).map(lambda cents: Decimal(cents) / 100)
CURRENCIES = st.sampled_from(["USD", "EUR", "GBP"])
PAYOUTS = [f"pay_{number}" for number in range(3)]
PLACES = st.sampled_from([*PAYOUTS, None])


@st.composite
def snapshots(draw: st.DrawFn, lines: int) -> Snapshot:
    records: list[Payout | CommissionLine] = [make_payout(key, f"{draw(CENTS)} USD") for key in PAYOUTS]
    for number in range(lines):
        status = draw(st.sampled_from(["PENDING", "IN_PAYOUT", "VOIDED", "EXPECTED"]))
        total = f"{draw(CENTS)} {draw(CURRENCIES)}"
        records.append(make_line(f"cln_{number}", total, draw(PLACES), status=status))
    return make_snapshot(*records)


@st.composite
def edits_of_lines(draw: st.DrawFn, lines: int) -> dict[str, dict[str, Value]]:
    edits: dict[str, dict[str, Value]] = {}
    for number in range(lines):
        wanted: dict[str, Value] = draw(st.sampled_from([{}, {}, DECLINE, DETACH, {"description": "x"}]))
        found = dict(wanted)
        if draw(st.booleans()):
            found["amount"] = plain(draw(CENTS))
        if draw(st.booleans()):
            found["currency"] = draw(CURRENCIES)
        edits[f"cln_{number}"] = found
    return edits


@st.composite
def new_rows(draw: st.DrawFn) -> list[EditedRow]:
    amounts = draw(st.lists(CENTS, max_size=3))
    return [
        make_new_row(
            number,
            partner_id="ptn_1",
            payout_id=draw(PLACES),
            amount=plain(amount),
            currency=draw(CURRENCIES),
        )
        for number, amount in enumerate(amounts, start=2)
    ]


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_every_plan_ties_out(data: st.DataObject) -> None:
    """Whatever moved upstream and whatever is edited: exported + drift + edits = planned, in every currency."""
    count = data.draw(st.integers(0, 5))
    base, live = data.draw(snapshots(count)), data.draw(snapshots(count + 1))
    edits: Mapping[str, dict[str, Value]] = data.draw(edits_of_lines(count))

    plan = make_plan(base, make_workbook(base, edits, data.draw(new_rows())), live)

    assert [tie for tie in plan.tie_out if tie.residual] == []
    assert sum(total.after for total in plan.partners) == sum(tie.planned for tie in plan.tie_out)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_plan_never_forecasts_anything_for_a_workbook_without_edits(data: st.DataObject) -> None:
    count = data.draw(st.integers(0, 5))
    base, live = data.draw(snapshots(count)), data.draw(snapshots(count))

    plan = make_plan(base, {}, live)

    assert (plan.operations, plan.effects, plan.gates) == ((), (), ())
    assert all(total.live == total.after for total in (*plan.stages, *plan.partners))
    assert not any(tie.edits for tie in plan.tie_out)
