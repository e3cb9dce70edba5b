"""What was owed, and what happened to it, is what is owed now: line by line, with nothing left over."""

from __future__ import annotations

from decimal import Decimal

from builders import END, make_line, make_payout
from closing import APRIL, MARCH, april_line, close_of, frozen_of, paid
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.close.close import Close, make_close
from reconcile.close.control_tables import bridge_table
from reconcile.close.rollforward import Movement
from reconcile.domain.pack_table import Table, value_of
from reconcile.domain.period import utc_date
from reconcile.domain.records import CommissionLine, Payout


def _moves(close: Close, currency: str = "USD") -> dict[str, Decimal]:
    (roll,) = [one for one in close.rolls if one.currency == currency]
    assert roll.residual == 0
    return {movement.value: amount for movement, amount in roll.sums.items() if amount}


def test_the_first_close_opens_with_nothing_and_takes_in_what_is_owed_from_before() -> None:
    old = make_line("cln_old", "40 USD", period_end=END.replace(month=1))
    close = close_of(None, make_payout(), make_line("cln_1", "100 USD"), old)

    assert _moves(close) == {"earned": 100, "moved in": 40, "closing": 140}
    assert {one.why for one in close.of(Movement.MOVED_IN)} == {"owed since before the first close"}


def test_what_was_settled_before_the_first_close_is_no_part_of_it() -> None:
    old = make_line("cln_old", "40 USD", period_end=END.replace(month=1))
    close = close_of(None, make_payout(stage="PAID"), old)

    assert close.rolls == ()


def test_what_is_known_to_be_paid_in_the_first_period_was_owed_before_it() -> None:
    old = make_line("cln_old", "40 USD", period_end=END.replace(month=1))
    payments = {"pay_1": (paid("2026-03-20", "40 USD"),)}
    close = close_of(None, make_payout(stage="PAID"), old, payments=payments)

    assert _moves(close) == {"moved in": 40, "paid": -40}
    assert [one.why for one in close.of(Movement.PAID)] == ["TX-1"]


def test_a_line_that_is_still_owed_is_carried_over() -> None:
    before = frozen_of(make_payout(), make_line("cln_1", "100 USD"))
    close = close_of(before, make_payout(), make_line("cln_1", "100 USD"), april_line())

    assert _moves(close) == {"opening": 100, "earned": 100, "closing": 200}


def test_an_edit_is_an_adjustment_of_the_difference() -> None:
    before = frozen_of(make_payout(), make_line("cln_1", "100 USD"))
    close = close_of(before, make_payout(), make_line("cln_1", "80.50 USD"))

    assert _moves(close) == {"opening": 100, "adjusted": Decimal("-19.50"), "closing": Decimal("80.50")}
    assert [one.why for one in close.of(Movement.ADJUSTED)] == ["100.00 USD became 80.50 USD"]


def test_a_new_currency_is_an_adjustment_in_both() -> None:
    before = frozen_of(make_payout(), make_line("cln_1", "100 USD"))
    close = close_of(before, make_payout(), make_line("cln_1", "90 EUR"))

    assert _moves(close) == {"opening": 100, "adjusted": -100}
    assert _moves(close, "EUR") == {"adjusted": 90, "closing": 90}


def test_a_payout_at_paid_takes_its_lines_out() -> None:
    before = frozen_of(make_payout(), make_line("cln_1", "100 USD"))
    close = close_of(before, make_payout(stage="PAID"), make_line("cln_1", "100 USD"))

    assert _moves(close) == {"opening": 100, "paid": -100}


def test_a_payment_after_the_period_leaves_its_lines_owed_at_the_end_of_it() -> None:
    before = frozen_of(make_payout(), make_line("cln_1", "100 USD"))
    late = {"pay_1": (paid("2026-05-02", "100 USD"),)}
    close = close_of(before, make_payout(stage="PAID"), make_line("cln_1", "100 USD"), payments=late)

    assert _moves(close) == {"opening": 100, "closing": 100}


def test_a_payment_in_the_period_gives_its_reference() -> None:
    before = frozen_of(make_payout(), make_line("cln_1", "100 USD"))
    payments = {"pay_1": (paid("2026-04-20", "100 USD"),)}
    close = close_of(before, make_payout(stage="PAID"), make_line("cln_1", "100 USD"), payments=payments)

    assert [one.why for one in close.of(Movement.PAID)] == ["TX-1"]


def test_a_declined_line_and_a_line_of_a_declined_payout_leave_as_declined() -> None:
    first, second = make_line("cln_1", "100 USD"), make_line("cln_2", "30 USD", "pay_2")
    before = frozen_of(make_payout(), first, make_payout("pay_2"), second)
    close = close_of(
        before,
        make_payout(),
        make_line("cln_1", "100 USD", status="VOIDED"),
        make_payout("pay_2", stage="DECLINED"),
        second,
    )

    assert _moves(close) == {"opening": 130, "declined": -130}


