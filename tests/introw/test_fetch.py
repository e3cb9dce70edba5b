"""What the commands gather, and with how few requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from introw.world import World

from reconcile.domain.period import Period
from reconcile.domain.policy.names_and_limits import LeftOut
from reconcile.domain.snapshot import Environment, Scope, Snapshot
from reconcile.errors import ApiError, ListingIncomplete, ServerFailed
from reconcile.introw.fetch import fetch_live, fetch_snapshot, refetch

if TYPE_CHECKING:
    from introw.conftest import Opens, Record

HERE = Environment("https://api.introw.io")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Make = Callable[..., "Record"]


@pytest.fixture
def world(payout: Make, line: Make, partner: Make) -> Callable[..., World]:
    """Payouts p0..., each of a partner q0... with so many lines, and so many lines in each partner's pool."""

    def make(payouts: int, lines: int = 2, pool: int = 1, **more: Any) -> World:  # noqa: ANN401 - fields of World
        made = World(**more)
        for number in range(payouts):
            who = {"id": f"q{number}", "name": f"Partner {number}"}
            stage = "APPROVED" if number % 4 == 0 else "DRAFT"
            total = {"value": f"{500 * lines}.00", "currency": "USD"}
            made.payouts.append(payout(f"p{number}", partner=who, stage=stage, amount=total))
            made.partners.append(partner(f"q{number}", name=who["name"]))
            made.lines += [
                line(f"l{number}-{index}", payoutId=f"p{number}", partnerId=who["id"], status="IN_PAYOUT")
                for index in range(lines)
            ]
            made.lines += [line(f"l{number}-pool{index}", partnerId=who["id"]) for index in range(pool)]
        return made

    return make


def snapshot(connect: Opens, world: World, scope: Scope = Scope()) -> Snapshot:  # noqa: B008 - a frozen value
    return fetch_snapshot(connect(world), HERE, scope, NOW)


def test_a_snapshot_of_everything_takes_one_listing_of_each(
    connect: Opens, world: Callable[..., World]
) -> None:
    server = world(25)

    found = snapshot(connect, server)

    assert (len(found.payouts), len(found.lines), len(found.partners)) == (25, 75, 25)
    assert (found.taken_at, found.environment, found.scope) == (NOW, HERE, Scope())
    assert [len(server.requests(kind)) for kind in ("payouts", "commission-lines", "partners")] == [3, 8, 3]


def test_few_stages_are_listed_one_by_one(connect: Opens, world: Callable[..., World]) -> None:
    server = world(8)

    found = snapshot(connect, server, Scope(stages=("APPROVED", "PAID")))

    assert set(found.payouts) == {"p0", "p4"}
    # All lines came, and some name other payouts: whether those are of these stages is asked once more.
    assert server.requests("payouts") == ["/payouts stage=APPROVED", "/payouts stage=PAID"] * 2


def test_many_stages_are_listed_at_once(connect: Opens, world: Callable[..., World]) -> None:
    server = world(8)

    found = snapshot(connect, server, Scope(stages=("APPROVED", "PAID", "FAILED", "BLOCKED")))

    assert set(found.payouts) == {"p0", "p4"}
    assert server.requests("payouts") == ["/payouts"]


def test_a_stage_filter_that_is_ignored_makes_a_full_listing(
    connect: Opens, world: Callable[..., World]
) -> None:
    server = world(8, filters=())

    found = snapshot(connect, server, Scope(stages=("APPROVED", "PAID")))

    assert set(found.payouts) == {"p0", "p4"}
    assert server.requests("payouts") == ["/payouts stage=APPROVED"]


def test_few_payouts_of_many_lines_are_asked_for_one_by_one(
    connect: Opens, world: Callable[..., World]
) -> None:
    server = world(40, lines=10)

    found = snapshot(connect, server, Scope(partners=("q7",)))

    assert set(found.payouts) == {"p7"}
    assert set(found.lines) == {f"l7-{index}" for index in range(10)} | {"l7-pool0"}
    assert server.requests("commission-lines") == [
        "/commission-lines payoutId=p7",
        "/commission-lines partnerId=q7",
        "/commission-lines partnerId=q7 offset=10",
    ]


