"""What an export gathers, and with how few requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest
from introw.world import World

from reconcile.domain.period import Period
from reconcile.domain.policy.names_and_limits import LeftOut
from reconcile.domain.snapshot import Scope
from reconcile.errors import ServerFailed
from reconcile.introw.fetch import fetch_snapshot

if TYPE_CHECKING:
    from introw.conftest import Opens
from introw.fetch_cases import HERE, NOW, Make, snapshot


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
