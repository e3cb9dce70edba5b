"""The search for sums finds every way that is there, in few steps, and says where it stopped."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.erp.matching.subset_sum import CANDIDATES, MOST, Ways, ways

COINS = st.lists(st.integers(-5, 60).map(lambda coins: Decimal(coins) / 4), max_size=9)


@given(
    COINS, st.integers(-5, 150).map(lambda coins: Decimal(coins) / 4), st.integers(2, 4), st.integers(1, 2)
)
def test_it_finds_exactly_the_ways_that_trying_everything_finds(
    amounts: list[Decimal], target: Decimal, largest: int, smallest: int
) -> None:
    """An amount of zero is in none of them: it would make two ways of each."""
    found = ways(amounts, target, largest, smallest)
    parts = [place for place, amount in enumerate(amounts) if amount]
    sizes = [*range(smallest, largest + 1), *([len(parts)] if len(parts) > largest else [])]
    every = [
        chosen
        for size in range(1, len(parts) + 1)
        for chosen in combinations(parts, size)
        if sum((amounts[place] for place in chosen), Decimal(0)) == target
    ]
    possible = [chosen for chosen in every if len(chosen) in sizes]
    is_larger = any(largest < len(chosen) < len(parts) for chosen in every)

    assert found.complete == (len(possible) <= MOST and not is_larger)
    assert set(found.found) <= set(possible)
    assert len(set(found.found)) == len(found.found) == min(len(possible), MOST)
    assert [len(way) for way in found.found] == sorted(len(way) for way in found.found)


@pytest.mark.parametrize(("more", "complete"), [("20", False), ("19", True)])
def test_a_sum_of_five_is_known_of_among_many_amounts_too(more: str, complete: bool) -> None:  # noqa: FBT001
    """It is not read off; but the way that was found is not the only one."""
    amounts = [Decimal(100), *[Decimal(20)] * 4, Decimal(more), *[Decimal(101)] * 25]

    assert ways(amounts, Decimal(100), 4) == Ways(((0,),), complete)


def test_the_fewest_and_earliest_amounts_come_first() -> None:
    amounts = [Decimal(one) for one in (1, 2, 3, 4, 5)]

    assert ways(amounts, Decimal(6), 4, 2).found == ((0, 4), (1, 3), (0, 1, 2))
    assert ways(amounts, Decimal(15), 4, 2).found == ((0, 1, 2, 3, 4),)


@pytest.mark.parametrize("amount", ["2", "-2", "20000000.01"])
@pytest.mark.parametrize("count", [100, 500, 100_000])
def test_the_search_ends_however_many_amounts_there_are(count: int, amount: str) -> None:
    found = ways([Decimal(amount)] * count, Decimal(amount) * 3 + 1, 4)

    assert (found.found, found.complete) == ((), count <= CANDIDATES)


@pytest.mark.parametrize("amount", ["2", "-2", "20000000.01"])
def test_a_search_that_stopped_says_so(amount: str) -> None:
    found = ways([Decimal(amount)] * 20, Decimal(amount) * 3, 4)

    assert (len(found.found), found.complete) == (MOST, False)
