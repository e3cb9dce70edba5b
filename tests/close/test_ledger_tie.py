"""The close against the general ledger: what differs is named by its kind, and stops the close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from builders import make_line, make_payout
from closing import APRIL, APRIL_END, april_line, frozen_of, paid

from reconcile.close.close import Close, make_close
from reconcile.close.frozen import Frozen, write_inputs
from reconcile.close.gl.compare_postings import Kind
from reconcile.close.gl.open_difference import OpenDifference
from reconcile.close.gl.tied_accounts import currencies_of
from reconcile.close.ledger.evidence_of_payment import DatedBill
from reconcile.close.pack import pack_of
from reconcile.domain.books.general_ledger import Balance, GeneralLedger, Posting
from reconcile.domain.policy.close import AccountRule, ClosePolicy, GlPolicy, Weight
from reconcile.jobs.closes.close import CloseResult
from reconcile.jobs.closes.ledger_export import open_differences
from reconcile.store.closes import KeptClose

POLICY = ClosePolicy(gl=GlPolicy(payable="2000"))
BILL = DatedBill("BILL-7", "pay_1", date(2026, 4, 10), make_line(total="1000 USD").amount)


def _march() -> Frozen:
    """1,000 USD were earned and accrued in March."""
    return frozen_of(make_payout(), make_line(total="1000 USD"), policy=POLICY)


def _april(gl: GeneralLedger | None, **given: object) -> Close:
    """In April the 1,000 were billed and paid, and 200 were earned."""
    march = _march()
    frozen = frozen_of(
        make_payout(stage="PAID"),
        make_line(total="1000 USD"),
        make_payout("pay_2", "200 USD", period_end=APRIL_END),
        april_line("cln_2", "200 USD", payout_id="pay_2"),
        period=APRIL,
        before=march,
        payments={"pay_1": (paid("2026-04-20"),)},
        bills=(BILL,),
        policy=POLICY,
        gl=gl,
    )
    return make_close(replace(frozen, **given), march)  # type: ignore[arg-type]


def _posted(account: str, day: str, amount: str, text: str, line: int) -> Posting:
    return Posting(account, date.fromisoformat(day), "USD", Decimal(amount), text, f"line {line}")


POSTINGS = (
    _posted("2100", "2026-04-01", "1000", "ACC-2026-03-USD-R", 2),
    _posted("6200", "2026-04-01", "-1000", "ACC-2026-03-USD-R", 3),
    _posted("6200", "2026-04-10", "1000", "Bill BILL-7 Acme", 4),
    _posted("2000", "2026-04-10", "-1000", "Bill BILL-7 Acme", 5),
    _posted("2000", "2026-04-20", "1000", "Payment TX-1 of BILL-7", 6),
)
OWN = (
    _posted("6200", "2026-04-30", "200", "ACC-2026-04-USD", 7),
    _posted("2100", "2026-04-30", "-200", "ACC-2026-04-USD", 8),
)
OPENING = Balance("2100", "USD", Decimal(-1000), "line 1")


def _ledger(
    postings: Sequence[Posting] = POSTINGS, openings: Sequence[Balance] = (OPENING,)
) -> GeneralLedger:
    return GeneralLedger("gl.csv", "ab" * 32, "transactions", tuple(openings), postings=tuple(postings))


def _items(close: Close) -> dict[str, list[tuple[Kind, Decimal]]]:
    return {one.account: [(item.kind, item.amount) for item in one.items] for one in close.ties if one.items}


def test_before_its_journal_is_booked_a_close_ties_but_for_that_journal() -> None:
    close = _april(_ledger())

    assert _items(close) == {"2100": [(Kind.NOT_BOOKED, 200)], "6200": [(Kind.NOT_BOOKED, -200)]}
    assert all(one.is_tied for one in close.ties)
    assert close.passes


def test_when_its_journal_is_booked_nothing_is_left() -> None:
    assert _items(_april(_ledger((*POSTINGS, *OWN)), gl_booked=True)) == {}


def test_a_closed_period_whose_journal_is_nowhere_does_not_tie() -> None:
    close = _april(_ledger(), gl_booked=True)

    assert _items(close) == {"2100": [(Kind.MISSING, 200)], "6200": [(Kind.MISSING, -200)]}


@pytest.mark.parametrize(
    ("postings", "found"),
    [
        pytest.param(POSTINGS[1:], {"2100": (Kind.MISSING, -1000)}, id="a reversal that was not posted"),
        pytest.param(
            (*POSTINGS, replace(POSTINGS[0], place="line 9")), {"2100": (Kind.TWICE, 1000)}, id="posted twice"
        ),
        pytest.param(
            (replace(POSTINGS[0], amount=Decimal(900)), *POSTINGS[1:]),
            {"2100": (Kind.AMOUNT, -100)},
            id="another amount",
        ),
        pytest.param(
            (replace(POSTINGS[0], day=date(2026, 5, 1)), *POSTINGS[1:]),
            {"2100": (Kind.PERIOD, -1000)},
            id="another period",
        ),
        pytest.param(
            (*POSTINGS, _posted("2100", "2026-04-12", "-55.10", "JE 41 by hand", 9)),
            {"2100": (Kind.MANUAL, Decimal("-55.10"))},
            id="a manual entry",
        ),
        pytest.param(
            POSTINGS[:3] + POSTINGS[4:], {"2000": (Kind.MISSING, 1000)}, id="a bill that is missing"
        ),
        pytest.param(POSTINGS[:4], {"2000": (Kind.MISSING, -1000)}, id="a payment that is missing"),
    ],
)
def test_a_difference_has_its_kind_and_stops_the_close(
    postings: tuple[Posting, ...], found: dict[str, tuple[Kind, Decimal]]
) -> None:
    close = _april(_ledger(postings))
    others = {
        account: [item for item in items if item[0] is not Kind.NOT_BOOKED]
        for account, items in _items(close).items()
    }

    assert {account: items for account, items in others.items() if items} == {
        account: [item] for account, item in found.items()
    }
    assert [one.account for one in close.ties if not one.is_tied] == list(found)
    assert not close.passes
    assert any("general ledger" in text for text in close.obstacles)


def test_what_the_account_had_before_is_told_apart() -> None:
    close = _april(_ledger(openings=[replace(OPENING, amount=Decimal(-1300))]))

    assert _items(close)["2100"] == [(Kind.CARRIED, -300), (Kind.NOT_BOOKED, 200)]


def test_bookings_are_found_by_amount_where_the_texts_name_no_number() -> None:
    silent = [replace(one, text="Journal") for one in POSTINGS]

    assert all(one.is_tied for one in _april(_ledger(silent)).ties)


def test_payments_that_are_booked_in_one_sum_are_found_by_their_day() -> None:
    march = frozen_of(
        *(make_payout(f"pay_{n}", "1000 USD") for n in (1, 2)),
        *(make_line(f"cln_{n}", "1000 USD", f"pay_{n}") for n in (1, 2)),
    )
    april = frozen_of(
        *march.snapshot.payouts.values(),
        *march.snapshot.lines.values(),
        period=APRIL,
        before=march,
        payments={f"pay_{n}": (paid("2026-04-20", reference=f"TX-{n}", payout=f"pay_{n}"),) for n in (1, 2)},
        gl=_ledger(
            [
                _posted("2100", "2026-04-01", "2000", "ACC-2026-03-USD-R", 2),
                _posted("6200", "2026-04-01", "-2000", "ACC-2026-03-USD-R", 3),
                _posted("6200", "2026-04-20", "2000", "Batch 8", 4),
            ],
            [replace(OPENING, amount=Decimal(-2000))],
        ),
    )

    assert _items(make_close(april, march)) == {}


@pytest.mark.parametrize(
    ("balance", "kinds"),
    [
        pytest.param("-200", [], id="all is booked"),
        pytest.param("0", [Kind.NOT_BOOKED], id="all but the journal of this close"),
        pytest.param("-1000", [Kind.NOT_BOOKED, Kind.MISSING], id="the reversal is missing"),
        pytest.param("-123", [Kind.NOT_BOOKED, Kind.UNEXPLAINED], id="nothing comes to the difference"),
    ],
)
def test_a_trial_balance_ties_by_its_balances_alone(balance: str, kinds: list[Kind]) -> None:
    rows = (Balance("2100", "USD", Decimal(balance), "line 4"),)
    close = _april(GeneralLedger("tb.csv", "0" * 64, "trial balance", closings=rows))

    assert [item.kind for one in close.ties if one.account == "2100" for item in one.items] == kinds
    assert [one.account for one in close.ties] == ["2100"]


def test_a_journal_that_is_not_booked_yet_comes_before_a_booking_of_the_same_amount() -> None:
    """In March and in April 200 are earned, so the reversal of March comes to the journal of April."""
    march = frozen_of(make_payout(total="200 USD"), make_line(total="200 USD"), policy=POLICY)
    april = frozen_of(
        make_payout(total="200 USD", stage="PAID"),
        make_line(total="200 USD"),
        make_payout("pay_2", "200 USD", period_end=APRIL_END),
        april_line("cln_2", "200 USD", payout_id="pay_2"),
        period=APRIL,
        before=march,
        payments={"pay_1": (paid("2026-04-20", "200 USD"),)},
        policy=POLICY,
        gl=GeneralLedger(
            "tb.csv", "0" * 64, "trial balance", closings=(Balance("2100", "USD", Decimal(0), "line 4"),)
        ),
    )
    kinds = {
        version: [
            item.kind
            for one in make_close(replace(april, version=version), march).ties
            for item in one.items
            if one.account == "2100"
        ]
        for version in (4, 5)
    }

    assert kinds == {4: [Kind.TWICE], 5: [Kind.NOT_BOOKED]}


def test_a_difference_that_was_let_pass_stops_a_close_without_the_general_ledger() -> None:
    by_hand = _ledger((*POSTINGS, _posted("2100", "2026-04-12", "-55.10", "by hand", 9)))
    april = _april(by_hand, waivers={"gl-differs": "asked the bank"}).frozen
    march = KeptClose("close-2026-03", *("",) * 2, *(date(2026, 3, 1),) * 2, "", "", _text(_march()), {})
    carried = open_differences((march,), april)

    assert carried == (OpenDifference("2100", "USD", "2026-04", Decimal("-55.10")),)
    assert open_differences((march,), replace(april, gl=None, gl_open=carried)) == carried
    assert open_differences((march,), _april(_ledger()).frozen) == ()
    (obstacle,) = _april(None, gl_open=carried).obstacles
    assert obstacle.startswith("Differences to the general ledger that were not looked at again: 1.")
    assert _april(_ledger(), gl_open=carried).passes


def test_a_close_names_the_accounts_that_do_not_tie() -> None:
    by_hand = _april(_ledger((*POSTINGS, _posted("2100", "2026-04-12", "-55.10", "by hand", 9))))
    said = CloseResult(by_hand, closed=False, numbers="", files=(), folder=Path()).verdict

    assert said[0] == "2100  USD  sub-ledger -200.00, GL -55.10, differs by -55.10"
    assert any("by hand" in one for one in said)


def _text(frozen: Frozen) -> str:
    stream = BytesIO()
    write_inputs(stream, frozen)
    return stream.getvalue().decode()


def test_a_difference_within_the_tolerance_of_its_currency_passes() -> None:
    policy = replace(POLICY, gl=GlPolicy(payable="2000", tolerance={"USD": Decimal(60)}))
    close = _april(_ledger((*POSTINGS, _posted("2100", "2026-04-12", "-55.10", "by hand", 9))), policy=policy)

    assert close.passes
    assert _items(close)["2100"][-1] == (Kind.MANUAL, Decimal("-55.10"))


def test_a_close_without_the_general_ledger_is_a_gate_where_the_policy_asks() -> None:
    policy = replace(POLICY, checks={"gl-missing": Weight.BLOCKING})

    assert _april(None).passes
    assert not _april(None, policy=policy).passes
    assert _april(None, policy=policy, waivers={"gl-missing": "migration"}).passes


def test_the_pack_says_on_its_cover_whether_it_ties_and_lists_every_reason() -> None:
    pack = pack_of(_april(_ledger(POSTINGS[1:])))
    items = pack.table("gl_items")

    assert dict(pack.facts)["General ledger"].startswith("1 of 2 accounts differ")
    assert [row[2] for row in items.rows] == ["not booked yet", "missing", "not booked yet"]
    assert "gl" not in {table.key for table in pack_of(_april(None)).tables}
    assert dict(pack_of(_april(None)).facts)["General ledger"] == "not compared"


def test_the_export_is_kept_with_the_close_so_that_it_can_be_made_again() -> None:
    frozen = _april(_ledger()).frozen

    assert frozen.gl is not None
    assert frozen.gl.postings == POSTINGS


def test_an_account_that_only_one_currency_uses_says_its_currency() -> None:
    policy = ClosePolicy(liability=AccountRule("2100", by_currency={"EUR": "2101", "GBP": "2100"}))

    assert currencies_of(policy) == {"2101": "EUR"}
