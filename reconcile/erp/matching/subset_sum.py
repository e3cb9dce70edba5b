"""Finds a few amounts that come to a sum, without ever trying all subsets.

Two amounts are looked for among many, three or four among few, and by tables of single amounts and of pairs;
so the work for one sum has a bound, however many amounts there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Final

CANDIDATES: Final = 500
"""How many amounts are looked at for two; the caller puts the likeliest first."""

_FEW: Final = 24
# Whole numbers are compared much faster than decimals, and no currency has more decimals than this.
_DECIMALS: Final = 6

Places = tuple[int, ...]


def subset(amounts: Sequence[Decimal], target: Decimal, largest: int) -> Places | None:
    """The places of 2 to `largest` (at most 4) of the first amounts that come to the target, or None.

    The fewest amounts win, and then the earliest ones. More than `largest` only if it is all of them.
    """
    coins = [int(amount.scaleb(_DECIMALS)) for amount in amounts[:CANDIDATES]]
    wanted = int(target.scaleb(_DECIMALS))
    if largest < len(amounts) <= CANDIDATES and sum(coins) == wanted:
        return tuple(range(len(coins)))
    for size in range(2, largest + 1):
        few = coins if size == 2 else coins[:_FEW]
        found = next(_of_size(few, wanted, size), None) if _in_reach(few, wanted, size) else None
        if found:
            return found
    return None


def _in_reach(coins: Sequence[int], wanted: int, size: int) -> bool:
    """Whether the sum lies between the smallest and the largest that so many amounts can come to."""
    ordered = sorted(coins)
    return len(coins) >= size and sum(ordered[:size]) <= wanted <= sum(ordered[-size:])


def _of_size(coins: Sequence[int], wanted: int, size: int) -> Iterator[Places]:
    if size == 4:
        yield from _two_pairs(coins, wanted)
        return
    starts: Iterable[Places] = (
        ((place,) for place in range(len(coins))) if size == 2 else combinations(range(len(coins)), 2)
    )
    singles: dict[int, list[int]] = {}
    for place, coin in enumerate(coins):
        singles.setdefault(coin, []).append(place)
    for start in starts:
        rest = wanted - sum(coins[place] for place in start)
        yield from ((*start, place) for place in singles.get(rest, ()) if place > start[-1])


def _two_pairs(coins: Sequence[int], wanted: int) -> Iterator[Places]:
    by_sum: dict[int, list[tuple[int, int]]] = {}
    for one, two in combinations(range(len(coins)), 2):
        both = coins[one] + coins[two]
        for pair in by_sum.get(wanted - both, ())[:_FEW]:
            if not {one, two} & set(pair):
                yield tuple(sorted((*pair, one, two)))
        by_sum.setdefault(both, []).append((one, two))
