"""The months with their state, and closed ones that are stale by how much."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from builders import make_line, make_payout
from closing import APRIL, MARCH, facts_of, frozen_of, paid

from reconcile.close.late import late_entries
from reconcile.close.months.month_states import (
    Attempt,
    Closing,
    Known,
    Reopened,
    SignedMonth,
    State,
    months,
)
from reconcile.close.months.moved_since import Moved, moved_by_period, stale_words
from reconcile.domain.period import Period
from reconcile.domain.records import CommissionLine, Payout

FEBRUARY = Period.parse("2026-02")
TODAY = date(2026, 6, 10)
CLOSINGS = (
    Closing(MARCH, "2026-04-04T08:00:00+00:00", "ana"),
    Closing(APRIL, "2026-05-03T08:00:00+00:00", "ana"),
)


def _states(known: Known, today: date = TODAY) -> Mapping[str, State]:
    return {one.period: one.state for one in months(known, today)}


def test_the_months_after_the_last_close_are_open_up_to_the_one_that_is_not_over() -> None:
    assert _states(Known(CLOSINGS)) == {
        "2026-03": State.CLOSED,
        "2026-04": State.CLOSED,
        "2026-05": State.OPEN,
        "2026-06": State.RUNNING,
    }


def test_a_close_that_ends_within_a_month_leaves_the_rest_of_it() -> None:
    closing = Closing(Period.parse("2026-03-29..2026-05-02"), "2026-05-04T08:00:00+00:00", "ana")

    assert list(_states(Known((closing,)))) == ["2026-03-29..2026-05-02", "2026-05-03..2026-05-31", "2026-06"]


@pytest.mark.parametrize(("is_blocked", "state"), [(True, State.BLOCKED), (False, State.DRAFT)])
def test_the_last_pack_that_closed_nothing_tells_how_far_a_month_is(
    *, is_blocked: bool, state: State
) -> None:
    tried = [
        Attempt("2026-05", "2026-06-01T08:00:00+00:00", "ana", not is_blocked, "before"),
        Attempt("2026-05", "2026-06-02T08:00:00+00:00", "bo", is_blocked, "Payouts without a PO number: 3."),
    ]
    (month,) = (one for one in months(Known(CLOSINGS, tried), TODAY) if one.period == "2026-05")

    assert (month.state, month.said) == (state, "2026-06-02 by bo: Payouts without a PO number: 3.")


@pytest.mark.parametrize(
    ("tried_on", "state"), [("2026-06-01", State.REVIEWED), ("2026-06-03", State.BLOCKED)]
)
def test_signatures_tell_how_far_a_month_is_until_it_is_tried_in_vain(tried_on: str, state: State) -> None:
    tried = [Attempt("2026-05", f"{tried_on}T08:00:00+00:00", "ana", is_blocked=True, said="other numbers")]
    signed = {
        "2026-05": SignedMonth(
            State.REVIEWED, "2026-06-02T08:00:00+00:00", "prepared by Ana, reviewed by Ben"
        )
    }

    assert _states(Known(CLOSINGS, tried, signed=signed))["2026-05"] == state


def test_a_first_month_that_is_prepared_is_listed() -> None:
    signed = {"2026-03": SignedMonth(State.PREPARED, "2026-04-02T08:00:00+00:00", "prepared by Ana")}

    assert _states(Known(signed=signed)) == {"2026-03": State.PREPARED}


def test_a_signed_month_that_moved_says_that_the_signatures_are_of_earlier_numbers() -> None:
    closing = Closing(MARCH, "2026-04-04T08:00:00+00:00", "ana", "prepared by Ana, reviewed by Ben")
    moved = {MARCH: Moved(MARCH, 1, {"USD": Decimal(20)})}
    (month, *_) = months(Known((closing,), moved=moved), TODAY)

    assert month.state == State.STALE
    assert month.said.startswith("closed 2026-04-04 by ana, prepared by Ana, reviewed by Ben; moved since: ")
    assert month.said.endswith("1 change, 20.00 USD; the signatures are of the numbers before that")


def test_a_draft_of_a_first_month_is_listed_and_one_of_a_closed_month_changes_nothing() -> None:
    tried = [Attempt("2026-03", "2026-04-01T08:00:00+00:00", "ana", is_blocked=False, said="it would pass")]

    assert _states(Known((), tried)) == {"2026-03": State.DRAFT}
    assert _states(Known(CLOSINGS, tried))["2026-03"] is State.CLOSED


def test_a_reopening_counts_from_the_close_on() -> None:
    before = Reopened("2026-03", "2026-04-03T08:00:00+00:00", "bo", "a wrong rate")
    after = Reopened("2026-04", "2026-05-04T08:00:00+00:00", "bo", "a wrong rate")
    found = months(Known(CLOSINGS, (), (before, after)), TODAY)

    assert [one.state for one in found[:2]] == [State.CLOSED, State.REOPENED]
    assert found[1].said == "closed 2026-05-03 by ana; reopened 2026-05-04 by bo: a wrong rate"


@pytest.mark.parametrize(("is_booked", "state"), [(False, State.STALE), (True, State.CLOSED)])
def test_a_closed_month_that_moved_is_stale_until_late_entries_have_booked_it(
    *, is_booked: bool, state: State
) -> None:
    moved = Moved(MARCH, 2, {"EUR": Decimal(0), "USD": Decimal("-20.50")}, is_booked)
    month = months(Known(CLOSINGS, moved={MARCH: moved}), TODAY)[0]

    assert month.state is state
    assert "moved since: 2 changes, -20.50 USD" in month.said
    assert ("is closed, and stale" in stale_words(moved, APRIL)) is not is_booked


def _moved(*now: Payout | CommissionLine, **given: object) -> dict[str, tuple[int, dict[str, Decimal]]]:
    """What moved of a close of March that has a payout of March with lines of February and March."""
    records = (make_payout(total="300 USD"), _february("100 USD"), make_line("cln_2", "200 USD"))
    frozen = frozen_of(*records)
    late = late_entries(frozen, facts_of(frozen, *(now or records), **given))
    found = moved_by_period(late, [FEBRUARY, MARCH], has_entries=False)
    return {str(one.period): (one.count, dict(one.amounts)) for one in found}


def _february(total: str) -> CommissionLine:
    return make_line("cln_1", total, period_end=datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC))


def test_nothing_is_stale_while_nothing_moved() -> None:
    assert _moved() == {}


def test_each_change_counts_to_the_month_of_its_day() -> None:
    found = _moved(make_payout(), _february("90 USD"), make_line("cln_2", "250 USD"))

    assert found == {"2026-02": (1, {"USD": Decimal(-10)}), "2026-03": (1, {"USD": Decimal(50)})}


@pytest.mark.parametrize(
    ("day", "stale"), [("2026-03-20", {"2026-03": (1, {"USD": Decimal(-300)})}), ("2026-04-02", {})]
)
def test_a_payment_makes_a_month_stale_only_where_it_was_paid_in_it(day: str, stale: object) -> None:
    assert _moved(payments={"pay_1": (paid(day, "300 USD"),)}) == stale


def test_changes_that_cancel_out_are_still_changes() -> None:
    moved = Moved(MARCH, 2, {"USD": Decimal(0)})

    assert moved.words == "2 changes, which cancel out"
