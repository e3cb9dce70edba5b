"""The search for sums finds what is there, in few steps."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.erp.matching.subset_sum import subset

COINS = st.lists(st.integers(-5, 60).map(lambda coins: Decimal(coins) / 4), max_size=9)


@given(COINS, st.integers(-5, 150).map(lambda coins: Decimal(coins) / 4), st.integers(2, 4))
def test_it_finds_a_sum_exactly_where_trying_everything_does(
    amounts: list[Decimal], target: Decimal, largest: int
) -> None:
    found = subset(amounts, target, largest)
    sizes = [*range(2, largest + 1), *([len(amounts)] if len(amounts) > largest else [])]
    possible = any(
        sum(chosen, Decimal(0)) == target for size in sizes for chosen in combinations(amounts, size)
    )

    assert (found is not None) == possible
    if found:
        assert sum((amounts[place] for place in found), Decimal(0)) == target
        assert len(set(found)) == len(found)


def test_the_fewest_and_earliest_amounts_win() -> None:
    amounts = [Decimal(one) for one in (1, 2, 3, 4, 5)]

    assert subset(amounts, Decimal(6), 4) == (0, 4)
    assert subset(amounts, Decimal(15), 4) == (0, 1, 2, 3, 4)


@pytest.mark.parametrize("count", [500, 100_000])
def test_the_search_ends_however_many_amounts_there_are(count: int) -> None:
    assert subset([Decimal(2)] * count, Decimal(7), 4) is None
