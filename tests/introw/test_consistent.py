"""Lists that were read one after the other belong together, or are refused with what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest
from introw.world import World

from reconcile.domain.policy.names_and_limits import LeftOut
from reconcile.domain.snapshot import Environment, Scope, Snapshot
from reconcile.errors import ListingIncomplete
from reconcile.introw.fetch import fetch_live, fetch_snapshot

if TYPE_CHECKING:
    from introw.conftest import Opens, Record

HERE = Environment("https://api.introw.io")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAYOUTS = 6
Make = Callable[..., "Record"]
Happening = Callable[[World, str], None]
"""What happens on the server before it answers a request for a path."""


@dataclass
class Moving(World):
    """A server on which something happens while it is read."""

    happens: list[Happening] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        for happening in self.happens:
            happening(self, request.url.path.removeprefix("/api/v1"))
        return super().__call__(request)


@pytest.fixture
def server(payout: Make, line: Make, partner: Make) -> Moving:
    """Six payouts of 20.00 with two lines of 10.00 each, and a line in the pool; no totals are stated."""
    made = Moving(page=5, total=False)
    for number in range(PAYOUTS):
        who = {"id": f"q{number}", "name": f"Partner {number}"}
        made.payouts.append(payout(f"p{number}", partner=who, amount={"value": "20.00", "currency": "USD"}))
        made.partners.append(partner(f"q{number}", name=who["name"]))
        made.lines += [
            line(
                f"l{number}-{index}",
                payoutId=f"p{number}",
                partnerId=f"q{number}",
                amount="10.00",
                currency="USD",
            )
            for index in range(2)
        ]
    made.lines.append(line("pool", partnerId="q0", amount="7.00", currency="USD", payoutId=None))
    return made


def delete(world: World, payout_id: str) -> None:
    """Deletes a payout, as a colleague may; its lines still name it."""
    world.payouts = [one for one in world.payouts if one["id"] != payout_id]


def snapshot(connect: Opens, world: World, scope: Scope = Scope()) -> Snapshot:  # noqa: B008 - a frozen value
    return fetch_snapshot(connect(world), HERE, scope, NOW)


def skipped(record_id: str, kind: str) -> Happening:
    """A record that no page of the first listing brings."""

    def happening(world: World, path: str) -> None:
        is_first = path == f"/{kind}" and not world.requests(kind)
        world.unlisted = (record_id,) if is_first else ()

    return happening


def test_nothing_is_read_again_where_all_belongs_together(connect: Opens, server: Moving) -> None:
    found = snapshot(connect, server)

    assert (len(found.payouts), len(found.lines)) == (PAYOUTS, 2 * PAYOUTS + 1)
    assert [len(server.requests(kind)) for kind in ("payouts", "commission-lines")] == [2, 3]


@pytest.mark.parametrize("scope", [Scope(), Scope(stages=("APPROVED",))], ids=["everything", "a stage"])
def test_a_payout_that_a_listing_skips_is_found_by_its_lines(
    scope: Scope, connect: Opens, server: Moving
) -> None:
    server.happens.append(skipped("p3", "payouts"))

    found = snapshot(connect, server, scope)

    assert len(found.payouts) == PAYOUTS
    assert found.off_their_lines() == ()


def test_a_line_that_a_listing_skips_is_found_by_the_amount_of_its_payout(
    connect: Opens, server: Moving
) -> None:
    first = list(server.lines)

    def happening(world: World, path: str) -> None:
        listed_singly = path == "/payouts/p3" or len(world.requests("commission-lines")) >= 3
        world.lines = first if listed_singly else [one for one in first if one["id"] != "l3-1"]

    server.happens.append(happening)

    found = snapshot(connect, server)

    assert "l3-1" in found.lines
    assert found.off_their_lines() == ()


def test_a_batch_made_between_the_listings_loses_no_line(
    connect: Opens, server: Moving, payout: Make, line: Make
) -> None:
    def happening(world: World, path: str) -> None:
        if path == "/commission-lines" and len(world.payouts) == PAYOUTS:
            made = payout(
                "p9", partner={"id": "q0", "name": "Partner 0"}, amount={"value": "7.00", "currency": "USD"}
            )
            world.payouts.append(made)
            world.lines[-1] = line("pool", partnerId="q0", amount="7.00", currency="USD", payoutId="p9")

    server.happens.append(happening)

    found = snapshot(connect, server)

    assert len(found.payouts) == PAYOUTS + 1
    assert found.lines["pool"].payout_id == "p9"
    # Its amount is that of its lines, so that it is not read once more.
    assert len(server.requests("payouts")) == 4


def test_lines_of_a_payout_that_does_not_exist_are_refused_by_name(connect: Opens, server: Moving) -> None:
    delete(server, "p3")

    with pytest.raises(
        ListingIncomplete,
        match=r"2 lines \(PENDING\) name 1 payout that the API does not have: p3\..* missing_payouts",
    ):
        snapshot(connect, server)


def test_a_deleted_payout_that_the_settings_name_ends_nothing(connect: Opens, server: Moving) -> None:
    delete(server, "p3")

    found = fetch_snapshot(connect(server), HERE, Scope(), NOW, LeftOut(missing_payouts=("p3",)))

    assert (len(found.payouts), len(found.lines)) == (PAYOUTS - 1, 2 * PAYOUTS - 1)


@pytest.mark.parametrize("status", [404, 410])
def test_a_payout_that_was_deleted_since_the_export_is_gone_from_live_and_its_lines_are_not(
    status: int, connect: Opens, server: Moving
) -> None:
    baseline = snapshot(connect, server)
    delete(server, "p3")
    server.gone = status

    live = fetch_live(connect(server), HERE, baseline, NOW)

    assert "p3" not in live.payouts
    assert {live.lines[one].payout_id for one in ("l3-0", "l3-1")} == {"p3"}


def test_a_deleted_payout_that_was_never_exported_is_refused_in_live_too(
    connect: Opens, server: Moving, line: Make
) -> None:
    baseline = snapshot(connect, server)
    server.lines.append(line("l9", payoutId="p9", status="IN_PAYOUT"))

    with pytest.raises(ListingIncomplete, match=r"1 line \(IN_PAYOUT\) name"):
        fetch_live(connect(server), HERE, baseline, NOW)


@pytest.mark.parametrize("payouts", [1, 2, 3])
def test_a_line_that_is_skipped_is_found_however_few_payouts_there_are(
    payouts: int, connect: Opens, server: Moving
) -> None:
    server.payouts = server.payouts[:payouts]
    server.lines = server.lines[: 2 * payouts]
    every = list(server.lines)

    def happening(world: World, path: str) -> None:
        is_first = path == "/commission-lines" and not world.requests("commission-lines")
        world.unlisted = tuple(one["id"] for one in every if one["id"].endswith("-1")) if is_first else ()

    server.happens.append(happening)

    assert set(snapshot(connect, server).lines) == {one["id"] for one in every}


def test_an_amount_that_is_not_that_of_the_lines_is_accepted_when_two_readings_say_so(
    connect: Opens, server: Moving
) -> None:
    server.payouts[3]["amount"] = {"value": "25.00", "currency": "USD"}

    found = snapshot(connect, server)

    assert [one.id for one in found.off_their_lines()] == ["p3"]
    assert len(server.asked) <= 2 + 3 + 2 + 4


def test_where_most_amounts_are_not_those_of_the_lines_nothing_is_read_again(
    connect: Opens, server: Moving
) -> None:
    for one in server.payouts:
        one["amount"] = {"value": "25.00", "currency": "USD"}

    assert len(snapshot(connect, server).off_their_lines()) == PAYOUTS
    assert [len(server.requests(kind)) for kind in ("payouts", "commission-lines")] == [2, 3]


def test_a_payout_that_changes_at_each_reading_is_refused_by_name(connect: Opens, server: Moving) -> None:
    def happening(world: World, _: str) -> None:
        world.payouts[3]["amount"] = {"value": f"{30 + len(world.asked)}.00", "currency": "USD"}

    server.happens.append(happening)

    with pytest.raises(ListingIncomplete, match=r"1 payout changed each time that they were read: p3\."):
        snapshot(connect, server)
