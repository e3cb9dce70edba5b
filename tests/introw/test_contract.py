"""The client against the sandbox over real HTTP, for every choice that the sandbox has about us."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest

from reconcile.domain.policy.names_and_limits import LeftOut
from reconcile.domain.snapshot import Environment, Scope
from reconcile.errors import (
    AnswerLost,
    ApiError,
    CreditsExhausted,
    KeyRefused,
    NotFound,
    RateLimited,
    Refused,
    ScopeMissing,
    ServerFailed,
    UnexpectedAnswer,
    Unreachable,
)
from reconcile.introw.client import Client
from reconcile.introw.connection import Connection, Key
from reconcile.introw.doctor import probe
from reconcile.introw.fetch import fetch_live, fetch_snapshot, refetch
from reconcile.introw.pacing import Clock
from reconcile.sandbox.api.faults import parse_fault
from reconcile.sandbox.choices import Choices, Paging
from reconcile.sandbox.choices import Key as SandboxKey
from reconcile.sandbox.server import running

THEN = "2026-04-01T09:00:00.000Z"
MARCH = {"periodStart": "2026-03-01T00:00:00.000Z", "periodEnd": "2026-03-31T23:59:59.000Z"}
NOW = datetime(2026, 11, 22, tzinfo=UTC)
Start = Callable[..., Client]


def seed(payouts: int = 23, lines: int = 3) -> dict[str, Any]:
    """Payouts with lines, one pool line for each partner, one voided line, one PAID payout."""
    stamps = {"createdAt": THEN, "updatedAt": THEN}
    numbers = range(payouts)
    return {
        "partners": [{"id": f"q{number}", "name": f"Partner {number}"} | stamps for number in numbers],
        "batches": [{"id": "b", **MARCH, "createdAt": THEN}],
        "payouts": [
            {"id": f"p{number}", "partnerId": f"q{number}", "batchId": "b", **MARCH, **stamps}
            | {"stage": "PAID" if number == 0 else "APPROVED", "poNumber": "000123", "metadata": "Thanks"}
            for number in numbers
        ],
        "lines": [
            {"id": f"l{number}-{index}", "partnerId": f"q{number}", "amount": "100.10", "currency": "USD"}
            | {"payoutId": f"p{number}" if index < lines else None, "note": "why", **stamps}
            | ({"payoutId": None, "voidReason": "DUPLICATE"} if (number, index) == (1, 0) else {})
            for number in numbers
            for index in range(lines + 1)
        ],
    }


READ_FAULTS = ("drop", "500", "502", "503", "lose-answer", "500-after", "truncated")
WRITE_FAULTS: dict[str, tuple[type[ApiError] | None, bool]] = {
    "drop": (AnswerLost, False),
    "500": (ServerFailed, False),
    "503": (ServerFailed, False),
    "lose-answer": (AnswerLost, True),
    "500-after": (ServerFailed, True),
    "truncated": (AnswerLost, True),
    "redirect": (AnswerLost, True),
    "garbage": (None, True),
    "402": (CreditsExhausted, False),
    "401": (KeyRefused, False),
    "403": (ScopeMissing, False),
}
"""The error that a fault gives, and whether the write has taken effect."""


@pytest.fixture(scope="module")
def faulty() -> Iterator[Client]:
    """A client of a sandbox in which each payout has its own fault."""
    faults = [f"GET /payouts/p{number}: {kind} 3" for number, kind in enumerate(READ_FAULTS)]
    faults += [f"PATCH /payouts/p{10 + number}: {kind} 1" for number, kind in enumerate(WRITE_FAULTS)]
    with running(seed(), Choices(), faults=[parse_fault(text) for text in faults]) as url:
        connection = Connection(url, Key("sandbox-key"), timeout=5)
        with Client(connection, clock=Clock(sleep=lambda _: None)) as client:
            yield client


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a sandbox and give a client of it, which waits for nothing on its own account."""
    with ExitStack() as stack:

        def begin(*faults: str, key: str = "sandbox-key", patience: int = 5, **choices: Any) -> Client:  # noqa: ANN401
            parsed = [parse_fault(text) for text in faults]
            url = stack.enter_context(running(seed(), Choices(**choices), faults=parsed))
            connection = Connection(url, Key(key), timeout=5, page_size=7, patience=patience)
            return stack.enter_context(Client(connection, clock=Clock(sleep=lambda _: None)))

        yield begin


