"""Finds all the ways in which a few amounts come to a sum: exactly, within stated bounds.

Two known methods, over whole minor units:

Dynamic programming, for amounts above zero. A table tells for each rest of the list, each number of amounts
and each sum whether they can come to it (a sum is one bit of a whole number); the ways are read off the table
without a dead end. Amounts are divided by their greatest common divisor first, so that round amounts make
small tables. Cost: amounts x `largest` x sum / 64 steps; bound: `TABLE_BITS` for the whole table.

Meet in the middle, for the rest (amounts below zero, tables over the bound). Single amounts and pairs are
kept by their sum, and each sum is put together from two halves. Cost: amounts^2 / 2 steps for up to four
amounts; bound: the first `FEW` amounts for three and four.

More than `largest` amounts are never read off, but it is found out whether some come to the sum as well.

Both look at the first `CANDIDATES` amounts and stop after `MOST` ways. Where a bound was reached the answer
says that not all ways were looked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, islice
from math import gcd
from operator import itemgetter
from typing import Final

CANDIDATES: Final = 500
"""How many amounts are looked at; the caller puts the likeliest first."""

FEW: Final = 100
"""How many amounts are looked at for three and four that meet in the middle."""

MOST: Final = 100
"""How many ways are looked for."""

TABLE_BITS: Final = 16_000_000
"""How large the table of the dynamic programming may be: 2 MB."""

COUNTED: Final = 20
"""Of how many amounts every size is looked at: 2,000 sums."""

LARGER_BITS: Final = 250_000_000
"""How many bits are moved to learn whether more than `largest` amounts come to the sum: about 0.01 s."""

# Whole numbers are compared much faster than decimals, and no currency has more decimals than this.
_DECIMALS: Final = 6

Places = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways that were found, those of the fewest and earliest amounts first. complete: these are all."""

    found: tuple[Places, ...]
    complete: bool = True


def ways(amounts: Sequence[Decimal], target: Decimal, largest: int, smallest: int = 1) -> Ways:
    """The places of `smallest` to `largest` of the amounts that come to the target; or of all of them.

    largest: at most 4. An amount of zero changes no sum, so it is never a part.
    """
    wanted = _units(target)
    coins = [(place, _units(amount)) for place, amount in enumerate(amounts[:CANDIDATES]) if amount]
    search = _search(coins, wanted, range(smallest, largest + 1))
    found = list(islice(search.ways, MOST + 1))
    is_whole = len(amounts) <= CANDIDATES
    if is_whole and len(coins) > largest and sum(coin for _, coin in coins) == wanted:
        found.append(tuple(place for place, _ in coins))
    is_all = is_whole and search.complete and len(found) <= MOST
    is_all = is_all and not _may_be_larger([coin for _, coin in coins], wanted, largest)
    return Ways(tuple(found[:MOST]), is_all)


def _units(amount: Decimal) -> int:
    return int(amount.scaleb(_DECIMALS))


@dataclass(frozen=True, slots=True)
class _Search:
    """Ways that are found while they are asked for. complete: no bound leaves any out."""

    ways: Iterator[Places]
    complete: bool = True


