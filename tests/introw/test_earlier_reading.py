"""Live with an earlier reading beside it: the same as without one, for the payouts and one request each that moved."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from introw.fetch_cases import HERE, NOW, Make, snapshot
from introw.world import World

from reconcile.domain.policy.names_and_limits import LeftOut
from reconcile.domain.snapshot import PAYOUTS_ONLY, Scope, Snapshot
from reconcile.introw.fetch import Beside, gather_live
from reconcile.introw.gathering import Gathering

if TYPE_CHECKING:
    from introw.conftest import Opens

LATER = NOW + timedelta(minutes=5)
EVERYTHING, ONE_PARTNER, ONE_STAGE = Scope(), Scope(partners=("q2",)), Scope(stages=("APPROVED",))
NO_POOL = Scope(only=PAYOUTS_ONLY)


def read(
    connect: Opens,
    server: World,
    baseline: Snapshot,
    earlier: Snapshot | None = None,
    beside: Beside | None = None,
) -> tuple[Snapshot, Snapshot | None]:
    """Live, and what the reading leaves to the next one."""
    found = Gathering(connect(server), None, baseline.payouts, baseline.lines, earlier)
    now = LATER if earlier else NOW
    live = gather_live(found, HERE, baseline, now, LeftOut(), (), beside or Beside())
    return live, found.left(live)


def total(server: World, payout_id: str) -> None:
    """The payout's amount follows its lines, and the server notes when that was."""
    lines = [one for one in server.lines if one["payoutId"] == payout_id and one["status"] != "VOIDED"]
    payout = next(one for one in server.payouts if one["id"] == payout_id)
    payout["amount"] = {"value": f"{sum(float(one['amount']) for one in lines):.2f}", "currency": "USD"}
    payout["updatedAt"] = (datetime.fromisoformat(payout["updatedAt"]) + timedelta(minutes=1)).isoformat()


def move(server: World, dice: random.Random, payout: Make, line: Make, number: int) -> None:
    """Somebody works on a payout in Introw."""
    there = dice.choice(server.payouts)
    lines = [one for one in server.lines if one["payoutId"] == there["id"]]
    match dice.choice(["amount", "stage", "more", "detach", "decline", "new", "gone"]):
        case "amount" if lines:
            dice.choice(lines)["amount"] = f"{dice.randrange(501, 900)}.00"
        case "stage":
            there["stage"] = dice.choice(["PAID", "APPROVED", "DRAFT", "BLOCKED"])
        case "more":
            who = there["partner"]["id"]
            server.lines.append(
                line(f"more{number}", payoutId=there["id"], partnerId=who, status="IN_PAYOUT")
            )
        case "detach" if lines:
            dice.choice(lines).update(payoutId=None, status="PENDING")
        case "decline" if lines:
            dice.choice(lines)["status"] = "VOIDED"
        case "new":
            server.payouts.append(payout(f"new{number}", partner=there["partner"]))
            server.lines.append(line(f"of-new{number}", payoutId=f"new{number}", partnerId="q0"))
            total(server, f"new{number}")
        case "gone" if len(server.payouts) > 3:
            server.payouts.remove(there)
            server.lines = [one for one in server.lines if one["payoutId"] != there["id"]]
            return
    total(server, there["id"])


@pytest.mark.parametrize("scope", [EVERYTHING, NO_POOL, ONE_PARTNER, ONE_STAGE], ids=str)
@pytest.mark.parametrize("seed", range(25))
def test_what_payouts_tell_of_is_as_a_reading_without_an_earlier_one_has_it(
    seed: int, scope: Scope, connect: Opens, world: Callable[..., World], payout: Make, line: Make
) -> None:
    dice, server = random.Random(seed), world(9)
    baseline = snapshot(connect, server, scope)
    _, left = read(connect, server, baseline)
    for number in range(dice.randrange(5)):
        move(server, dice, payout, line, number)
    kept, _ = read(connect, server, baseline, left)
    fresh, _ = read(connect, server, baseline)

    assert kept.payouts == fresh.payouts
    assert kept.lines == fresh.lines
    assert kept.taken_at == NOW


def test_only_the_payouts_are_listed_and_the_lines_of_those_that_moved(
    connect: Opens, world: Callable[..., World]
) -> None:
    server = world(9, page=100)
    baseline = snapshot(connect, server)
    _, left = read(connect, server, baseline)
    server.payouts[3]["updatedAt"] = "2026-11-22T12:01:00.000Z"
    server.asked.clear()
    read(connect, server, baseline, left)

    assert server.asked == ["/payouts", "/commission-lines payoutId=p3"]


def test_a_text_that_moves_no_payout_is_as_it_was_and_so_is_the_moment(
    connect: Opens, world: Callable[..., World]
) -> None:
    server = world(3)
    baseline = snapshot(connect, server)
    _, left = read(connect, server, baseline)
    server.lines[0]["description"] = "Corrected in Introw"
    live, _ = read(connect, server, baseline, left)

    assert live.lines == baseline.lines
    assert live.taken_at == NOW


def test_the_lines_of_partners_that_get_new_lines_are_listed_again(
    connect: Opens, world: Callable[..., World], line: Make
) -> None:
    server = world(3)
    baseline = snapshot(connect, server)
    _, left = read(connect, server, baseline)
    server.lines.append(line("meanwhile", partnerId="q1"))
    live, _ = read(connect, server, baseline, left, Beside(lines_of={"q1"}))

    assert "meanwhile" in live.lines


def test_a_payout_that_may_have_moved_after_its_lines_were_read_is_not_left_to_the_next_reading(
    connect: Opens, world: Callable[..., World], payout: Make, line: Make
) -> None:
    server = world(9)
    baseline = snapshot(connect, server)

    def meanwhile(request: httpx.Request) -> httpx.Response:
        # p0 changes when its lines were read, and a payout is made: so the payouts are listed once more.
        if request.url.params.get("offset") == "20" and len(server.payouts) == 9:
            server.payouts[0]["updatedAt"] = "2026-11-22T12:01:00.000Z"
            server.lines[0]["description"] = "Corrected in Introw"
            server.payouts.append(payout("late", partner={"id": "q0", "name": "Partner 0"}))
            server.lines.append(line("of-late", payoutId="late", partnerId="q0", status="IN_PAYOUT"))
            total(server, "late")
        return server(request)

    found = Gathering(connect(meanwhile), None, baseline.payouts, baseline.lines)
    left = found.left(gather_live(found, HERE, baseline, NOW, LeftOut()))
    live, _ = read(connect, server, baseline, left)

    assert left is not None
    assert "p0" not in left.payouts
    assert live.lines["l0-0"].description == "Corrected in Introw"


def test_a_reading_of_a_part_serves_a_part_and_gives_the_rest_over(
    connect: Opens, world: Callable[..., World]
) -> None:
    server = world(9)
    one, two = (snapshot(connect, server, Scope(partners=(name,))) for name in ("q1", "q2"))
    _, first = read(connect, server, one)
    _, second = read(connect, server, two, first)
    assert first
    assert second
    server.asked.clear()
    read(connect, server, one, second)

    assert set(first.payouts) == {"p1"}
    assert set(second.payouts) == {"p1", "p2"}
    assert not any("payoutId" in asked for asked in server.asked)


def test_a_reading_of_a_part_is_of_no_use_where_everything_is_listed(
    connect: Opens, world: Callable[..., World]
) -> None:
    server = world(9)
    whole, part = snapshot(connect, server), snapshot(connect, server, ONE_PARTNER)
    _, left = read(connect, server, part)
    live, _ = read(connect, server, whole, left)

    assert live.taken_at == LATER