def test_a_line_that_is_gone_and_one_that_is_due_later_move_out() -> None:
    before = frozen_of(make_payout(), make_line("cln_1", "100 USD"), make_line("cln_2", "30 USD"))
    close = close_of(before, make_payout(), make_line("cln_2", "30 USD", period_end=END.replace(month=7)))

    assert _moves(close) == {"opening": 130, "moved out": -130}
    assert [one.why for one in close.of(Movement.MOVED_OUT)] == ["gone upstream", "now due 2026-07-31"]


def test_a_line_of_an_earlier_period_that_comes_late_moves_in() -> None:
    before = frozen_of(make_payout(), make_line("cln_1", "100 USD"))
    close = close_of(before, make_payout(), make_line("cln_1", "100 USD"), make_line("cln_late", "7 USD"))

    assert _moves(close) == {"opening": 100, "moved in": 7, "closing": 107}
    assert [one.why for one in close.of(Movement.MOVED_IN)] == ["earned before 2026-04-01, first seen now"]


def test_a_line_known_since_before_it_was_due_is_earned_when_it_is_due() -> None:
    before = frozen_of(make_payout(), april_line())
    close = close_of(before, make_payout(stage="PAID"), april_line())

    assert _moves(close) == {"earned": 100, "paid": -100}


def test_a_payout_that_is_no_longer_paid_is_owed_again() -> None:
    before = frozen_of(make_payout(stage="PAID"), make_line("cln_1", "100 USD"))
    close = close_of(before, make_payout(stage="FAILED"), make_line("cln_1", "100 USD"))

    assert _moves(close) == {"returned": 100, "closing": 100}
    assert [one.why for one in close.of(Movement.RETURNED)] == ["no longer said to be paid"]


def test_the_rows_by_partner_add_up_to_the_rows_by_currency() -> None:
    other = make_line("cln_2", "30 USD", None, partner_id="ptn_2")
    close = close_of(None, make_payout(), make_line("cln_1", "100 USD"), other)
    partners = {roll.partner: roll.sums[Movement.CLOSING] for roll in close.partner_rolls}

    assert partners == {"Acme": 100, "Bolt": 30}
    assert close.rolls[0].sums[Movement.CLOSING] == 130


def _sums(close: Close, movement: Movement) -> dict[str, Decimal]:
    return {roll.currency: roll.sums[movement] for roll in close.rolls if roll.sums[movement]}


def _plain(table: Table) -> list[list[object]]:
    return [[value_of(cell) for cell in row] for row in table.rows]


_LINES = st.tuples(
    st.sampled_from(["cln_1", "cln_2", "cln_3", "cln_4"]),
    st.integers(-500, 500),
    st.sampled_from(["USD", "EUR"]),
    st.sampled_from(["PENDING", "IN_PAYOUT", "VOIDED"]),
    st.sampled_from(["pay_1", "pay_2", None]),
    st.integers(1, 6),
)
_STAGES = st.sampled_from(["APPROVED", "PAID", "DECLINED", "FAILED", "SOMETHING_NEW"])
_STATES = st.tuples(st.lists(_LINES, max_size=6), _STAGES, _STAGES)
State = tuple[list[tuple[str, int, str, str, str | None, int]], str, str]


def _records(state: State) -> list[Payout | CommissionLine]:
    lines, first, second = state
    made = [
        make_line(
            line_id,
            f"{amount} {currency}",
            payout_id,
            status=status,
            period_end=END.replace(month=month, day=28),
        )
        for line_id, amount, currency, status, payout_id, month in lines
    ]
    return [make_payout("pay_1", stage=first), make_payout("pay_2", stage=second), *made]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(_STATES, _STATES, st.sampled_from(["2026-04-09", "2026-05-09"]))
def test_whatever_happens_between_two_closes_nothing_is_left_over(
    before: State, after: State, day: str
) -> None:
    payments = {"pay_1": (paid(day, "300 USD"),)}
    earlier = frozen_of(*_records(before))
    first = make_close(earlier, None)
    close = close_of(earlier, *_records(after), payments=payments)

    assert [roll.residual for roll in (*first.rolls, *first.partner_rolls)] == [0] * 2 * len(first.rolls)
    assert [roll.residual for roll in close.rolls] == [0] * len(close.rolls)
    assert _sums(close, Movement.OPENING) == _sums(first, Movement.CLOSING)
    assert not any(row[-1] or row[-2] for row in _plain(bridge_table(close)))
    assert all(utc_date(END) in MARCH and line.currency in ("USD", "EUR") for line in close.entries)
    assert close.frozen.period == APRIL
