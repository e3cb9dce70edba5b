"""What a diff gathers of live, and with how few requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx
import pytest
from introw.world import World

from reconcile.domain.snapshot import Scope
from reconcile.errors import ApiError, ListingIncomplete
from reconcile.introw.fetch import fetch_live, fetch_snapshot, refetch

if TYPE_CHECKING:
    from introw.conftest import Opens, Record
from introw.fetch_cases import HERE, NOW, Make, snapshot


def test_live_without_changes_takes_no_more_requests_than_the_snapshot(
    connect: Opens, world: Callable[..., World]
) -> None:
    server, scope = world(8), Scope(stages=("APPROVED",))
    baseline = snapshot(connect, server, scope)
    before = len(server.asked)

    live = fetch_live(connect(server), HERE, baseline, NOW)

    assert live.fingerprint == baseline.fingerprint
    assert len(server.asked) <= 2 * before


def test_a_payout_that_left_the_stage_is_read_by_its_id_with_its_lines(
    connect: Opens, world: Callable[..., World], line: Make
) -> None:
    server, scope = world(8), Scope(stages=("APPROVED",))
    baseline = snapshot(connect, server, scope)
    server.payouts[4] |= {"stage": "PAID", "amount": {"value": "1500.00", "currency": "USD"}}
    server.lines.append(line("new", payoutId="p4", partnerId="q4"))
    server.asked.clear()

    live = fetch_live(connect(server), HERE, baseline, NOW)

    assert live.payouts["p4"].stage == "PAID"
    assert "new" in live.lines
    assert server.requests("payouts") == ["/payouts stage=APPROVED", "/payouts/p4"]


def test_many_payouts_that_left_the_stage_are_read_with_one_listing(
    connect: Opens, world: Callable[..., World]
) -> None:
    server, scope = world(32), Scope(stages=("APPROVED",))
    baseline = snapshot(connect, server, scope)
    for record in server.payouts:
        record["stage"] = "PAID"
    server.asked.clear()

    live = fetch_live(connect(server), HERE, baseline, NOW)

    assert set(live.payouts) == set(baseline.payouts)
    assert len(server.requests("payouts")) == 4


def test_a_line_that_moved_out_of_sight_is_read_by_its_id(
    connect: Opens, world: Callable[..., World]
) -> None:
    server, scope = world(20), Scope(partners=("q0",))
    baseline = snapshot(connect, server, scope)
    server.lines[0] |= {"payoutId": "p9", "partnerId": "q9"}
    server.asked.clear()

    live = fetch_live(connect(server), HERE, baseline, NOW)

    assert live.lines["l0-0"].payout_id == "p9"
    assert set(live.lines) == set(baseline.lines)
    assert "/commission-lines/l0-0" in server.asked


@pytest.mark.parametrize("listed", [True, False])
def test_a_line_that_was_voided_meanwhile_is_in_the_live_state(
    listed: bool,  # noqa: FBT001 - a parameter of the test
    connect: Opens,
    world: Callable[..., World],
) -> None:
    server = world(3, unlisted=() if listed else ("l0-0",))
    server.unlisted, hidden = (), server.unlisted
    baseline = snapshot(connect, server)
    server.unlisted = hidden
    server.lines[0] |= {"payoutId": None, "status": "VOIDED"}

    live = fetch_live(connect(server), HERE, baseline, NOW)

    assert live.lines["l0-0"].status == "VOIDED"


def test_what_is_gone_is_absent(connect: Opens, world: Callable[..., World]) -> None:
    server = world(3)
    baseline = snapshot(connect, server)
    del server.payouts[1]
    server.lines = [record for record in server.lines if record["id"] not in ("l0-0", "l1-0", "l1-1")]

    live = fetch_live(connect(server), HERE, baseline, NOW)

    assert set(baseline.payouts) - set(live.payouts) == {"p1"}
    assert set(baseline.lines) - set(live.lines) == {"l0-0", "l1-0", "l1-1"}


def test_what_is_new_in_the_scope_is_in_the_live_state(
    connect: Opens, world: Callable[..., World], line: Make, payout: Make
) -> None:
    server = world(3)
    baseline = snapshot(connect, server)
    server.payouts.append(payout("fresh", partner={"id": "q0", "name": "Partner 0"}))
    server.lines.append(line("fresh", payoutId="fresh"))

    live = fetch_live(connect(server), HERE, baseline, NOW)

    assert "fresh" in live.payouts
    assert "fresh" in live.lines


@pytest.mark.parametrize(
    ("payouts", "lines", "homes", "requests"),
    [
        ([], [], False, 0),
        (["p1"], [], False, 1),
        (["p1", "p2"], ["l1-0", "l1-1"], False, 4),
        (["p1"], ["l1-0", "l1-1"], True, 2),
        (["p39"], ["l39-0", "l39-1", "l39-2", "l39-pool0"], True, 4),
        ([f"p{number}" for number in range(40)], [], False, 4),
        ([f"p{number}" for number in range(5)], [], False, 1),
        ([], [f"l{number}-0" for number in range(40)], False, 16),
        (["p1", "gone", "gone too"], ["gone", "l1-0"], False, 8),
    ],
)
def test_single_records_are_read_again_with_few_requests(
    payouts: list[str],
    lines: list[str],
    homes: bool,  # noqa: FBT001 - a column of the table
    requests: int,
    connect: Opens,
    world: Callable[..., World],
) -> None:
    server = world(40, lines=3)
    known = {name: None if "pool" in name else name.split("-")[0].replace("l", "p") for name in lines}

    found = refetch(connect(server), payouts, lines, known if homes else None)

    assert set(found[0]) == {name for name in payouts if "gone" not in name}
    assert set(found[1]) == {name for name in lines if "gone" not in name}
    assert len(server.asked) <= requests


def test_a_listing_that_is_incomplete_does_not_stop_reading_single_records(
    connect: Opens, world: Callable[..., World]
) -> None:
    server = world(40)
    client = connect(server)
    server.unlisted = ("p5",)
    answer = server.listed

    def lies(records: list[Record], query: dict[str, str]) -> httpx.Response:
        body = answer(records, query).json()
        return httpx.Response(200, json=body | {"total": 99, "data": body["data"][:5]})

    server.listed = lies  # type: ignore[method-assign]
    with pytest.raises(ListingIncomplete):
        client.list_payouts()

    found, _ = refetch(client, [f"p{number}" for number in range(40)], [])

    assert len(found) == 40


def test_a_refetch_does_not_hide_failures(connect: Opens, world: Callable[..., World]) -> None:
    with pytest.raises(ApiError):
        refetch(connect(world(3, statuses={"payouts": 403})), ["p1"], [])


@pytest.mark.parametrize("scope", [Scope(), Scope(stages=("APPROVED",))], ids=["all at once", "one by one"])
def test_a_record_that_did_not_move_is_the_baselines_own(
    scope: Scope, connect: Opens, world: Callable[..., World]
) -> None:
    server = world(25)
    client = connect(server)
    baseline = fetch_snapshot(client, HERE, scope, NOW)
    server.lines[0]["description"] = "Another one"
    server.payouts[4]["amount"] = {"value": "4250.0", "currency": "USD"}

    live = fetch_live(client, HERE, baseline, NOW)

    fresh = [key for key, line in live.lines.items() if line is not baseline.lines[key]]
    fresh += [key for key, payout in live.payouts.items() if payout is not baseline.payouts[key]]
    assert fresh == ["l0-0", "p4"]
    assert live.lines["l0-0"].description == "Another one"
