"""The API as this tool uses it: a `Reader` that cannot write, and a `Client` that can.

Both are context managers and are closed after use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self
from urllib.parse import unquote

import httpx

from reconcile.domain.records import CommissionLine, Partner, Payout
from reconcile.errors import UnexpectedAnswer
from reconcile.introw.answer import Answer
from reconcile.introw.connection import Connection, is_endpoint, path_of
from reconcile.introw.exchange import Exchange
from reconcile.introw.listings.listing import Listing, OnPage, Walk
from reconcile.introw.listings.pages import Filter, Question, R
from reconcile.introw.listings.paging import Habit
from reconcile.introw.pacing import Clock, Pacer
from reconcile.introw.status import Status
from reconcile.introw.wire import line_from, partner_from, payout_from, record_in

PAYOUTS = "/payouts"
LINES = "/commission-lines"
PARTNERS = "/partners"
LONGEST_ANSWER: Final = 4000
"""Characters of an answer that are kept for the record."""

_DEFAULT_CLOCK = Clock()


@dataclass(frozen=True, slots=True)
class Statement:
    """A link to a payout's statement; it is signed and expires. expires_at: as the server says it."""

    payout_id: str
    link: str
    expires_at: str


class Reader:
    """Reads payouts, lines and partners (introw-api.md 2). It refuses to send anything but a GET.

    Raises ApiError from every method; ConfigurationError when the connection cannot be made at all.
    transport: for tests. pacer: shared, where several clients use one key.
    """

    _may_write = False

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Clock = _DEFAULT_CLOCK,
        pacer: Pacer | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.clock = clock
        self._habits: dict[str, Habit] = {}
        self._exchange = Exchange(
            connection, clock, may_write=self._may_write, transport=transport, pacer=pacer
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._exchange.close()

    @property
    def connection(self) -> Connection:
        """The connection, with the key that is used now."""
        return self._exchange.connection

    @property
    def status(self) -> Status:
        """Rate, credits and server time as of the last answer."""
        return self._exchange.status

    @property
    def pages(self) -> tuple[int, int]:
        """The pages of the whole listings of payouts and of lines; 0 while that is not known."""
        payouts, lines = (self._habits.get(path, Habit()).pages for path in (PAYOUTS, LINES))
        return payouts, lines

    def stop_when(self, asked: Callable[[], bool]) -> None:
        """From now on a longer wait for the rate ends, with Stopped, as soon as `asked` says so."""
        self._exchange.stop_when(asked)

    def wait_for_room(self, requests: int) -> None:
        """Waits until so many requests may be sent one after the other. Raises Stopped."""
        self._exchange.wait_for_room(requests)

    def check_before_each(self, check: Callable[[], None]) -> None:
        """From now on no request is sent where `check` raises, which is asked at the last moment."""
        self._exchange.check_before_each(check)

    def list_payouts(
        self,
        stage: str | None = None,
        partner_id: str | None = None,
        batch_id: str | None = None,
        on_page: OnPage | None = None,
    ) -> Listing[Payout]:
        """All payouts that meet the filters. Only `stage` is documented (introw-api.md 2.3).

        Filters are applied here as well. Raises ListingIncomplete.
        """
        return self.walk_payouts(stage, partner_id, batch_id, on_page).to_end()

    def walk_payouts(
        self,
        stage: str | None = None,
        partner_id: str | None = None,
        batch_id: str | None = None,
        on_page: OnPage | None = None,
    ) -> Walk[Payout]:
        """The same as `list_payouts`, page by page."""
        filters = (
            ("stage", "stage", stage),
            ("partner_id", "partnerId", partner_id),
            ("batch_id", "batchId", batch_id),
        )
        return self._walk(PAYOUTS, payout_from, filters, on_page)

    def list_lines(
        self,
        payout_id: str | None = None,
        partner_id: str | None = None,
        status: str | None = None,
        on_page: OnPage | None = None,
    ) -> Listing[CommissionLine]:
        """All lines that meet the filters. Only `payoutId` is documented (introw-api.md 2.10).

        Filters are applied here as well; `filter_ignored` of the answer tells when the server did not.
        Raises ListingIncomplete.
        """
        return self.walk_lines(payout_id, partner_id, status, on_page).to_end()

    def walk_lines(
        self,
        payout_id: str | None = None,
        partner_id: str | None = None,
        status: str | None = None,
        on_page: OnPage | None = None,
    ) -> Walk[CommissionLine]:
        """The same as `list_lines`, page by page."""
        filters = (
            ("payout_id", "payoutId", payout_id),
            ("partner_id", "partnerId", partner_id),
            ("status", "status", status),
        )
        return self._walk(LINES, line_from, filters, on_page)

    def list_partners(self, on_page: OnPage | None = None) -> Listing[Partner]:
        """All partners; needs the scope partners:read. Raises ScopeMissing, ListingIncomplete."""
        return self.walk_partners(on_page).to_end()

    def walk_partners(self, on_page: OnPage | None = None) -> Walk[Partner]:
        """The same as `list_partners`, page by page."""
        return self._walk(PARTNERS, partner_from, (), on_page)

    def get_payout(self, payout_id: str) -> Payout:
        """One payout (introw-api.md 2.4). Raises NotFound."""
        payout = payout_from(self._record(path_of("payouts", payout_id)))
        return _same(payout, payout_id)

    def get_line(self, line_id: str) -> CommissionLine:
        """One line (introw-api.md 2.11). Raises NotFound."""
        line = line_from(self._record(path_of("commission-lines", line_id)))
        return _same(line, line_id)

    def _record(self, path: str) -> object:
        return record_in(self._exchange.get(path).json())

    def _walk(
        self,
        path: str,
        parse: Callable[[object], R],
        filters: tuple[tuple[str, str, str | None], ...],
        on_page: OnPage | None,
    ) -> Walk[R]:
        wanted = tuple(Filter(ours, theirs, value) for ours, theirs, value in filters if value is not None)
        return Walk(self._exchange, Question(path, parse, wanted), self._habits, on_page)


@dataclass(frozen=True, slots=True)
class Written:
    """A write that took effect.

    record: as the answer shows it; None where it shows none or one of another id, since the write was made
    all the same. status: the HTTP status. text: the answer as it came, without the key, and cut.
    """

    record: Payout | CommissionLine | None
    status: int
    text: str


class Client(Reader):
    """A reader that can also write.

    A write that returns has taken effect. AnswerLost and ServerFailed leave that open; every other ApiError
    means that nothing was changed. No write is repeated here, except after a 429.
    """

    _may_write = True

    def write(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> Payout | CommissionLine | None:
        """Send one write, and give the record of its answer; see `send`."""
        return self.send(method, path, body).record

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> Written:
        """Send one write; `path` is relative to the API, as `path_of` makes it.

        check: asked after every wait and at the last moment; where it raises, nothing was sent.
        Raises ValueError for a path that does not begin with a slash, or leads out of the API.
        """
        if not is_endpoint(path):
            raise ValueError(f"{path!r} is no path of an endpoint")
        answer = self._exchange.write(method, path, body, check)
        said = self.connection.key.redacted(answer.content.decode("utf-8", "replace"))
        try:
            record = _written(answer)
        except UnexpectedAnswer:
            record = None
        return Written(record, answer.status, said[:LONGEST_ANSWER])

    def update_payout(self, payout_id: str, body: Mapping[str, object]) -> Payout | None:
        """Change stage, PO number or statement note (introw-api.md 2.5)."""
        return _payout(self.write("PATCH", path_of("payouts", payout_id), body))

    def create_line(self, body: Mapping[str, object]) -> CommissionLine | None:
        """Create a line; with an idempotencyKey it is created once (introw-api.md 2.12)."""
        return _line(self.write("POST", LINES, body))

    def update_line(self, line_id: str, body: Mapping[str, object]) -> CommissionLine | None:
        """Change amount, currency, source amount, description or note (introw-api.md 2.13)."""
        return _line(self.write("PATCH", path_of("commission-lines", line_id), body))

    def decline_line(self, line_id: str, body: Mapping[str, object]) -> CommissionLine | None:
        """Void a line that is on a payout (introw-api.md 2.14)."""
        return _line(self.write("POST", path_of("commission-lines", line_id, "decline"), body))

    def detach_line(self, line_id: str) -> CommissionLine | None:
        """Return a line from its payout to the pool (introw-api.md 2.15)."""
        return _line(self.write("POST", path_of("commission-lines", line_id, "detach")))

    def make_statement(self, payout_id: str) -> Statement:
        """Render a payout's commission statement (introw-api.md 2.8); it changes nothing.

        The member that carries the link is not documented, so it is the one whose value is an address.
        Raises UnexpectedAnswer where there is none, and Refused where the payout has no statement.
        """
        answer = self._exchange.write("POST", path_of("payouts", payout_id, "statement"), None)
        record = record_in(answer.json())
        values = record.values() if isinstance(record, Mapping) else ()
        links = [
            text for text in values if isinstance(text, str) and text.startswith(("https://", "http://"))
        ]
        if not isinstance(record, Mapping) or not links:
            raise UnexpectedAnswer(
                f"The answer about the statement of {payout_id} has no link.", answer.status
            )
        return Statement(payout_id, links[0], str(record.get("expiresAt") or ""))


def _same(record: R, wanted: str) -> R:
    if record.id != wanted:
        raise UnexpectedAnswer(f"The API was asked for {wanted} and gave {record.id}. Report this to Introw.")
    return record


def _written(answer: Answer) -> Payout | CommissionLine | None:
    record = record_in(answer.json())
    parts = [unquote(part) for part in answer.path.split("/")]
    found = payout_from(record) if parts[1] == "payouts" else line_from(record)
    return found if len(parts) == 2 or found.id == parts[2] else None


def _payout(record: Payout | CommissionLine | None) -> Payout | None:
    return record if isinstance(record, Payout) else None


def _line(record: Payout | CommissionLine | None) -> CommissionLine | None:
    return record if isinstance(record, CommissionLine) else None