def _search(coins: Sequence[tuple[int, int]], wanted: int, sizes: range) -> _Search:
    """Chooses the method. coins: amounts with their places."""
    is_plain = all(coin > 0 for _, coin in coins)
    # Amounts above the sum cannot be a part of it, if none is below zero.
    used = [(place, coin) for place, coin in coins if coin <= wanted] if is_plain else list(coins)
    values = [coin for _, coin in used]
    within = _in_reach(values, wanted, sizes)
    divisor = gcd(*values)
    if not within or wanted % divisor:
        return _Search(iter(()))
    bits = len(values) * within[-1] * (wanted // divisor)
    if is_plain and bits <= TABLE_BITS:
        found = _by_table([value // divisor for value in values], wanted // divisor, within)
        return _Search(tuple(used[one][0] for one in way) for way in found)
    halves = (
        way for size in within for way in _by_halves(values if size <= 2 else values[:FEW], wanted, size)
    )
    complete = len(values) <= FEW or within[-1] <= 2
    return _Search((tuple(used[one][0] for one in way) for way in halves), complete)


def _may_be_larger(values: Sequence[int], wanted: int, largest: int) -> bool:
    """Whether more than `largest` of the amounts, and fewer than all, come to the sum, or may.

    Of up to `COUNTED` amounts every size is looked at. Of more amounts above zero one bit for each sum tells;
    beyond `LARGER_BITS`, and for other amounts, it is not known.
    """
    is_plain = all(value > 0 for value in values)
    used = [value for value in values if value <= wanted] if is_plain else list(values)
    sizes = range(largest + 1, len(used) + (len(used) < len(values)))
    if not _in_reach(used, wanted, sizes):
        return False
    if len(used) <= COUNTED:
        return _comes_to(used, wanted, sizes)
    divisor = gcd(*used)
    bits = len(used) * (largest + 2) * (wanted // divisor)
    if not is_plain or bits > LARGER_BITS:
        return True
    return _one_larger([value // divisor for value in used], wanted // divisor, largest)


def _comes_to(values: Sequence[int], wanted: int, sizes: range) -> bool:
    """Whether so many of the amounts come to the sum: each half is known by its sizes and sums."""
    middle = len(values) // 2
    halves = [_sums(half) for half in (values[:middle], values[middle:])]
    return any(
        size + other in sizes
        for (size, total) in halves[0]
        for other in range(len(values) - middle + 1)
        if (other, wanted - total) in halves[1]
    )


def _sums(values: Sequence[int]) -> set[tuple[int, int]]:
    """How many of the amounts come to which sums."""
    found = {(0, 0)}
    for value in values:
        found |= {(size + 1, total + value) for size, total in found}
    return found


def _one_larger(coins: Sequence[int], wanted: int, largest: int) -> bool:
    """One row of the table, with a last entry for all sizes beyond the largest one."""
    mask = (1 << wanted + 1) - 1
    row, beyond = [1] + [0] * largest, 0
    for coin in coins:
        beyond |= (beyond | row[largest]) << coin & mask
        row = [1, *(row[size] | row[size - 1] << coin & mask for size in range(1, largest + 1))]
    return bool(beyond >> wanted & 1)


def _in_reach(values: Sequence[int], wanted: int, sizes: range) -> list[int]:
    """The sizes of which the sum lies between the smallest and the largest that so many amounts come to."""
    ordered = sorted(values)
    return [
        size
        for size in sizes
        if len(values) >= size and sum(ordered[:size]) <= wanted <= sum(ordered[-size:])
    ]


def _by_table(coins: Sequence[int], wanted: int, sizes: Sequence[int]) -> Iterator[Places]:
    """Dynamic programming: `rests[place][size]` has a bit for each sum that so many later coins come to."""
    largest, mask = sizes[-1], (1 << wanted + 1) - 1
    rest = [1] + [0] * largest
    rests = [rest]
    for coin in reversed(coins):
        rest = [1, *(rest[size] | rest[size - 1] << coin & mask for size in range(1, largest + 1))]
        rests.append(rest)
    rests.reverse()
    for size in sizes:
        yield from _read_off(coins, rests, 0, size, wanted)


def _read_off(
    coins: Sequence[int], rests: Sequence[Sequence[int]], start: int, size: int, wanted: int
) -> Iterator[Places]:
    if not size:
        if not wanted:
            yield ()
        return
    for place in range(start, len(coins)):
        if not rests[place][size] >> wanted & 1:
            return
        left = wanted - coins[place]
        if left >= 0 and rests[place + 1][size - 1] >> left & 1:
            for others in _read_off(coins, rests, place + 1, size - 1, left):
                yield (place, *others)


def _by_halves(values: Sequence[int], wanted: int, size: int) -> Iterator[Places]:
    """Meet in the middle: the first half is tried, the second is looked up by what is missing."""
    first = size // 2
    halves: dict[int, list[Places]] = {}
    for half in combinations(range(len(values)), size - first):
        halves.setdefault(sum(values[one] for one in half), []).append(half)
    for start in combinations(range(len(values)), first):
        fitting = halves.get(wanted - sum(values[one] for one in start), [])
        # They stand in their order, so each way is found once: its earlier amounts, then its later ones.
        later = bisect_right(fitting, start[-1], key=itemgetter(0)) if start else 0
        for half in islice(fitting, later, None):
            yield (*start, *half)
