"""The database file, the seed, and the exact money under both."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconcile.sandbox import moments, money
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.seed import SeedError, make_seed, read_seed
from reconcile.sandbox.server import running

if TYPE_CHECKING:
    from tests.sandbox.conftest import Start


def test_a_database_file_keeps_what_happened_and_needs_no_seed(start: Start, tmp_path: Path) -> None:
    db = tmp_path / "introw.db"
    first = start(db=db)
    first.patch("/payouts/pay_two", json={"poNumber": "kept"})
    before = first.state()

    second = start(db=db, seed=tmp_path / "not-even-read.json")

    assert before == second.state()
    assert [entry["method"] for entry in second.log()] == ["PATCH"]
    second.get("/payouts")
    assert [entry["seq"] for entry in second.log()] == [1, 2]


def test_a_seed_may_be_a_file(start: Start, tmp_path: Path, seed: dict[str, Any]) -> None:
    path = tmp_path / "seed.json"
    path.write_text(json.dumps(seed), encoding="utf-8")

    assert start(seed=path).one("/payouts/pay_two")["amount"]["value"] == "379.50"


def test_an_empty_seed_is_an_empty_organisation(start: Start) -> None:
    assert start(seed={}).ids("/payouts") == []


@pytest.mark.parametrize(
    ("kind", "change", "complaint"),
    [
        ("payouts", {"partnerId": "ptn_9"}, "pay_two names the unknown partner ptn_9"),
        ("payouts", {"batchId": "pbt_9"}, "pay_two names the unknown batch pbt_9"),
        ("payouts", {"stage": "DONE"}, "payouts.0.stage"),
        ("payouts", {"id": "pay_paid"}, "the payout id pay_paid is used 2 times"),
        ("payouts", {"batchId": "pbt_2"}, "ptn_1 has 2 payouts on pbt_2"),
        ("lines", {"payoutId": "pay_9"}, "cln_first names the unknown payout pay_9"),
        ("lines", {"amount": "1.005"}, "line cln_first: Has more decimals than USD has"),
        ("lines", {"sourceAmount": "lots"}, "line cln_first: Must be a decimal string"),
        ("lines", {"currency": "CHF"}, "line cln_first: there is no rate for CHF"),
        ("lines", {"createdAt": "yesterday"}, "lines.0.createdAt"),
        ("lines", {"colour": "red"}, "lines.0.colour"),
    ],
)
def test_a_wrong_seed_says_where_and_why(
    seed: dict[str, Any], kind: str, change: dict[str, str], complaint: str
) -> None:
    seed[kind][0] |= change

    with pytest.raises(SeedError, match=complaint):
        make_seed(seed)


def test_a_rate_must_be_of_a_real_currency(seed: dict[str, Any]) -> None:
    seed["rates"]["ZZZ"] = "1.00"

    with pytest.raises(SeedError, match="ZZZ is not an ISO 4217 currency"):
        make_seed(seed)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"payouts": 3}'])
def test_a_file_that_is_no_seed_says_so(tmp_path: Path, content: str) -> None:
    path = tmp_path / "seed.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(SeedError, match=r"The seed .*seed\.json is not valid"):
        read_seed(path)


def test_a_missing_seed_says_so(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="cannot be read: No such file"):
        read_seed(tmp_path / "none.json")


def test_the_port_can_be_chosen_and_is_free_again_afterwards() -> None:
    with running({}) as root:
        port = int(root.rsplit(":", 1)[1])
        with pytest.raises(OSError, match="in use"), running({}, port=port):
            pass
    with running({}, port=port) as root:
        assert root == f"http://127.0.0.1:{port}"


def test_the_default_page_may_not_be_larger_than_the_largest() -> None:
    with pytest.raises(ValueError, match="page size 50 is larger than the largest one, 20"):
        Choices(max_page_size=20)


@pytest.mark.parametrize(
    ("sums", "total"),
    [
        ([("USD", 1005), ("EUR", 1005)], "21.11"),  # 10.05 + 11.055 half up
        ([("EUR", -1005)], "-11.06"),  # half up is away from zero
        ([("KWD", 12345)], "40.12"),  # 12.345 at 3.25 = 40.12125
        ([("USD", 100), ("EUR", 0)], "1.00"),
        ([("USD", 500), ("USD", -500)], "0.00"),
        ([], "0.00"),
    ],
)
def test_sums_are_converted_exactly_and_rounded_half_up(sums: list[tuple[str, int]], total: str) -> None:
    rates = {"USD": Decimal(1), "EUR": Decimal("1.10"), "KWD": Decimal("3.25")}

    assert total == money.in_company_currency(sums, rates, "USD")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("-0", "USD", "0.00"),
        ("1E+3", "JPY", "1000"),
        ("10000.125", "USD", "10000.125"),
        ("-0.5", "KWD", "-0.500"),
    ],
)
def test_amounts_are_written_without_exponent_or_minus_zero(amount: str, currency: str, text: str) -> None:
    assert text == money.written(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("2026-03-31T23:59:59Z", "2026-03-31T23:59:59.000Z"),
        ("2026-03-31t23:59:59.1239z", "2026-03-31T23:59:59.123Z"),
        ("2026-04-01T01:59:59+02:00", "2026-03-31T23:59:59.000Z"),
    ],
)
def test_instants_are_rewritten_in_one_form(text: str, normal: str) -> None:
    assert normal == moments.normalised(text)


@pytest.mark.parametrize(
    "text", ["2026-03-31", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+09:00", "2026-03-31T00:00"]
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        moments.normalised(text)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-04-01T09:00:00.000Z", "2026-04-30T23:59:59.000Z"),
        ("2028-02-29T23:59:59.000Z", "2028-02-29T23:59:59.000Z"),
        ("2026-12-31T00:00:00.000Z", "2026-12-31T23:59:59.000Z"),
    ],
)
def test_a_month_ends_with_its_last_second(moment: str, end: str) -> None:
    assert end == moments.month_end(moment)
