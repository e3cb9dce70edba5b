"""Faults on demand: what goes wrong, on which calls, how often, and from which call on.

    METHOD PATH-GLOB: KIND [COUNT] [after N]

METHOD may be `*`. The path is the one below /api/v1; in it `*` stands for one segment and `**`
for any number. COUNT is how often the fault fires (1), N how many matching calls pass before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Kinds that keep the request from taking effect, and kinds that spoil the answer afterwards.
BEFORE = ("drop", "500", "502", "503", "429", "402", "401", "403", "409", "422")
AFTER = ("lose-answer", "500-after", "slow", "garbage", "truncated", "redirect")

_FAULT = re.compile(
    r"\s*(?P<method>[A-Za-z]+|\*)\s+(?P<path>/\S*?)\s*:\s+(?P<kind>\S+)"
    r"(?P<figures>(\s+\d+(\.\d+)?)*)(\s+after\s+(?P<after>\d+))?\s*",
    re.ASCII,
)


@dataclass(frozen=True)
class Fault:
    """One fault as it was asked for."""

    text: str
    method: str
    path: str
    kind: str
    seconds: float = 0.0
    count: int = 1
    after: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Say whether the fault concerns this call."""
        return self.method in ("*", method) and _pattern(self.path).fullmatch(path) is not None


def parse_fault(text: str) -> Fault:
    """Read a fault; raises ValueError with a sentence that says what is wrong."""
    match = _FAULT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not METHOD PATH: KIND [COUNT] [after N], like 'GET /payouts: 500 2'.")
    kind = match["kind"]
    if kind not in BEFORE + AFTER:
        raise ValueError(f"{kind!r} is not a kind of fault; there are {', '.join(BEFORE + AFTER)}.")
    figures = match["figures"].split()
    seconds = _seconds(text, figures) if kind == "slow" else 0.0
    return Fault(
        text=text.strip(),
        method=match["method"].upper(),
        path=match["path"],
        kind=kind,
        seconds=seconds,
        count=_count(text, figures),
        after=int(match["after"] or 0),
    )


def _seconds(text: str, figures: list[str]) -> float:
    if not figures:
        raise ValueError(f"{text!r} does not say how many seconds 'slow' takes.")
    return float(figures.pop(0))


def _count(text: str, figures: list[str]) -> int:
    """Read the count, which is all that may be left of the figures."""
    match figures:
        case []:
            return 1
        case [count] if count.isdecimal() and int(count) > 0:
            return int(count)
        case _:
            raise ValueError(f"{text!r} has a count that is not one whole number above 0.")


def _pattern(path: str) -> re.Pattern[str]:
    """Turn a glob into a pattern; re caches what it compiles."""
    parts = re.split(r"(\*\*|\*)", path)
    wild = {"*": "[^/]*", "**": ".*"}
    return re.compile("".join(wild.get(part) or re.escape(part) for part in parts))


@dataclass
class _Pending:
    fault: Fault
    to_pass: int
    to_fire: int


class Faults:
    """The faults that have still to fire, in the order in which they were given."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        """Begin with these faults."""
        self._pending: list[_Pending] = []
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        """Add a fault while the server runs."""
        self._pending.append(_Pending(fault, fault.after, fault.count))

    def take(self, method: str, path: str) -> Fault | None:
        """Give the fault that fires on this call, if any, and count the call."""
        for pending in self._pending:
            if pending.to_fire and pending.fault.matches(method, path):
                if not pending.to_pass:
                    pending.to_fire -= 1
                    return pending.fault
                pending.to_pass -= 1
        return None
