"""A payout that its listing lacks and that lines name is brought, or the listing is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest
from introw.world import World

from reconcile.domain.snapshot import Environment, Scope, Snapshot
from reconcile.errors import ListingIncomplete
from reconcile.introw.client import Client
from reconcile.introw.fetch import fetch_live, fetch_snapshot

if TYPE_CHECKING:
    from introw.conftest import Opens, Record

HERE = Environment("https://api.introw.io")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Make = Callable[..., "Record"]


def as_exported(reader: Client) -> Snapshot:
    return fetch_snapshot(reader, HERE, Scope(), NOW)


def as_compared(reader: Client) -> Snapshot:
    return fetch_live(reader, HERE, Snapshot(HERE, Scope(), NOW, {}, {}, {}), NOW)


FETCHES = pytest.mark.parametrize("fetch", [as_exported, as_compared])


@dataclass
class Batching(World):
    """A batch is made after the given number of answers: the lines of the pool get payouts of their own."""

    after: int = 0
    new: tuple[Record, ...] = ()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if len(self.asked) == self.after and self.new:
            self.payouts += self.new
            for pooled in (one for one in self.lines if not one["payoutId"]):
                pooled.update(payoutId=f"new-{pooled['id']}", status="IN_PAYOUT")
        return super().__call__(request)


@pytest.fixture
def lines(line: Make) -> Callable[[int], list[Record]]:
    return lambda count: [line(f"l{number}") for number in range(count)]


@pytest.fixture
def batch(payout: Make) -> Callable[[int], tuple[Record, ...]]:
    amount = {"value": "500.00", "currency": "USD"}
    return lambda count: tuple(payout(f"new-l{number}", amount=amount) for number in range(count))


@FETCHES
@pytest.mark.parametrize("count", [3, 35])
@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_batch_that_is_made_while_the_lists_are_read_loses_no_line(
    connect: Opens,
    lines: Callable[[int], list[Record]],
    batch: Callable[[int], tuple[Record, ...]],
    fetch: Callable[[Client], Snapshot],
    count: int,
    after: int,
) -> None:
    found = fetch(connect(Batching(lines=lines(count), after=after, new=batch(count))))

    assert len(found.lines) == count
    on_payouts = [one for one in found.lines.values() if one.payout_id]
    assert all(one.payout_id in found.payouts for one in on_payouts)
    assert {one.payout_id for one in on_payouts} == set(found.payouts)


@FETCHES
def test_lines_that_came_before_their_payout_was_made_are_listed_again_with_it(
    connect: Opens, payout: Make, line: Make, fetch: Callable[[Client], Snapshot]
) -> None:
    class OneForAll(Batching):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            if len(self.asked) == self.after:
                self.payouts += self.new
                for one in self.lines:
                    one |= {"payoutId": "all", "status": "IN_PAYOUT"}
            return World.__call__(self, request)

    new = payout("all", amount={"value": "7500.00", "currency": "USD"})
    server = OneForAll(lines=[line(f"l{number}") for number in range(15)], after=2, new=(new,))

    found = fetch(connect(server))

    assert {one.payout_id for one in found.lines.values()} == {"all"}


@FETCHES
def test_a_payout_that_the_listing_skips_is_read_because_its_line_names_it(
    connect: Opens, payout: Make, line: Make, fetch: Callable[[Client], Snapshot]
) -> None:
    server = World([payout("p1"), payout("p2")], [line("l1", payoutId="p2", status="IN_PAYOUT")])
    server.unlisted = ("p2",)

    assert set(fetch(connect(server)).payouts) == {"p1", "p2"}
    assert server.requests("payouts")[-1] == "/payouts/p2"


@FETCHES
def test_lines_of_a_payout_that_the_server_does_not_give_end_in_a_message_that_names_the_gap(
    connect: Opens, payout: Make, line: Make, fetch: Callable[[Client], Snapshot]
) -> None:
    server = World(
        [payout("p1")], [line(f"l{number}", payoutId="gone", status="IN_PAYOUT") for number in (1, 2)]
    )

    with pytest.raises(ListingIncomplete, match=r"2 lines \(IN_PAYOUT\) name 1 payout that .* have: gone"):
        fetch(connect(server))