def test_many_payouts_of_few_lines_are_read_with_all_lines(
    connect: Opens, world: Callable[..., World]
) -> None:
    server = world(16, lines=1, pool=0)

    found = snapshot(connect, server, Scope(stages=("DRAFT",)))

    assert len(found.lines) == 12
    assert server.requests("commission-lines") == ["/commission-lines", "/commission-lines offset=10"]


@pytest.mark.parametrize("total", [True, False])
def test_the_full_listing_is_left_as_soon_as_it_is_the_longer_way(
    total: bool,  # noqa: FBT001 - a parameter of the test
    connect: Opens,
    world: Callable[..., World],
) -> None:
    server = world(40, lines=30, total=total)

    found = snapshot(connect, server, Scope(partners=("q1", "q2", "q3")))

    assert len(found.lines) == 93
    full = [asked for asked in server.requests("commission-lines") if "=q" not in asked and "=p" not in asked]
    assert len(full) == (1 if total else 6)


def test_a_line_filter_that_is_ignored_is_noticed_at_once(
    connect: Opens, world: Callable[..., World]
) -> None:
    server = world(40, lines=10, filters=())

    found = snapshot(connect, server, Scope(partners=("q7",)))

    assert len(found.lines) == 11
    assert {asked.split(" offset")[0] for asked in server.requests("commission-lines")} == {
        "/commission-lines payoutId=p7"
    }


def test_a_partner_filter_that_is_refused_is_done_without(
    connect: Opens, world: Callable[..., World]
) -> None:
    server = world(12, refuses=("partnerId",))

    found = snapshot(connect, server, Scope(partners=("q7",)))

    assert set(found.lines) == {"l7-0", "l7-1", "l7-pool0"}


def test_periods_batches_and_partners_are_filtered_here(
    connect: Opens, world: Callable[..., World], line: Make
) -> None:
    server = world(4)
    server.payouts[1]["periodEnd"] = "2026-06-30T23:59:59.000Z"
    server.lines += [
        line("late", partnerId="q9", periodEnd="2026-06-30T23:59:59.000Z"),
        line("early", partnerId="q9"),
    ]

    found = snapshot(connect, server, Scope(periods=(Period(date(2026, 3, 1), date(2026, 3, 31)),)))

    assert set(found.payouts) == {"p0", "p2", "p3"}
    assert {"early", "l1-pool0"} <= set(found.lines)
    assert not {"late", "l1-0"} & set(found.lines)


@pytest.mark.parametrize("home", [None, "p0"])
def test_a_voided_line_is_no_part_of_a_snapshot(
    home: str | None, connect: Opens, world: Callable[..., World], line: Make
) -> None:
    server = world(1)
    server.lines.append(line("void", payoutId=home, partnerId="q0", status="VOIDED"))

    assert "void" not in snapshot(connect, server).lines
    assert "void" in fetch_snapshot(connect(server), HERE, Scope(), NOW, LeftOut(("GONE",))).lines


def test_without_the_scope_for_partners_the_names_on_payouts_serve(
    connect: Opens, world: Callable[..., World]
) -> None:
    found = snapshot(connect, world(2, statuses={"partners": 403}))

    assert {partner.id: partner.name for partner in found.partners.values()} == {
        "q0": "Partner 0",
        "q1": "Partner 1",
    }


def test_names_on_payouts_fill_the_gaps_of_the_partner_list(
    connect: Opens, world: Callable[..., World]
) -> None:
    server = world(3)
    server.partners[0]["name"] = None
    del server.partners[1]

    found = snapshot(connect, server)

    assert [found.partner_name(f"q{number}") for number in range(3)] == [
        "Partner 0",
        "Partner 1",
        "Partner 2",
    ]


def test_any_other_failure_stops_the_snapshot(connect: Opens, world: Callable[..., World]) -> None:
    with pytest.raises(ServerFailed):
        snapshot(connect, world(1, statuses={"partners": 500}))


def test_progress_is_told_for_each_list(connect: Opens, world: Callable[..., World]) -> None:
    told: list[tuple[str, int, int | None]] = []

    fetch_snapshot(connect(world(12)), HERE, Scope(), NOW, on_progress=lambda *what: told.append(what))

    assert told[:2] == [("payouts", 10, 12), ("payouts", 12, 12)]
    assert told[-1] == ("partners", 12, 12)


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
