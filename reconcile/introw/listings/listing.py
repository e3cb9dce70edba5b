"""Walks through a listing page by page, and knows at its end whether it is complete.

No page is asked for twice. Records that come twice count once, the last one wins. A total that does not
fit, or changes under way, means that records came or went meanwhile, and a page may have slid past us: the
list is walked once more, and then it is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Final, Generic

from reconcile.domain.phrases import counted
from reconcile.errors import ListingIncomplete
from reconcile.introw.exchange import Exchange
from reconcile.introw.facts import Facts
from reconcile.introw.listings.pages import Page, Pages, Question, R
from reconcile.introw.listings.paging import Habit, Place, Step, Turn, turn

OnPage = Callable[[int, int | None], None]
"""Told after every page: the records so far, and the total if the server states one."""

Keep = Callable[[dict[str, R]], dict[str, R]]

_MOST_EMPTY: Final = 20
"""Pages in a row that bring nothing new and still lead on, before a listing counts as endless."""
_MOST_PAGES: Final = 20_000
"""Pages of one listing; even at 50 records a page this is a million."""


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """All records of one listing that meet its filter.

    foreign: records that came although they do not meet it. filter_ignored: some of these show that the
    server does not filter at all, so that this is the full listing and other filter values give it again.
    pages: answers that brought something. total: as the server stated it; None where it did not.
    """

    records: tuple[R, ...]
    foreign: tuple[R, ...] = ()
    filter_ignored: bool = False
    pages: int = 1
    total: int | None = None

    def __iter__(self) -> Iterator[R]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)


@dataclass(slots=True)
class _Trail(Generic[R]):
    """What one passage through the pages has brought so far."""

    records: dict[str, R] = field(default_factory=dict)
    pages: int = 0
    received: int = 0
    empty: int = 0
    facts: Facts = field(default_factory=Facts)
    turn: Turn | None = None
    tried: set[Step] = field(default_factory=set)
    total: int | None = None
    total_is_count: bool = True
    total_moved: bool = False

    def add(self, page: Page[R], keep: Keep[R]) -> None:
        before = len(self.records)
        self.records.update(keep(page.records))
        self.pages += 1
        self.received += page.count
        self.empty = 0 if len(self.records) > before else self.empty + 1
        self.facts = page.facts
        if page.facts.total is not None:
            self.total_moved = self.total_moved or self.total not in (None, page.facts.total)
            self.total = page.facts.total
            self.total_is_count = self.total_is_count and self.total == page.count

    def stated_total(self) -> int | None:
        """The total; none where every one of several pages just stated its own count."""
        return None if self.pages > 1 and self.total_is_count else self.total

    def has_all(self, page: Page[R]) -> bool:
        return page.records.keys() <= self.records.keys()

    def has_most(self, page: Page[R]) -> bool:
        return len(page.records.keys() & self.records.keys()) * 2 > len(page.records)


class Walk(Generic[R]):
    """A listing under way. Each `advance` brings one page, so that a caller may stop early.

    keep: what to keep of a page's records, as each page comes.
    """

    def __init__(
        self,
        exchange: Exchange,
        question: Question[R],
        habits: MutableMapping[str, Habit],
        on_page: OnPage | None = None,
    ) -> None:
        self.complete = False
        self.keep: Keep[R] = dict
        self._host = exchange.connection.host
        self._most_records = exchange.connection.most_records
        self._question = question
        self._pages = Pages(exchange, question, habits)
        self._on_page = on_page
        self._trail: _Trail[R] = _Trail()
        self._repeated = False

    @property
    def records(self) -> Mapping[str, R]:
        """Everything received so far by id, whether it meets the filter or not."""
        return self._trail.records

    @property
    def pages(self) -> int:
        """Pages received so far."""
        return self._trail.pages

    @property
    def total(self) -> int | None:
        """The total as stated so far."""
        return self._trail.stated_total()

    @property
    def facts(self) -> Facts:
        """What the last page said about paging."""
        return self._trail.facts

    @property
    def page_size(self) -> int:
        """Records on the largest page of this list so far."""
        return self._pages.habit.largest

    @property
    def takes_limit(self) -> bool | None:
        """Whether the server accepts a page size; None before the first page."""
        return self._pages.habit.takes_limit

    def to_end(self) -> Listing[R]:
        """Walk to the end. Raises ListingIncomplete, and ApiError of any request."""
        while not self.complete:
            self.advance()
        return self.listing()

    def listing(self) -> Listing[R]:
        """What has come so far, by filter."""
        question = self._question
        records = tuple(record for record in self.records.values() if question.is_met(record))
        foreign = tuple(record for record in self.records.values() if not question.is_met(record))
        ignored = any(question.is_contradicted(record) for record in foreign)
        return Listing(records, foreign, ignored, self.pages, self.total)

    def advance(self) -> None:
        """Receive the next page. Raises ListingIncomplete where records are provably missing."""
        last = self._trail.turn
        page = self._pages.first() if last is None else self._follow(last)
        if page is not None:
            self._accept(page)
        if page is None or not (self._trail.turn and self._trail.turn.steps):
            self._finish()

    def _accept(self, page: Page[R]) -> None:
        trail = self._trail
        trail.add(page, self.keep)
        last_id = next(reversed(page.records), "")
        place = Place(trail.pages, trail.received, len(trail.records), page.count, last_id, self._pages.asked)
        trail.turn = turn(page.facts, place, self._pages.habit)
        self._pages.learn_size(page.count)
        if self.total is not None and self.page_size:
            self._pages.learn_length(-(-self.total // self.page_size))
        if self._on_page:
            self._on_page(len(trail.records), self.total)
        if trail.empty > _MOST_EMPTY:
            raise self._incomplete(f"gave {trail.empty} pages in a row with nothing new and promised more")
        if trail.received > self._most_records:
            raise self._incomplete(
                f"went on after {self._most_records:,} records (most_records of the profile)"
            )
        if trail.pages > _MOST_PAGES:
            raise self._incomplete(f"went on after {_MOST_PAGES:,} pages")

    def _follow(self, turn: Turn) -> Page[R] | None:
        """The next page, by the first step that leads to one; None when the listing leads no further."""
        for step in turn.steps:
            if step in self._trail.tried:
                continue
            self._trail.tried.add(step)
            if found := self._judged(step, turn, self._pages.by(step, turn)):
                return found
            if self._trail.turn is not turn:
                return None
        return None

    def _judged(self, step: Step, turn: Turn, page: Page[R] | None) -> Page[R] | None:
        """The page if it carries the listing on. Where it shows the end instead, the turn is emptied."""
        if page is not None and turn.offered and not page.count:
            return page
        proven = self._pages.proven(step)
        if page is None or not page.count:
            return self._ended(step, turn, understood=page is not None or proven)
        # A guess that the server ignored gives the first page again, perhaps with a new record on it.
        if self._trail.has_all(page) or (not proven and self._trail.has_most(page)):
            return self._ended(step, turn, understood=True) if proven and not turn.offered else None
        if page.facts.page is None and (before := self._page_one(step, turn)):
            self._trail.add(before, self.keep)
        self._pages.learn_step(step)
        return page

    def _ended(self, step: Step, turn: Turn, *, understood: bool) -> Page[R] | None:
        """The end after a guess that leads nowhere, unless page 1 is still to come or more is promised."""
        before = self._page_one(step, turn)
        if before is None and understood and not turn.promised:
            self._pages.learn_step(step)
            self._trail.turn = Turn()
        return before

    def _page_one(self, step: Step, turn: Turn) -> Page[R] | None:
        """Page 1, if it turns out to be the second one: the server counts from 0.

        Without this, a guess at page 2 would leap over a page of such a server.
        """
        if turn.offered or step.parameter != "page" or self._pages.habit.zero_based is not None:
            return None
        first = Step("page", "1")
        self._trail.tried.add(first)
        page = self._pages.by(first, turn)
        if page is None:
            return None
        zero = not self._trail.has_most(page)
        self._pages.learn_base(zero=zero)
        return page if zero and page.count else None

    def _finish(self) -> None:
        """Decide at the end: complete, to be listed once more, or an error."""
        turn, total = self._trail.turn, self.total
        if total is not None and (self._trail.total_moved or total != len(self.records)):
            self._again(total)
        elif total is None and turn and (turn.promised or turn.doubtful):
            raise self._stuck(turn)
        else:
            self.complete = True
            self._pages.learn_length(self.pages)

    def _again(self, total: int) -> None:
        if self._repeated:
            changed = " after another one" if self._trail.total_moved else ""
            raise self._incomplete(
                f"states a total of {counted(total, 'record')}{changed}, and {len(self.records)} came; so it "
                "was twice"
            )
        self._repeated = True
        self._trail = _Trail()

    def _stuck(self, turn: Turn) -> ListingIncomplete:
        if turn.promised:
            return self._incomplete(
                f"says that there is more after {counted(len(self.records), 'record')}, but nothing leads on "
                "to it"
            )
        return self._incomplete(
            f"ends on exactly the {self._pages.asked} records asked for and names no further page: it may be "
            "cut off (if it is not, set another page_size)"
        )

    def _incomplete(self, problem: str) -> ListingIncomplete:
        return ListingIncomplete(
            f"The list {self._question.path} of {self._host} {problem}. "
            "Nothing may be concluded from an incomplete list; run the command again."
        )
