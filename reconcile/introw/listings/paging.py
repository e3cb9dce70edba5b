"""Decides how to turn the page of a listing. Pure: whoever fetches asks here what to fetch next.

Nothing about paging is documented (introw-api.md 4.1), so the order of trust is: what the page
itself offers, then what worked for this list before, then a guess. A guess is made only where a page
could be a full one; what it finds out is kept in a `Habit`, so that it is not made for every listing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from reconcile.introw.facts import Facts, bare

LIMIT: Final = "limit"
"""The parameter that asks for a page size; the only one of which there is a trace (4.1)."""

_BY_ID: Final = ("startingAfter", "starting_after", "after", "cursor", "after_id")
_CURSORS: Final = ("cursor", "after", "pageToken", "startingAfter", "next")
_CURSOR_PARAMETERS: Final = {
    "nextcursor": ("cursor",),
    "nextpagecursor": ("cursor",),
    "endcursor": ("after", "cursor"),
    "nextpagetoken": ("pageToken",),
    "nexttoken": ("nextToken", "token"),
    "continuationtoken": ("continuationToken",),
    "nextstartingafter": ("startingAfter",),
    "nextafter": ("after",),
    "nextpage": ("page", "cursor"),
    "next": ("cursor", "next"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One way to ask for the next page: a link of the server's own, or a parameter on the first request."""

    parameter: str = ""
    value: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What to try, in order; nothing at the end of the listing.

    offered: the steps come from the page itself and are no guess. promised: the server says that there is
    more. doubtful: it says nothing, and the page holds exactly as many records as were asked for. A listing
    that is one of these two and does not get on is incomplete.
    """

    steps: tuple[Step, ...] = ()
    offered: bool = False
    promised: bool = False
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Habit:
    """What is known of one list's paging, from all its pages so far.

    takes_limit: whether the server accepts `limit`; None before the first answer. parameter: the one that
    turned a page. largest: records on the largest page; a smaller one is not full. zero_based: page numbers
    begin at 0; None while that is not known. pages: of the whole list, as last listed; 0 while that is not
    known.
    """

    takes_limit: bool | None = None
    parameter: str = ""
    largest: int = 0
    zero_based: bool | None = None
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a listing stands: pages and records received, different ones, the last page's count and last id.

    asked: the page size asked for; 0 where none was.
    """

    pages: int
    received: int
    distinct: int
    count: int
    last_id: str
    asked: int


def turn(facts: Facts, place: Place, habit: Habit) -> Turn:
    """What to do after a page; `habit` is that from before the page."""
    more = _more(facts, place)
    if more is False:
        return Turn()
    doubtful = more is None and 0 < place.count == place.asked and habit.largest <= place.asked
    if more is None and not _could_be_full(facts, place, habit):
        return Turn(doubtful=doubtful)
    offered = tuple(_offered(facts, place, habit))
    steps = offered or tuple(_guesses(facts, place, habit, promised=more is True))
    return Turn(steps, offered=bool(offered), promised=more is True, doubtful=doubtful)


def _more(facts: Facts, place: Place) -> bool | None:
    """Whether the server says that there is more; the plainest statement first."""
    if facts.more is not None:
        return facts.more
    if facts.next_url or facts.cursor or facts.next_page is not None:
        return True
    if facts.pages is not None:
        return place.pages < facts.pages
    if facts.ended:
        return False
    return None if facts.total is None else place.distinct < facts.total


def _could_be_full(facts: Facts, place: Place, habit: Habit) -> bool:
    # A size that is not the one asked for is the server's own; an equal one may be a mere echo.
    if facts.size is not None and facts.size != place.asked and place.count < facts.size:
        return False
    return place.count > 0 and place.count >= habit.largest


def _offered(facts: Facts, place: Place, habit: Habit) -> Iterator[Step]:
    """The steps that the page itself offers; only the most explicit of them."""
    if facts.next_url:
        yield Step(url=facts.next_url)
    elif facts.cursor:
        for name in _proven_first(_cursor_parameters(facts.cursor_member), habit):
            yield Step(name, facts.cursor)
    elif facts.next_page is not None:
        names = ("offset", "page") if facts.next_page == place.received else ("page",)
        for name in _proven_first((*names, "cursor"), habit):
            yield Step(name, str(facts.next_page))
    elif facts.page is not None:
        for name in _proven_first(_page_parameters(facts.page_member), habit):
            yield Step(name, str(facts.page + 1))
    elif facts.offset is not None:
        for name in _proven_first((facts.offset_member, "offset"), habit):
            yield Step(name, str(facts.offset + place.count))


def _guesses(facts: Facts, place: Place, habit: Habit, *, promised: bool) -> Iterator[Step]:
    """Steps that may lead on although the page offers none; a mere possibility is worth two of them."""
    number = str(place.pages + (0 if habit.zero_based else 1))
    steps = [Step("offset", str(place.received)), Step("page", number)]
    if facts.pages is not None:
        steps.reverse()
    if promised:
        steps.append(Step("skip", str(place.received)))
        steps += [Step(name, place.last_id) for name in _BY_ID]
    proven = [step for step in steps if step.parameter == habit.parameter]
    yield from proven or steps


def _cursor_parameters(member: str) -> tuple[str, ...]:
    """The parameters that may take a cursor, by the name of the member it came in, likeliest first."""
    after = re.sub(r"(?i)^next[^a-z0-9]*", "", member)
    # `nextPos` is most likely taken as `pos`.
    unheard = (after[0].lower() + after[1:],) if after and bare(member) not in _CURSOR_PARAMETERS else ()
    likely = (*_CURSOR_PARAMETERS.get(bare(member), ()), *unheard, member, *_CURSORS)
    return tuple(_snake(name) if "_" in member else name for name in likely)


def _page_parameters(member: str) -> tuple[str, ...]:
    likely = (
        ("page", member, "pageNumber")
        if bare(member) in ("page", "currentpage", "xpage")
        else (member, "page")
    )
    return tuple(name for name in likely if not name.startswith("x-"))


def _proven_first(names: Iterable[str], habit: Habit) -> tuple[str, ...]:
    """The parameter that worked before, alone if it is among the names; else all of them, once each."""
    names = tuple(dict.fromkeys(names))
    return (habit.parameter,) if habit.parameter in names else names


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower()
