"""Leaves out looking for cycles among values that have none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_cycles() -> Iterator[None]:
    """Work that makes many frozen values, which cannot refer to each other in a circle.

    Python would look through all of a month for circles, again and again while a plan of it grows: to leave
    that out takes a fifth off making a plan of 20,000 edits, and a third off loading it.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
