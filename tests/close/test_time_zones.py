"""The month that something belongs to is told by the time zone of the settings, everywhere by one rule."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from builders import make_line, make_payout, make_snapshot, money
from closing import APRIL, MARCH, frozen_of

from reconcile.close.close import Close, make_close
from reconcile.close.frozen import Frozen, from_json, write_inputs
from reconcile.close.late import late_entries
from reconcile.close.ledger.allotments import allotments
from reconcile.close.ledger.stages import Known, stages_paid
from reconcile.close.pack import pack_of
from reconcile.close.rollforward import Movement
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.settlement import Settlement
from reconcile.domain.snapshot import Scope
from reconcile.erp.bills.import_files import lay_out
from reconcile.erp.bills.layout import Column, FileLayout, Layout
from reconcile.erp.bills.make_bills import Circumstances, make_bills
from reconcile.erp.bills.vendors import Vendor
from reconcile.erp.matching.open_payouts import owed_in

NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
# Eleven at night on 31 March in New York, and three in the morning of 1 April in London's winter time.
NIGHT = datetime(2026, 4, 1, 3, tzinfo=UTC)
# Half past midnight of 1 April in Berlin.
MORNING = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)


def _in_zone(zone: str, *records: Payout | CommissionLine, **given: object) -> Frozen:
    plain = frozen_of(*records, **given)  # type: ignore[arg-type]
    snapshot = replace(plain.snapshot, scope=Scope(zone=zone))
    stages = stages_paid(snapshot, Names(), {}, Known())
    return replace(plain, snapshot=snapshot, stage_paid=stages)


def _sum(close: Close, movement: Movement) -> Decimal:
    return sum((one.amount for one in close.of(movement)), Decimal(0))


@pytest.mark.parametrize(
    ("zone", "made", "march"),
    [("UTC", NIGHT, 0), (NEW_YORK, NIGHT, 100), ("UTC", MORNING, 100), (BERLIN, MORNING, 0)],
)
def test_a_line_without_a_period_is_earned_on_the_day_on_which_it_was_made(
    zone: str, made: datetime, march: int
) -> None:
    line = make_line(total="100 USD", payout_id=None, period_end=None, created_at=made)
    first = _in_zone(zone, line)
    then = make_close(_in_zone(zone, line, period=APRIL, before=first), first)

    assert _sum(make_close(first, None), Movement.EARNED) == march
    assert _sum(then, Movement.EARNED) == 100 - march
    assert _sum(then, Movement.CLOSING) == 100


@pytest.mark.parametrize(("zone", "open_"), [("UTC", 100), (NEW_YORK, 0)])
def test_a_payout_whose_stage_alone_says_paid_was_paid_on_the_day_of_its_last_change(
    zone: str, open_: int
) -> None:
    payout = make_payout(total="100 USD", stage="PAID", updated_at=NIGHT)
    close = make_close(_in_zone(zone, payout, make_line(total="100 USD")), None)

    assert _sum(close, Movement.CLOSING) == open_


@pytest.mark.parametrize("zone", ["UTC", NEW_YORK, BERLIN, "Pacific/Auckland"])
def test_a_line_of_march_stays_one_in_every_time_zone(zone: str) -> None:
    close = make_close(_in_zone(zone, make_payout(), make_line(total="100 USD")), None)

    assert _sum(close, Movement.EARNED) == 100


@pytest.mark.parametrize(("zone", "day"), [("UTC", date(2026, 4, 1)), (NEW_YORK, date(2026, 3, 31))])
@pytest.mark.parametrize("written", ["", "2026-03-30"])
def test_a_payment_has_the_day_that_the_bank_writes_else_the_one_on_which_it_was_read(
    zone: str, day: date, written: str
) -> None:
    payment = Settlement(
        workbook_id="wb_1",
        sha256="",
        read_by="ana",
        payment_id="TX-1",
        payout_id="pay_1",
        partner_id="ptn_1",
        amount=money("1000 USD"),
        paid_on=written,
        reference="",
        file="bank.csv",
        read_at=NIGHT.isoformat(),
        state="matched",
        verdict="paid",
        code="",
        how="reference",
    )
    snapshot = replace(make_snapshot(make_payout()), scope=Scope(zone=zone))
    (found,) = allotments([payment], snapshot, PaymentPolicy())["pay_1"]

    assert found.day == (date(2026, 3, 30) if written else day)


@pytest.mark.parametrize(("zone", "day"), [("UTC", "2026-04-01"), (NEW_YORK, "2026-03-31")])
def test_a_bill_that_is_dated_by_the_creation_of_its_payout_has_its_day_there(zone: str, day: str) -> None:
    columns = (Column("Date", "{date}"), Column("Period", "{period}"))
    layout = Layout(
        "Test", "test", (FileLayout("bills-{currency}-{number}.csv", columns),), date_from="created"
    )
    snapshot = replace(
        make_snapshot(make_payout(created_at=NIGHT), make_line(total="1000 USD")), scope=Scope(zone=zone)
    )
    given = Circumstances(
        {"ptn_1": Vendor("ptn_1", "Acme", "V1")}, (), date(2026, 4, 8), days=snapshot.scope.days
    )
    (file,) = lay_out(make_bills(snapshot, layout, given), layout)[1]

    assert file.rows == ((day, "2026-Q1"),)


@pytest.mark.parametrize("zone", ["UTC", BERLIN])
def test_filters_and_payments_take_a_payout_for_the_month_in_which_it_is_closed(zone: str) -> None:
    # A server that ends March at midnight in Berlin, and an instant of the first hour of April there.
    march = make_payout("pay_1", period_end=datetime(2026, 3, 31, 21, 59, 59, tzinfo=UTC))
    april = make_payout("pay_2", period_end=MORNING)
    frozen = _in_zone(zone, march, april)
    scope = Scope(periods=(MARCH,), zone=zone)
    months = {one.payout_id: one.day in MARCH for one in owed_in(frozen.snapshot, ()) if one.day}

    assert scope.includes(march)
    assert scope.includes(april) is (zone == "UTC")
    assert months == {"pay_1": True, "pay_2": zone == "UTC"}


def test_a_setting_that_was_changed_moves_a_line_in_the_next_close_and_says_why() -> None:
    line = make_line(total="100 USD", payout_id=None, period_end=None, created_at=NIGHT)
    first = _in_zone(NEW_YORK, line)
    then = make_close(_in_zone("UTC", line, period=APRIL, before=first), first)

    assert [roll.residual for roll in then.rolls] == [0]
    assert _sum(then, Movement.OPENING) == _sum(then, Movement.CLOSING) == 100


def test_late_changes_are_counted_in_the_time_zone_of_the_close() -> None:
    line = make_line(total="100 USD", payout_id=None, period_end=None, created_at=NIGHT)
    frozen = _in_zone(NEW_YORK, line)

    assert late_entries(frozen, _in_zone(NEW_YORK, line).facts).changes == ()


def test_the_cover_names_the_time_zone_and_what_is_kept_brings_it_back() -> None:
    frozen, stream = _in_zone(NEW_YORK, make_line()), io.BytesIO()
    write_inputs(stream, frozen)
    kept = from_json(stream.getvalue().decode(), "inputs.json")

    assert dict(pack_of(make_close(kept, None)).facts)["Period"] == f"2026-03-01 to 2026-03-31, {NEW_YORK}"


@pytest.mark.parametrize("version", [1, 2, 3])
def test_what_was_kept_before_there_were_time_zones_stays_as_it_was(version: int) -> None:
    stream = io.BytesIO()
    write_inputs(stream, frozen_of(make_line(), version=version, last_export=make_snapshot()))
    kept = json.loads(stream.getvalue())

    assert "zone" not in kept["snapshot"]["scope"] | kept["last_export"]["scope"]
    assert from_json(stream.getvalue().decode(), "inputs.json").snapshot.scope.zone == "UTC"
