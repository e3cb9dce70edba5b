"""A listing that never ends is given up, whatever its cursor says."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from reconcile.errors import ListingIncomplete

if TYPE_CHECKING:
    from tests.introw.conftest import Opens, Record


def _endless(pages: Callable[[int], list[Any]]) -> Callable[[httpx.Request], httpx.Response]:
    """A server whose every page names another cursor."""
    numbers = count(1)

    def answer(_: httpx.Request) -> httpx.Response:
        number = next(numbers)
        assert number < 1000, "the listing is not given up"
        return httpx.Response(200, json={"data": pages(number), "nextCursor": f"c{number}"})

    return answer


def test_a_cursor_that_brings_new_records_without_end(connect: Opens, payout: Callable[..., Record]) -> None:
    answer = _endless(lambda page: [payout(f"pay_{page}_{place}") for place in range(10)])

    with pytest.raises(ListingIncomplete, match="went on after 300 records"):
        connect(answer, most_records=300, rate=100_000).list_payouts()


def test_a_cursor_that_brings_the_same_records_without_end(
    connect: Opens, payout: Callable[..., Record]
) -> None:
    with pytest.raises(ListingIncomplete, match="nothing leads on"):
        connect(_endless(lambda _: [payout("pay_1")]), rate=100_000).list_payouts()


def test_a_cursor_that_brings_nothing_without_end(connect: Opens) -> None:
    with pytest.raises(ListingIncomplete, match="nothing new"):
        connect(_endless(lambda _: []), rate=100_000).list_payouts()
