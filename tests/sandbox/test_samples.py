"""The sample month: always the same bytes, and it holds what its script promises."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running
from reconcile.sandbox.wire import Stage

if TYPE_CHECKING:
    from tests.sandbox.conftest import Sandbox

SEED = Path(__file__).parents[2] / "samples" / "2026-03" / "seed.json"


@pytest.fixture(scope="module")
def month() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(SEED.read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def amounts() -> Iterator[dict[str, Any]]:
    with running(SEED, Choices(max_page_size=1000)) as root:
        headers = {"x-api-key": "sandbox-key"}
        found = httpx.get(f"{root}/api/v1/payouts?limit=1000", headers=headers).json()["data"]
        yield {payout["id"]: payout["amount"]["value"] for payout in found}


def lines_of(month: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [line for line in month["lines"] if line["payoutId"] == month["named"][name]]


def test_making_the_month_again_gives_the_same_bytes(tmp_path: Path) -> None:
    scripts = SEED.parent.parent
    for name in ("make_month.py", "month.py", "hard_cases.py"):
        shutil.copy(scripts / name, tmp_path)

    subprocess.run([sys.executable, tmp_path / "make_month.py"], check=True)

    for name in ("seed.json", "vendors.csv"):
        assert SEED.with_name(name).read_bytes() == (tmp_path / "2026-03" / name).read_bytes()


def test_the_month_is_of_a_real_size(month: dict[str, Any]) -> None:
    assert len(month["payouts"]) == 60
    assert len(month["partners"]) == 45
    assert 850 <= len(month["lines"]) <= 950
    assert 55 <= sum(line["payoutId"] is None for line in month["lines"]) <= 70
    assert SEED.stat().st_size < 500_000


def test_every_stage_occurs(month: dict[str, Any]) -> None:
    assert set(Stage) == {payout["stage"] for payout in month["payouts"]}


def test_some_payouts_share_a_batch_and_some_are_alone(month: dict[str, Any]) -> None:
    sizes = Counter(payout["batchId"] for payout in month["payouts"]).values()

    assert max(sizes) > 20
    assert list(sizes).count(1) > 10


def test_every_named_record_exists(month: dict[str, Any]) -> None:
    ids = {record["id"] for kind in ("partners", "payouts", "lines") for record in month[kind]}

    assert set(month["named"].values()) <= ids


@pytest.mark.parametrize(
    ("name", "stage", "count", "currencies"),
    [
        ("approved", "APPROVED", 6, {"USD"}),
        ("draft", "DRAFT", 2, {"USD"}),
        ("one_line", "PENDING_REVIEW", 1, {"USD"}),
        ("mixed", "APPROVED", 7, {"USD", "EUR", "GBP", "JPY", "KWD"}),
        ("euro", "APPROVED", 4, {"EUR"}),
        ("empty", "DRAFT", 0, set()),
        ("zero", "PENDING_REVIEW", 2, {"USD"}),
        ("negative", "BLOCKED", 2, {"USD"}),
        ("paid", "PAID", 3, {"USD"}),
        ("noted", "PENDING_INVOICE", 5, {"USD"}),
    ],
)
def test_the_named_payouts_are_what_the_script_says(
    month: dict[str, Any], name: str, stage: str, count: int, currencies: set[str]
) -> None:
    payout = next(each for each in month["payouts"] if each["id"] == month["named"][name])
    lines = lines_of(month, name)

    assert (stage, count, currencies) == (payout["stage"], len(lines), {line["currency"] for line in lines})


def test_the_odd_totals_are_odd(month: dict[str, Any], amounts: dict[str, str]) -> None:
    assert (amounts[month["named"]["zero"]], amounts[month["named"]["empty"]]) == ("0.00", "0.00")
    assert amounts[month["named"]["negative"]] == "-1575.40"


def test_the_hard_texts_are_there(month: dict[str, Any]) -> None:
    texts = [line["description"] for line in lines_of(month, "hard_texts")]
    orders = {payout["poNumber"] for payout in month["payouts"]}

    assert {'=HYPERLINK("http://evil","x")', "+1 bonus", "-5% clawback", "@acme referral", "", None} <= set(
        texts
    )
    assert any("\u0001" in (text or "") for text in texts)
    assert max(len(text or "") for text in texts) == 2000
    assert {"000123", "123456789012345678", "1E5", "3-1", " PO-77 ", None} <= orders


def test_the_duplicates_differ_in_nothing_but_their_ids(month: dict[str, Any]) -> None:
    named = {line["id"]: line for line in month["lines"]}
    first, second = (named[month["named"][name]] for name in ("duplicate_a", "duplicate_b"))

    shared = ("partnerId", "payoutId", "amount", "currency", "description")
    assert [first[name] for name in shared] == [second[name] for name in shared]


def test_the_sample_answers_like_any_seed(sample_api: Sandbox) -> None:
    assert sample_api.get("/payouts").json()["total"] == 60


@pytest.fixture
def sample_api(start: Any) -> Any:
    return start(seed=SEED)
