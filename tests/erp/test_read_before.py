"""A payment that was read before is recognised: said, shown, and never counted or offered twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reconcile.domain.money import Money, totals
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.domain.settlement import Answer, Answers, ReadPayment
from reconcile.erp.matching.match import match_payments
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.outcome.kept_payments import readings_of
from reconcile.erp.matching.outcome.settlements import Occasion
from reconcile.erp.matching.read_before import ReadBefore
from reconcile.erp.matching.result import Matching, residual
from reconcile.erp.payments.model import Payment, PaymentFile, PaymentStatus, Place

POLICY = PaymentPolicy()
MAY = datetime(2026, 5, 1, tzinfo=UTC)


def _owed(payout_id: str = "pay_1", amount: str = "100", stage: str = "APPROVED") -> Owed:
    money = Money(Decimal(amount), "USD")
    return Owed(payout_id, "ptn_1", "Acme Partners", money, stage, date(2026, 3, 31), (payout_id,))


def _paid(amount: str = "100", text: str = "", **more: object) -> Payment:
    money = Money(Decimal(amount), "USD")
    plain = Payment(
        Place("", ""),
        money,
        booked=date(2026, 4, 15),
        payee="Acme Partners",
        references=(text,) if text else (),
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def _file(*payments: Payment, name: str = "april.csv") -> PaymentFile:
    placed = tuple(replace(one, place=Place(name, f"line {line}")) for line, one in enumerate(payments, 2))
    return PaymentFile(name, "CSV", f"print of {name}", placed)


def _readings(result: Matching, *files: PaymentFile, workbook: str = "wb-1") -> list[ReadPayment]:
    occasion = Occasion(workbook, MAY, "ana", {file.name: file.sha256 for file in files})
    return list(readings_of(result, occasion, POLICY))


def _again(
    file: PaymentFile,
    readings: list[ReadPayment],
    owed: list[Owed],
    *applied: str,
    stage: str = "PAID",
    answers: Answers | None = None,
) -> Matching:
    """Reads a file after an earlier run. applied: the payouts that a run of its workbook set to a stage."""
    before = ReadBefore(
        readings,
        {file.name: file.sha256},
        {("wb-1", payout, stage) for payout in applied},
        {one.payout_id: one.stage for one in owed},
        answers or {},
    )
    return match_payments([file], owed, POLICY, before)


def _counts(result: Matching) -> tuple[int, int, int]:
    """How many payments are matched, suggested, and told before."""
    return len(result.matches), len(result.suggestions), len(result.repeated)


def test_every_payment_of_a_file_is_kept_with_what_it_was_allotted_to() -> None:
    file = _file(
        _paid("100", "pay_1"),
        _paid("350"),
        _paid("7", payee="Rent"),
        _paid("-9", status=PaymentStatus.RECEIVED, payee="Tax office"),
    )
    owed = [_owed(), *(_owed(f"pay_{n}", n) for n in ("110", "150", "200", "240"))]
    kept = _readings(match_payments([file], owed, POLICY), file)

    assert {one.spot: (one.part, one.becomes, one.allotted) for one in kept} == {
        "line 2": ("matched", "PAID", '[{"pay_1": "100.00 USD"}]'),
        "line 3": (
            "suggested 1",
            "PAID",
            '[{"pay_110": "110.00 USD", "pay_240": "240.00 USD"}, {"pay_150": "150.00 USD", "pay_200": "200.00 USD"}]',
        ),
        "line 4": ("paid, not in Introw", "", "[]"),
        "line 5": ("money received", "", "[]"),
    }
    assert {one.sha256 for one in kept} == {file.sha256}
    assert len({one.key for one in kept}) == 4
    assert totals(one.amount for one in kept) == file.totals


def test_what_was_matched_and_applied_is_not_offered_to_another_payout() -> None:
    """By amount and name the payment would fit the new payout as well as it fitted the old one."""
    file = _file(_paid())
    kept = _readings(match_payments([file], [_owed()], POLICY), file)
    owed = [_owed(stage="PAID"), _owed("pay_2")]
    result = _again(file, kept, owed, "pay_1")

    assert _counts(result) == (0, 0, 1)
    assert [(one.read_on, one.allotted) for one in result.repeated] == [
        ("2026-05-01", "100.00 USD for pay_1")
    ]
    assert [one.rule for one in result.findings] == ["payment-read-before"]
    assert not any(residual(result.payment_parts, file.totals).values())


@pytest.mark.parametrize("applied", [(), ("pay_1",)])
def test_what_was_never_applied_or_taken_back_since_is_matched_anew(applied: tuple[str, ...]) -> None:
    file = _file(_paid("100", "pay_1"))
    kept = _readings(match_payments([file], [_owed()], POLICY), file)

    assert _counts(_again(file, kept, [_owed()], *applied)) == (1, 0, 0)


def test_the_solution_that_was_accepted_counts_and_no_other() -> None:
    file = _file(_paid("350"))
    owed = [_owed(f"pay_{n}", n) for n in ("100", "150", "200", "250")]
    kept = _readings(match_payments([file], owed, POLICY), file)
    later = [replace(one, stage="PAID") if one.payout_id in ("pay_150", "pay_200") else one for one in owed]

    assert _counts(_again(file, kept, later, "pay_150")) == (0, 1, 0)
    (told,) = _again(file, kept, later, "pay_150", "pay_200").repeated
    assert told.allotted == "150.00 USD for pay_150\n200.00 USD for pay_200"


def test_a_payment_that_came_back_pays_its_payout_no_second_time() -> None:
    """The first file is read again after the return in another file set the payout to FAILED."""
    file = _file(_paid("100", "pay_1"))
    kept = _readings(match_payments([file], [_owed()], POLICY), file)

    assert _counts(_again(file, kept, [_owed(stage="FAILED")], "pay_1")) == (0, 0, 1)


def test_a_return_that_was_read_before_takes_back_no_second_payment() -> None:
    file = _file(_paid("-100", "pay_1", status=PaymentStatus.RETURNED))
    kept = _readings(match_payments([file], [_owed(stage="PAID")], POLICY), file)

    assert _counts(_again(file, kept, [_owed(stage="PAID")], "pay_1", stage="FAILED")) == (0, 0, 1)


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        (_paid(id="B1"), _paid(id="B1"), True),
        (_paid(), _paid(), True),
        (_paid(id="B1", value_date=date(2026, 4, 16)), _paid(id="B1", booked=None, value_date=date(2026, 4, 16)), True),
        (_paid(id="B1", value_date=date(2026, 4, 16)), _paid(id="B1", booked=date(2026, 4, 16)), True),
        (_paid(id="B1"), _paid(id="B1", booked=date(2026, 5, 15)), False),
        (_paid(), _paid(booked=date(2026, 4, 16)), False),
        (_paid(id="B1"), _paid(id="B2"), False),
        (_paid(id="B1"), _paid(id="B1", account="other"), False),
        (_paid(id="B1"), _paid("101", id="B1"), False),
        (_paid(id="B1"), _paid(id="B1", payee="Acme Industries"), False),
        (_paid(text="one"), _paid(text="two"), False),
    ],
    ids=[
        "id", "no id", "value date alone", "value date as booking", "a month later", "another day", "another id",
        "another account", "another amount", "another payee", "another text",
    ],
)  # fmt: skip
def test_equal_payments_of_two_files_are_one_within_a_run_and_across_runs(
    first: Payment,
    second: Payment,
    is_same: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    one, other = _file(first), _file(second, name="may.csv")
    together = match_payments([one, other], [_owed()], POLICY)
    kept = _readings(match_payments([one], [_owed()], POLICY), one)
    later = _again(other, kept, [_owed(stage="PAID"), _owed("pay_2", "101")], "pay_1")

    assert len(together.repeated) == is_same
    assert [str(told.first.place) for told in later.repeated] == (["april.csv, line 2"] if is_same else [])


def test_equal_payments_of_one_file_are_known_again_one_by_one() -> None:
    file = _file(_paid(), _paid())
    owed = [_owed("pay_1"), _owed("pay_2")]
    kept = _readings(match_payments([file], owed, POLICY), file)
    paid = [replace(one, stage="PAID") for one in owed]
    longer = _file(_paid(), _paid(), _paid(), name="may.csv")
    result = _again(longer, kept, [*paid, _owed("pay_3")], "pay_1", "pay_2")

    assert len({one.key for one in kept}) == 2
    assert _counts(result) == (0, 1, 2)


def test_a_payment_keeps_its_key_however_often_it_is_read() -> None:
    file, later = _file(_paid(id="B1")), _file(_paid(id="B1"), _paid("5", id="B2"), name="may.csv")
    first = _readings(match_payments([file], [_owed()], POLICY), file)
    again = _readings(_again(later, first, [_owed()]), later, workbook="wb-2")

    assert first[0].key in {one.key for one in again}
    assert len({one.key for one in again}) == 2


def test_of_two_payments_that_may_have_paid_a_payout_neither_is_spent() -> None:
    """The stage of the payout does not say which of them a person chose."""
    file = _file(_paid(id="TX-1"), _paid(id="TX-2", booked=date(2026, 4, 20)))
    first = match_payments([file], [_owed()], POLICY)
    assert [one.certificate.count for one in first.suggestions] == [2]

    again = _again(file, _readings(first, file), [_owed(stage="PAID"), _owed("pay_2")], "pay_1")

    assert again.repeated == again.matches == ()
    (suggested,) = again.suggestions
    assert {one.payments[0].id for one in suggested.solutions} == {"TX-1", "TX-2"}


def test_where_a_run_set_the_payouts_of_two_solutions_the_payment_is_not_spent() -> None:
    owed = [_owed(f"pay_{n}", n) for n in ("100", "150", "200", "250")]
    file = _file(_paid("350"))
    kept = _readings(match_payments([file], owed, POLICY), file)

    done = _again(file, kept, [replace(one, stage="PAID") for one in owed], *(one.payout_id for one in owed))

    assert done.repeated == ()


def _answer(chosen: int, payouts: tuple[str, ...], *keys: str) -> Answers:
    """The answer to the first suggestion of the workbook; 0 for No."""
    becomes = "PAID" if chosen else ""
    return {("wb-1", 1): Answer("wb-1", 1, chosen, becomes, payouts, keys, "back.xlsx", "Matches", "A2")}


PAIRS = [("pay_100", "pay_250"), ("pay_150", "pay_200")]


@pytest.mark.parametrize("chosen", [0, 1, 2])
def test_what_a_person_answered_counts_though_the_payouts_of_both_solutions_were_paid(chosen: int) -> None:
    owed = [_owed(f"pay_{n}", n) for n in ("100", "150", "200", "250")]
    file = _file(_paid("350"))
    (kept,) = _readings(match_payments([file], owed, POLICY), file)
    answers = _answer(chosen, PAIRS[chosen - 1], kept.key) if chosen else _answer(0, ())
    every = [replace(one, stage="PAID") for one in owed]

    done = _again(file, [kept], every, *(one.payout_id for one in owed), answers=answers)

    went = [text.split(" for ")[1] for one in done.repeated for text in one.allotted.splitlines()]
    assert went == (list(PAIRS[chosen - 1]) if chosen else [])


@pytest.mark.parametrize("chosen", [1, 2])
def test_of_two_payments_of_one_payout_the_one_that_was_answered_is_spent(chosen: int) -> None:
    file = _file(_paid(id="TX-1"), _paid(id="TX-2", booked=date(2026, 4, 20)))
    readings = _readings(match_payments([file], [_owed()], POLICY), file)
    key = next(one.key for one in readings if one.payment_id == f"TX-{chosen}")
    answers = _answer(chosen, ("pay_1",), key)

    again = _again(file, readings, [_owed(stage="PAID"), _owed("pay_2")], "pay_1", answers=answers)

    assert [(one.payment.id, one.allotted) for one in again.repeated] == [
        (f"TX-{chosen}", "100.00 USD for pay_1")
    ]


@pytest.mark.parametrize(("stage", "spent"), [("APPROVED", 0), ("PAID", 1), ("FAILED", 0)])
def test_a_yes_counts_once_the_payout_is_where_it_brings_it(stage: str, spent: int) -> None:
    """Nobody knows which run set it: it may have stood there when the workbook was applied."""
    file = _file(_paid())
    (kept,) = _readings(match_payments([file], [_owed()], POLICY), file)
    kept = replace(kept, part="suggested 1")

    again = _again(file, [kept], [_owed(stage=stage)], answers=_answer(1, ("pay_1",), kept.key))

    assert len(again.repeated) == spent


def test_a_place_that_an_older_store_holds_with_the_whole_account_is_known_again() -> None:
    account = "DE89370400440532013000"
    payment = replace(_paid(text="pay_1"), account=account, place=Place("may.xml", "entry 1 of \u20263000"))
    file = PaymentFile("may.xml", "camt.053", "print of may.xml", (payment,))
    (kept,) = _readings(match_payments([file], [_owed()], POLICY), file)
    older = replace(kept, spot=f"entry 1 of {account}")

    assert _counts(_again(file, [older], [_owed(stage="PAID")], "pay_1")) == _counts(
        _again(file, [kept], [_owed(stage="PAID")], "pay_1")
    )
    assert len(_again(file, [older], [_owed(stage="PAID")], "pay_1").repeated) == 1