@pytest.mark.parametrize(
    ("total", "most", "unknown_params"), [(True, 5, "refuse"), (False, 5, "ignore"), (False, 200, "refuse")]
)
@pytest.mark.parametrize("paging", get_args(Paging))
def test_everything_is_listed_whatever_the_paging(
    paging: str,
    total: bool,  # noqa: FBT001 - a column of the table
    most: int,
    unknown_params: str,
    start: Start,
) -> None:
    client = start(paging=paging, page_size=5, max_page_size=most, total=total, unknown_params=unknown_params)

    assert len(client.list_payouts()) == 23
    assert len(client.list_payouts(stage="APPROVED")) == 22
    assert len(client.list_lines()) == 92
    assert [line.id for line in client.list_lines(payout_id="p0")] == ["l0-2", "l0-1", "l0-0"]
    assert len(client.list_partners()) == 23


@pytest.mark.parametrize("paging", get_args(Paging))
def test_a_snapshot_and_the_live_state_agree(paging: str, start: Start) -> None:
    client = start(paging=paging, total=paging != "cursor")
    here = Environment(client.connection.origin)

    for scope in (Scope(), Scope(stages=("PAID",)), Scope(partners=("q3", "q4"))):
        baseline = fetch_snapshot(client, here, scope, NOW)
        live = fetch_live(client, here, baseline, NOW)

        assert live.fingerprint == baseline.fingerprint
        assert len(baseline.lines) == {0: 91, 1: 4, 2: 8}[len(scope.stages) + len(scope.partners)]


def test_payouts_and_lines_are_read_and_written(start: Start) -> None:
    client = start()

    payout = client.update_payout("p1", {"stage": "SCHEDULED", "poNumber": None, "metadata": "a\nb"})
    line = client.update_line("l2-0", {"amount": "7.50", "sourceAmount": None, "note": "x"})
    made = client.create_line(
        {"partnerId": "q5", "amount": "-1.00", "currency": "USD", "idempotencyKey": "k"}
    )
    again = client.create_line(
        {"partnerId": "q5", "amount": "-2.00", "currency": "USD", "idempotencyKey": "k"}
    )
    declined = client.decline_line("l3-0", {"reasonType": "DUPLICATE"})
    detached = client.detach_line("l4-0")

    assert payout == client.get_payout("p1")
    assert payout is not None
    assert (payout.stage, payout.po_number, payout.statement_note) == ("SCHEDULED", None, "a\nb")
    assert line == client.get_line("l2-0")
    assert line is not None
    assert (line.amount.amount, line.source_amount) == (Decimal("7.50"), None)
    assert made is not None
    assert made == again
    assert declined is not None
    assert (declined.status, declined.payout_id) == ("VOIDED", None)
    assert detached is not None
    assert (detached.status, detached.payout_id) == ("PENDING", None)


@pytest.mark.parametrize("echo", [True, False])
def test_what_the_server_does_not_give_back_is_unread(echo: bool, start: Start) -> None:  # noqa: FBT001
    client = start(echo_metadata=echo, echo_note=echo)

    payout, line = client.get_payout("p1"), client.get_line("l2-0")

    assert (payout.unread, line.unread) == (
        frozenset() if echo else {"statement_note"},
        frozenset() if echo else {"internal_note"},
    )
    assert (payout.statement_note, line.internal_note) == (("Thanks", "why") if echo else (None, None))


@pytest.mark.parametrize("keep", ["null", "keep"])
@pytest.mark.parametrize("list_voided", [True, False])
def test_a_line_declined_after_the_export_is_seen_as_voided(
    keep: str,
    list_voided: bool,  # noqa: FBT001 - a parameter of the test
    start: Start,
) -> None:
    client = start(decline_payout_id=keep, list_voided=list_voided, status_names=(("VOIDED", "REJECTED"),))
    here = Environment(client.connection.origin)
    baseline = fetch_snapshot(client, here, Scope(), NOW, LeftOut(("REJECTED",)))
    client.decline_line("l3-0", {"reasonType": "DUPLICATE"})

    live = fetch_live(client, here, baseline, NOW, LeftOut(("REJECTED",)))
    _, lines = refetch(client, [], ["l3-0", "l3-1", "none"], {"l3-0": "p3", "l3-1": "p3"})

    assert "l1-0" not in baseline.lines
    assert set(live.lines) == set(baseline.lines)
    assert live.lines["l3-0"].status == "REJECTED"
    assert set(lines) == {"l3-0", "l3-1"}


