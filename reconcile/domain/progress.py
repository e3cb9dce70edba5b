"""How far a long step has come, told to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

Progress = Callable[[str, int, int | None], None]
"""Told what goes on (`payouts`, a sheet's name), how much of it is done, and of how much if that is known."""

_EVERY: Final = 1_000

T = TypeVar("T")


def telling(rows: Iterable[T], what: str, total: int | None, on_progress: Progress | None) -> Iterator[T]:
    """The same rows, with a word after every thousand and after the last one of more than that."""
    if on_progress is None:
        yield from rows
        return
    done = 0
    for row in rows:
        yield row
        done += 1
        if done % _EVERY == 0:
            on_progress(what, done, total)
    if done > _EVERY and done % _EVERY:
        on_progress(what, done, total)


def each_once(what: str, total: int, on_progress: Progress) -> Callable[[str], None]:
    """Tells the progress of things by id; one that is told twice counts once."""
    done: set[str] = set()

    def count(thing: str) -> None:
        done.add(thing)
        on_progress(what, len(done), total)

    return count
