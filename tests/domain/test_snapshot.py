"""Scopes and snapshots: which records are looked at, and one fingerprint for the same values."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from itertools import cycle
from random import Random

import pytest
from builders import changed, make_line, make_payout, make_snapshot, money, without

from reconcile.domain.period import Period
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Environment, Scope

MARCH, APRIL = Period.parse("2026-03"), Period.parse("2026-04")
LAST_SECOND = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("included", "scope"),
    [
        (True, Scope()),
        (True, Scope(stages=("DRAFT", "APPROVED"))),
        (False, Scope(stages=("DRAFT",))),
        (True, Scope(partners=("ptn_1",))),
        (False, Scope(partners=("ptn_2",))),
        (True, Scope(batches=("pbt_1", "pbt_2"))),
        (False, Scope(batches=("pbt_2",))),
        (True, Scope(periods=(APRIL, MARCH))),
        (False, Scope(periods=(APRIL,))),
        (True, Scope(("APPROVED",), ("ptn_1",), (MARCH,), ("pbt_1",))),
        (False, Scope(("APPROVED",), ("ptn_1",), (MARCH,), ("pbt_2",))),
    ],
    ids=str,
)
def test_a_payout_is_in_the_scope_when_every_filter_lets_it_pass(*, included: bool, scope: Scope) -> None:
    assert included == scope.includes(make_payout(period_end=LAST_SECOND))


def test_a_payout_without_a_period_is_in_no_period() -> None:
    payout = make_payout(period_end=None, batch_id=None)

    assert Scope().includes(payout)
    assert not Scope(periods=(MARCH,)).includes(payout)
    assert not Scope(batches=("pbt_1",)).includes(payout)


@pytest.mark.parametrize(
    ("included", "scope", "known"),
    [
        (True, Scope(), set()),
        (True, Scope(partners=("ptn_1",)), set()),
        (False, Scope(partners=("ptn_2",)), {"ptn_1"}),
        (True, Scope(stages=("PAID",)), {"ptn_1"}),
        (False, Scope(stages=("PAID",)), {"ptn_2"}),
        (True, Scope(batches=("pbt_9",)), {"ptn_1"}),
        (False, Scope(batches=("pbt_9",)), set()),
        (True, Scope(periods=(MARCH,)), set()),
        (True, Scope(stages=("PAID",), partners=("ptn_1",)), set()),
    ],
    ids=str,
)
def test_a_pool_line_is_in_the_scope_with_its_partner(
    *, included: bool, scope: Scope, known: set[str]
) -> None:
    line = make_line(payout_id=None, period_end=LAST_SECOND)

    assert included == scope.includes_pool_line(line, frozenset(known))


@pytest.mark.parametrize(
    ("included", "end"),
    [
        (True, LAST_SECOND),
        (True, datetime(2025, 6, 30, tzinfo=UTC)),
        (True, None),
        (False, LAST_SECOND + timedelta(seconds=1)),
    ],
    ids=str,
)
def test_the_pool_holds_the_backlog_up_to_the_end_of_the_last_period(
    *, included: bool, end: datetime | None
) -> None:
    line = make_line(payout_id=None, period_end=end)
    scope = Scope(periods=(MARCH, Period.parse("2026-01")))

    assert included == scope.includes_pool_line(line, frozenset())


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("everything", Scope()),
        ("stage APPROVED", Scope(stages=("APPROVED",))),
        ("stage DRAFT or PAID, period 2026-03", Scope(stages=("DRAFT", "PAID"), periods=(MARCH,))),
        ("partner ptn_1, batch pbt_1", Scope(partners=("ptn_1",), batches=("pbt_1",))),
    ],
)
def test_a_scope_says_its_filters_in_words(text: str, scope: Scope) -> None:
    assert text == str(scope)


def test_an_environment_names_its_profile_and_origin() -> None:
    assert str(Environment("https://api.introw.io", "acme")) == "acme at https://api.introw.io"


def test_the_lines_of_a_payout_are_found_by_it_and_those_of_the_pool_by_none() -> None:
    first, second, pool = make_line("a"), make_line("b", payout_id="pay_2"), make_line("c", payout_id=None)

    found = make_snapshot(make_payout(), first, second, pool).lines_by_payout

    assert {"pay_1": (first,), "pay_2": (second,), None: (pool,)} == found


def test_a_partner_without_a_name_goes_by_its_id() -> None:
    snapshot = make_snapshot()

    assert (snapshot.partner_name("ptn_1"), snapshot.partner_name("ptn_9")) == ("Acme", "ptn_9")


SNAPSHOT = make_snapshot(
    make_payout("pay_1", "4250 USD"),
    make_payout("pay_2", "80 EUR", stage="PAID", po_number="000123"),
    make_line("cln_1", "4250 USD"),
    make_line("cln_2", "80 EUR", "pay_2", source_amount=Decimal(800)),
    make_line("cln_3", "5 USD", None),
)


@pytest.mark.parametrize("seed", range(5))
def test_the_fingerprint_does_not_depend_on_the_order_of_records(seed: int) -> None:
    payouts, lines = list(SNAPSHOT.payouts.items()), list(SNAPSHOT.lines.items())
    Random(seed).shuffle(payouts)
    Random(seed).shuffle(lines)

    shuffled = replace(SNAPSHOT, payouts=dict(payouts), lines=dict(lines))

    assert SNAPSHOT.fingerprint == shuffled.fingerprint


def test_the_fingerprint_does_not_depend_on_how_an_amount_is_written() -> None:
    spelt = changed(SNAPSHOT, "pay_1", amount=money("4250.00 USD"))
    spelt = changed(spelt, "cln_2", source_amount=Decimal("800.0"), amount=money("8E+1 EUR"))

    assert SNAPSHOT.fingerprint == spelt.fingerprint
    assert changed(SNAPSHOT, "cln_1", amount=money("0 USD")).fingerprint == (
        changed(SNAPSHOT, "cln_1", amount=money("-0.00 USD")).fingerprint
    )


def test_the_fingerprint_is_that_of_all_texts_in_order() -> None:
    """A fingerprint stands in every workbook that is out, so it must never come out differently."""
    names = ("a", "a'", 'a"', "a'\"", "ab", "a\\", "a, b", "ä", "")
    other_zone = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    payouts = [make_payout(name, updated_at=moment) for name, moment in zip(names, cycle((None, other_zone)))]
    snapshot = make_snapshot(*payouts, *(make_line(f"{name}x", "7.10 EUR", name) for name in names))
    texts = []
    for record in (*snapshot.payouts.values(), *snapshot.lines.values()):
        values = [_plain_text(getattr(record, field.name)) for field in fields(record)]
        texts.append(f"{type(record).__name__}{values}\n")

    assert snapshot.fingerprint == sha256("".join(sorted(texts)).encode()).hexdigest()


def _plain_text(value: object) -> str:
    if isinstance(value, frozenset):
        return ",".join(sorted(value))
    return repr(value) if isinstance(value, str) else str(value)


def test_the_fingerprint_does_not_depend_on_the_moment_the_scope_or_the_partners() -> None:
    other = replace(SNAPSHOT, taken_at=LAST_SECOND, scope=Scope(stages=("PAID",)), partners={})

    assert SNAPSHOT.fingerprint == other.fingerprint


OTHER: dict[str, object] = {
    "amount": money("4250.01 USD"),
    "source_amount": Decimal(1),
    "unread": frozenset({"statement_note"}),
    "period_start": LAST_SECOND,
    "period_end": LAST_SECOND + timedelta(seconds=1),
    "created_at": LAST_SECOND,
    "updated_at": LAST_SECOND,
}


@pytest.mark.parametrize(
    ("record_id", "name"),
    [
        (key, field.name)
        for key, kind in (("pay_1", Payout), ("cln_1", CommissionLine))
        for field in fields(kind)
    ],
)
def test_the_fingerprint_changes_with_any_field(record_id: str, name: str) -> None:
    assert (
        SNAPSHOT.fingerprint != changed(SNAPSHOT, record_id, **{name: OTHER.get(name, "other")}).fingerprint
    )


@pytest.mark.parametrize("name", ["po_number", "statement_note", "batch_id"])
def test_the_word_none_is_not_the_same_as_nothing(name: str) -> None:
    blank, word = (changed(SNAPSHOT, "pay_1", **{name: value}) for value in (None, "None"))

    assert blank.fingerprint != word.fingerprint


def test_the_fingerprint_changes_with_the_currency_alone_and_with_a_record_gone() -> None:
    others = [
        changed(SNAPSHOT, "cln_1", amount=money("4250 CAD")),
        without(SNAPSHOT, "cln_3"),
        without(SNAPSHOT, "pay_2"),
    ]

    assert len({SNAPSHOT.fingerprint, *(other.fingerprint for other in others)}) == 4