@pytest.mark.parametrize("envelope", ["nested", "flat"])
def test_refusals_carry_the_servers_words(envelope: str, start: Start) -> None:
    client = start(error_envelope=envelope, edit_paid="refuse")

    with pytest.raises(Refused, match=r"\(422\), and nothing was changed. The server says: .*stage"):
        client.update_payout("p1", {"stage": "NONSENSE"})
    with pytest.raises(Refused, match="The server says"):
        client.detach_line("l1-3")
    with pytest.raises(Refused, match="The server says"):
        client.update_line("l0-0", {"amount": "5.00"})
    with pytest.raises(Refused, match="The server says"):
        client.update_line("l1-0", {"amount": "5.00"})
    with pytest.raises(NotFound, match="There is no payout none in this organisation"):
        client.get_payout("none")


def test_keys_and_scopes(start: Start) -> None:
    with pytest.raises(KeyRefused):
        start(key="wrong").list_payouts()

    reader = start(key="r", keys=(SandboxKey("r", frozenset({"commissions:read"})),))
    with pytest.raises(ScopeMissing, match="commissions:write"):
        reader.update_payout("p1", {"stage": "PAID"})
    snapshot = fetch_snapshot(reader, Environment("x"), Scope(), NOW)
    assert snapshot.partner_name("q3") == "Partner 3"
    report = probe(reader)
    assert report.scopes == {"commissions:read": True, "commissions:write": None, "partners:read": False}


def test_credits_run_out(start: Start) -> None:
    client = start(credits=2)
    client.get_payout("p1")
    assert (client.status.credits_limit, client.status.credits_remaining) == (2, 1)
    client.get_payout("p1")

    with pytest.raises(CreditsExhausted, match="0 left of 2"):
        client.get_payout("p1")


@pytest.mark.parametrize("retry_after", [True, False])
def test_a_429_is_repeated_and_then_given_up(retry_after: bool, start: Start) -> None:  # noqa: FBT001
    client = start(rate=3, retry_after=retry_after, patience=2)
    for _ in range(3):
        client.get_payout("p1")
    assert client.status.rate_remaining == 0

    with pytest.raises(RateLimited):
        client.get_payout("p1")
    assert client.status.requests == 6

    assert start("* /**: 429 2").get_payout("p1").id == "p1"
    assert start("* /**: 429 2").detach_line("l2-0") is not None


@pytest.mark.parametrize("fault", READ_FAULTS)
def test_reads_survive_passing_faults(fault: str, faulty: Client) -> None:
    name = f"p{READ_FAULTS.index(fault)}"

    assert faulty.get_payout(name).id == name


def test_a_read_of_garbage_is_not_understood(start: Start) -> None:
    with pytest.raises(UnexpectedAnswer, match="is not JSON"):
        start("GET /**: garbage 1").get_payout("p1")


@pytest.mark.parametrize("fault", WRITE_FAULTS)
def test_a_write_is_sent_once_and_its_fate_is_told(fault: str, faulty: Client) -> None:
    error, effect = WRITE_FAULTS[fault]
    name, before = f"p{10 + list(WRITE_FAULTS).index(fault)}", faulty.status.requests

    if error is None:
        assert faulty.update_payout(name, {"poNumber": "new"}) is None
    else:
        with pytest.raises(error):
            faulty.update_payout(name, {"poNumber": "new"})

    assert faulty.status.requests == before + 1
    assert (faulty.get_payout(name).po_number == "new") is effect


def test_a_slow_answer_to_a_write_is_lost(start: Start) -> None:
    client = start("PATCH /**: slow 2 1")
    impatient = Connection(client.connection.base_url, client.connection.key, timeout=0.3)

    with Client(impatient) as hurried, pytest.raises(AnswerLost, match="ReadTimeout"):
        hurried.update_payout("p1", {"poNumber": "new"})


def test_a_server_that_is_not_there_is_unreachable() -> None:
    connection = Connection("http://127.0.0.1:9", Key("sandbox-key"), attempts=1)

    with Client(connection) as client, pytest.raises(Unreachable, match="nothing was sent"):
        client.update_payout("p1", {})


@pytest.mark.parametrize("paging", get_args(Paging))
def test_the_probe_describes_the_server(paging: str, start: Start) -> None:
    report = probe(start(paging=paging, page_size=5, max_page_size=5))

    assert report.key_accepted
    assert [seen.error for seen in report.lists] == ["", "", ""]
    assert report.lists[0].paging == {
        "cursor": "a cursor (nextCursor)",
        "page": "numbered pages",
        "offset": "an offset",
        "link": "a link to the next page",
        "none": "no sign of paging",
    }[paging]  # fmt: skip
    assert report.status.server_ahead is not None
    assert abs(report.status.server_ahead.total_seconds()) < 5
