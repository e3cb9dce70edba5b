"""Fetches the pages of one list, and keeps what is learned about how the list is paged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from reconcile.domain.records import CommissionLine, Partner, Payout
from reconcile.errors import NotFound, Refused
from reconcile.introw.answer import Answer
from reconcile.introw.exchange import Exchange
from reconcile.introw.facts import Facts, read_page
from reconcile.introw.listings.paging import LIMIT, Habit, Step, Turn

R = TypeVar("R", bound=Payout | CommissionLine | Partner)


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a listing: our attribute, the API's parameter, and the value wanted."""

    attribute: str
    parameter: str
    value: str

    def is_met(self, record: object) -> bool:
        """Whether a record is wanted; one that lacks the member was chosen by the server alone."""
        return getattr(record, self.attribute) in (self.value, "")

    def is_contradicted(self, record: object) -> bool:
        """Whether a record shows that the server does not filter.

        No value does not: a voided line may be listed with the payout it was on and name it no more.
        """
        return getattr(record, self.attribute) not in (self.value, "", None)


@dataclass(frozen=True, slots=True)
class Question(Generic[R]):
    """What a listing asks for, and how one of its records is read."""

    path: str
    parse: Callable[[object], R]
    filters: tuple[Filter, ...] = ()

    @property
    def parameters(self) -> dict[str, str]:
        """The filters as the API takes them."""
        return {wanted.parameter: wanted.value for wanted in self.filters}

    def is_met(self, record: R) -> bool:
        """Whether a record meets every filter."""
        return all(wanted.is_met(record) for wanted in self.filters)

    def is_contradicted(self, record: R) -> bool:
        """Whether a record shows that the server does not apply some filter."""
        return any(wanted.is_contradicted(record) for wanted in self.filters)


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """The different records of a page, how many it had, and what it says of the others."""

    records: dict[str, R]
    count: int
    facts: Facts


class Pages(Generic[R]):
    """The pages of one question. `habits` is shared by all questions of a client, by path."""

    def __init__(self, exchange: Exchange, question: Question[R], habits: MutableMapping[str, Habit]) -> None:
        self._exchange = exchange
        self._question = question
        self._habits = habits

    @property
    def habit(self) -> Habit:
        """What is known of this list."""
        return self._habits.get(self._question.path, Habit())

    @property
    def asked(self) -> int:
        """The page size asked for; 0 where the server does not take one."""
        return 0 if self.habit.takes_limit is False else self._exchange.connection.page_size

    def learn_size(self, count: int) -> None:
        """Keep that a page had so many records."""
        self._learn(replace(self.habit, largest=max(self.habit.largest, count)))

    def learn_length(self, pages: int) -> None:
        """Keep how many pages the whole list has; a filtered one says nothing of that."""
        if not self._question.filters:
            self._learn(replace(self.habit, pages=pages))

    def learn_step(self, step: Step) -> None:
        """Keep that this parameter turns a page."""
        if step.parameter:
            self._learn(replace(self.habit, parameter=step.parameter))

    def learn_base(self, *, zero: bool) -> None:
        """Keep whether the page numbers begin at 0."""
        self._learn(replace(self.habit, zero_based=zero, parameter="page"))

    def proven(self, step: Step) -> bool:
        """Whether a step is the server's own link, or its parameter has worked before."""
        return bool(step.url) or step.parameter == self.habit.parameter

    def first(self) -> Page[R]:
        """The first page; without `limit` if the server does not know it, which is then remembered."""
        if self.habit.takes_limit is not None:
            return self._ask({})
        try:
            page = self._ask({})
        except Refused as error:
            if error.status not in (400, 422):
                raise
            page = self._page(self._exchange.get(self._question.path, self._question.parameters))
            self._learn(replace(self.habit, takes_limit=False))
        else:
            self._learn(replace(self.habit, takes_limit=True))
        return page

    def by(self, step: Step, turn: Turn) -> Page[R] | None:
        """The page that a step of this turn leads to; None where the server does not accept the step.

        Raises Refused where more is promised and this is the only step: then nothing else is left to try.
        """
        try:
            if step.url:
                return self._page(self._exchange.get_link(step.url, self._question.path))
            return self._ask({step.parameter: step.value})
        except NotFound:
            # Some servers answer so beyond the last page; but not where they promised one.
            return None if turn.promised else Page({}, 0, Facts())
        except Refused:
            if turn.offered and turn.promised and len(turn.steps) == 1:
                raise
            return None

    def _ask(self, more: Mapping[str, str]) -> Page[R]:
        size = {LIMIT: str(self.asked)} if self.asked else {}
        parameters = {**self._question.parameters, **size, **more}
        return self._page(self._exchange.get(self._question.path, parameters))

    def _page(self, answer: Answer) -> Page[R]:
        raw, facts = read_page(answer)
        parsed = [self._question.parse(record) for record in raw]
        return Page({record.id: record for record in parsed}, len(parsed), facts)

    def _learn(self, habit: Habit) -> None:
        self._habits[self._question.path] = habit
