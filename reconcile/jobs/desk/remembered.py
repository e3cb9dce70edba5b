"""What was worked out from the state store, once for everybody, until the store changes."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Final, TypeVar, cast

from reconcile.jobs.session import Session
from reconcile.store.desk.store_state import StoreState
from reconcile.store.store import Store

_MOST: Final = 50
"""Answers that are remembered at a time."""
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class _Kept:
    """An answer. state: of the store before it was worked out. until: by the clock that never goes back."""

    state: Hashable
    settings: object
    until: float
    answer: object


class Remembered:
    """Answers that depend on the state store, on the settings, and on the clock by the minute at most.

    For what is shown, never for what is decided. Safe to use from several threads.
    """

    def __init__(self, store: Store) -> None:
        self._state = StoreState(store)
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._locks: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def of(self, session: Session, key: Hashable, make: Callable[[], Answer], seconds: float) -> Answer:
        """The answer of `make`, or what it answered before where nothing has changed since.

        key: what it is about. seconds: for how long it is right while nothing changes. Of several who ask at
        the same moment, one works it out.
        """
        with self._lock:
            lock = self._locks.setdefault(key, Lock())
        with lock:
            state, now = self._state.now(), time.monotonic()
            kept = self._kept.get(key)
            if kept and kept.state == state and kept.settings is session.settings and now < kept.until:
                # The same key has the same kind of answer.
                return cast("Answer", kept.answer)
            answer = make()
            self._keep(key, _Kept(state, session.settings, now + seconds, answer))
            return answer

    def _keep(self, key: Hashable, kept: _Kept) -> None:
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST:
                oldest, _ = self._kept.popitem(last=False)
                self._locks.pop(oldest, None)
